/** Slippage told apart by its causes, so that the parts add up to the last micro-dollar. */
import type { SlippageParts } from "../domain/events.ts";
import { MICROS, type Money, usd } from "../domain/money.ts";

/** Dollars per share that a fill stands away from the unslipped price, by cause; positive is worse. */
export interface Away {
  readonly spread: number;
  readonly drift: number;
  readonly impact: number;
}

export const NOTHING_AWAY: Away = { spread: 0, drift: 0, impact: 0 };

/** All of it at once: half a spread, an auction's cost, a fixed charge. */
export const onlySpread = (dollars: number): Away => ({ spread: dollars, drift: 0, impact: 0 });

export const awayTotal = ({ spread, drift, impact }: Away): number => spread + drift + impact;

/**
 * Divides `total` in the proportions of `away`: each boundary is rounded once, so the parts sum to it exactly, and
 * none is negative when no cause and no total is. What a limit cut off is cut off all three alike.
 */
export function divideSlippage(total: Money, away: Away): SlippageParts {
  const whole = awayTotal(away);
  if (total === 0 || !(Math.abs(whole) > 0)) return { spread: total, drift: 0 as Money, impact: 0 as Money };
  const afterSpread = Math.round(total * (away.spread / whole));
  const afterDrift = Math.round(total * ((away.spread + away.drift) / whole));
  return {
    spread: afterSpread as Money,
    drift: (afterDrift - afterSpread + 0) as Money,
    impact: (total - afterDrift + 0) as Money,
  };
}

/**
 * The parts of a fill whose causes were measured, not modelled: they may be of either sign and do not cancel by
 * proportion. What rounding leaves over goes to the spread.
 */
export function measuredSlippage(
  shares: number,
  away: Away,
): { readonly total: Money; readonly parts: SlippageParts } {
  const total = usd(awayTotal(away) * shares);
  const drift = Math.round(away.drift * shares * MICROS);
  const impact = Math.round(away.impact * shares * MICROS);
  return {
    total,
    parts: { spread: (total - drift - impact) as Money, drift: drift as Money, impact: impact as Money },
  };
}
