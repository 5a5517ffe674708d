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
  const fields = statOf(pid);
  // A zombie has ended; where nobody collects it, as in many containers, it would keep its name for ever.
  if (fields[0] === "Z") return false;
  const now = fields[19];
  return started === "" || now === undefined || now === started;
}

/** Start of a process in clock ticks since boot, from Linux; undefined elsewhere. */
const startOf = (pid: number): string | undefined => statOf(pid)[19];

/** What Linux tells of a process after its name, from its state on; empty elsewhere. */
function statOf(pid: number): readonly string[] {
  try {
    // The name in brackets may hold spaces; fields are counted after it. Start is field 22.
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  } catch {
    return [];
  }
}
