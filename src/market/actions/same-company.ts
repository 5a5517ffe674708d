/**
 * Whether an action belongs to the company whose bars these are (DATA-6). Tickers are used again: a list of actions
 * by ticker may tell of a company that had the name before, or while the bars have a hole. Two things give it away:
 * the bars were silent around the ex-date, or the source saw another close on the day before.
 */
import { type CorporateAction, ratioOf } from "../../domain/corporate-action.ts";
import { isoDate } from "../../domain/time.ts";

/** Calendar days: twice the longest closure of the exchange since 1933, 2001-09-10 to 09-17. */
const SILENCE_DAYS = 14;
/** How far the source's close of the day before may be from that of the bars, in logs: after-hours and rounding. */
const REFERENCE_TOLERANCE = 0.25;
/** Moves smaller than this, in logs, drown in an ordinary day: they are believed unseen, and vouch for nothing. */
export const TELLABLE = 0.2;

/** The bars around an ex-date: session days of the last one before it and of the first one that trades ex. */
export interface Around {
  readonly dayBefore: number;
  readonly dayAfter: number;
  /** Closes before it that may be right, dollars: the last good one, and one that is under suspicion. */
  readonly closes: readonly number[];
}

/** What the move of the price over the ex-date would be by the action alone, in logs. */
function expectedMove({ kind, cashPerShare, ...ratio }: CorporateAction, close: number): number {
  return kind === "split" ? -Math.log(ratioOf(ratio)) : Math.log(1 - cashPerShare / close);
}

/** True when the bars were silent for so long around it that nobody knows whether the company is the same. */
export function isInHole({ exDate }: CorporateAction, { dayBefore, dayAfter }: Around): boolean {
  return exDate - dayBefore > SILENCE_DAYS || dayAfter - exDate > SILENCE_DAYS;
}

/** Why the action seems to be another company's; undefined when nothing says so. */
export function anotherCompany(action: CorporateAction, around: Around): string | undefined {
  const { dayBefore, dayAfter, closes } = around;
  if (isInHole(action, around)) {
    // A move that large is looked for in the prices afterwards, hole or not.
    const [close = Number.NaN] = closes;
    if (Math.abs(expectedMove(action, close)) >= TELLABLE) return undefined;
    return (
      `no bar within ${SILENCE_DAYS} days of ${isoDate(action.exDate)}, the bars around it are of ` +
      `${isoDate(dayBefore as typeof action.exDate)} and ${isoDate(dayAfter as typeof action.exDate)}: ` +
      "the ticker may have been another company's"
    );
  }
  const { reference } = action;
  const isNear = (close: number) => Math.abs(Math.log(reference / close)) <= REFERENCE_TOLERANCE;
  if (Number.isNaN(reference) || closes.some(isNear)) return undefined;
  return (
    `its source had a close of ${reference} before ${isoDate(action.exDate)}, the bars have ${closes[0]}: ` +
    "another company's, or prices on another basis"
  );
}
