/** Who acts, for the audit: the name of the system's user. */
import { userInfo } from "node:os";

export function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? "unknown"}`;
  }
}
