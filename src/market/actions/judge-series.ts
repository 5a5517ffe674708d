/**
 * Raw bars and the actions known of them, judged against each other (DATA-6, C-09). Sources err on both sides: a
 * split is listed a day early or twice, a print stands at a quarter of its price.
 *
 * An action whose price does not move with it is refused, and so is one that seems to be another company's. A bar
 * that leaps away from the last good one with no action behind it is quarantined; when the next bar agrees with
 * it, it was a genuine leap and the series goes on from there. Only the past and the bar itself decide, so a
 * backtest sees what a live gatekeeper would have let by.
 */
import { type CorporateAction, ratioOf } from "../../domain/corporate-action.ts";
import { type DayNumber, isoDate } from "../../domain/time.ts";
import { JUMP_LOG_LIMIT } from "../gatekeeper/jump.ts";
import { anotherCompany, isInHole, TELLABLE } from "./same-company.ts";

/** Bars of one symbol in order of time. `day` = New York session date of each. */
export interface RawBars {
  readonly day: ArrayLike<number>;
  readonly open: ArrayLike<number>;
  readonly close: ArrayLike<number>;
}

/** An action with the place where it happens: between `row - 1` and `row`. */
export interface PlacedAction {
  readonly action: CorporateAction;
  readonly row: number;
  /** Last good close before it, dollars; the source's own reference price when it gave one. */
  readonly reference: number;
}

export interface RefusedAction {
  readonly action: CorporateAction;
  readonly reason: string;
  /** These bars were silent around it: others may know better. */
  readonly isInHole: boolean;
}

export interface QuarantinedBar {
  readonly row: number;
  readonly day: DayNumber;
  readonly close: number;
  readonly before: number;
  /** True when the next bar agreed with it: an unexplained leap, perhaps an action that no source lists. */
  isLeap: boolean;
}

export interface JudgedSeries {
  /** In order of time, each with a bar on either side. */
  readonly actions: readonly PlacedAction[];
  readonly refused: readonly RefusedAction[];
  readonly quarantined: readonly QuarantinedBar[];
}

/** How far an opening may be from what a distribution leaves, in logs. */
const CASH_TOLERANCE = 0.15;

/** `actions` of this symbol, in order of ex-date. */
export function judgeSeries(bars: RawBars, actions: readonly CorporateAction[]): JudgedSeries {
  const placed: PlacedAction[] = [];
  const refused: RefusedAction[] = [];
  const quarantined: QuarantinedBar[] = [];
  let next = 0;
  let last = Number.NaN;
  let suspect: { readonly close: number } | undefined;
  for (let row = 0; row < bars.close.length; row++) {
    for (; next < actions.length && (actions[next] as CorporateAction).exDate <= bars.day[row]!; next++) {
      const action = actions[next] as CorporateAction;
      // Nothing before it in these bars: what happened then moved no price that anybody sees.
      if (Number.isNaN(last)) continue;
      const around = {
        dayBefore: bars.day[row - 1]!,
        dayAfter: bars.day[row]!,
        closes: suspect === undefined ? [last] : [last, suspect.close],
      };
      const reason = anotherCompany(action, around) ?? contradiction(action, last, bars.open[row]!);
      if (reason === undefined) {
        placed.push({ action, row, reference: last });
        last = priceAfter(action, last);
        if (suspect !== undefined) suspect = { close: priceAfter(action, suspect.close) };
      } else refused.push({ action, reason, isInHole: isInHole(action, around) });
    }
    const close = bars.close[row]!;
    const isNear = Number.isNaN(last) || gap(close, last) <= JUMP_LOG_LIMIT;
    const agrees = suspect !== undefined && gap(close, suspect.close) <= JUMP_LOG_LIMIT;
    if (isNear || agrees) {
      // Near to both: it vouches for the one it is nearer to.
      const leap = quarantined.at(-1);
      if (suspect !== undefined && leap !== undefined)
        leap.isLeap = gap(close, suspect.close) < gap(close, last);
      last = close;
      suspect = undefined;
      continue;
    }
    const day = bars.day[row]! as DayNumber;
    quarantined.push({ row, day, close, before: last, isLeap: false });
    suspect = { close };
  }
  return { actions: placed, refused, quarantined };
}

/** What a price of the close before is after the action, dollars. */
export function priceAfter(action: CorporateAction, price: number): number {
  return price * priceFactor(action, Number.isNaN(action.reference) ? price : action.reference);
}

/** What earlier prices are multiplied with, given the close of the session before in dollars. */
export function priceFactor(action: CorporateAction, reference: number): number {
  return action.kind === "split" ? 1 / ratioOf(action) : 1 - action.cashPerShare / reference;
}

/** Why the prices speak against the action; undefined when they do not. */
function contradiction(action: CorporateAction, before: number, open: number): string | undefined {
  const after = priceAfter(action, before);
  if (!(after > 0)) {
    return `${action.cashPerShare} a share is more than the close before, ${before}`;
  }
  const expected = Math.log(after / before);
  if (Math.abs(expected) < TELLABLE) return undefined;
  const allowed = action.kind === "split" ? Math.abs(expected) / 2 : CASH_TOLERANCE;
  const found = Math.log(open / before);
  if (Math.abs(found - expected) <= allowed) return undefined;
  return (
    `close ${before} before, open ${open} on ${isoDate(action.exDate)}: ` +
    `the action would have made it ${after.toFixed(2)}`
  );
}

const gap = (price: number, other: number): number => Math.abs(Math.log(price / other));
