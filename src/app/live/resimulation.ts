/**
 * The other half of parity (BACK-4): the same run with the backtest's venue in the broker's place. Orders leave when
 * they left, and meet the recorded bars; what came out otherwise, and what it was worth, is listed. So a reader sees
 * what the backtest's model of fills would have made of a day that was traded.
 */
import { InputError } from "../../domain/assert.ts";
import type { InstrumentId } from "../../domain/instrument.ts";
import { type OrderNumber, purposeNames, type Side, sideName } from "../../domain/order.ts";
import {
  type DayNumber,
  type EpochMicros,
  isoDate,
  isoInstant,
  MICROS_PER_MINUTE,
} from "../../domain/time.ts";
import type { ExecuteStage } from "../../engine/execute.ts";
import { FillField } from "../../engine/fill-table.ts";
import { OrderField } from "../../execution/order-table.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import { SimulatedVenue } from "../../sim/venue.ts";
import { requireUnaltered } from "./parity.ts";
import { ParityLoop } from "./parity-loop.ts";
import {
  DifferenceList,
  type Names,
  namesOf,
  type ParityCause,
  type ParityPnl,
  type ParityResult,
} from "./parity-terms.ts";
import { findRun, type RecordedRun, type RunChoice } from "./recorded-run.ts";

/** Throws InputError (exit 1) when there is no such run, or its record was altered. */
export function resimulate(choice: RunChoice): ParityResult {
  const recorded = findRun(choice);
  requireUnaltered(recorded);
  const { date } = choice;
  const [real, other] = [
    new CountedResult(recorded.terms.cash, date),
    new CountedResult(recorded.terms.cash, date),
  ];
  const lived = new ParityLoop(recorded, { valued: (execute, { at }) => real.valued(at, execute) });
  lived.run();
  const simulated = simulatedLoop(recorded, other);
  simulated.run();
  if (date !== undefined && real.minutes === 0)
    throw new InputError(`--date ${isoDate(date)}: run ${recorded.run} has no minute of that day`, 1);
  const names = namesOf(recorded.terms, recorded.instruments);
  const found = new DifferenceList();
  const orders = compare(
    filledOrders(lived.execute, date),
    filledOrders(simulated.execute, date),
    names,
    found,
  );
  return {
    run: recorded.run,
    mode: "simulated fills",
    decisions: real.minutes,
    orders,
    identical: found.found === 0,
    differences: found.kept,
    differencesFound: found.found,
    pnl: pnlOf(real.dollars, other.dollars),
  };
}

function simulatedLoop(recorded: RecordedRun, result: CountedResult): ParityLoop {
  const { terms, instruments } = recorded;
  const { symbols } = instruments;
  // It asks who holds what only once the loop is there.
  const books: { execute?: ExecuteStage } = {};
  const held = (instrument: InstrumentId) => books.execute?.portfolio.shares(instrument) ?? 0;
  const venue = new SimulatedVenue(symbols.length, terms.config.costs, xnysSessions(), { symbols, held });
  const loop = new ParityLoop(recorded, { valued: (execute, { at }) => result.valued(at, execute) }, venue);
  books.execute = loop.execute;
  return loop;
}

/** What was won in the part of the run that is counted. */
class CountedResult {
  readonly #date: DayNumber | undefined;
  #before: number;
  #last = Number.NaN;
  minutes = 0;

  constructor(cash: number, date: DayNumber | undefined) {
    this.#before = cash;
    this.#date = date;
  }

  valued(at: EpochMicros, { portfolio }: ExecuteStage): void {
    if (this.#date === undefined || newYorkDay(at) === this.#date) {
      this.minutes += 1;
      this.#last = portfolio.equity;
    } else if (newYorkDay(at) < this.#date) this.#before = portfolio.equity;
  }

  /** Dollars; 0 when nothing was counted. */
  get dollars(): number {
    return this.minutes === 0 ? 0 : this.#last - this.#before;
  }
}

const pnlOf = (recorded: number, simulated: number): ParityPnl => ({
  recorded: cents(recorded),
  simulated: cents(simulated),
  difference: cents(simulated - recorded),
});

const cents = (dollars: number): number => Math.round(dollars * 100) / 100;

/** An order and what it came to. Shares and dollars per share. */
interface FilledOrder {
  readonly decidedAt: number;
  readonly strategy: number;
  readonly instrument: number;
  readonly side: Side;
  readonly purpose: number;
  readonly filled: number;
  readonly price: number;
  /** Of its first fill; NaN without one. */
  readonly at: number;
}

function filledOrders({ orders, fills }: ExecuteStage, date: DayNumber | undefined): FilledOrder[] {
  const firstFill = new Map<number, number>();
  for (let n = 0; n < fills.length; n++) {
    const order = fills.get(n, FillField.order);
    if (!firstFill.has(order)) firstFill.set(order, fills.get(n, FillField.at));
  }
  const all = Array.from({ length: orders.length }, (_, n): FilledOrder => {
    const order = n as OrderNumber;
    return {
      decidedAt: orders.get(order, OrderField.decidedAt),
      strategy: orders.strategy(order),
      instrument: orders.instrument(order),
      side: orders.side(order),
      purpose: orders.purpose(order),
      filled: orders.get(order, OrderField.filled),
      price: orders.get(order, OrderField.averagePrice),
      at: firstFill.get(n) ?? Number.NaN,
    };
  });
  return all.filter(({ decidedAt }) => date === undefined || newYorkDay(decidedAt as EpochMicros) === date);
}

/** Returns how many orders filled in either. Orders are the same when they were decided in the same minute. */
function compare(
  recorded: readonly FilledOrder[],
  simulated: readonly FilledOrder[],
  names: Names,
  found: DifferenceList,
): number {
  const others = new Map<string, FilledOrder[]>();
  for (const order of simulated) others.set(keyOf(order), [...(others.get(keyOf(order)) ?? []), order]);
  let compared = 0;
  const add = (order: FilledOrder, cause: ParityCause, was: string | null, is: string | null) =>
    found.add({
      what: "fill",
      at: isoInstant(order.decidedAt as EpochMicros),
      cause,
      strategy: names.strategy(order.strategy),
      symbol: names.symbol(order.instrument),
      recorded: was,
      replayed: is,
    });
  for (const order of recorded) {
    const other = others.get(keyOf(order))?.shift();
    if (order.filled === 0 && (other === undefined || other.filled === 0)) continue;
    compared += 1;
    if (other === undefined) add(order, "missing", told(order), null);
    else if (order.filled !== other.filled) add(order, "quantity", told(order), told(other));
    if (other === undefined || other.filled === 0 || order.filled === 0) continue;
    if (order.price !== other.price) add(order, "price", told(order), told(other));
    if (barOf(order.at) !== barOf(other.at)) add(order, "time", told(order), told(other));
  }
  for (const other of [...others.values()].flat()) {
    if (other.filled === 0) continue;
    compared += 1;
    add(other, "extra", null, told(other));
  }
  return compared;
}

const minuteOf = (at: number): number => Math.floor(at / MICROS_PER_MINUTE);
/** The venue of arithmetic stamps a fill with the end of its bar. */
const barOf = (at: number): number => Math.ceil(at / MICROS_PER_MINUTE);

const keyOf = ({ decidedAt, strategy, instrument, side, purpose }: FilledOrder): string =>
  `${strategy} ${instrument} ${side} ${purpose} ${minuteOf(decidedAt)}`;

function told({ side, purpose, filled, price, at }: FilledOrder): string {
  const what = `${purposeNames[purpose]} ${sideName(side)}`;
  return filled === 0
    ? `${what}: not filled`
    : `${what} ${filled} at ${price}, ${isoInstant(at as EpochMicros)}`;
}
