/**
 * How orders meet the market. The arithmetic of prices, queues and prints is the venue of ticks' own; what is added
 * are the broker's rules on top of it.
 *
 * SB-1  Nothing trades but in core hours, where it is allowed before and after them, and in the auction it waits for;
 *       nothing while halted, and after a halt only when the market was heard of again.
 * SB-2  Stops are reached by prints in core hours that lie within the best bid and offer, and trade later than that
 *       print. A sell stop becomes a market order, a buy stop a limit order with a cap.
 */
import { affordable, MICROS, type Money, NANOS, type Price } from "../../domain/money.ts";
import { BUY } from "../../domain/order.ts";
import type { TradePrint } from "../../domain/quote.ts";
import { roundToTick } from "../../market/ticks.ts";
import { createRng, type Rng } from "../../numerics/rng.ts";
import type { TickBook } from "../tick-book.ts";
import { findPlace, isNoWorse, reachesStop, sharesInPrint } from "../tick-match.ts";
import type { Desk } from "./desk.ts";
import { wholeShares } from "./ledger.ts";
import { buyCollar } from "./margin.ts";
import { isLive, type OrderRecord, remainingOf } from "./order-record.ts";

const PAPER_PARTIAL_CHANCE = 0.1;
/** Millionths of a percent in one. */
const WHOLE_PERCENT = 100_000_000;
const LEAST_STOP = 100 as Price;

/** What a meeting leads to. */
export interface Outcomes {
  /** Nano-shares at micro-dollars per share. */
  fill(record: OrderRecord, quantity: number, price: number): void;
  elected(record: OrderRecord): void;
  /** The auction that it waited for is over. */
  missed(record: OrderRecord): void;
}

export class Matching {
  readonly #desk: Desk;
  readonly #outcomes: Outcomes;
  readonly #rng: Rng;

  constructor(desk: Desk, outcomes: Outcomes) {
    this.#desk = desk;
    this.#outcomes = outcomes;
    this.#rng = createRng(desk.terms.seed, "brokerage fills");
  }

  /** An order and what is displayed now. */
  meetBook(record: OrderRecord): void {
    if (!isWorking(record) || isWaitingStop(record) || !this.#desk.market.isOpen(record.instrument)) return;
    const book = this.#desk.market.book(record.instrument);
    if (!Number.isNaN(record.auctionAt)) {
      if (this.#desk.terms.fillModel === "paper") this.#meetAuctionQuote(record, book);
      return;
    }
    if (!this.#mayTrade(record) || this.#desk.now <= record.electedAt) return;
    if (this.#desk.terms.fillModel === "paper") this.#takePaper(record, book);
    else this.#takeDisplayed(record, book);
  }

  /** An order and a print: returns how many of the print's last `left` shares were its own. */
  meetPrint(record: OrderRecord, print: TradePrint, left: number): number {
    const { market, terms, now } = this.#desk;
    if (!isListening(record) || !market.isOpen(record.instrument)) return 0;
    const book = market.book(record.instrument);
    if (isWaitingStop(record)) {
      if (this.#desk.day.hours === "core" && (!book.isQuoted || book.isOrdinary(print)))
        this.#watch(record, print.price);
      return 0;
    }
    if (!isWorking(record)) return 0;
    const isPaper = terms.fillModel === "paper";
    if (!Number.isNaN(record.auctionAt))
      return isPaper || now < record.auctionAt ? 0 : this.#meetAuctionPrint(record, print, left);
    if (isPaper || !record.rests) {
      this.meetBook(record);
      return 0;
    }
    if (!this.#mayTrade(record) || !book.isOrdinary(print)) return 0;
    const limit = record.limit / MICROS;
    const inQueue = { side: record.side, limit, queue: record.queue };
    const shares = Math.min(remainingOf(record) / NANOS, sharesInPrint(inQueue, print, left));
    if (shares > 0) this.#fill(record, toNanos(shares), record.limit);
    return Math.max(0, shares);
  }

  /** The price that a trailing stop trails from, when it begins to work. */
  startTrail(record: OrderRecord): void {
    const price = this.#desk.market.price(record.instrument);
    if (record.type === "trailing_stop" && Number.isNaN(record.highWaterMark) && price > 0)
      trail(record, price);
  }

  #mayTrade({ extendedHours }: OrderRecord): boolean {
    const { hours } = this.#desk.day;
    return hours === "core" || (extendedHours && hours !== "closed");
  }

  #watch(record: OrderRecord, price: number): void {
    if (record.type === "trailing_stop") {
      const micros = Math.round(price * MICROS);
      const isBetter = -record.side * (micros - record.highWaterMark) > 0;
      if (isBetter || Number.isNaN(record.highWaterMark)) trail(record, micros);
    }
    if (!reachesStop(record.side, record.stop / MICROS, price)) return;
    record.elected = true;
    record.electedAt = this.#desk.now;
    if (record.type === "stop" && record.side === BUY)
      record.cap = roundToTick((record.stop * buyCollar(record.stop)) as Price, "down");
    this.#outcomes.elected(record);
  }

  #takePaper(record: OrderRecord, book: TickBook): void {
    const price = book.opposite(record.side);
    if (Number.isNaN(price) || !isNoWorse(record.side, limitOf(record), price)) return;
    const micros = Math.round(price * MICROS);
    const wanted = wantedAt(record, micros);
    const shares = wholeShares(wanted);
    const mayBeSplit = shares > 1 && !record.splitDrawn && record.timeInForce !== "fok";
    record.splitDrawn = true;
    const isSplit = mayBeSplit && this.#rng.uniform() < PAPER_PARTIAL_CHANCE;
    this.#fill(record, isSplit ? (1 + this.#rng.integer(shares - 1)) * NANOS : wanted, micros);
  }

  #takeDisplayed(record: OrderRecord, book: TickBook): void {
    const { side, queue } = record;
    const limit = limitOf(record);
    const price = book.opposite(side);
    if (!Number.isNaN(price) && isNoWorse(side, limit, price)) {
      const comesToUs = record.rests && !Number.isNaN(record.limit);
      const micros = comesToUs ? record.limit : Math.round(price * MICROS);
      const wanted = wantedAt(record, micros) / NANOS;
      const shares = Math.min(wanted, book.available(side));
      const isEnough = record.timeInForce !== "fok" || shares === wanted;
      if (shares > 0 && isEnough) {
        book.take(side, shares);
        this.#fill(record, toNanos(shares), micros);
      }
    }
    if (Number.isNaN(record.limit) || !isLive(record)) return;
    record.rests = true;
    findPlace({ side, limit, queue }, book);
  }

  #meetAuctionQuote(record: OrderRecord, book: TickBook): void {
    const price = book.opposite(record.side);
    if (this.#desk.now < record.auctionAt || Number.isNaN(price)) return;
    if (isNoWorse(record.side, limitOf(record), price))
      this.#fill(record, remainingOf(record), Math.round(price * MICROS));
    if (isLive(record)) this.#outcomes.missed(record);
  }

  #meetAuctionPrint(record: OrderRecord, { price }: TradePrint, left: number): number {
    const isIn = isNoWorse(record.side, limitOf(record), price);
    const shares = isIn ? Math.max(0, Math.min(remainingOf(record) / NANOS, left)) : 0;
    if (shares > 0) this.#fill(record, toNanos(shares), Math.round(price * MICROS));
    if (isLive(record)) this.#outcomes.missed(record);
    return shares;
  }

  #fill(record: OrderRecord, quantity: number, price: number): void {
    if (quantity > 0) this.#outcomes.fill(record, quantity, price);
  }
}

const isWorking = (record: OrderRecord): boolean => record.works && isLive(record);

/** A group's sleeping stop listens to prints as soon as there is a position to protect. */
const isListening = (record: OrderRecord): boolean =>
  isLive(record) &&
  !record.waits &&
  (record.works || (record.role === "stop" && record.group?.awake === true));

const isWaitingStop = ({ stop, type, elected }: OrderRecord): boolean =>
  !elected && (type === "trailing_stop" || !Number.isNaN(stop));

/** Dollars per share that it will not go beyond; NaN for none. */
const limitOf = ({ limit, cap }: OrderRecord): number => (Number.isNaN(limit) ? cap : limit) / MICROS;

/** Nano-shares that it would trade at that price. */
function wantedAt(record: OrderRecord, price: number): number {
  const { notional, spent, held, filled } = record;
  if (Number.isNaN(notional)) return remainingOf(record);
  const worth = affordable(Math.max(0, notional - spent) as Money, price as Price);
  return Number.isNaN(held) ? worth : Math.min(worth, Math.max(0, held - filled));
}

const toNanos = (shares: number): number => Math.round(shares * NANOS);

/** The best price so far is `price`: the stop follows at its distance, on the tick that is farther away. */
function trail(record: OrderRecord, price: number): void {
  record.highWaterMark = price;
  const distance = Number.isNaN(record.trailPrice)
    ? (price * record.trailPercent) / WHOLE_PERCENT
    : record.trailPrice;
  const stop = Math.round(Math.max(LEAST_STOP, price + record.side * distance)) as Price;
  record.stop = roundToTick(stop, record.side === BUY ? "up" : "down");
}
