/** Claims that bar or scale trading, as rows of `circuit_breaker_state`: raised, and how they came to their end. */
import type { Change, PerformanceTable, Row } from "../../adapters/ledger/ledger-rows.ts";
import type { LoggedClaim } from "../../engine/claim-log.ts";
import type { LedgerNames } from "./ledger-names.ts";

export interface ClaimChanges {
  readonly changes: Change<PerformanceTable>[];
  /** Places in the log of those that stand. */
  readonly open: readonly number[];
  /** How much of the log was looked at. */
  readonly seen: number;
}

/** What is new in the log since `seen` entries of it, and which of the `open` ones have ended. */
export function claimChanges(
  names: LedgerNames,
  claims: readonly LoggedClaim[],
  open: readonly number[],
  seen: number,
): ClaimChanges {
  const changes: Change<PerformanceTable>[] = [];
  const stillOpen: number[] = [];
  const put = (place: number, isNew: boolean): void => {
    const logged = claims[place];
    if (logged === undefined) return;
    const hasEnded = logged.endedAt !== undefined;
    if (!hasEnded) stillOpen.push(place);
    if (isNew || hasEnded)
      changes.push({ kind: "put", table: "circuit_breaker_state", row: claimRow(names, logged, place) });
  };
  for (const place of open) put(place, false);
  for (let place = seen; place < claims.length; place++) put(place, true);
  return { changes, open: stillOpen, seen: claims.length };
}

function targetOf(names: LedgerNames, { scope, side }: LoggedClaim["claim"]): string {
  if (side !== undefined) return "new longs";
  return scope === undefined ? "account" : names.strategy(scope);
}

function claimRow(names: LedgerNames, { claim, endedAt, endedBy }: LoggedClaim, number: number): Row {
  return {
    run: names.run,
    number,
    authority: claim.authority,
    breaker_type: claim.source,
    triggered_at: claim.since,
    expires_at: claim.until ?? null,
    reason: claim.reason,
    action: claim.level,
    scalar: claim.scalar,
    target: targetOf(names, claim),
    is_active: endedAt === undefined ? 1 : 0,
    lifted_by: claim.liftedBy,
    ended_at: endedAt ?? null,
    ended_by: endedBy ?? null,
  };
}
