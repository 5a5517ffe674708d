/**
 * The checkers' own account: positions, cash, orders and round trips folded from the stream of events and commands,
 * the slow and obvious way, without asking the engine for a sum. One accessor is the engine's: which strategy an
 * order belongs to, because no command says so.
 */
import type { BarBatch } from "../../domain/bars.ts";
import type { EngineEvent, OperatorActed, OrderFilled } from "../../domain/events.ts";
import { type OrderNumber, Purpose, type Side } from "../../domain/order.ts";
import type { SessionTable } from "../../domain/session.ts";
import { sessionIndexAt } from "../../domain/session.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { Command } from "../../engine/ports.ts";
import type { ApprovedOrder } from "../../risk/gate.ts";
import { STARTING_CASH } from "./engine-build.ts";

/** Half a nano-share. */
export const NOTHING = 5e-10;

export interface BookOrder {
  readonly number: OrderNumber;
  readonly strategy: number;
  readonly instrument: number;
  readonly side: Side;
  readonly purpose: Purpose;
  /** Of an approved order; a leg has those of its entry. */
  readonly shares: number;
  readonly limit: number;
  readonly reference: number;
  readonly parent: OrderNumber | undefined;
  filled: number;
  hasEnded: boolean;
}

export interface RoundTrip {
  readonly strategy: number;
  /** Dollars, net of costs. */
  readonly pnl: number;
}

interface OpenTrip {
  paid: number;
}

export interface BookParts {
  readonly strategies: number;
  readonly instruments: number;
  readonly sessions: SessionTable;
  strategyOf(order: OrderNumber): number;
}

export class Book {
  readonly #parts: BookParts;
  readonly #fillsSeen = new Set<string>();
  readonly #trips: OpenTrip[];
  readonly orders: (BookOrder | undefined)[] = [];
  readonly positions: number[];
  readonly lots: number[];
  readonly marks: number[];
  readonly markedAt: number[];
  readonly trips: RoundTrip[] = [];
  cashMicros = BigInt(STARTING_CASH) * 1_000_000n;
  /** Fills that count, each once. */
  fills = 0;
  isBarred = false;
  /** Since a halt that nobody has lifted. */
  isHalted = false;
  /** Close of the last minute. */
  at = Number.NEGATIVE_INFINITY as EpochMicros;
  session = -1;
  sessionChanged = false;
  /** At the closes of the last minute. */
  equity = STARTING_CASH;
  dayBase = STARTING_CASH;
  dayHigh = STARTING_CASH;
  /** Of the last event: the fill that counted, and the position of its lot before it. */
  fill: BookOrder | undefined;
  before = 0;

  constructor(parts: BookParts) {
    const { strategies, instruments } = parts;
    this.#parts = parts;
    this.positions = new Array<number>(instruments).fill(0);
    this.marks = new Array<number>(instruments).fill(Number.NaN);
    this.markedAt = new Array<number>(instruments).fill(Number.NaN);
    this.lots = new Array<number>(strategies * instruments).fill(0);
    this.#trips = Array.from({ length: strategies * instruments }, () => ({ paid: 0 }));
  }

  lotOf({ strategy, instrument }: Pick<BookOrder, "strategy" | "instrument">): number {
    return strategy * this.#parts.instruments + instrument;
  }

  event(event: EngineEvent): void {
    this.fill = undefined;
    this.sessionChanged = false;
    switch (event.kind) {
      case "BarsClosed":
        this.#bars(event.bars);
        return;
      case "OperatorActed":
        this.#operator(event);
        return;
      case "OrderFilled":
        this.#filled(event);
        return;
      case "OrderCanceled":
      case "OrderExpired":
      case "OrderRejected": {
        const order = this.orders[event.order];
        if (order !== undefined) order.hasEnded = true;
        return;
      }
      default:
    }
  }

  /** Takes down what was asked of the venue; a bracket's legs come with their entry. */
  command(command: Command): void {
    if (command.kind !== "PlaceOrder") return;
    const { order } = command;
    this.#add(order, order.number, order.purpose, undefined);
    if (order.purpose !== Purpose.Entry) return;
    const { stopOrder, targetOrder } = order.bracket ?? {};
    if (stopOrder !== undefined) this.#add(order, stopOrder, Purpose.StopLoss, order.number);
    if (targetOrder !== undefined) this.#add(order, targetOrder, Purpose.TakeProfit, order.number);
  }

  /** Cash and positions at the last closes, dollars. */
  value(): number {
    let value = Number(this.cashMicros) / 1e6;
    for (const [i, held] of this.positions.entries())
      if (held !== 0) value += held * (this.marks[i] as number);
    return value;
  }

  /** A working order that closes the lot; undefined when there is none. Protective orders do not count. */
  closing(lot: number): OrderNumber | undefined {
    return this.#working(lot, [Purpose.Exit, Purpose.Flatten]);
  }

  entering(lot: number): OrderNumber | undefined {
    return this.#working(lot, [Purpose.Entry]);
  }

  /** Dollars that working entries will take when they fill. */
  get workingGross(): number {
    let gross = 0;
    for (const order of this.orders) {
      if (order === undefined || order.hasEnded || order.purpose !== Purpose.Entry) continue;
      gross += (order.shares - order.filled) * (Number.isNaN(order.limit) ? order.reference : order.limit);
    }
    return gross;
  }

  #working(lot: number, purposes: readonly Purpose[]): OrderNumber | undefined {
    for (const order of this.orders) {
      if (order === undefined || order.hasEnded || !purposes.includes(order.purpose)) continue;
      if (order.shares - order.filled > NOTHING && this.lotOf(order) === lot) return order.number;
    }
    return undefined;
  }

  #add(order: ApprovedOrder, number: OrderNumber, purpose: Purpose, parent: OrderNumber | undefined): void {
    this.orders[number] = {
      number,
      strategy: this.#parts.strategyOf(order.number),
      instrument: order.instrument,
      side: (parent === undefined ? order.side : -order.side) as Side,
      purpose,
      shares: order.shares,
      limit: order.limit,
      reference: this.marks[order.instrument] as number,
      parent,
      filled: 0,
      hasEnded: false,
    };
  }

  #bars({ at, from, to, columns }: BarBatch): void {
    const session = sessionIndexAt(this.#parts.sessions, at);
    this.sessionChanged = session !== this.session;
    this.session = session;
    this.at = at;
    for (let row = from; row < to; row++) {
      const i = columns.instrument[row]!;
      this.marks[i] = columns.close[row]!;
      this.markedAt[i] = at;
    }
    if (this.sessionChanged) {
      this.dayBase = this.equity;
      this.dayHigh = this.equity;
    }
    this.equity = this.value();
    this.dayHigh = Math.max(this.dayHigh, this.equity);
  }

  #operator({ action }: OperatorActed): void {
    this.isBarred = action !== "resume";
    this.isHalted = action === "halt" || (this.isHalted && action !== "resume");
  }

  #filled({ order: number, fillId, quantity, price, costs }: OrderFilled): void {
    const order = this.orders[number];
    const key = `${number}/${fillId}`;
    if (order === undefined || this.#fillsSeen.has(key)) return;
    this.#fillsSeen.add(key);
    this.fills += 1;
    const shares = quantity / 1e9;
    const amount = (BigInt(price) * BigInt(quantity) + 500_000_000n) / 1_000_000_000n;
    this.cashMicros -= BigInt(order.side) * amount + BigInt(costs.commission) + BigInt(costs.regulatory);
    order.filled += shares;
    const lot = this.lotOf(order);
    this.fill = order;
    this.before = this.lots[lot] as number;
    const after = settled(this.before + order.side * shares);
    this.lots[lot] = after;
    this.positions[order.instrument] = settled(
      (this.positions[order.instrument] as number) + order.side * shares,
    );
    this.#trip(
      lot,
      order,
      (order.side * shares * price) / 1e6,
      (costs.commission + costs.regulatory) / 1e6,
      after,
    );
  }

  /** What a lot paid from flat to flat; a fill that turns it around is shared out between both trips. */
  #trip(lot: number, { strategy }: BookOrder, paid: number, costs: number, after: number): void {
    const trip = this.#trips[lot] as OpenTrip;
    const turns = this.before !== 0 && after !== 0 && this.before > 0 !== after > 0;
    const part = turns ? Math.abs(this.before) / (Math.abs(this.before) + Math.abs(after)) : 1;
    trip.paid += (paid + costs) * part;
    if (after !== 0 && !turns) return;
    this.trips.push({ strategy, pnl: -trip.paid });
    trip.paid = (paid + costs) * (1 - part);
  }
}

const settled = (shares: number): number => (Math.abs(shares) < NOTHING ? 0 : shares);
