/**
 * Which run a start goes on with. A run is open until it ended in good order and held nothing: after a crash, and after
 * a stop that left positions, the same run goes on from its own journal, with the code and the settings of trading that
 * it began with; settings that trade nothing are those of now.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../../adapters/durable-file.ts";
import { JournalReader } from "../../adapters/journal/journal-reader.ts";
import { InputError } from "../../domain/assert.ts";
import { codeVersion } from "../code-version.ts";
import { type Config, configHash } from "../config.ts";
import { tradingHash, withNotTrading } from "../trading-hash.ts";
import { type RunTerms, readRunTerms, runPlaces, type TradingMode, writeRunSettings } from "./run-terms.ts";

const closedFile = (root: string): string => join(root, "run", "closed.json");

/** Nothing of it is left to go on with. */
export function closeRun(root: string, { run }: Pick<RunTerms, "run">, at: string): void {
  replaceFile(closedFile(root), `${JSON.stringify({ run, at })}\n`);
}

export function isClosed(root: string, { run }: Pick<RunTerms, "run">): boolean {
  try {
    return (JSON.parse(readFileSync(closedFile(root), "utf8")) as { readonly run?: unknown }).run === run;
  } catch {
    return false;
  }
}

/**
 * The open run of a root, undefined where there is none. `traded` are the settings of now. Throws InputError (exit 3)
 * when it cannot go on with them: no process may trade what other code or other limits began (C-55).
 */
export function openRun(root: string, mode: TradingMode, traded: Config): RunTerms | undefined {
  requireJournal(root);
  const run = readRunTerms(runPlaces(root));
  if (run === undefined || isClosed(root, run)) return undefined;
  const refuse = (what: string): never => {
    throw new InputError(
      `run ${run.run} is open and was begun ${what}; start it as it was, or close its positions at the broker, move ` +
        `${runPlaces(root).terms} away and start anew`,
      3,
    );
  };
  if (run.mode !== mode) refuse(`in mode ${run.mode}, not ${mode}`);
  const build = codeVersion();
  if (run.build !== build) refuse(`by build ${run.build}, this is ${build}`);
  const [then, now] = [tradingHash(run.config), tradingHash(traded)];
  if (then !== now) refuse(`with configuration ${then}, now it is ${now}`);
  if (configHash(run.config) === configHash(traded)) return run;
  // Who is told, what is shown and kept: none of that is what the run began with.
  writeRunSettings(runPlaces(root), run, traded);
  return { ...run, config: withNotTrading(run.config, traded) };
}

/** A journal that this program cannot read stops the start, and not a process again and again. */
function requireJournal(root: string): void {
  const path = join(root, "db", "journal.db");
  if (existsSync(path)) new JournalReader(path).close();
}
