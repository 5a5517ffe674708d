/**
 * Triple-barrier labels (LEARN-2, QUANT d8; López de Prado 2018, chapter 3): which comes first after a decision, the
 * profit barrier, the stop, or the end of the horizon.
 *
 * What the bars leave open is decided against us. A bar that touches both barriers counts as the stop. A bar that
 * opens beyond a barrier is filled at its open, not at the barrier. A delisting pays its delisting return.
 */
import { InputError } from "../../domain/assert.ts";
import { numberWithin, sameLength, wholeWithin } from "../allowed.ts";
import { type BarPath, type Entry, entryPrice, lastCloseUpTo, requirePath } from "./bar-path.ts";
import type { LabelSpans } from "./label-spans.ts";

export interface BarrierTerms {
  /**
   * Distance of the profit barrier in deviations of log price, above 0: at entry * exp(side * profit * deviation).
   */
  readonly profit: number;
  /** The same for the stop, on the other side. */
  readonly stop: number;
  /** Bars from the decision to the close that ends it, from 1 up. */
  readonly horizon: number;
  readonly entry: Entry;
  /**
   * `range`: highs and lows touch, and fills are at the barrier or at a gap's open. `close`: only closes, at the
   * close.
   */
  readonly touch: "range" | "close";
  /** Label of an end without a touch: 0, or the sign of what the side had made by then. */
  readonly atEnd: "zero" | "sign";
}

/** Decisions on one instrument, in strictly ascending order of bars. */
export interface BarrierEvents {
  readonly bar: Int32Array;
  /** +1 long, -1 short. */
  readonly side: Int8Array;
  /** Deviation of log returns over the horizon that the distances are multiples of, above 0. */
  readonly deviation: Float64Array;
  /** Price of a stop that rests where it was decided, wherever the entry is; NaN or absent: by distance. */
  readonly stop?: Float64Array;
}

export type BarrierEnd = "profit" | "stop" | "horizon" | "delisted";

/**
 * One row per labelled event, in the order given. Events whose horizon ends past the last bar are left out at the
 * end of the list, those that have touched too: keeping only the touched would fill the last bars with quick
 * outcomes.
 */
export interface BarrierLabels {
  readonly spans: LabelSpans;
  /** +1 the side won, -1 it lost, 0 neither. */
  readonly label: Int8Array;
  /** Simple return of the side from entry to exit, gross of costs. */
  readonly sideReturn: Float64Array;
  readonly ended: readonly BarrierEnd[];
}

/**
 * Costs events times horizon steps at most. Throws InputError on a bad path, terms or events, and on an event
 * without a valid entry price or deviation: leave such events out before, for the same reason for which no order
 * would be sent.
 */
export function tripleBarrier(path: BarPath, events: BarrierEvents, terms: BarrierTerms): BarrierLabels {
  requirePath(path);
  requireTerms(terms);
  requireEvents(path, events);
  const known = labelledCount(path, events.bar, terms);
  const end = new Int32Array(known);
  const label = new Int8Array(known);
  const sideReturn = new Float64Array(known);
  const ended: BarrierEnd[] = [];
  for (let i = 0; i < known; i++) {
    const side = events.side[i]!;
    const entry = entryPrice(path, events.bar[i]!, terms.entry);
    if (!(entry > 0)) {
      throw new InputError(`events.bar ${events.bar[i]} has no valid ${terms.entry} price to enter at`);
    }
    const barriers = barriersOf(entry, side, events.deviation[i]!, terms, events.stop?.[i]);
    const exit = exitOf(path, barriers, events.bar[i]!, terms);
    end[i] = exit.bar;
    sideReturn[i] = side * (exit.price / entry - 1);
    label[i] = labelOf(exit.ended, sideReturn[i]!, terms);
    ended.push(exit.ended);
  }
  return { spans: { start: events.bar.slice(0, known), end }, label, sideReturn, ended };
}

function labelOf(ended: BarrierEnd, made: number, { atEnd }: BarrierTerms): number {
  if (ended === "profit") return 1;
  if (ended === "stop") return -1;
  return ended === "horizon" && atEnd === "zero" ? 0 : Math.sign(made);
}

interface Barriers {
  readonly profit: number;
  readonly stop: number;
  readonly side: number;
}

const barriersOf = (
  entry: number,
  side: number,
  deviation: number,
  terms: BarrierTerms,
  own = Number.NaN,
): Barriers => ({
  profit: entry * Math.exp(side * terms.profit * deviation),
  stop: Number.isNaN(own) ? entry * Math.exp(-side * terms.stop * deviation) : own,
  side,
});

interface Exit {
  readonly bar: number;
  readonly price: number;
  readonly ended: BarrierEnd;
}

function exitOf(path: BarPath, barriers: Barriers, decided: number, terms: BarrierTerms): Exit {
  const bars = path.close.length;
  const last = decided + terms.horizon;
  for (let bar = decided + 1; bar <= Math.min(last, bars - 1); bar++) {
    // A comparison with NaN is false: a bar without prices touches nothing.
    const exit = terms.touch === "close" ? closeTouch(path, barriers, bar) : rangeTouch(path, barriers, bar);
    if (exit !== undefined) return exit;
  }
  const floor = terms.entry === "close" ? decided - 1 : decided;
  const close = lastCloseUpTo(path, last, floor);
  if (last < bars) return { bar: last, price: close, ended: "horizon" };
  return { bar: bars, price: close * (1 + (path.delistingReturn ?? Number.NaN)), ended: "delisted" };
}

function closeTouch(path: BarPath, { profit, stop, side }: Barriers, bar: number): Exit | undefined {
  const price = path.close[bar]!;
  if (side * price <= side * stop) return { bar, price, ended: "stop" };
  if (side * price >= side * profit) return { bar, price, ended: "profit" };
  return undefined;
}

function rangeTouch(path: BarPath, { profit, stop, side }: Barriers, bar: number): Exit | undefined {
  const open = path.open[bar]!;
  const worst = side > 0 ? path.low[bar]! : path.high[bar]!;
  const best = side > 0 ? path.high[bar]! : path.low[bar]!;
  if (side * open <= side * stop) return { bar, price: open, ended: "stop" };
  if (side * open >= side * profit) return { bar, price: open, ended: "profit" };
  if (side * worst <= side * stop) return { bar, price: stop, ended: "stop" };
  if (side * best >= side * profit) return { bar, price: profit, ended: "profit" };
  return undefined;
}

/** Events are in order, so those whose horizon is known stand first. */
function labelledCount(path: BarPath, bars: Int32Array, { horizon, entry }: BarrierTerms): number {
  const last = path.close.length - 1;
  const latest = path.delistingReturn === undefined ? last - horizon : entry === "close" ? last : last - 1;
  let count = 0;
  while (count < bars.length && bars[count]! <= latest) count += 1;
  return count;
}

function requireTerms({ profit, stop, horizon }: BarrierTerms): void {
  numberWithin("profit", profit, { from: Number.MIN_VALUE, to: 1_000 });
  numberWithin("stop", stop, { from: Number.MIN_VALUE, to: 1_000 });
  wholeWithin("horizon", horizon, { from: 1, to: 100_000 });
}

function requireEvents(path: BarPath, { bar, side, deviation, stop }: BarrierEvents): void {
  sameLength("events.side", side.length, "events.bar", bar.length);
  sameLength("events.deviation", deviation.length, "events.bar", bar.length);
  if (stop !== undefined) sameLength("events.stop", stop.length, "events.bar", bar.length);
  for (let i = 0; i < bar.length; i++) {
    wholeWithin(`events.bar of row ${i}`, bar[i]!, {
      from: i === 0 ? 0 : bar[i - 1]! + 1,
      to: path.close.length - 1,
    });
    if (side[i] !== 1 && side[i] !== -1)
      throw new InputError(`events.side ${side[i]} of row ${i} is not 1 or -1`);
    if (!(deviation[i]! > 0 && deviation[i]! < Infinity)) {
      throw new InputError(`events.deviation ${deviation[i]} of row ${i} is not a positive number`);
    }
  }
}
