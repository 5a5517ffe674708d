/**
 * What an essential task's end means for entries: barred while it fails, let again when it passes (OR-3). What a task
 * found wrong and what it could not judge are two claims: the second ends with the orchestrator, the first does not.
 */
import { taskHolder, unjudgedHolder } from "../live/claim-acts.ts";
import { failed, type Task, type TaskResult } from "./task.ts";
import type { Door } from "./task-context.ts";

const REASON_MOST = 300;

/** The result, or a failure where the claim could not be lifted. Never rejects. */
export async function withClaim(
  door: Pick<Door, "status" | "act">,
  { id: task, isEssential }: Pick<Task, "id" | "isEssential">,
  result: TaskResult,
): Promise<TaskResult> {
  if (isEssential !== true) return result;
  try {
    const { claims } = (await door.status()).snapshot.permission;
    const stands = ({ authority, source }: ReturnType<typeof taskHolder>) =>
      claims.some((one) => one.source === source && one.authority === authority);
    const [isFound, isUnjudged] = [stands(taskHolder(task)), stands(unjudgedHolder(task))];
    if (result.state !== "failed") {
      if (isFound || isUnjudged) await door.act({ verb: "allowEntries", task, reason: "it passes again" });
      return result;
    }
    const reason = result.text.slice(0, REASON_MOST);
    // What was found stands whatever is not known since.
    if (result.isUnjudged !== true && !isFound) await door.act({ verb: "barEntries", task, reason });
    if (result.isUnjudged === true && !isFound && !isUnjudged)
      await door.act({ verb: "barEntries", task, reason, isUnjudged: true });
    return result;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return result.state === "failed" ? result : failed(`it passes, but its claim cannot be judged: ${why}`);
  }
}
