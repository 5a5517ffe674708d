/**
 * The engine's books, asked after every step: what it believes follows from what it was told, each thing once, and it
 * never believes in more than the broker did (I-1 to I-4, I-15 to I-18, I-27).
 */
import type { OperatorActed, OrderFilled } from "../../src/domain/events.ts";
import type { InstrumentId, InstrumentTable } from "../../src/domain/instrument.ts";
import { HALF_NANO_SHARE, MICROS, toDollars, toShares } from "../../src/domain/money.ts";
import { BUY, type OrderNumber, Purpose } from "../../src/domain/order.ts";
import type { ExecuteInput, LiveExecute } from "../../src/engine/live-execute.ts";
import { OrderField } from "../../src/execution/order-table.ts";
import { broken } from "../../src/sim/storm/check.ts";
import { STARTING_CASH } from "../../src/sim/storm/engine-build.ts";
import type { Reach } from "../../src/sim/storm/reach.ts";
import type { Truth } from "./truth.ts";

export interface BookParts {
  readonly live: LiveExecute;
  readonly strategies: number;
  readonly instruments: InstrumentTable;
  readonly truth: Truth;
  readonly reach: Reach;
}

/** Dollars: the engine rounds each fill to a micro-dollar. */
const DUST = 1e-3;
/** A fill of a protective order waits for that of its entry (EX-5), exchange micros. */
const WAITS_MOST_MICROS = 90_000_000;

export class LiveBooks {
  readonly #parts: BookParts;
  readonly #seen = new Set<string>();
  readonly #positions: number[];
  readonly #bought: number[];
  readonly #sold: number[];
  readonly #lots: number[];
  #cash = STARTING_CASH;
  #wrongSince = Number.POSITIVE_INFINITY;
  #at = Number.NEGATIVE_INFINITY;
  #dayHigh = Number.NEGATIVE_INFINITY;
  isHalted = false;

  constructor(parts: BookParts) {
    this.#parts = parts;
    const { strategies, instruments } = parts;
    const symbols = instruments.symbols.length;
    const zeros = (count: number) => new Array<number>(count).fill(0);
    this.#positions = zeros(symbols);
    this.#bought = zeros(symbols);
    this.#sold = zeros(symbols);
    this.#lots = zeros(strategies * symbols);
  }

  /** The step is over, its output still there. */
  stepped(input: ExecuteInput): void {
    const { live } = this.#parts;
    if (input.kind === "event" && input.event.kind === "OperatorActed") this.#operator(input.event);
    let filled: OrderFilled | undefined;
    for (const event of live.output.brokerEvents) {
      if (event.kind !== "OrderFilled") continue;
      filled = event;
      this.#fill(event);
    }
    if (filled !== undefined) this.#checkFills(filled);
    this.#checkSums(input.now.at);
    this.#checkState(input);
  }

  #operator({ action }: OperatorActed): void {
    if (action === "halt") this.isHalted = true;
    else if (action === "resume") this.isHalted = false;
  }

  #fill({ order, fillId, quantity, price, costs }: OrderFilled): void {
    const { live } = this.#parts;
    const { orders } = live.stage;
    const key = `${order}/${fillId}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    const shares = toShares(quantity);
    const side = orders.get(order, OrderField.side);
    const instrument = orders.instrument(order);
    this.#positions[instrument] = (this.#positions[instrument] ?? 0) + side * shares;
    const sums = side === BUY ? this.#bought : this.#sold;
    sums[instrument] = (sums[instrument] ?? 0) + shares;
    this.#cash -=
      side * shares * (price / MICROS) + toDollars(costs.commission) + toDollars(costs.regulatory);
  }

  #checkFills(last: OrderFilled): void {
    const { live, instruments, truth, reach } = this.#parts;
    for (const [i, symbol] of instruments.symbols.entries()) {
      const really = truth.symbol(symbol);
      const [bought, sold] = [this.#bought[i] ?? 0, this.#sold[i] ?? 0];
      if (bought > really.bought + 1e-9 || sold > really.sold + 1e-9)
        broken("I-1", `fills of ${symbol} are ${bought} and ${sold}: more than the broker made`);
    }
    reach.hit(`fill of ${purposeName(live.stage.orders.purpose(last.order))}`);
    this.#checkFlips(last.order);
  }

  /** What differs must come right when the fill that is waited for comes. */
  #checkSums(at: number): void {
    const wrong = this.#wrongSum();
    if (wrong === undefined) this.#wrongSince = Number.POSITIVE_INFINITY;
    else if (this.#wrongSince === Number.POSITIVE_INFINITY) this.#wrongSince = at;
    else if (at - this.#wrongSince > WAITS_MOST_MICROS) broken(wrong.id, wrong.text);
  }

  #wrongSum(): { readonly id: string; readonly text: string } | undefined {
    const { portfolio } = this.#parts.live.stage;
    for (const [i, expected] of this.#positions.entries()) {
      const held = portfolio.shares(i as InstrumentId);
      if (!(Math.abs(held - expected) < HALF_NANO_SHARE))
        return { id: "I-2", text: `${held} of ${i} held, fills say ${expected}` };
    }
    const cash = portfolio.cashMicros / MICROS;
    if (Math.abs(cash - this.#cash) < DUST) return undefined;
    return { id: "I-3", text: `cash is ${cash}, fills say ${this.#cash}` };
  }

  /** An exit that fills never leaves a position on its own side. */
  #checkFlips(order: OrderNumber): void {
    const { live, strategies } = this.#parts;
    const { orders, lots } = live.stage;
    const symbols = this.#positions.length;
    const instrument = orders.instrument(order);
    const side = orders.get(order, OrderField.side);
    for (let s = 0; s < strategies; s++) {
      const now = lots.shares(s, instrument);
      const before = this.#lots[s * symbols + instrument] ?? 0;
      const flips = before * side < -HALF_NANO_SHARE && now * side > HALF_NANO_SHARE;
      if (flips && orders.purpose(order) !== Purpose.Entry)
        broken("I-15", `order ${order} turned lot ${s}/${instrument} from ${before} to ${now}`);
    }
  }

  #checkState({ now }: ExecuteInput): void {
    const { live, strategies } = this.#parts;
    const { portfolio, lots, authorities, baselines } = live.stage;
    const symbols = this.#positions.length;
    for (let i = 0; i < symbols; i++)
      for (let s = 0; s < strategies; s++) this.#lots[s * symbols + i] = lots.shares(s, i as InstrumentId);
    if (!Number.isFinite(portfolio.cashMicros) || Number.isNaN(live.stage.equity))
      broken("I-16", `cash ${portfolio.cashMicros}, equity ${live.stage.equity}`);
    if (this.isHalted && !authorities.flattens)
      broken("I-18", `a halt nobody has lifted is over: ${authorities.permission.level}`);
    if (baselines.dayHigh < this.#dayHigh - DUST)
      broken("I-17", `the day's high fell from ${this.#dayHigh} to ${baselines.dayHigh}`);
    this.#dayHigh = baselines.dayHigh;
    if (now.at > this.#at) this.#at = now.at;
  }

  get bought(): readonly number[] {
    return this.#bought;
  }

  get sold(): readonly number[] {
    return this.#sold;
  }
}

const purposeName = (purpose: Purpose): string =>
  (["an entry", "an exit", "a stop", "a target", "a flatten", "a virtual stop"] as const)[purpose];
