/**
 * A command of the command line as a task's work: what draws pages stands above this room and is started, not imported.
 * The path of its entry comes with the environment, from whoever started the system.
 */
import { execFile } from "node:child_process";
import { InputError } from "../../domain/assert.ts";

export const COMMAND_ENTRY = "PLIMSOLL_ENTRY";
const OUTPUT_MOST_BYTES = 64 * 2 ** 20;

/** A gate said no: what it was asked for is there all the same. */
const REFUSED = 3;

/** Its one JSON document. Rejects with InputError, saying what it said; killed when `signal` aborts. */
export function commandJson(entry: string, words: readonly string[], signal?: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [entry, ...words, "--json"],
      { maxBuffer: OUTPUT_MOST_BYTES, ...(signal === undefined ? {} : { signal }) },
      (error, out, err) => {
        if (error === null || (error.code === REFUSED && out !== "")) resolve(JSON.parse(out) as unknown);
        else reject(new InputError(err.trim().replace(/^plimsoll: /, "") || error.message, 1));
      },
    );
  });
}
