/**
 * What the blocked entries would have made: the risk system's own account (RISK-6). Each refused entry, and the
 * refused part of each trimmed one, is followed on paper through the bars after it.
 *
 * SH-1  It decides nothing and no decision reads it.
 * SH-2  An entry is filled as the simulated venue would at the next bar of its instrument, or never. It leaves at
 *       its stop (assumed before the target when a bar reaches both, and at the open when that gapped through),
 *       at its target, or at the close of its last bar: strategies do not manage what they do not hold.
 * SH-3  Before costs, so that a saving is understated by what the trade would have paid.
 * SH-4  A split or a dividend restates it as the venue restates an order (CA-3); it is paid dividends, or owes them.
 */
import type { BarBatch } from "../domain/bars.ts";
import { ratioOf } from "../domain/corporate-action.ts";
import type { CorporateActionEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { Side } from "../domain/order.ts";
import { exitPrice, fillPrice, restatePrices } from "./bar-fill.ts";

export interface BlockedEntry {
  /** What blocked it. */
  readonly rule: string;
  readonly instrument: InstrumentId;
  readonly side: Side;
  /** Shares that did not trade, positive. */
  readonly shares: number;
  /** Dollars per share; NaN for none. */
  readonly limit: number;
  readonly stop: number;
  readonly target: number;
  /** Bars it is held at most; 0 for the default. */
  readonly timeStopBars: number;
}

/** Dollars, both zero or positive, of all blocked entries that are over. */
export interface ShadowOutcome {
  /** What blocking the losers kept. */
  readonly saved: number;
  /** What blocking the winners gave away. */
  readonly cost: number;
  readonly trades: number;
}

/** About a month of daily bars: without a time stop of its own no entry is followed longer. */
const DEFAULT_BARS = 20;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

interface Shadow extends Mutable<BlockedEntry> {
  /** Dollars per share; NaN until it fills. */
  entry: number;
  held: number;
}

export class ShadowTrades {
  readonly #open: Shadow[] = [];
  readonly #outcomes = new Map<string, { saved: number; cost: number; trades: number }>();

  blocked(entry: BlockedEntry): void {
    this.#open.push({ ...entry, entry: Number.NaN, held: 0 });
  }

  /** Moves on by one batch. Comes before the decisions on it, so that no entry meets the bar it was decided on. */
  bars(batch: BarBatch): void {
    const open = this.#open;
    if (open.length === 0) return;
    let kept = 0;
    for (let n = 0; n < open.length; n++) {
      const shadow = open[n]!;
      if (!this.#isOver(shadow, batch)) open[kept++] = shadow;
    }
    open.length = kept;
  }

  /** Comes before the first bar of the ex-date, so what was blocked on the last bar before it follows too. */
  action(event: CorporateActionEvent): void {
    for (const shadow of this.#open) if (shadow.instrument === event.instrument) restate(shadow, event);
  }

  outcome(rule: string): ShadowOutcome {
    return this.#outcomes.get(rule) ?? { saved: 0, cost: 0, trades: 0 };
  }

  #isOver(shadow: Shadow, batch: BarBatch): boolean {
    const row = rowOf(batch, shadow.instrument);
    if (row < 0) return false;
    const { open, high, low, close } = batch.columns;
    const [o, h, l] = [open[row]!, high[row]!, low[row]!];
    const isNew = Number.isNaN(shadow.entry);
    if (isNew) {
      shadow.entry = fillPrice(shadow, o, h, l);
      if (Number.isNaN(shadow.entry)) return true;
    } else shadow.held += 1;
    const exit = exitPrice(shadow, isNew ? shadow.entry : o, h, l, isNew);
    const last = shadow.held + 1 >= (shadow.timeStopBars || DEFAULT_BARS);
    if (Number.isNaN(exit) && !last) return false;
    this.#close(shadow, Number.isNaN(exit) ? close[row]! : exit);
    return true;
  }

  #close({ rule, side, shares, entry }: Shadow, exit: number): void {
    const outcome = this.#outcomes.get(rule) ?? { saved: 0, cost: 0, trades: 0 };
    this.#outcomes.set(rule, outcome);
    const profit = side * shares * (exit - entry);
    outcome.trades += 1;
    if (profit < 0) outcome.saved -= profit;
    else outcome.cost += profit;
  }
}

function restate(shadow: Shadow, event: CorporateActionEvent): void {
  restatePrices(shadow, event);
  if (event.kind === "SharesSplit") {
    const ratio = ratioOf(event);
    shadow.shares *= ratio;
    shadow.entry /= ratio;
    return;
  }
  // Paid to a long and owed by a short: as if it had entered without the right to it.
  shadow.entry -= event.perShare;
}

function rowOf({ columns: { instrument }, from, to }: BarBatch, wanted: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (instrument[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low < to && instrument[low] === wanted ? low : -1;
}
