/**
 * The claims that are raised and lifted through the operators' door by what runs around the engine. Each bars or
 * reduces under a source of its own and lifts what it raised: none of them can loosen anybody else's (AU-2).
 */
import type { ClaimChanged } from "../../domain/events.ts";
import type { ControlAct } from "./control-words.ts";

type Claim = NonNullable<ClaimChanged["claim"]>;
type Holder = Pick<Claim, "authority" | "source">;
type ClaimVerb = "retire" | "return" | "hold" | "release" | "barEntries" | "allowEntries";
export type ClaimAct = Extract<ControlAct, { readonly verb: ClaimVerb }>;
type Lift = Required<Pick<ClaimChanged, "lifted">>;

const FOUND = "task:";
const UNJUDGED = "unjudged:";

/** What holds while the system is being stopped, and until it is started again. */
const stopping: Holder = { authority: "orchestrator", source: "stopping" };
/** What the monitor holds while something is wrong that it cannot heal (OPS-3). */
const health: Holder = { authority: "circuit_breakers", source: "health" };
/**
 * A task of the day failed without which nothing is to be entered (OPS-1). Apart from what a stop of the system and
 * the end of a run claim in the same authority; exits, stops and halts are none of its business.
 */
export const taskHolder = (task: string): Holder => ({
  authority: "orchestrator",
  source: `${FOUND}${task}`,
});
/** The same for one that came to no verdict: nobody knows of anything wrong, so it ends with who would judge it. */
export const unjudgedHolder = (task: string): Holder => ({
  authority: "orchestrator",
  source: `${UNJUDGED}${task}`,
});

export function claimsOf(act: ClaimAct): readonly Pick<ClaimChanged, "claim" | "lifted">[] {
  const { by, reason } = act;
  switch (act.verb) {
    case "retire":
      return [raised(stopping, "REDUCE_ONLY", `${by}: ${reason}`)];
    case "return":
      return [lifted(stopping)];
    case "hold":
      return [raised(health, "NO_NEW_ENTRIES", `${by}: ${reason}`)];
    case "release":
      return [lifted(health)];
    case "barEntries": {
      const holder = act.isUnjudged === true ? unjudgedHolder(act.task) : taskHolder(act.task);
      return [raised(holder, "NO_NEW_ENTRIES", `${act.task}: ${reason}`)];
    }
    case "allowEntries":
      return [lifted(taskHolder(act.task)), lifted(unjudgedHolder(act.task))];
  }
}

/** What an operator's resume lifts besides what is latched: a task that still fails raises its claim again. */
export const taskLifts = (standing: readonly Holder[]): readonly Lift[] => lifts(standing, [FOUND, UNJUDGED]);

/** What ends with the orchestrator. What was found wrong is not among it: silence is no proof that it is well. */
export const lapsingLifts = (standing: readonly Holder[]): readonly Lift[] => lifts(standing, [UNJUDGED]);

const lifts = (standing: readonly Holder[], kinds: readonly string[]): readonly Lift[] =>
  standing
    .filter(
      ({ authority, source }) =>
        authority === "orchestrator" && kinds.some((kind) => source.startsWith(kind)),
    )
    .map(lifted);

const raised = (holder: Holder, level: Claim["level"], reason: string): Pick<ClaimChanged, "claim"> => ({
  claim: { ...holder, level, scalar: 1, reason, liftedBy: "itself" },
});

const lifted = ({ authority, source }: Holder): Lift => ({
  lifted: { authority, source, by: "itself" },
});
