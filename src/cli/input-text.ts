/** The text of a file that an option names. */
import { readFileSync } from "node:fs";
import { InputError } from "../domain/assert.ts";

/** Without a byte-order mark. Throws InputError (exit 2) naming the option, the path and what is wanted. */
export function inputText(key: string, path: string, wanted = "a CSV file"): string {
  try {
    return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch {
    throw new InputError(`${key === "" ? "" : `${key} `}${path}: cannot be read; give the path of ${wanted}`);
  }
}
