/**
 * The floor: time passes, prices happen, the brokerage is told, and whoever listens hears it in order. Everything up
 * to `now` has happened and nothing after it; when the machine is late, `now` is late with it and no event is dropped.
 */
import type { InstrumentId } from "../domain/instrument.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { BrokeragePort } from "../sim/brokerage/brokerage-port.ts";
import type { TradeUpdate } from "../sim/brokerage/order-view.ts";
import { type Happening, happenings } from "./market-feed.ts";
import type { MarketHistory } from "./market-history.ts";
import type { PriceSource } from "./prices/price-source.ts";
import type { TwinClock } from "./twin-clock.ts";

export interface FloorListener {
  /** After each step, with all of it; may be empty. */
  happened(batch: readonly Happening[], now: EpochMicros): void;
  updated(updates: readonly TradeUpdate[]): void;
  statusChanged(row: number, isHalted: boolean, at: EpochMicros): void;
}

interface FloorParts {
  readonly source: PriceSource;
  readonly clock: TwinClock;
  readonly brokerage: BrokeragePort;
  readonly startsAt: EpochMicros;
}

/** Time one step may take before sockets get their turn. */
const STEP_MS = 12;
/** Between looks at the clock, so that a step costs few of them. */
const LOOK_EVERY = 64;
const LEAST_WAIT_MS = 4;
const MOST_WAIT_MS = 200;

export class ExchangeFloor {
  readonly #clock: TwinClock;
  readonly #brokerage: BrokeragePort;
  readonly #feed: Iterator<readonly Happening[]>;
  readonly #listeners: FloorListener[] = [];
  readonly #halted = new Set<number>();
  #batch: readonly Happening[] = [];
  #next = 0;
  #isOver = false;
  #now: EpochMicros;
  #timer: NodeJS.Timeout | undefined;

  constructor({ source, clock, brokerage, startsAt }: FloorParts) {
    this.#clock = clock;
    this.#brokerage = brokerage;
    this.#now = startsAt;
    this.#feed = happenings(source, startsAt, clock.skipsClosedHours);
  }

  get now(): EpochMicros {
    return this.#now;
  }

  listen(listener: FloorListener): void {
    this.#listeners.push(listener);
  }

  /** The last prices before the start, so that nothing is worth nothing. */
  prime(history: MarketHistory, rows: number): void {
    for (let row = 0; row < rows; row++) {
      const trade = history.latestTrade(row);
      const instrument = row as InstrumentId;
      if (trade !== undefined)
        this.#brokerage.trade({ at: this.#now, instrument, price: trade.price, size: trade.size });
      const quote = history.latestQuote(row);
      if (quote !== undefined) this.#brokerage.quote({ ...quote, at: this.#now, instrument });
    }
    this.tell();
  }

  start(): void {
    this.step();
    const wait = this.#wait();
    this.#timer = setTimeout(() => this.start(), wait);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Catches up with the clock, or as far as one turn allows. */
  step(): void {
    const until = performance.now() + STEP_MS;
    const target = this.#clock.now();
    const told: Happening[] = [];
    let happening = this.#peek();
    while (happening !== undefined && happening.at <= target) {
      this.#take(happening, told);
      happening = this.#peek();
      if (told.length % LOOK_EVERY === 0 && performance.now() > until) break;
    }
    if (happening === undefined || happening.at > target) this.#moveTo(target);
    this.#brokerage.advance(this.#now);
    for (const listener of this.#listeners) listener.happened(told, this.#now);
    this.tell();
  }

  /** Hands on what the brokerage has to say. Called after every request too. */
  tell(): void {
    const updates = this.#brokerage.updates.splice(0);
    if (updates.length > 0) for (const listener of this.#listeners) listener.updated(updates);
  }

  setHalted(row: number, isHalted: boolean): void {
    const at = this.#now;
    const instrument = row as InstrumentId;
    if (isHalted) this.#halted.add(row);
    else this.#halted.delete(row);
    this.#brokerage.status(
      isHalted
        ? { kind: "TradingHalted", at, instrument, reason: "halted by request" }
        : { kind: "TradingResumed", at, instrument },
    );
    for (const listener of this.#listeners) listener.statusChanged(row, isHalted, at);
    this.tell();
  }

  #take(happening: Happening, told: Happening[]): void {
    this.#next += 1;
    this.#moveTo(happening.at);
    if (this.#halted.has(happening.row)) return;
    told.push(happening);
    const instrument = happening.row as InstrumentId;
    const { at } = happening;
    if (happening.kind === "quote") {
      const { bid, bidSize, ask, askSize } = happening.tick;
      this.#brokerage.quote({ at, instrument, bid, bidSize, ask, askSize });
    } else if (happening.kind === "trade") {
      const { price, size } = happening.tick;
      this.#brokerage.trade({ at, instrument, price, size });
    }
  }

  #peek(): Happening | undefined {
    while (this.#next >= this.#batch.length && !this.#isOver) {
      const { value, done } = this.#feed.next();
      this.#isOver = done === true;
      this.#batch = done === true ? [] : value;
      this.#next = 0;
    }
    return this.#batch[this.#next];
  }

  #moveTo(at: EpochMicros): void {
    if (at > this.#now) this.#now = at;
  }

  #wait(): number {
    const next = Math.min(this.#peek()?.at ?? Number.POSITIVE_INFINITY, this.#brokerage.nextDue);
    const ms = Number.isFinite(next) ? this.#clock.msUntil(next as EpochMicros) : MOST_WAIT_MS;
    return Math.min(MOST_WAIT_MS, Math.max(LEAST_WAIT_MS, Math.ceil(ms)));
  }
}
