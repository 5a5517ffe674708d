/**
 * The closing of one symbol in a flatten: how much may still be sold or bought, which attempt is out, and when the next
 * one is due. Used by the overseer alone.
 *
 * SC-1  Never more than the broker shows, and never more than is left by what orders have traded since: a stale
 *       position must not be closed twice (B31). What shows more than that for half a minute is believed.
 *       What shows less than trades explain may be an empty answer: it counts as flat when it stays so for a while.
 * SC-2  One attempt at a time. One whose end nobody knows is asked for again under its own id, never under the next,
 *       until it is seen to have ended: also when that is refused, because the first may be on its way still.
 * SC-3  A position that changed its side is not touched any more: closing too much is worse than a residual.
 */
import type { BrokerOrder, BrokerPosition, BrokerReply } from "../domain/broker.ts";
import { isEnded } from "../domain/broker.ts";
import { flattenOrderId } from "../domain/flatten-order-id.ts";
import { HALF_NANO_SHARE } from "../domain/money.ts";
import { BUY, SELL } from "../domain/order.ts";
import { MICROS_PER_MINUTE } from "../domain/time.ts";
import type { Closing, SymbolResult, SymbolState } from "./flatten-state.ts";
import type { Instants } from "./instants.ts";

/** How long a broker's positions may lag behind its orders. */
const STALE_MS = 30_000;
/** How long a position that vanished without a trade must stay away. */
const VANISHED_MS = 10_000;
const LONGEST_WAIT_MS = 30_000;
/** Looks in a row that must miss a closing before it is asked for again. */
const MISSES = 2;
/** Attempts per symbol and hour (RELIABILITY 1.4). */
export const MOST_ATTEMPTS = 50;
const HOUR = 60 * MICROS_PER_MINUTE;
const COLLARS = [0.005, 0.01, 0.02, 0.05] as const;
const AFTER_TROUBLE = 4;

export class SymbolClosing {
  readonly state: SymbolState;
  readonly #halt: string;
  #position: BrokerPosition | undefined;
  /** Closings of this halt that the last look showed working. */
  #works = false;
  /** Other orders that the last look showed working. */
  #blocked = false;
  /** Looks in a row that did not show the open closing though they were asked for after it. */
  #misses = 0;
  /** When the last word about the open closing was, milliseconds. */
  #saidMs = Number.NEGATIVE_INFINITY;
  #staleSinceMs = Number.NaN;
  /** When that was seen last, or first by this process. */
  #vanishedMs = Number.NaN;
  /** Nothing was ever held that could be stale. */
  #isNew: boolean;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  /** Until then other orders are waited for. */
  #patienceMs = Number.NEGATIVE_INFINITY;

  constructor(halt: string, state: SymbolState) {
    this.#halt = halt;
    this.state = state;
    this.#isNew = state.before === 0;
    // The process before may have asked for it, or died before it did.
    if (state.open !== null) state.isInDoubt = true;
  }

  /** `believed`: how many shares our books hold of it. */
  static first(halt: string, symbol: string, believed = 0): SymbolClosing {
    return new SymbolClosing(halt, {
      symbol,
      before: 0,
      base: Math.abs(believed),
      shown: Math.abs(believed),
      vanished: false,
      closed: 0,
      opened: 0,
      attempt: 0,
      sentAt: [],
      open: null,
      isInDoubt: false,
      failures: 0,
      stopped: null,
    });
  }

  get result(): SymbolResult {
    const { symbol, before, attempt, stopped } = this.state;
    return { symbol, before, attempts: attempt, stopped: stopped ?? undefined };
  }

  /** Dollars at stake. */
  get value(): number {
    const { shares = 0, price = 0 } = this.#position ?? {};
    return Math.abs(shares * price);
  }

  get isInFlight(): boolean {
    return this.#works || (this.state.open !== null && this.#misses < MISSES);
  }

  /** Nothing is held and nothing of ours may still trade. */
  isFlat(ms: number): boolean {
    const isExplained = !this.state.vanished || ms - this.#vanishedMs >= VANISHED_MS;
    return (this.#position?.shares ?? 0) === 0 && !this.isInFlight && isExplained;
  }

  waitsFor(ms: number): void {
    this.#patienceMs = ms;
  }

  /** What a look shows of the symbol, orders with their legs. Returns what to wake somebody up with. */
  looked(
    position: BrokerPosition | undefined,
    orders: readonly BrokerOrder[],
    isClosing: (order: BrokerOrder) => boolean,
    look: { readonly askedMs: number; readonly now: Instants },
  ): string | undefined {
    const { state } = this;
    const { now, askedMs } = look;
    const shares = position?.shares ?? 0;
    this.#position = position;
    const working = orders.filter(({ status }) => !isEnded(status));
    this.#works = working.some(isClosing);
    this.#blocked = !working.every(isClosing);
    if (state.before === 0) state.before = shares;
    this.#count(orders);
    this.#settle(orders, askedMs, now.ms);
    this.#bound(Math.abs(shares), now.ms);
    if (shares * state.before >= 0) {
      // Somebody set it right.
      if (shares === 0) state.stopped = null;
      return undefined;
    }
    if (state.stopped !== null) return undefined;
    state.stopped = `${state.symbol}: ${state.before} shares became ${shares}`;
    return `${state.stopped}: closed too much; nothing more is sent, close it by hand`;
  }

  /** What came of asking for a closing. Returns what to wake somebody up with. */
  replied(reply: BrokerReply, now: Instants): string | undefined {
    const { state } = this;
    this.#saidMs = now.ms;
    this.#misses = 0;
    if (reply.kind === "notSent") {
      this.#misses = MISSES;
      this.#notBeforeMs = now.ms + 1000;
    }
    if (reply.kind !== "refused") return undefined;
    if (reply.class === "throttled") {
      this.#misses = MISSES;
      this.#notBeforeMs = now.ms + 1000;
      return undefined;
    }
    if (state.isInDoubt) this.#misses = MISSES;
    else state.open = null;
    this.#failed(now.ms);
    if (reply.class === "shares_held" || reply.class === "wash_trade") {
      // Back to F1: what is in the way is canceled first.
      this.#blocked = true;
      return undefined;
    }
    if (reply.class === "closed") return undefined;
    state.failures = Math.max(state.failures, AFTER_TROUBLE);
    this.#notBeforeMs = now.ms + LONGEST_WAIT_MS;
    return `${state.symbol}: the broker refuses to close it (${reply.class}: ${reply.reason})`;
  }

  /** The next closing; undefined while none is due. Whoever asks sends it. */
  next(now: Instants): Closing | undefined {
    const { state } = this;
    if (state.stopped !== null || this.isInFlight || now.ms < this.#notBeforeMs) return undefined;
    const shares = this.#closable(now.ms);
    if (shares < HALF_NANO_SHARE) return undefined;
    const side = (this.#position?.shares ?? 0) > 0 ? SELL : BUY;
    // Asked for again under its own id: it may be on its way still.
    if (state.open !== null) {
      state.isInDoubt = true;
      this.#failed(now.ms);
    } else {
      if (this.isTired(now)) return undefined;
      state.attempt += 1;
      state.sentAt.push(now.at);
      state.isInDoubt = false;
      state.open = flattenOrderId(this.#halt, state.symbol, state.attempt);
    }
    this.#misses = 0;
    this.#saidMs = now.ms;
    const { attempt, symbol } = state;
    const collar = COLLARS[Math.min(attempt, COLLARS.length) - 1] ?? COLLARS[0];
    const clientId = flattenOrderId(this.#halt, symbol, attempt);
    return { clientId, symbol, side, shares, attempt, collar };
  }

  /** True when it was tried too often within the last hour. */
  isTired({ at }: Instants): boolean {
    const { state } = this;
    state.sentAt = state.sentAt.filter((sent) => at - sent < HOUR);
    return state.sentAt.length >= MOST_ATTEMPTS;
  }

  /** What traded so far, and which attempts there were: also those of others who close by the same ids. */
  #count(orders: readonly BrokerOrder[]): void {
    const { state } = this;
    const prefix = flattenOrderId(this.#halt, state.symbol, 1).slice(0, -1);
    let [closed, opened] = [0, 0];
    for (const { clientId, side, filled } of orders) {
      if (side * state.before < 0) closed += filled;
      else opened += filled;
      const attempt = clientId.startsWith(prefix) ? Number(clientId.slice(prefix.length)) : 0;
      if (Number.isSafeInteger(attempt)) state.attempt = Math.max(state.attempt, attempt);
    }
    // Nobody knows yet which side closes.
    if (state.before === 0) return;
    if (closed > state.closed) state.failures = 0;
    // A list may be partial: what traded once has traded.
    state.closed = Math.max(state.closed, closed);
    state.opened = Math.max(state.opened, opened);
  }

  get #traded(): number {
    return this.state.closed - this.state.opened;
  }

  /** The open closing has ended, works, or is missing. */
  #settle(orders: readonly BrokerOrder[], askedMs: number, ms: number): void {
    const { state } = this;
    if (state.open === null) return;
    const order = orders.find(({ clientId }) => clientId === state.open);
    if (order === undefined) {
      if (askedMs >= this.#saidMs) this.#misses += 1;
      return;
    }
    this.#misses = 0;
    if (!isEnded(order.status)) return;
    state.open = null;
    if (order.filled > 0) this.#notBeforeMs = ms + 1000;
    else this.#failed(ms);
  }

  #failed(ms: number): void {
    const { state } = this;
    this.#notBeforeMs = ms + Math.min(LONGEST_WAIT_MS, 1000 * 2 ** state.failures);
    state.failures += 1;
  }

  /** What is left to close at most (SC-1). */
  #bound(held: number, ms: number): void {
    const { state } = this;
    const left = state.base - this.#traded;
    const isMore = held > left + HALF_NANO_SHARE;
    const isLess = held < Math.max(left, state.shown - this.#traded) - HALF_NANO_SHARE;
    state.shown = held + this.#traded;
    state.vanished = !isMore && (isLess || state.vanished);
    if (isLess || Number.isNaN(this.#vanishedMs)) this.#vanishedMs = ms;
    if (!isMore || this.#isNew) {
      this.#isNew = held === 0 && this.#isNew;
      state.base = held + this.#traded;
      this.#staleSinceMs = Number.NaN;
      return;
    }
    if (Number.isNaN(this.#staleSinceMs)) this.#staleSinceMs = ms;
    if (ms - this.#staleSinceMs < STALE_MS) return;
    state.base = held + this.#traded;
    this.#staleSinceMs = Number.NaN;
  }

  #closable(ms: number): number {
    const { shares = 0, available = 0 } = this.#position ?? {};
    const isPatient = ms < this.#patienceMs;
    if (this.#blocked && isPatient) return 0;
    const most = Math.min(Math.abs(shares), this.state.base - this.#traded);
    if (available > 0) return Math.min(most, available);
    return isPatient ? 0 : most;
  }
}
