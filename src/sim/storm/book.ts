/**
 * The checkers' own account: positions, cash, orders and round trips folded from the stream of events and commands,
 * the slow and obvious way, without asking the engine for a sum. Two things are the engine's, because no command says
 * so: which strategy an order belongs to, and what strategies traded with each other (ENS-1), of which the book asks
 * that it moves nothing of the account.
 */
import type { BarBatch } from "../../domain/bars.ts";
import type { EngineEvent, OperatorActed, OrderFilled } from "../../domain/events.ts";
import { HALF_NANO_SHARE } from "../../domain/money.ts";
import { type OrderNumber, Purpose, type Side } from "../../domain/order.ts";
import type { SessionTable } from "../../domain/session.ts";
import { sessionIndexAt } from "../../domain/session.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { MICROS_PER_MINUTE } from "../../domain/time.ts";
import type { ExecuteStage } from "../../engine/execute.ts";
import { isExit } from "../../engine/order-requests.ts";
import type { Command } from "../../engine/ports.ts";
import { splitAmount, splitFill } from "../../execution/fill-split.ts";
import type { ApprovedOrder } from "../../risk/gate.ts";
import { Crossings } from "./crossings.ts";
import { STARTING_CASH } from "./engine-build.ts";
import { type RoundTrip, RoundTrips } from "./round-trips.ts";

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

export interface BookParts {
  readonly strategies: number;
  readonly instruments: number;
  readonly sessions: SessionTable;
  strategyOf(order: OrderNumber): number;
}

export class Book {
  readonly #parts: BookParts;
  readonly #fillsSeen = new Set<string>();
  readonly #trips: RoundTrips;
  readonly orders: (BookOrder | undefined)[] = [];
  /** Who shares the order that went by this number. */
  readonly #members: OrderNumber[][] = [];
  #early: OrderFilled[] = [];
  #pendingEnds: PendingEnd[] = [];
  readonly #crossings = new Crossings();
  /** What each lot got from other strategies. */
  readonly crossed: number[];
  #baseIsFixed = false;
  readonly positions: number[];
  readonly lots: number[];
  readonly marks: number[];
  readonly markedAt: number[];
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
    this.#trips = new RoundTrips(strategies * instruments);
  }

  get trips(): readonly RoundTrip[] {
    return this.#trips.closed;
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

  /** What strategies traded with each other in the step. */
  crossings(execute: Pick<ExecuteStage, "fills" | "orders">): void {
    for (const { shares, price, ...terms } of this.#crossings.take(execute)) {
      const order = this.orders[terms.number] ?? {
        ...terms,
        shares: 0,
        limit: Number.NaN,
        reference: this.marks[terms.instrument] as number,
        parent: undefined,
        filled: 0,
        crossed: 0,
        cancelSent: false,
        hasEnded: false,
      };
      this.orders[terms.number] = order;
      order.shares += shares;
      order.crossed += shares;
      this.fills += 1;
      this.#book(order, shares, price, 0);
      const lot = this.lotOf(order);
      this.crossed[lot] = (this.crossed[lot] as number) + terms.side * shares;
    }
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
    return this.#working(lot, [Purpose.Exit, Purpose.Flatten, Purpose.VirtualStop]);
  }

  /** Shares that working orders are about to close. */
  closingShares(lot: number): number {
    let shares = 0;
    for (const order of this.orders) {
      if (order === undefined || order.hasEnded || this.lotOf(order) !== lot) continue;
      if (isExit(order.purpose)) shares += order.shares - order.filled;
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
    if (entry === undefined) return order.shares - order.filled < HALF_NANO_SHARE;
    const isOver = entry.hasEnded || entry.shares - entry.filled < HALF_NANO_SHARE;
    return isOver && order.filled > 0 && entry.filled - order.filled < HALF_NANO_SHARE;
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
      if (order.shares - order.filled > HALF_NANO_SHARE && this.lotOf(order) === lot) return order.number;
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
    return traded > (this.orders[parent]?.filled ?? 0) + HALF_NANO_SHARE;
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
    const { strategy, side } = order;
    this.#trips.fill({ lot, strategy, paid: side * shares * price, costs, before: this.before, after });
  }

  /** Ends whose fills were all told. */
  #end(): void {
    this.#pendingEnds = this.#pendingEnds.filter(({ order: number, filled }) => {
      let known = 0;
      for (const member of this.members(number)) {
        const order = this.orders[member];
        known += (order?.filled ?? 0) - (order?.crossed ?? 0);
      }
      if (known < filled - HALF_NANO_SHARE) return true;
      for (const member of this.members(number)) {
        const order = this.orders[member];
        if (order !== undefined) order.hasEnded = true;
      }
      return false;
    });
  }
}

const settled = (shares: number): number => (Math.abs(shares) < HALF_NANO_SHARE ? 0 : shares);
