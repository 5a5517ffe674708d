/**
 * Files that are either the old one or the new one, whatever happens in between. The order is fixed:
 * write beside, flush the file, rename over, flush the folder (LAKE-2).
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { InputError } from "../domain/assert.ts";

/** Marks a file that is being written; the sweeper removes what a crash left under this name. */
export const unfinishedMark = ".unfinished-";

/** Replaces `path` by `text` in one step that survives a crash and a power cut. */
export function replaceFile(path: string, text: string): void {
  const beside = `${path}${unfinishedMark}${process.pid}`;
  makeFolder(dirname(path));
  try {
    writeFileSync(beside, text, { mode: 0o600 });
    flushFile(beside);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
  flushFolder(dirname(path));
}

/**
 * Replaces `path` in one step for whoever reads it, and waits for no disk: after a power cut it may be the old one, or
 * empty. For what is worth nothing by then.
 */
export function swapFile(path: string, text: string): void {
  const beside = `${path}${unfinishedMark}${process.pid}`;
  try {
    writeFileSync(beside, text, { mode: 0o600 });
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** Private to the account: a lake may hold licensed data, and its root is 0700 (SYSTEM 18). */
export function makeFolder(path: string): void {
  makeFolders(path);
}

/**
 * As `makeFolder`; returns the folders it made, the outermost first. One by one, because the recursive form of Node
 * never returns where a file system takes no folders (`/proc`). Throws InputError (exit 1) naming what is in the way.
 */
export function makeFolders(path: string): string[] {
  const missing: string[] = [];
  for (let at = resolve(path); !isFolder(at); at = dirname(at)) missing.unshift(at);
  for (const [n, folder] of missing.entries()) {
    try {
      mkdirSync(folder, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST" && isFolder(folder)) continue;
      removeFolders(missing.slice(0, n));
      throw new InputError(`${path}: the folder cannot be made (${reasonOf(error)}); give another place`, 1);
    }
  }
  return missing;
}

/** Takes back what `makeFolders` made, where nobody has put anything into it. */
export function removeFolders(made: readonly string[]): void {
  for (const folder of made.toReversed()) {
    try {
      rmdirSync(folder);
    } catch {
      return; // Somebody uses it by now.
    }
  }
}

/** What the system says, without the call and the path: `permission denied`. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /^[A-Z0-9]+: ([^,]+)/.exec(text)?.[1] ?? text;
}

function isFolder(path: string): boolean {
  let is: boolean | undefined;
  try {
    is = statSync(path, { throwIfNoEntry: false })?.isDirectory();
  } catch (error) {
    throw new InputError(`${path}: cannot be reached (${reasonOf(error)}); give another place`, 1);
  }
  if (is === false) throw new InputError(`${path} is a file where a folder is needed; give another place`, 1);
  return is === true;
}

export function flushFile(path: string): void {
  const file = openSync(path, "r+");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Makes renames inside the folder durable. Windows cannot flush a folder and does not need to. */
export function flushFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Lower-case hex SHA-256 of a file, read in pieces so that its size does not matter. */
export function sha256OfFile(path: string): string {
  const hash = createHash("sha256");
  const piece = Buffer.allocUnsafe(1 << 20);
  const file = openSync(path, "r");
  try {
    for (;;) {
      const bytes = readSync(file, piece, 0, piece.length, null);
      if (bytes === 0) break;
      hash.update(piece.subarray(0, bytes));
    }
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
}

export const sha256OfText = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Undefined where there is no such file; any other trouble throws. */
export function textIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
