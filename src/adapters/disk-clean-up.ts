/**
 * Makes room on a disk that is nearly full, of what nobody will miss: log files of days long past, and what crashes
 * left of files that were being written. Records, lakes, backups and reports are never touched.
 */
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { unfinishedMark } from "./durable-file.ts";

const LOG_DAYS_KEPT = 14;
/** What is younger may still be written. */
const UNFINISHED_AGE_MS = 24 * 3_600_000;
const DAY_MS = 86_400_000;

/** Returns how many bytes are free now that were not before. */
export function cleanUp(root: string, nowMs: number): number {
  const oldestDay = new Date(nowMs - LOG_DAYS_KEPT * DAY_MS).toISOString().slice(0, 10);
  const isOldLog = (name: string): boolean => {
    const [, day] = /^plimsoll-(\d{4}-\d{2}-\d{2})\.log/.exec(name) ?? [];
    return day !== undefined && day < oldestDay;
  };
  const isLeft = (name: string, ageMs: number): boolean =>
    name.includes(unfinishedMark) && ageMs > UNFINISHED_AGE_MS;
  return ["logs", "db", "run", "cache", "reports"].reduce((freed, folder) => {
    const path = join(root, folder);
    return (
      freed +
      emptied(path, (name, ageMs) => (folder === "logs" && isOldLog(name)) || isLeft(name, ageMs), nowMs)
    );
  }, 0);
}

function emptied(folder: string, goes: (name: string, ageMs: number) => boolean, nowMs: number): number {
  let freed = 0;
  for (const name of namesIn(folder)) {
    try {
      const path = join(folder, name);
      const { size, mtimeMs } = statSync(path);
      if (!goes(name, nowMs - mtimeMs)) continue;
      rmSync(path);
      freed += size;
    } catch {
      // Somebody else was faster, or it may not be removed: the next one.
    }
  }
  return freed;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [entry.name] : [],
    );
  } catch {
    return [];
  }
}
