/**
 * Between the gate and the venue: what strategies want of one instrument in one step becomes as few orders as
 * possible (ENS-1, C-41).
 *
 * NE-1  Opposite demands cross at the middle of a fresh quote, else at the last price, without an order and
 *       without costs: the account's position does not move (prices: cross-price.ts). Only what the gate approved
 *       crosses, and no entry beyond its limit; an exit crosses always.
 * NE-2  What is left with the same terms leaves as one order, by the number of its first member.
 * NE-3  What cannot cross never meets itself in the market: then the entries of one side are given up, the exits
 *       stay. An entry may come again with the next bar; an exit must not wait.
 *       Nor does an entry leave that was approved before a crossing of its step lost so much that entries are barred.
 * NE-4  Instruments ascending, then strategies, then order numbers: the order of the commands never depends on
 *       anything else. A demand that is alone leaves exactly as it was made.
 * NE-5  An exit that waits for the end of its stop and target does not cross while they may still trade: what crossed
 *       cannot be taken back, and both would close the position. Entries against it are held meanwhile
 *       (meeting-point.ts) and come here together with it, for what is left of both.
 */
import { type Price, toDollars } from "../domain/money.ts";
import { BUY, type OrderNumber, Purpose } from "../domain/order.ts";
import { empty } from "../domain/small-list.ts";
import type { OrderTable } from "../execution/order-table.ts";
import { type ApprovedOrder, type RiskGate, sameTerms } from "../risk/gate.ts";
import type { CrossPrices } from "./cross-price.ts";
import type { LegBonds } from "./leg-bonds.ts";
import type { WishTally } from "./meeting-point.ts";
import type { Command } from "./ports.ts";

interface Demand {
  readonly order: ApprovedOrder;
  readonly strategy: number;
  /** Where its command stands. */
  readonly command: number;
  /** Shares that are still to leave. */
  left: number;
}

/** Who keeps the books of what crossed. */
export interface CrossBooks {
  /** Both sides traded with each other: shares, dollars per share. */
  crossed(buy: OrderNumber, sell: OrderNumber, shares: number, price: Price): void;
  /** An entry does not leave: what of it crossed must be protected by orders of its own. */
  restLegs(order: ApprovedOrder): void;
  /** The rest of an entry is given up before it left. */
  withdrawn(order: ApprovedOrder): void;
}

export interface NettingParts {
  readonly gate: RiskGate;
  readonly orders: OrderTable;
  readonly commands: Command[];
  readonly prices: Pick<CrossPrices, "at">;
  /** Withdrawn entries are counted here. */
  readonly tally: Pick<WishTally, "withdrawn">;
  readonly bonds: LegBonds;
}

export class DemandNetting {
  readonly #parts: NettingParts;
  readonly #demands: Demand[] = [];

  constructor(parts: NettingParts) {
    this.#parts = parts;
  }

  /** A demand passed the gate; its command is the next to be written. */
  add(order: ApprovedOrder, strategy: number): void {
    this.#demands.push({ order, strategy, command: this.#parts.commands.length, left: order.shares });
  }

  /** The step has said all it wants: crosses, combines, and rewrites the commands that this concerns. */
  settle(books: CrossBooks): void {
    const demands = this.#demands;
    const { bonds } = this.#parts;
    // First what it closes: those exits cross and leave with the rest.
    bonds.settle();
    const alone = bonds.unpaired(demands);
    if (alone.length > 0) this.#withdraw(alone, books);
    if (demands.length === 0) return;
    if (demands.length > 1) this.#net(books);
    empty(demands);
  }

  /** What a leg alone would open does not leave (LB-1). */
  #withdraw(alone: readonly Demand[], books: CrossBooks): void {
    const { commands, tally } = this.#parts;
    const dropped = new Set(alone.map(({ command }) => command));
    dropCommands(commands, dropped);
    const kept = this.#demands.filter((demand) => !alone.includes(demand));
    empty(this.#demands);
    const before = (command: number) => [...dropped].filter((n) => n < command).length;
    for (const demand of kept)
      this.#demands.push({ ...demand, command: demand.command - before(demand.command) });
    tally.withdrawn += alone.length;
    for (const { order } of alone) books.withdrawn(order);
  }

  #net(books: CrossBooks): void {
    if (this.#isSpread()) return;
    const { commands } = this.#parts;
    // Only what is still on its way out: a command that the caller took is beyond netting.
    const waiting = this.#demands.filter(({ order, command }) => isPlacing(commands[command], order));
    const demands = waiting.toSorted(byInstrumentThenStrategy);
    const replaced = new Set<number>();
    let crossed = false;
    eachInstrument(demands, 2, (group) => {
      if (this.#cross(group, books)) crossed = true;
    });
    eachInstrument(demands, crossed ? 1 : 2, (group) => this.#netOne(group, crossed, replaced, books));
    if (replaced.size > 0) dropCommands(commands, replaced);
  }

  /** True when instruments ascend, as those of one strategy do: then no two demands are of the same. */
  #isSpread(): boolean {
    const demands = this.#demands;
    for (let n = 1; n < demands.length; n++) {
      if ((demands[n] as Demand).order.instrument <= (demands[n - 1] as Demand).order.instrument)
        return false;
    }
    return true;
  }

  /** What is left of everything that is wanted of one instrument. */
  #netOne(demands: readonly Demand[], crossed: boolean, replaced: Set<number>, books: CrossBooks): void {
    // Without a crossing nothing was lost since the gate looked: what it approved stays approved.
    const barred = crossed ? this.#barred(demands) : [];
    const givenUp = [...barred, ...oneSide(demands)];
    const groups = combined(demands.filter(({ left }) => left > 0));
    const untouched = groups.length === demands.length && demands.every(isWhole);
    if (untouched) return;
    this.#parts.tally.withdrawn += givenUp.length;
    for (const { order } of givenUp) books.withdrawn(order);
    for (const { command } of demands) replaced.add(command);
    // Exits first: what reduces risk waits for nothing.
    const ordered = [...groups.filter((group) => !isEntry(group)), ...groups.filter(isEntry)];
    for (const group of ordered) this.#send(group);
    for (const { order, left } of demands) {
      if (left === 0 && order.purpose === Purpose.Entry) books.restLegs(order);
    }
  }

  /** A crossing may have realized the loss that bars the entries of this very step (C-26 to C-28). */
  #barred(demands: readonly Demand[]): Demand[] {
    const { gate } = this.#parts;
    const barred = demands.filter(
      ({ order, strategy, left }) => left > 0 && !gate.stillAllows(order, strategy),
    );
    for (const demand of barred) demand.left = 0;
    return barred;
  }

  #send(group: readonly Demand[]): void {
    const { gate, orders, commands } = this.#parts;
    const [first] = group as [Demand, ...Demand[]];
    if (group.length === 1 && isWhole(first)) {
      commands.push({ kind: "PlaceOrder", order: first.order });
      return;
    }
    orders.join(group.map(({ order }) => order.number));
    const parts = group.map(({ order, left }) => ({ order, shares: left, crossed: order.shares - left }));
    commands.push({ kind: "PlaceOrder", order: gate.combine(parts) });
  }

  /** True when anything crossed. */
  #cross(demands: readonly Demand[], books: CrossBooks): boolean {
    const buys = demands.filter(({ order }) => order.side === BUY);
    const sells = demands.filter(({ order }) => order.side !== BUY);
    const [buyer] = buys;
    if (buyer === undefined || sells.length === 0) return false;
    const price = this.#parts.prices.at(buyer.order.instrument);
    if (price === undefined) return false;
    let crossed = false;
    let b = 0;
    let s = 0;
    while (b < buys.length && s < sells.length) {
      const buy = buys[b] as Demand;
      const sell = sells[s] as Demand;
      if (buy.left === 0 || !this.#mayCross(buy, price)) b += 1;
      else if (sell.left === 0 || !this.#mayCross(sell, price)) s += 1;
      else {
        const shares = Math.min(buy.left, sell.left);
        crossed = true;
        buy.left -= shares;
        sell.left -= shares;
        books.crossed(buy.order.number, sell.order.number, shares, price);
      }
    }
    return crossed;
  }

  #mayCross({ order }: Demand, price: Price): boolean {
    if (order.purpose !== Purpose.Entry) return true;
    const beyond = order.side * (toDollars(price) - order.limit);
    return Number.isNaN(beyond) || beyond <= 0;
  }
}

const isPlacing = (command: Command | undefined, order: ApprovedOrder): boolean =>
  command?.kind === "PlaceOrder" && command.order === order;

const isWhole = ({ order, left }: Demand): boolean => left === order.shares;
const isEntry = ([first]: readonly Demand[]): boolean => first?.order.purpose === Purpose.Entry;

const byInstrumentThenStrategy = (a: Demand, b: Demand): number =>
  a.order.instrument - b.order.instrument || a.strategy - b.strategy || a.order.number - b.order.number;

/**
 * Gives up what would trade against the rest: the entries of the side without exits, or of the side that comes
 * second. Exits are on one side only, as they always cross.
 */
function oneSide(demands: readonly Demand[]): Demand[] {
  const left = demands.filter((demand) => demand.left > 0);
  const stays = left.find(({ order }) => order.purpose !== Purpose.Entry) ?? left[0];
  const givenUp = left.filter(({ order }) => order.side !== stays?.order.side);
  for (const demand of givenUp) demand.left = 0;
  return givenUp;
}

/** Gives on the demands of each instrument that has so many of them. */
function eachInstrument(demands: readonly Demand[], fewest: number, give: (group: Demand[]) => void): void {
  for (let from = 0; from < demands.length; ) {
    let to = from + 1;
    while (demands[to]?.order.instrument === demands[from]?.order.instrument) to += 1;
    if (to - from >= fewest) give(demands.slice(from, to));
    from = to;
  }
}

/** Demands that one order can stand for, in the order of their first. */
function combined(demands: readonly Demand[]): Demand[][] {
  const groups: Demand[][] = [];
  for (const demand of demands) {
    const group = groups.find(([first]) => first !== undefined && sameTerms(first.order, demand.order));
    if (group === undefined) groups.push([demand]);
    else group.push(demand);
  }
  return groups;
}

/** In place: the pump holds on to the array. */
function dropCommands(commands: Command[], dropped: ReadonlySet<number>): void {
  const kept = commands.filter((_, n) => !dropped.has(n));
  commands.length = 0;
  for (const command of kept) commands.push(command);
}
