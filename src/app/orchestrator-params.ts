/** Settings of the tasks of the day (OPS-1): `orchestrator`. */
import { z } from "zod";
import { taskIds } from "./orchestrator/task-registry.ts";

export const orchestratorParams = z.strictObject({
  /** Ids of docs/tasks.md that are left out, and with them what needs them. */
  disabledTasks: z
    .array(z.string().refine((id) => taskIds.includes(id), "must be a task of docs/tasks.md"))
    .max(100),
  /** An overnight move that is pointed out: fraction of the close before. */
  gapFraction: z.number().positive().max(1),
  /** A quote this wide is pointed out at the open: fraction of its middle. */
  openingSpreadFraction: z.number().positive().max(1),
  /** A position whose market told nothing for so long is pointed out, in trading hours, seconds of the exchange. */
  staleMarkSeconds: z.int().min(60).max(7200),
  /** What the ledger's result of the day may differ from execute's own, as a fraction of equity. */
  pnlDifference: z.number().positive().max(0.01),
  /** Files of trainings, as `train --config` takes them: each is trained anew every night. */
  trainings: z.array(z.string().min(1).max(500)).max(50),
  /** Options of `walk-forward`, a line each: walked every night. */
  walkForwards: z.array(z.string().min(1).max(1000)).max(50),
  /** Days after which compressed logs, and compiled code that nothing has used, are removed. */
  logDays: z.int().min(7).max(3650),
  cacheDays: z.int().min(1).max(365),
});
export type OrchestratorParams = z.infer<typeof orchestratorParams>;
