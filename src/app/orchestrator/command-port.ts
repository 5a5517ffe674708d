/**
 * A command of the command line as a task's work: what draws pages stands above this room and is started, not imported.
 * The path of its entry comes with the environment, from whoever started the system.
 */
import { execFile } from "node:child_process";
import { InputError } from "../../domain/assert.ts";

export const COMMAND_ENTRY = "PLIMSOLL_ENTRY";
const OUTPUT_MOST_BYTES = 64 * 2 ** 20;

/** Its one JSON document. Rejects with InputError, saying what it said. */
export function commandJson(entry: string, words: readonly string[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [entry, ...words, "--json"],
      { maxBuffer: OUTPUT_MOST_BYTES },
      (error, out, err) => {
        if (error === null) resolve(JSON.parse(out) as unknown);
        else reject(new InputError(err.trim().replace(/^plimsoll: /, "") || error.message, 1));
      },
    );
  });
}
