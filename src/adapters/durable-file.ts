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
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";

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

/** Private to the account: a lake may hold licensed data, and its root is 0700 (SYSTEM 18). */
export function makeFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
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
