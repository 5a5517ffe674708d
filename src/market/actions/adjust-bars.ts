/**
 * History on one basis: raw bars brought to the shares, and with `full` to the money, of the last bar (DATA-6).
 * Adjusted = raw x the product of the factors of all later actions, which is what factor files hold as
 * price_factor x split_factor of the first row whose last date is not before the bar. Volume goes the other way.
 */
import { type CorporateAction, ratioOf } from "../../domain/corporate-action.ts";
import type { PlacedAction } from "./judge-series.ts";
import { priceFactor } from "./judge-series.ts";

export interface AdjustableBars {
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

/** From this row on a price as printed is an adjusted one times `factor`. */
export interface RawFactor {
  readonly row: number;
  readonly factor: number;
}

/**
 * In place. `split` counts splits and spin-offs, `full` dividends too. `actions` in order of their rows. Returns the
 * way back, in order of rows.
 */
export function adjustBars(
  { open, high, low, close, volume }: AdjustableBars,
  actions: readonly PlacedAction[],
  kind: "split" | "full",
): RawFactor[] {
  const back: RawFactor[] = [];
  let price = 1;
  let shares = 1;
  let next = actions.length - 1;
  for (let row = close.length - 1; row >= 0; row--) {
    for (; next >= 0 && (actions[next] as PlacedAction).row > row; next--) {
      const { action, reference } = actions[next] as PlacedAction;
      if (kind === "split" && action.kind === "dividend") continue;
      back.push({ row: row + 1, factor: 1 / price });
      price *= priceFactor(action, Number.isNaN(action.reference) ? reference : action.reference);
      if (action.kind === "split") shares *= ratioOf(action);
    }
    open[row] = open[row]! * price;
    high[row] = high[row]! * price;
    low[row] = low[row]! * price;
    close[row] = close[row]! * price;
    volume[row] = volume[row]! * shares;
  }
  back.push({ row: 0, factor: 1 / price });
  return back.reverse();
}

/** What a holder of adjusted bars still lives through: splits are in the prices, and with `full` everything is. */
export function stillHappening(
  actions: readonly PlacedAction[],
  kind: "raw" | "split" | "full",
): readonly CorporateAction[] {
  if (kind === "raw") return actions.map(({ action }) => action);
  if (kind === "full") return [];
  const found: CorporateAction[] = [];
  let price = 1;
  for (const { action, reference } of actions.toReversed()) {
    const before = Number.isNaN(action.reference) ? reference : action.reference;
    if (action.kind !== "dividend") price *= priceFactor(action, before);
    else found.push({ ...action, cashPerShare: action.cashPerShare * price, reference: before * price });
  }
  return found.toReversed();
}
