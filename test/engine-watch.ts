/**
 * An engine that is watched: after each event it compares what the stages say with a second set of books
 * kept the slow way, and throws where they part.
 */
import type { EngineEvent } from "../src/domain/events.ts";
import { eventAt } from "../src/domain/events.ts";
import type { InstrumentId } from "../src/domain/instrument.ts";
import { type OrderNumber, OrderStatus, Purpose } from "../src/domain/order.ts";
import { FillField } from "../src/engine/fill-table.ts";
import { isExit } from "../src/engine/order-requests.ts";
import type { Command } from "../src/engine/ports.ts";
import type { Engine } from "../src/engine/pump.ts";
import type { SingleLoop } from "../src/engine/single-loop.ts";
import { OrderField } from "../src/execution/order-table.ts";
import { isApproved } from "../src/risk/gate.ts";
import { CASH } from "./engine-world.ts";

/** Half a nano-share. */
const NOTHING = 5e-10;
const ENDED: readonly number[] = [
  OrderStatus.Filled,
  OrderStatus.Canceled,
  OrderStatus.Expired,
  OrderStatus.Rejected,
];

export interface Seen {
  fills: number;
  partialFills: number;
  stops: number;
  targets: number;
  shorts: number;
  denied: number;
  trimmed: number;
  unfilled: number;
  stopsMoved: number;
  pairedLater: number;
  timeStops: number;
  shared: number;
  sharedFills: number;
  crosses: number;
  crossedEntries: number;
  partlyCrossed: number;
  held: number;
  virtualStops: number;
}

export const nothingSeen = (): Seen => ({
  fills: 0,
  partialFills: 0,
  stops: 0,
  targets: 0,
  shorts: 0,
  denied: 0,
  trimmed: 0,
  unfilled: 0,
  stopsMoved: 0,
  pairedLater: 0,
  timeStops: 0,
  shared: 0,
  sharedFills: 0,
  crosses: 0,
  crossedEntries: 0,
  partlyCrossed: 0,
  held: 0,
  virtualStops: 0,
});

export class WatchedEngine implements Engine {
  readonly #loop: SingleLoop;
  readonly #strategies: number;
  readonly #instruments: number;
  readonly #seen: Seen;
  readonly #counted = new Set<string>();
  /** Executions whose parts have not been looked at, and rows of the fill table that were. */
  readonly #toShare: { readonly order: OrderNumber; readonly shares: number; readonly costs: number }[] = [];
  #rows = 0;
  readonly #position: number[];
  readonly #lots: number[];
  readonly #before: { status: number; filled: number; stop: number }[] = [];
  readonly #cancelSent = new Set<number>();
  #cashMicros = BigInt(CASH) * 1_000_000n;
  #last = Number.NEGATIVE_INFINITY;
  #dayBase = Number.NaN;
  #dayHigh = Number.NaN;
  #baseWasFixed = false;
  #session = Number.NaN;
  #equity = CASH;
  readonly #grossCap: number;
  readonly #positionCap: number;

  constructor(
    loop: SingleLoop,
    size: {
      readonly strategies: number;
      readonly instruments: number;
      readonly grossCap: number;
      /** Default 5 %. */
      readonly positionCap?: number;
    },
    seen: Seen,
  ) {
    const { strategies, instruments } = size;
    this.#loop = loop;
    this.#grossCap = size.grossCap;
    this.#positionCap = size.positionCap ?? 0.05;
    this.#strategies = strategies;
    this.#instruments = instruments;
    this.#seen = seen;
    this.#position = new Array(instruments).fill(0);
    this.#lots = new Array(strategies * instruments).fill(0);
  }

  get commands(): Command[] {
    return this.#loop.commands;
  }

  step(event: EngineEvent): void {
    const at = eventAt(event);
    expectThat(at >= this.#last, "I-27", `time went from ${this.#last} to ${at}`);
    this.#last = at;
    this.#loop.step(event);
    if (event.kind === "OrderFilled") this.#fill(event);
    if (event.kind === "CashMoved") this.#cashMicros += BigInt(Math.round(event.dollars * 1e6));
    this.#checkParts(event);
    this.#checkOrders();
    this.#checkBooks();
    if (event.kind === "BarsClosed") this.#checkAccount();
    for (const command of this.commands) this.#checkCommand(command);
    this.#checkSlots();
    if (event.kind === "BarsClosed") this.#checkProtection();
  }

  /** What the account did: an execution of ours in the market, counted once. */
  #fill(event: Extract<EngineEvent, { kind: "OrderFilled" }>): void {
    const key = `${event.order}/${event.fillId}`;
    if (this.#counted.has(key)) return;
    this.#counted.add(key);
    const { orders } = this.#loop.execute;
    const { order, quantity, price, costs } = event;
    const side = orders.side(order);
    const shares = quantity / 1e9;
    expectThat(shares > 0 && price > 0, "I-16", `fill of ${shares} at ${price}`);
    this.#position[orders.instrument(order)] =
      (this.#position[orders.instrument(order)] as number) + side * shares;
    const amount = (BigInt(price) * BigInt(quantity) + 500_000_000n) / 1_000_000_000n;
    this.#cashMicros -= BigInt(side) * amount + BigInt(costs.commission) + BigInt(costs.regulatory);
    this.#toShare.push({ order, shares, costs: costs.commission + costs.regulatory + costs.slippage });
  }

  /** What the lots did: every row of the fill table that is new, its parts adding up to what came (ENS-1). */
  #checkParts(event: EngineEvent): void {
    const { fills, orders } = this.#loop.execute;
    const parts = new Map<number, { shares: number; costs: number; rows: number }>();
    let crossed = 0;
    for (; this.#rows < fills.length; this.#rows++) {
      const get = (field: FillField) => fills.get(this.#rows, field);
      const order = get(FillField.order) as OrderNumber;
      const shares = get(FillField.shares);
      this.#part(order, shares);
      const costs = get(FillField.commission) + get(FillField.regulatory) + get(FillField.slippage);
      if (get(FillField.crossed) === 1) {
        expectThat(costs === 0 && event.kind !== "OrderFilled", "NE-1", `order ${order} paid ${costs}`);
        crossed += orders.side(order) * shares;
        this.#seen.crosses += 1;
        continue;
      }
      const group = orders.group(order);
      const before = parts.get(group) ?? { shares: 0, costs: 0, rows: 0 };
      parts.set(group, {
        shares: before.shares + shares,
        costs: before.costs + costs,
        rows: before.rows + 1,
      });
    }
    expectThat(Math.abs(crossed) < NOTHING, "NE-1", `crossings left ${crossed} shares`);
    for (const { order, shares, costs } of this.#toShare.splice(0)) {
      const got = parts.get(order);
      expectThat(Math.abs((got?.shares ?? 0) - shares) < NOTHING, "NE-2", `${got?.shares} of ${shares}`);
      expectThat(Math.abs((got?.costs ?? 0) - costs / 1e6) < 1e-9, "NE-2", `${got?.costs} of ${costs}`);
      if ((got?.rows ?? 0) > 1) this.#seen.sharedFills += 1;
      this.#checkProRata(order);
    }
  }

  /** Nobody is more than a share per member ahead of or behind an even split of a shared order. */
  #checkProRata(group: OrderNumber): void {
    const { orders } = this.#loop.execute;
    const members = orders.members(group).map((member) => {
      const crossed = orders.get(member, OrderField.crossed);
      return {
        asked: orders.get(member, OrderField.shares) - crossed,
        got: orders.get(member, OrderField.filled) - crossed,
      };
    });
    const asked = members.reduce((sum, member) => sum + member.asked, 0);
    const got = members.reduce((sum, member) => sum + member.got, 0);
    for (const member of members) {
      const even = (member.asked * got) / asked;
      expectThat(Math.abs(member.got - even) < members.length, "NE-2", `${member.got}, even ${even}`);
      expectThat(Number.isInteger(member.got), "NE-2", `${member.got} is not whole`);
    }
  }

  #part(order: OrderNumber, shares: number): void {
    const { orders } = this.#loop.execute;
    const side = orders.side(order);
    const slot = orders.strategy(order) * this.#instruments + orders.instrument(order);
    const before = this.#lots[slot] as number;
    const after = before + side * shares;
    const purpose = orders.purpose(order);
    if (purpose !== Purpose.Entry) {
      const shrinks = before !== 0 && Math.sign(before) === -side && Math.sign(after) !== -Math.sign(before);
      expectThat(shrinks, "I-15", `order ${order}, purpose ${purpose}, took ${before} to ${after}`);
    }
    this.#lots[slot] = Math.abs(after) < NOTHING ? 0 : after;
    this.#tally(purpose, { before, after, shares, ordered: orders.get(order, OrderField.shares) });
  }

  #tally(purpose: Purpose, fill: { before: number; after: number; shares: number; ordered: number }): void {
    const seen = this.#seen;
    seen.fills += 1;
    if (fill.shares < fill.ordered) seen.partialFills += 1;
    if (purpose === Purpose.StopLoss) seen.stops += 1;
    if (purpose === Purpose.TakeProfit) seen.targets += 1;
    if (purpose === Purpose.VirtualStop) seen.virtualStops += 1;
    if (fill.before === 0 && fill.after < 0) seen.shorts += 1;
  }

  /** I-4, I-36: filled within ordered and never falling, ended states stay, stops only tighten. */
  #checkOrders(): void {
    const { orders } = this.#loop.execute;
    for (let n = 0; n < orders.length; n++) {
      const order = n as OrderNumber;
      const now = {
        status: orders.status(order),
        filled: orders.get(order, OrderField.filled),
        stop: orders.get(order, OrderField.stop),
      };
      const before = this.#before[n];
      const shares = orders.get(order, OrderField.shares);
      expectThat(
        now.filled >= 0 && now.filled <= shares + NOTHING,
        "I-4",
        `order ${n}: ${now.filled} of ${shares}`,
      );
      if (before !== undefined) {
        expectThat(now.filled >= before.filled, "I-4", `order ${n} unfilled itself`);
        if (ENDED.includes(before.status)) {
          expectThat(
            now.status === before.status,
            "I-4",
            `order ${n} came back from ${before.status} to ${now.status}`,
          );
        }
        if (!Number.isNaN(before.stop)) {
          const away = orders.side(order) * (now.stop - before.stop);
          expectThat(away <= 0, "I-36", `stop ${n} moved from ${before.stop} to ${now.stop}`);
          if (away < 0) this.#seen.stopsMoved += 1;
        }
      } else if (now.status === OrderStatus.Denied) this.#seen.denied += 1;
      else if (orders.get(order, OrderField.requested) > shares) this.#seen.trimmed += 1;
      this.#before[n] = now;
    }
  }

  /** I-2, I-3, EN-4. */
  #checkBooks(): void {
    const { portfolio, lots } = this.#loop.execute;
    expectThat(
      BigInt(portfolio.cashMicros) === this.#cashMicros,
      "I-3",
      `cash ${portfolio.cashMicros}, ${this.#cashMicros}`,
    );
    for (let i = 0; i < this.#instruments; i++) {
      const held = portfolio.shares(i as InstrumentId);
      expectThat(Math.abs(held - (this.#position[i] as number)) < NOTHING, "I-2", `${held} of ${i}`);
      let sum = 0;
      for (let s = 0; s < this.#strategies; s++) {
        const own = lots.shares(s, i as InstrumentId);
        expectThat(own === this.#lots[s * this.#instruments + i], "I-2", `lot ${s}/${i}: ${own}`);
        expectThat(
          own === this.#loop.compute.shares(s, i as InstrumentId),
          "CP-1",
          `compute thinks otherwise`,
        );
        sum += own;
      }
      expectThat(Math.abs(sum - held) < NOTHING, "EN-4", `lots ${sum}, position ${held}`);
    }
  }

  /** PF-3, I-16, I-17. */
  #checkAccount(): void {
    const { portfolio, baselines, clock } = this.#loop.execute;
    let value = Number(this.#cashMicros) / 1e6;
    for (let i = 0; i < this.#instruments; i++) {
      const held = this.#position[i] as number;
      if (held !== 0) value += held * portfolio.mark(i as InstrumentId);
    }
    expectThat(Number.isFinite(portfolio.equity), "I-16", `equity ${portfolio.equity}`);
    expectThat(Math.abs(portfolio.equity - value) < 1e-6, "PF-3", `equity ${portfolio.equity}, ${value}`);
    // Per unit of the account, so that deposits are seen to move nothing.
    const { units, dayBase, dayHigh } = baselines.save();
    const unitValue = portfolio.equity / units;
    const isNew = clock.date !== this.#session;
    const fixedNow = baselines.baseIsFixed && (isNew || !this.#baseWasFixed);
    const startsFrom = isNew ? this.#equity : this.#dayBase;
    const base = fixedNow ? Math.max(startsFrom, unitValue) : startsFrom;
    expectThat(dayBase === base, "I-17", "the day's base is the higher of last close and open");
    if (!isNew) expectThat(dayHigh >= this.#dayHigh, "I-17", "the day's high fell");
    expectThat(dayHigh >= dayBase, "I-17", "high below base");
    this.#baseWasFixed = baselines.baseIsFixed;
    this.#equity = unitValue;
    this.#session = clock.date;
    this.#dayBase = dayBase;
    this.#dayHigh = dayHigh;
  }

  #checkCommand(command: Command): void {
    if (command.kind === "CancelOrder") {
      this.#cancelSent.add(command.order);
      return;
    }
    if (command.kind === "ReplaceStop") {
      expectThat(Number.isFinite(command.stop), "I-16", `stop ${command.stop}`);
      return;
    }
    const { order } = command;
    expectThat(isApproved(order), "I-8", `order ${order.number}`);
    expectThat(Number.isInteger(order.shares) && order.shares > 0, "I-16", `${order.shares} shares`);
    if (order.type === 1)
      expectThat(order.limit > 0 && Number.isFinite(order.limit), "I-16", `limit ${order.limit}`);
    if (order.type === 2) expectThat(Number.isFinite(order.stop), "I-16", `stop ${order.stop}`);
    const members = order.members ?? [{ ...order, crossed: 0 }];
    const sum = members.reduce((shares, member) => shares + member.shares, 0);
    expectThat(sum === order.shares, "NE-2", `${order.shares} shares, ${sum} demanded`);
    expectThat(members[0]?.number === order.number, "NE-2", `goes by ${order.number}`);
    if (members.length > 1) this.#seen.shared += 1;
    for (const member of members) {
      if (member.crossed > 0 && order.purpose === Purpose.Entry) this.#seen.partlyCrossed += 1;
      if (order.purpose === Purpose.Entry) this.#checkEntry({ ...order, number: member.number });
      else this.#checkExit({ ...order, number: member.number, shares: member.shares });
    }
    if (order.bracket !== undefined && order.purpose !== Purpose.Entry) this.#seen.pairedLater += 1;
    this.#checkNoSelfTrade();
  }

  #checkExit(order: SentOrder): void {
    const { lots, orders } = this.#loop.execute;
    const held = lots.shares(orders.strategy(order.number), order.instrument);
    expectThat(
      held * order.side < 0 && order.shares <= Math.abs(held),
      "I-15",
      `exit ${order.shares} of ${held}`,
    );
    const parent = orders.get(order.number, OrderField.parent);
    if (parent >= 0) this.#seen.crossedEntries += 1;
  }

  /** C-41: what one step sends of an instrument, protective orders aside, is on one side of it. */
  #checkNoSelfTrade(): void {
    const sides = new Map<number, number>();
    for (const command of this.commands) {
      if (command.kind !== "PlaceOrder") continue;
      const { order } = command;
      if (order.purpose === Purpose.StopLoss || order.purpose === Purpose.TakeProfit) continue;
      const other = sides.get(order.instrument);
      expectThat(other === undefined || other === order.side, "C-41", `both sides of ${order.instrument}`);
      sides.set(order.instrument, order.side);
    }
  }

  /** I-11, I-13 at the moment of sending: everything that works counts as filled. */
  #checkEntry(order: SentOrder): void {
    const { orders, portfolio } = this.#loop.execute;
    const mark = portfolio.mark(order.instrument);
    const own = this.#lots[orders.strategy(order.number) * this.#instruments + order.instrument] as number;
    // What crossed before the rest left is held already.
    expectThat(own * order.side >= 0, "EX-8", `entry ${order.number} would turn ${own} around`);
    expectThat(
      Math.abs(order.limit - mark) <= 0.005 * mark + 1e-9,
      "I-13",
      `limit ${order.limit}, last ${mark}`,
    );
    let gross = 0;
    for (let i = 0; i < this.#instruments; i++) {
      const shares = this.#position[i] as number;
      if (shares !== 0) gross += Math.abs(shares) * portfolio.mark(i as InstrumentId);
    }
    let onThisSide = order.side * (this.#position[order.instrument] as number);
    const held = new Set<number>();
    for (let i = 0; i < this.#instruments; i++) if (this.#position[i] !== 0) held.add(i);
    // As it stood when this one was sent: orders that came after it answer for themselves.
    for (let n = 0; n <= order.number; n++) {
      const other = n as OrderNumber;
      if (orders.purpose(other) !== Purpose.Entry || !orders.isWorking(other)) continue;
      gross += orders.remaining(other) * orders.get(other, OrderField.limit);
      held.add(orders.instrument(other));
      const same = orders.instrument(other) === order.instrument && orders.side(other) === order.side;
      if (same) onThisSide += orders.remaining(other);
    }
    expectThat(
      gross <= this.#grossCap * portfolio.equity + 0.01,
      "I-11",
      `gross ${gross} of ${portfolio.equity}`,
    );
    const atStake = onThisSide * Math.max(mark, order.limit);
    expectThat(
      atStake <= this.#positionCap * portfolio.equity + 0.01,
      "I-11",
      `${atStake} in one instrument`,
    );
    expectThat(held.size <= 30, "I-11", `${held.size} positions`);
  }

  /** EX-3, I-12. A cancel in flight no longer counts as live. */
  #checkSlots(): void {
    const { orders } = this.#loop.execute;
    const live = new Map<string, number>();
    const entrySide = new Map<number, number>();
    for (let n = 0; n < orders.length; n++) {
      const order = n as OrderNumber;
      if (!orders.isWorking(order) || this.#cancelSent.has(n)) continue;
      const slot = orders.strategy(order) * this.#instruments + orders.instrument(order);
      const purpose = orders.purpose(order);
      const kind = isExit(purpose) ? Purpose.Exit : purpose;
      // A trim sells half and an exit the rest: told apart by what they sell together.
      const other = live.get(`${slot}/${kind}`);
      const both = other === undefined ? 0 : orders.remaining(other as OrderNumber) + orders.remaining(order);
      const isTrim = kind === Purpose.Exit && both > 0 && both <= Math.abs(this.#lots[slot] ?? 0) + NOTHING;
      const key = `${slot}/${isTrim ? "trim" : kind}`;
      expectThat(!live.has(key), "EX-3", `orders ${live.get(key)} and ${n} of purpose ${kind}`);
      live.set(key, n);
      if (purpose === Purpose.Entry) entrySide.set(slot, orders.side(order));
    }
    for (const [slot, side] of entrySide) {
      const exit = live.get(`${slot}/${Purpose.Exit}`);
      if (exit !== undefined)
        expectThat(orders.side(exit as OrderNumber) === side, "I-12", `entry against exit ${exit}`);
    }
  }

  /** A lot whose entry came with a stop is covered by a live stop, or is being closed. */
  #checkProtection(): void {
    const { orders } = this.#loop.execute;
    for (let slot = 0; slot < this.#lots.length; slot++) {
      const lot = this.#lots[slot] as number;
      if (lot === 0) continue;
      let entry = -1;
      let covered = 0;
      let closing = false;
      for (let n = 0; n < orders.length; n++) {
        const order = n as OrderNumber;
        if (orders.strategy(order) * this.#instruments + orders.instrument(order) !== slot) continue;
        const purpose = orders.purpose(order);
        if (purpose === Purpose.Entry && orders.get(order, OrderField.filled) > 0) entry = n;
        if (!orders.isWorking(order)) continue;
        if (this.#cancelSent.has(n)) {
          // Its end brings what follows it (EX-6).
          if (purpose !== Purpose.Entry) closing = true;
          continue;
        }
        if (purpose === Purpose.StopLoss && orders.side(order) === -Math.sign(lot))
          covered += orders.remaining(order);
        if (isExit(purpose)) closing = true;
      }
      const hadStop = entry >= 0 && !Number.isNaN(orders.get(entry as OrderNumber, OrderField.stop));
      expectThat(
        !hadStop || closing || covered >= Math.abs(lot) - NOTHING,
        "I-35",
        `lot ${lot}, covered ${covered}`,
      );
    }
  }
}

type SentOrder = Pick<
  Extract<Command, { kind: "PlaceOrder" }>["order"],
  "number" | "instrument" | "side" | "limit" | "shares"
>;

function expectThat(holds: boolean, id: string, detail: string): void {
  if (!holds) throw new Error(`${id}: ${detail}`);
}
