/**
 * The claim of a task of the day (OPS-1): a check that failed without which nothing is to be entered. The orchestrator
 * may do this and no more: it bars entries, under a source of its own for each task, and lifts what it raised. Exits,
 * stops and halts are none of its business.
 */
import type { ClaimChanged } from "../../domain/events.ts";

type Claim = NonNullable<ClaimChanged["claim"]>;

/** Apart from what a stop of the system and the end of a run claim in the same authority. */
export const taskHolder = (task: string) => ({ authority: "orchestrator", source: `task:${task}` }) as const;

export const entriesBarredBy = (task: string, reason: string): Claim => ({
  ...taskHolder(task),
  level: "NO_NEW_ENTRIES",
  scalar: 1,
  reason: `${task}: ${reason}`,
  liftedBy: "itself",
});
