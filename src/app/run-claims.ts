/** The claims of a run in words that outlive it: who barred what, why, from when to when. */
import { END_OF_RUN } from "../domain/claim.ts";
import { isoInstant } from "../domain/time.ts";
import type { Claim } from "../risk/authority.ts";
import type { EngineRun } from "./engine-run.ts";
import type { RunClaims } from "./run-result.ts";

/** In the order in which they were raised. The end of a run claims too, and bars nothing that anybody wanted. */
export function runClaims({ loop, allocated }: EngineRun): RunClaims {
  const { claims, dropped } = loop.execute.claimLog;
  const partOf = ({ scope, side }: Claim): string | null => {
    if (side !== undefined) return "new longs";
    return scope === undefined ? null : (allocated[scope]?.strategy.id ?? String(scope));
  };
  const events = claims
    .filter(({ claim }) => claim.authority !== "orchestrator" || claim.source !== END_OF_RUN)
    .map(({ claim, endedAt, endedBy }) => ({
      authority: claim.authority,
      source: claim.source,
      strategy: partOf(claim),
      level: claim.level,
      scalar: claim.scalar,
      reason: claim.reason,
      since: isoInstant(claim.since),
      ended: endedAt === undefined ? null : isoInstant(endedAt),
      endedBy: endedBy ?? null,
    }));
  return { events, dropped };
}
