/**
 * One writer at a time. The lock is a file that holds the writer's process id and start; a lock whose
 * process is gone is taken over, so a kill -9 never needs a person to clean up.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { InputError } from "../../domain/assert.ts";
import { makeFolder, unfinishedMark } from "../durable-file.ts";
import { isRunning, ownIdentity } from "../process-identity.ts";

const holder = z.strictObject({
  pid: z.int().positive(),
  /** Clock ticks since boot; empty where the system does not tell. */
  started: z.string(),
});
type Holder = z.infer<typeof holder>;

/** Locks held by this process: its own id in a file is live only if the path stands here. */
const heldHere = new Set<string>();
const takeoverAttempts = 5;

/** Runs `work` as the only writer of `thing`. Throws InputError (exit 1) when another one is at it. */
export async function asOnlyWriter<Result>(
  lockPath: string,
  work: () => Promise<Result>,
  thing = "the lake",
): Promise<Result> {
  acquire(lockPath, thing);
  try {
    return await work();
  } finally {
    heldHere.delete(lockPath);
    rmSync(lockPath, { force: true });
  }
}

function acquire(lockPath: string, thing: string): void {
  makeFolder(dirname(lockPath));
  const mine = `${lockPath}${unfinishedMark}${process.pid}`;
  const content: Holder = ownIdentity();
  for (let attempt = 0; attempt < takeoverAttempts; attempt++) {
    const other = readHolder(lockPath);
    if (other === "nobody") {
      writeFileSync(mine, JSON.stringify(content), { mode: 0o600 });
      const got = linkOnce(mine, lockPath);
      rmSync(mine, { force: true });
      if (!got) continue;
      heldHere.add(lockPath);
      return;
    }
    if (other !== "unreadable" && isAlive(other, lockPath)) {
      throw new InputError(
        `${thing} is being written by process ${other.pid} (${lockPath}); wait for it to end or stop it`,
        1,
      );
    }
    setAside(lockPath, mine, other);
  }
  throw new InputError(`several writers want ${thing} at once (${lockPath}); try again`, 1);
}

/** Takes a dead lock away. If a live one slipped in between, it is put back. */
function setAside(lockPath: string, mine: string, dead: Holder | "unreadable"): void {
  try {
    renameSync(lockPath, mine);
  } catch {
    return; // Somebody else was faster; the next attempt sees whose it is.
  }
  const taken = readHolder(mine);
  const isTheDeadOne = JSON.stringify(taken) === JSON.stringify(dead);
  if (!isTheDeadOne) linkOnce(mine, lockPath);
  rmSync(mine, { force: true });
}

/** Gives a finished file its name only if nobody has that name yet. */
function linkOnce(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function readHolder(lockPath: string): Holder | "nobody" | "unreadable" {
  try {
    return holder.parse(JSON.parse(readFileSync(lockPath, "utf8")));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "nobody" : "unreadable";
  }
}

function isAlive({ pid, started }: Holder, lockPath: string): boolean {
  if (pid === process.pid) return heldHere.has(lockPath);
  return isRunning({ pid, started });
}
