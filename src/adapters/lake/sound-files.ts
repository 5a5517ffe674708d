/**
 * Is a data file still the one that was written? Files are named by content and never change, so a hash that differs
 * from the list's is damage from outside, also where the file reads well. Whoever takes rows out asks here first: a
 * run over other data under the same snapshot id would be a lie nobody notices (LAKE-2).
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../domain/assert.ts";
import { reasonOf, sha256OfFile } from "../durable-file.ts";
import type { LakePaths } from "./paths.ts";

/** What a list says of a file; `path` is relative to the data folder. */
export interface ListedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What is wrong with the file; undefined when it is what was written. Reads it whole: a GB takes about a second. */
export function fileProblem(paths: LakePaths, { path, bytes, sha256 }: ListedFile): string | undefined {
  const absolute = join(paths.data, path);
  try {
    const stat = statSync(absolute, { throwIfNoEntry: false });
    if (stat === undefined) return "the file is missing";
    const isSame = stat.isFile() && stat.size === bytes && sha256OfFile(absolute) === sha256;
    return isSame ? undefined : "the content is not what was written";
  } catch (error) {
    return `the file cannot be read (${reasonOf(error)})`;
  }
}

/** Throws InputError (exit 1) naming the first file that is not what was written, whose it is and the cure. */
export function refuseDamaged(paths: LakePaths, files: readonly ListedFile[], owner: string): void {
  for (const file of files) {
    const problem = fileProblem(paths, file);
    if (problem === undefined) continue;
    throw new InputError(
      `${join(paths.data, file.path)}: ${problem} (${owner}); import its source files again, or bring it back from ` +
        "a backup: `plimsoll data verify` lists every such file",
      1,
    );
  }
}
