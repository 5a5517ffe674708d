/**
 * A folder for a test, in memory where the system has such a place: a demo flushes its journal every minute of its
 * clock, and a disk takes milliseconds for each. What a power cut leaves is not what these tests are about.
 */
import { existsSync, mkdtempSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MEMORY = "/dev/shm";
/** A container may have next to nothing there. */
const LEAST_FREE_BYTES = 48 * 2 ** 20;

export function scratchFolder(prefix: string): string {
  return mkdtempSync(join(hasRoom() ? MEMORY : tmpdir(), prefix));
}

function hasRoom(): boolean {
  if (!existsSync(MEMORY)) return false;
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize >= LEAST_FREE_BYTES;
}
