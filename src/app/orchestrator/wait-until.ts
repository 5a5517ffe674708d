/** Waiting for what others do: looks again and again until it is so, or for so long of the wall. */
import type { TaskContext } from "./task-context.ts";

const LOOK_EVERY_MS = 200;

/** Undefined when it did not come in time. Rejects when the task's own time is over. */
export async function waitUntil<Found>(
  { now, pause }: Pick<TaskContext, "now" | "pause">,
  withinMs: number,
  look: () => Promise<Found | undefined> | Found | undefined,
): Promise<Found | undefined> {
  const giveUpAt = now().mono + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined || now().mono >= giveUpAt) return found;
    await pause(LOOK_EVERY_MS);
  }
}
