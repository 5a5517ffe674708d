/** The work of one attempt: what it comes to, whatever it throws. */
import type { Task, TaskResult } from "./task.ts";
import { unjudged } from "./task.ts";
import type { TaskContext } from "./task-context.ts";

/** `isAfterCrash`: the attempt before died in the middle; one that is not idempotent looks first at what it did. */
export async function resultOf(task: Task, context: TaskContext, isAfterCrash: boolean): Promise<TaskResult> {
  try {
    const looked = isAfterCrash && !task.isIdempotent ? await task.lookAfterCrash(context) : undefined;
    return looked ?? (await task.run(context));
  } catch (error) {
    return unjudged(error instanceof Error ? error.message : String(error));
  }
}
