/**
 * Whether the process that wrote its id down still runs. The id alone is not enough: in a container the restarted
 * program gets the id of the dead one, and elsewhere a stranger may have it by now.
 */
import { readFileSync } from "node:fs";

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot; empty where the system does not tell. */
  readonly started: string;
}

export const ownIdentity = (): ProcessIdentity => ({
  pid: process.pid,
  started: startOf(process.pid) ?? "",
});

/** Of another process: this one's own id is the caller's to judge. */
export function isRunning({ pid, started }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  const now = startOf(pid);
  return started === "" || now === undefined || now === started;
}

/** Start of a process in clock ticks since boot, from Linux; undefined elsewhere. */
function startOf(pid: number): string | undefined {
  try {
    // The name in brackets may hold spaces; fields are counted after it. Start is field 22.
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[19];
  } catch {
    return undefined;
  }
}
