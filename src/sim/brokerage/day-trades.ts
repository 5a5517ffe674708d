/**
 * Round trips within one session, for the rule that ended in June 2026: the fourth in five sessions is refused to
 * whoever has less than 25,000 dollars.
 */
import type { InstrumentId } from "../../domain/instrument.ts";
import { MICROS } from "../../domain/money.ts";
import type { DayNumber } from "../../domain/time.ts";

const FLOOR = 25_000 * MICROS;
const MOST_TRADES = 3;
const SESSIONS = 5;

export class DayTrades {
  readonly #openedOn = new Map<InstrumentId, DayNumber>();
  /** The sessions that had fills, ascending, and the closing orders of day trades in each. */
  readonly #sessions: { readonly day: DayNumber; readonly orders: Set<string> }[] = [];

  filled(instrument: InstrumentId, day: DayNumber, order: { id: string; isOpening: boolean }): void {
    if (order.isOpening) this.#openedOn.set(instrument, day);
    else if (this.#openedOn.get(instrument) === day) this.#of(day).add(order.id);
  }

  /** A session begins: it counts among the five, traded or not. */
  begin(day: DayNumber): void {
    this.#of(day);
  }

  /** True when closing `instrument` now would be one day trade too many. */
  refuses(instrument: InstrumentId, day: DayNumber, equity: number): boolean {
    if (equity >= FLOOR || this.#openedOn.get(instrument) !== day) return false;
    const recent = this.#sessions.slice(-SESSIONS);
    return recent.reduce((sum, { orders }) => sum + orders.size, 0) >= MOST_TRADES;
  }

  #of(day: DayNumber): Set<string> {
    const last = this.#sessions.at(-1);
    if (last?.day === day) return last.orders;
    const orders = new Set<string>();
    this.#sessions.push({ day, orders });
    return orders;
  }
}
