/**
 * Where results go is tried before the work that makes them: an `--out` that cannot be written costs a second then,
 * and not the run. Nothing stays behind.
 */
import { closeSync, openSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { InputError } from "../domain/assert.ts";
import { makeFolders, reasonOf, removeFolders, unfinishedMark } from "./durable-file.ts";

/** The folder's full path. Throws InputError (exit 2) when it is a file or takes no files. */
export function outputFolder(given: string): string {
  const folder = resolve(given);
  if (isFolder(given, folder) === false)
    throw new InputError(`--out ${given}: is a file; give a folder, which may be new`);
  tryOut(given, folder);
  return folder;
}

/** The file's full path. Throws InputError (exit 2) when it is a folder or lies where no file can be written. */
export function outputFile(given: string, example: string): string {
  const file = resolve(given);
  if (isFolder(given, file) === true)
    throw new InputError(`--out ${given} is a folder; name a file, for example ${given}/${example}`);
  tryOut(given, dirname(file));
  return file;
}

/** Undefined where there is nothing yet. */
function isFolder(given: string, path: string): boolean | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory();
  } catch (error) {
    throw unwritable(given, reasonOf(error));
  }
}

function tryOut(given: string, folder: string): void {
  let made: readonly string[] = [];
  try {
    made = makeFolders(folder);
    const probe = join(folder, `${unfinishedMark}${process.pid}`);
    closeSync(openSync(probe, "w", 0o600));
    rmSync(probe);
  } catch (error) {
    throw unwritable(given, reasonOf(error).replace(/; give another place$/, ""));
  } finally {
    removeFolders(made);
  }
}

const unwritable = (given: string, why: string): InputError =>
  new InputError(`--out ${given}: cannot be written (${why}); give a place that can`);
