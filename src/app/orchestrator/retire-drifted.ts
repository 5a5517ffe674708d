/** The registry hears of what compute has let go of: the next run must not begin with it again (LEARN-9). */
import type { ModelState } from "../live/model-states.ts";
import type { TaskContext } from "./task-context.ts";

/** Versions that were retired by it, with the figures on record. */
export function retireDrifted(
  { run, models, log }: Pick<TaskContext, "run" | "models" | "log">,
  states: readonly ModelState[],
): string[] {
  return states.flatMap(({ demoted }) => {
    if (demoted === null || models === undefined) return [];
    const { model, reason } = demoted;
    if (!models.retire(model, `drifted in run ${run}: ${reason}`)) return [];
    log("warning", `model ${model} is retired, it has drifted: ${reason}`);
    return [model];
  });
}
