/**
 * The claims that are raised and lifted through the operators' door by what runs around the engine. Each bars or
 * reduces under a source of its own and lifts what it raised: none of them can loosen anybody else's (AU-2).
 */
import type { ClaimChanged } from "../../domain/events.ts";
import type { ControlAct } from "./control-words.ts";

type Claim = NonNullable<ClaimChanged["claim"]>;
type Holder = Pick<Claim, "authority" | "source">;
type ClaimVerb = "retire" | "return" | "hold" | "release" | "barEntries" | "allowEntries";
type ClaimAct = Extract<ControlAct, { readonly verb: ClaimVerb }>;

/** What holds while the system is being stopped, and until it is started again. */
const stopping: Holder = { authority: "orchestrator", source: "stopping" };
/** What the monitor holds while something is wrong that it cannot heal (OPS-3). */
const health: Holder = { authority: "circuit_breakers", source: "health" };
/**
 * A task of the day failed without which nothing is to be entered (OPS-1). Apart from what a stop of the system and
 * the end of a run claim in the same authority; exits, stops and halts are none of its business.
 */
export const taskHolder = (task: string): Holder => ({ authority: "orchestrator", source: `task:${task}` });

export function claimOf(act: ClaimAct): Pick<ClaimChanged, "claim" | "lifted"> {
  const { by, reason } = act;
  switch (act.verb) {
    case "retire":
      return raised(stopping, "REDUCE_ONLY", `${by}: ${reason}`);
    case "return":
      return lifted(stopping);
    case "hold":
      return raised(health, "NO_NEW_ENTRIES", `${by}: ${reason}`);
    case "release":
      return lifted(health);
    case "barEntries":
      return raised(taskHolder(act.task), "NO_NEW_ENTRIES", `${act.task}: ${reason}`);
    case "allowEntries":
      return lifted(taskHolder(act.task));
  }
}

const raised = (holder: Holder, level: Claim["level"], reason: string): Pick<ClaimChanged, "claim"> => ({
  claim: { ...holder, level, scalar: 1, reason, liftedBy: "itself" },
});

const lifted = ({ authority, source }: Holder): Pick<ClaimChanged, "lifted"> => ({
  lifted: { authority, source, by: "itself" },
});
