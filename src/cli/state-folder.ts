/** The folder of all state, tried before it is used: a mistyped `--root` is not an empty lake. */
import { resolve } from "node:path";
import { makeFolders, removeFolders } from "../adapters/durable-file.ts";
import { InputError } from "../domain/assert.ts";

/** The folder as given; it may be new. Throws InputError (exit 2) when it is a file or can be no folder. */
export function stateFolder(given: string): string {
  try {
    removeFolders(makeFolders(resolve(given)));
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/; give another place$/, "") : String(error);
    throw new InputError(`--root ${given}: cannot hold the state (${why}); give a folder, which may be new`);
  }
  return given;
}
