/**
 * A list of the lake in one file, a JSON object on each line. It is replaced as a whole, so that a crash leaves the old
 * lines or the new ones.
 */
import { dirname } from "node:path";
import { InputError } from "../../domain/assert.ts";
import { makeFolder, replaceFile, textIfThere } from "../durable-file.ts";

/**
 * None without a file. `rowOf` throws for what is no row; `what`: how a person calls them all. Throws InputError (exit
 * 1) where the file is damaged.
 */
export function readLines<Row>(path: string, what: string, rowOf: (json: unknown) => Row): readonly Row[] {
  const text = textIfThere(path);
  if (text === undefined) return [];
  const lines = text.split("\n");
  try {
    if (lines.pop() !== "") throw new RangeError("no end");
    return lines.map((line) => rowOf(JSON.parse(line)));
  } catch {
    throw new InputError(`${path} is damaged; move it away and import the ${what} again`, 1);
  }
}

export function replaceLines<Row>(path: string, rows: readonly Row[], jsonOf: (row: Row) => object): void {
  makeFolder(dirname(path));
  replaceFile(path, rows.map((row) => `${JSON.stringify(jsonOf(row))}\n`).join(""));
}
