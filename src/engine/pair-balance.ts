/**
 * The legs of a pair, sized one by one, brought back to the proportion that the strategy asked for: what a cap took
 * from one leg it takes from the other. A leg without its other one is no wish. Used by the compute stage alone.
 */
import type { EntryIntent, Intent } from "../domain/intent.ts";
import { SignalField, type SignalTable } from "./signal-table.ts";

type Leg = EntryIntent & { readonly weight: number };

/** In place. A leg weighs what its signal's conviction is, unsigned. */
export function wholePairs(intents: Intent[], signals: Pick<SignalTable, "get">): void {
  // Asked at every bar of every run, and nearly always for nothing.
  if (!hasLeg(intents)) return;
  const legs = intents.flatMap((intent): Leg[] => {
    if (intent.kind !== "Enter" || intent.together === undefined) return [];
    return [{ ...intent, weight: Math.abs(signals.get(intent.signal, SignalField.conviction)) }];
  });
  for (let n = intents.length - 1; n >= 0; n--) {
    const leg = legs.find(({ signal }) => signal === intents[n]?.signal);
    if (leg === undefined) continue;
    const other = legs.find(
      ({ strategy, instrument, together }) =>
        strategy === leg.strategy && instrument === leg.together && together === leg.instrument,
    );
    const shares = other === undefined ? 0 : balanced(leg, other);
    if (shares === 0 || (other !== undefined && balanced(other, leg) === 0)) intents.splice(n, 1);
    else intents[n] = { ...(intents[n] as EntryIntent), shares };
  }
}

function hasLeg(intents: readonly Intent[]): boolean {
  for (let n = 0; n < intents.length; n++) {
    const intent = intents[n]!;
    if (intent.kind === "Enter" && intent.together !== undefined) return true;
  }
  return false;
}

/** Signed whole shares of `leg`, at most what it had. */
function balanced(leg: Leg, other: Leg): number {
  const perWeight = Math.min(dollars(leg) / leg.weight, dollars(other) / other.weight);
  const shares = Math.floor((perWeight * leg.weight) / leg.reference + 1e-9);
  return Math.sign(leg.shares) * Math.min(shares, Math.abs(leg.shares)) || 0;
}

const dollars = ({ shares, reference }: EntryIntent): number => Math.abs(shares) * reference;
