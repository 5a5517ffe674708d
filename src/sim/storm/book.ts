/**
 * The checkers' own account: positions, cash, orders and round trips folded from the stream of events and commands,
 * the slow and obvious way, without asking the engine for a sum. Two things are the engine's, because no command says
 * so: which strategy an order belongs to, and what strategies traded with each other (ENS-1), of which the book asks
 * that it moves nothing of the account.
 */
import type { BarBatch } from "../../domain/bars.ts";
import type { EngineEvent, OperatorActed, OrderFilled } from "../../domain/events.ts";
import { type OrderNumber, Purpose, type Side } from "../../domain/order.ts";
import type { SessionTable } from "../../domain/session.ts";
import { sessionIndexAt } from "../../domain/session.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { MICROS_PER_MINUTE } from "../../domain/time.ts";
import { FillField, type FillTable } from "../../engine/fill-table.ts";
import type { Command } from "../../engine/ports.ts";
import { splitAmount, splitFill } from "../../execution/fill-split.ts";
import type { OrderTable } from "../../execution/order-table.ts";
import type { ApprovedOrder } from "../../risk/gate.ts";
import { broken } from "./check.ts";
import { STARTING_CASH } from "./engine-build.ts";

/** Half a nano-share. */
export const NOTHING = 5e-10;

export interface BookOrder {
  readonly number: OrderNumber;
  readonly strategy: number;
  readonly instrument: number;
  readonly side: Side;
  readonly purpose: Purpose;
  /** Of an approved order, with what crossed; a leg has those of its entry. */
  shares: number;
  readonly limit: number;
  readonly reference: number;
  readonly parent: OrderNumber | undefined;
  filled: number;
  /** Of it, with other strategies. */
  crossed: number;
  cancelSent: boolean;
  hasEnded: boolean;
}

/** An end that knows of fills nobody was told of yet. */
interface PendingEnd {
  readonly order: OrderNumber;
  readonly filled: number;
}

/** Where the book reads what crossed. */
export interface Crossings {
  readonly fills: FillTable;
  readonly orders: OrderTable;
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
  /** Who shares the order that went by this number. */
  readonly #members: OrderNumber[][] = [];
  #early: OrderFilled[] = [];
  #pendingEnds: PendingEnd[] = [];
  #crossings = 0;
  /** What each lot got from other strategies. */
  readonly crossed: number[];
  #baseIsFixed = false;
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
    this.crossed = new Array<number>(strategies * instruments).fill(0);
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
        this.#pendingEnds.push({ order: event.order, filled: (event.filled ?? 0) / 1e9 });
        this.#end();
        return;
      }
      default:
    }
  }

  /** Takes down what was asked of the venue; a bracket's legs come with their entry. */
  command(command: Command): void {
    if (command.kind === "CancelOrder") {
      for (const number of this.members(command.order)) {
        const order = this.orders[number];
        if (order !== undefined) order.cancelSent = true;
      }
    }
    if (command.kind !== "PlaceOrder") return;
    const { order } = command;
    const members = order.members ?? [{ ...order, crossed: 0 }];
    this.#members[order.number] = members.map(({ number }) => number);
    for (const { number, shares, bracket } of members) {
      this.#add(order, number, order.purpose, undefined, shares);
      if (order.purpose !== Purpose.Entry) continue;
      const { stopOrder, targetOrder } = bracket ?? {};
      if (stopOrder !== undefined) this.#add(order, stopOrder, Purpose.StopLoss, number, shares);
      if (targetOrder !== undefined) this.#add(order, targetOrder, Purpose.TakeProfit, number, shares);
    }
  }

  /** What crossed in the step: pairs of a purchase and a sale of the same, at one price, between two strategies. */
  crossings({ fills, orders }: Crossings): void {
    let open:
      | { side: number; shares: number; price: number; instrument: number; strategy: number }
      | undefined;
    for (; this.#crossings < fills.length; this.#crossings++) {
      const get = (field: FillField) => fills.get(this.#crossings, field);
      if (get(FillField.crossed) !== 1) continue;
      const number = get(FillField.order) as OrderNumber;
      const [shares, price] = [get(FillField.shares), get(FillField.price)];
      const [side, instrument, strategy] = [
        orders.side(number),
        orders.instrument(number),
        orders.strategy(number),
      ];
      const order = this.orders[number] ?? {
        number,
        strategy,
        instrument,
        side,
        purpose: orders.purpose(number),
        shares: 0,
        limit: Number.NaN,
        reference: this.marks[instrument] as number,
        parent: undefined,
        filled: 0,
        crossed: 0,
        cancelSent: false,
        hasEnded: false,
      };
      this.orders[number] = order;
      order.shares += shares;
      order.crossed += shares;
      this.fills += 1;
      this.#book(order, shares, price, 0);
      const lot = this.lotOf(order);
      this.crossed[lot] = (this.crossed[lot] as number) + side * shares;
      if (open === undefined) {
        open = { side, shares, price, instrument, strategy };
        continue;
      }
      const fits = open.side === -side && open.shares === shares && open.price === price;
      if (!(fits && open.instrument === instrument && open.strategy !== strategy))
        broken("I-2", `order ${number} crossed ${side * shares} with nobody`);
      open = undefined;
    }
    if (open !== undefined) broken("I-2", `${open.side * open.shares} crossed with nobody`);
  }

  /** Who shares the order of this number: mostly itself. */
  members(number: OrderNumber): readonly OrderNumber[] {
    return this.#members[number] ?? [number];
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

  /** Shares that working orders are about to close. */
  closingShares(lot: number): number {
    let shares = 0;
    for (const order of this.orders) {
      if (order === undefined || order.hasEnded || this.lotOf(order) !== lot) continue;
      if (order.purpose === Purpose.Exit || order.purpose === Purpose.Flatten)
        shares += order.shares - order.filled;
    }
    return shares;
  }

  /** A protective order that works, or may: one of an entry until its end was told or it sold what that bought. */
  protecting(lot: number, canceled?: "canceled"): OrderNumber | undefined {
    for (const order of this.orders) {
      if (order === undefined || order.hasEnded || this.lotOf(order) !== lot) continue;
      if (order.purpose !== Purpose.StopLoss && order.purpose !== Purpose.TakeProfit) continue;
      if (canceled !== undefined && !order.cancelSent) continue;
      if (!this.#isSpent(order)) return order.number;
    }
    return undefined;
  }

  #isSpent(order: BookOrder): boolean {
    const entry = order.parent === undefined ? undefined : this.orders[order.parent];
    if (entry === undefined) return order.shares - order.filled < NOTHING;
    const isOver = entry.hasEnded || entry.shares - entry.filled < NOTHING;
    return isOver && order.filled > 0 && entry.filled - order.filled < NOTHING;
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

  #add(
    order: ApprovedOrder,
    number: OrderNumber,
    purpose: Purpose,
    parent: OrderNumber | undefined,
    shares: number,
  ): void {
    const before = this.orders[number];
    // An entry that crossed in part stands here already; so does nothing else.
    const crossed = before?.crossed ?? (parent === undefined ? 0 : (this.orders[parent]?.crossed ?? 0));
    this.orders[number] = {
      number,
      strategy: this.#parts.strategyOf(parent ?? number),
      instrument: order.instrument,
      side: (parent === undefined ? order.side : -order.side) as Side,
      purpose,
      shares: shares + crossed,
      limit: order.limit,
      reference: this.marks[order.instrument] as number,
      parent,
      filled: before?.filled ?? 0,
      crossed: parent === undefined ? crossed : 0,
      cancelSent: false,
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
      this.#baseIsFixed = false;
    }
    this.equity = this.value();
    // The first minute is not trusted: the base is fixed at its end, at the higher of the two (RELIABILITY 1.5).
    const open = this.#parts.sessions.open[session] as number;
    if (!this.#baseIsFixed && at >= open + MICROS_PER_MINUTE) {
      this.#baseIsFixed = true;
      this.dayBase = Math.max(this.dayBase, this.equity);
    }
    this.dayHigh = Math.max(this.dayHigh, this.equity);
  }

  #operator({ action }: OperatorActed): void {
    this.isBarred = action !== "resume";
    this.isHalted = action === "halt" || (this.isHalted && action !== "resume");
  }

  #filled(event: OrderFilled): void {
    const key = `${event.order}/${event.fillId}`;
    if (this.orders[event.order] === undefined || this.#fillsSeen.has(key)) return;
    this.#fillsSeen.add(key);
    if (this.#isEarly(event)) this.#early.push(event);
    else this.#count(event);
    this.#end();
  }

  /** The legs of an entry have sold nothing that it has not bought: such a fill counts behind the entry's. */
  #isEarly({ order: number, quantity }: OrderFilled): boolean {
    const parent = this.orders[number]?.parent;
    if (parent === undefined) return false;
    let traded = quantity / 1e9;
    for (const other of this.orders) if (other?.parent === parent) traded += other.filled;
    return traded > (this.orders[parent]?.filled ?? 0) + NOTHING;
  }

  /** A fill of a leg that waits for its entry's: when all was told, one that nobody bought for. */
  get unmatched(): OrderFilled | undefined {
    return this.#early[0];
  }

  #count({ order: number, quantity, price, costs }: OrderFilled): void {
    const first = this.orders[number] as BookOrder;
    const amount = (BigInt(price) * BigInt(quantity) + 500_000_000n) / 1_000_000_000n;
    this.cashMicros -= BigInt(first.side) * amount + BigInt(costs.commission) + BigInt(costs.regulatory);
    this.positions[first.instrument] = settled(
      (this.positions[first.instrument] as number) + (first.side * quantity) / 1e9,
    );
    const members = this.members(number).map((member) => this.orders[member] as BookOrder);
    const nanos = (shares: number) => Math.round(shares * 1e9);
    const parts = splitFill(
      members.map(({ shares, crossed, parent }) =>
        parent === undefined ? nanos(shares - crossed) : quantity,
      ),
      members.map(({ filled, crossed, parent }) => (parent === undefined ? nanos(filled - crossed) : 0)),
      quantity,
    );
    const [commission, regulatory] = [
      splitAmount(parts, costs.commission),
      splitAmount(parts, costs.regulatory),
    ];
    for (const [n, member] of members.entries()) {
      const part = parts[n] ?? 0;
      if (part === 0) continue;
      this.fills += 1;
      const paid = ((commission[n] ?? 0) + (regulatory[n] ?? 0)) / 1e6;
      this.#book(member, part / 1e9, price / 1e6, paid);
      if (member.purpose === Purpose.Entry && this.#early.length > 0) this.#countEarly();
    }
  }

  #countEarly(): void {
    const waiting = this.#early;
    this.#early = [];
    for (const event of waiting) {
      if (this.#isEarly(event)) this.#early.push(event);
      else this.#count(event);
    }
  }

  #book(order: BookOrder, shares: number, price: number, costs: number): void {
    order.filled = settled(order.filled + shares);
    const lot = this.lotOf(order);
    this.fill = order;
    this.before = this.lots[lot] as number;
    const after = settled(this.before + order.side * shares);
    this.lots[lot] = after;
    this.#trip(lot, order, order.side * shares * price, costs, after);
  }

  /** Ends whose fills were all told. */
  #end(): void {
    this.#pendingEnds = this.#pendingEnds.filter(({ order: number, filled }) => {
      let known = 0;
      for (const member of this.members(number)) {
        const order = this.orders[member];
        known += (order?.filled ?? 0) - (order?.crossed ?? 0);
      }
      if (known < filled - NOTHING) return true;
      for (const member of this.members(number)) {
        const order = this.orders[member];
        if (order !== undefined) order.hasEnded = true;
      }
      return false;
    });
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
