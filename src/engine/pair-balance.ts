/**
 * The legs of a pair, sized one by one, brought back to the proportion that the strategy asked for: what a cap took
 * from one leg it takes from the other. A leg without its other one is no wish. Used by the compute stage alone.
 */
import type { EntryIntent, Intent } from "../domain/intent.ts";

type Leg = EntryIntent & { readonly weight: number };

/** In place. A leg weighs what its signal's conviction is, unsigned. */
export function wholePairs(intents: Intent[], convictionOf: (signal: number) => number): void {
  const legs = intents.flatMap((intent): Leg[] => {
    if (intent.kind !== "Enter" || intent.together === undefined) return [];
    return [{ ...intent, weight: Math.abs(convictionOf(intent.signal)) }];
  });
  if (legs.length === 0) return;
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

/** Signed whole shares of `leg`, at most what it had. */
function balanced(leg: Leg, other: Leg): number {
  const perWeight = Math.min(dollars(leg) / leg.weight, dollars(other) / other.weight);
  const shares = Math.floor((perWeight * leg.weight) / leg.reference + 1e-9);
  return Math.sign(leg.shares) * Math.min(shares, Math.abs(leg.shares)) || 0;
}

const dollars = ({ shares, reference }: EntryIntent): number => Math.abs(shares) * reference;
