/** Removes files of one kind that are older than a moment. What has another name is never touched. */
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/** Names in one folder that match and were written before `beforeMs`, milliseconds since 1970; removed, and told. */
export function removeOldFiles(folder: string, name: RegExp, beforeMs: number): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => entry.name)
    .filter((file) => removed(join(folder, file), beforeMs));
}

/** Folders one below, by the same rule; those that are left empty stay. */
export function removeOldBelow(folder: string, name: RegExp, beforeMs: number): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) =>
      removeOldFiles(join(folder, entry.name), name, beforeMs).map((file) => `${entry.name}/${file}`),
    );
}

function removed(path: string, beforeMs: number): boolean {
  try {
    if (statSync(path).mtimeMs >= beforeMs) return false;
    rmSync(path);
    return true;
  } catch {
    // Somebody else was faster, or it is not ours.
    return false;
  }
}
