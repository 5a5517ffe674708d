/**
 * Strategies in files, kept beside the run that trades them: whoever edits his file changes no run that has begun, and
 * every process, a start after a death, and a replay read the very bytes that the run began with.
 */
import { extname, join } from "node:path";
import { makeFolder, replaceFile } from "../../adapters/durable-file.ts";
import { readStrategyFile } from "../../adapters/strategy-file.ts";
import { InputError } from "../../domain/assert.ts";
import type { Config } from "../config.ts";
import { withPlaces } from "../own-strategies.ts";

/** Copies them into the run's folder and returns the settings that name them there, without the folder. */
export function keepStrategies(folder: string, config: Config): Config {
  return withPlaces(config, (file, { sha256 = "" }) => {
    const kept = keptName(file, sha256);
    const { text, ...read } = readStrategyFile(file, "the file of a strategy");
    if (read.sha256 !== sha256) throw new InputError(`${file}: was changed while the run began; start again`);
    makeFolder(folder);
    replaceFile(join(folder, kept), text);
    return kept;
  });
}

/** A module, whatever package the folder lies in. */
const keptName = (file: string, sha256: string): string =>
  `${sha256}.strategy.${extname(file).endsWith("ts") ? "mts" : "mjs"}`;

/** Names of the files that a run keeps, below its folder. */
export const keptStrategies = ({ strategies }: Pick<Config, "strategies">): readonly string[] =>
  Object.values(strategies).flatMap(({ file, sha256 }) =>
    file === undefined || sha256 === undefined ? [] : [keptName(file, sha256)],
  );
