/** Where the log of all processes lies. */
import { join } from "node:path";

/** `logs` below the run's root, or where `PLIMSOLL_LOG_DIR` says: a container has a volume for it. */
export function logFolder(
  root: string,
  { PLIMSOLL_LOG_DIR: own }: Readonly<Record<string, string | undefined>>,
): string {
  return own === undefined || own === "" ? join(root, "logs") : own;
}
