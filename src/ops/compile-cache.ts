/**
 * The folder for compiled code, by which restarts are several times faster (ADR 0007). It is tried first: where the
 * runtime cannot write there it may spin before the first line of code, which no child could tell.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface CompileCache {
  /** For the environment of every child; empty where the folder cannot be used. */
  readonly env: Readonly<Record<string, string>>;
  /** Why it is not used; undefined when it is. */
  readonly note: string | undefined;
}

/** Makes the folder where its parent is there, and writes into it. Never throws. */
export function prepareCompileCache(folder: string): CompileCache {
  try {
    makeOne(folder);
    const probe = join(folder, `probe-${process.pid}`);
    writeFileSync(probe, "", { mode: 0o600 });
    rmSync(probe);
    return { env: { NODE_COMPILE_CACHE: folder }, note: undefined };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { env: {}, note: `starts are slower: compiled code cannot be kept in ${folder} (${why})` };
  }
}

/** Not recursive: that form never returns where a file system takes no folders. */
function makeOne(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
