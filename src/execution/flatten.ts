/**
 * Looks after a flatten until the broker itself shows that nothing is held and nothing works (RELIABILITY 1.4): cancel,
 * close, verify, lock, tell. Pure: it is told looks, replies and time, and says what to ask, what to close and whom to
 * wake. The engine's own desk may close what it knows by the same order ids; this closes what the broker still shows.
 *
 * FL-1  The broker's positions alone say what is to be closed, two looks a second apart alone that all is (I-24).
 * FL-2  While the market is shut nothing is closed and stops that protect stay (I-21); closing goes on a minute after
 *       the open, and in a halted symbol five seconds after its first print (C-44).
 * FL-3  It never gives up. Attempts are bounded in rate, people are woken while it is not flat.
 * FL-4  A restart goes on at the same line with the same ids: state is stored before acts are done.
 */
import { invariant } from "../domain/assert.ts";
import { type BrokerLook, type BrokerOrder, type BrokerReply, isEnded } from "../domain/broker.ts";
import type { ClientOrderId } from "../domain/order.ts";
import { type EpochMicros, MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../domain/time.ts";
import {
  checkedFlatten,
  type FlattenActs,
  type FlattenLine,
  type FlattenOrder,
  type FlattenReport,
  type FlattenState,
  flattenLines,
  noActs,
} from "./flatten-state.ts";
import type { Instants } from "./instants.ts";
import { MOST_ATTEMPTS, SymbolClosing } from "./symbol-closing.ts";

/** A look is five requests of the 200 a minute: this leaves room for cancels and closings (C-07). */
const LOOK_EVERY_MS = 2500;
const LOOK_WHEN_SHUT_MS = 30_000;
/** A look that was not answered by then is asked for again. */
const LOOK_TIMEOUT_MS = 5000;
const CANCEL_AGAIN_MS = 2000;
/** How long closing waits for other orders of the symbol to end (F1). */
const CANCEL_DEADLINE_MS = 10_000;
const NOT_FLAT_AFTER_MS = 60_000;
const PAGE_EVERY_MS = 300_000;
const MOST_IN_FLIGHT = 5;
const AFTER_OPEN = MICROS_PER_MINUTE;
const AFTER_PRINT = 5 * MICROS_PER_SECOND;

/** What the market does, as far as anybody told. Before anything was told it is taken to be open. */
export type MarketNews =
  | { readonly kind: "open"; readonly since: EpochMicros }
  | { readonly kind: "shut" }
  | { readonly kind: "halted"; readonly symbol: string }
  | { readonly kind: "resumed"; readonly symbol: string }
  | { readonly kind: "printed"; readonly symbol: string };

export class FlattenOverseer {
  readonly #state: FlattenState;
  readonly #symbols = new Map<string, SymbolClosing>();
  readonly #isClosing: (order: BrokerOrder) => boolean;
  /** Open of the session that runs, epoch micros; NaN while the market is shut. */
  #openSince = Number.NEGATIVE_INFINITY;
  /** All in milliseconds, known to this process only. */
  #lookAskedMs = Number.NaN;
  #nextLookMs = Number.NEGATIVE_INFINITY;
  #cleanSinceMs = Number.NaN;
  #startedMs: number;
  #nextPageMs: number;
  #allCanceledMs = Number.NEGATIVE_INFINITY;
  readonly #canceledMs = new Map<string, number>();
  /** Symbols of which it was told that they were tried too often. */
  readonly #tired = new Set<string>();
  #acts: FlattenActs = noActs();

  private constructor(
    state: FlattenState,
    now: Instants,
    closes: ((id: ClientOrderId) => boolean) | undefined,
  ) {
    this.#state = state;
    this.#startedMs = now.ms;
    this.#nextPageMs = now.ms + NOT_FLAT_AFTER_MS;
    const prefix = `H${state.haltId}-`;
    this.#isClosing = ({ clientId }) => clientId.startsWith(prefix) || closes?.(clientId) === true;
    for (const symbol of state.symbols)
      this.#symbols.set(symbol.symbol, new SymbolClosing(state.haltId, symbol));
    for (const closing of this.#symbols.values()) closing.waitsFor(now.ms + CANCEL_DEADLINE_MS);
    // Until somebody says that the market has opened it has not.
    if (state.awaitsOpen) this.#openSince = Number.NaN;
  }

  /**
   * A flatten begins, at F0: nobody may enter any more, which is the caller's to see to before this. `closes` tells
   * orders of the engine's own desk that close for this halt under other ids than `flattenOrderId`'s.
   */
  static start(order: FlattenOrder, now: Instants, closes?: (id: ClientOrderId) => boolean): FlattenOverseer {
    const { haltId, reason, ends, believed = {} } = order;
    const state = checkedFlatten({
      ...{ haltId, reason, ends },
      version: 1,
      startedAt: now.at,
      line: "F0",
      hasClosed: false,
      awaitsOpen: false,
      isOver: false,
      symbols: [],
      halts: [],
    });
    const overseer = new FlattenOverseer(state, now, closes);
    for (const [symbol, shares] of Object.entries(believed)) overseer.#follow(symbol, now, shares);
    overseer.#note(now, `${reason}; entries are barred`);
    return overseer;
  }

  /** Goes on with what `save` gave, after JSON or not. Throws InputError on anything else. */
  static load(given: unknown, now: Instants, closes?: (id: ClientOrderId) => boolean): FlattenOverseer {
    const overseer = new FlattenOverseer(checkedFlatten(given), now, closes);
    if (!overseer.isOver) overseer.#note(now, "goes on after a restart");
    return overseer;
  }

  save(): FlattenState {
    const symbols = [...this.#symbols.values()].map(({ state }) => ({ ...state, sentAt: [...state.sentAt] }));
    return { ...this.#state, symbols, halts: this.#state.halts.map((halt) => ({ ...halt })) };
  }

  get isOver(): boolean {
    return this.#state.isOver;
  }

  get line(): FlattenLine {
    return this.#state.line;
  }

  /** Time passed. Call it several times a second. */
  time(now: Instants): FlattenActs {
    if (this.isOver) return noActs();
    if (this.#state.line === "F0") this.#beginCancel(now);
    this.#askForLook(now);
    this.#close(now);
    this.#page(now);
    return this.#done();
  }

  /**
   * A look came back; `unresolved`: symbols of orders of ours of which nobody knows whether they exist: while there are
   * any nothing is verified.
   */
  looked(look: BrokerLook, now: Instants, unresolved: readonly string[] = []): FlattenActs {
    if (this.isOver || Number.isNaN(this.#lookAskedMs)) return noActs();
    const askedMs = this.#lookAskedMs;
    this.#lookAskedMs = Number.NaN;
    const orders = withLegs(look.orders);
    const positions = new Map(look.positions.filter(({ shares }) => shares !== 0).map((p) => [p.symbol, p]));
    for (const symbol of positions.keys()) this.#follow(symbol, now);
    const page = (text: string | undefined) => {
      if (text !== undefined) this.#acts.pages.push(text);
    };
    for (const [symbol, closing] of this.#symbols) {
      const own = orders.filter((order) => order.symbol === symbol);
      page(closing.looked(positions.get(symbol), own, this.#isClosing, { askedMs, now }));
    }
    const working = orders.filter(({ status }) => !isEnded(status));
    this.#cancelStragglers(working, positions, now);
    this.#verify(working.length === 0 && positions.size === 0 && unresolved.length === 0, askedMs, now);
    if (!this.isOver) this.#close(now);
    return this.#done();
  }

  /** The look failed: nothing is known, and that is not flat. */
  lookFailed(reason: string, now: Instants): FlattenActs {
    if (this.isOver) return noActs();
    this.#lookAskedMs = Number.NaN;
    this.#cleanSinceMs = Number.NaN;
    this.#nextLookMs = now.ms + LOOK_EVERY_MS;
    this.#note(now, `no look at the account: ${reason}`);
    return this.#done();
  }

  /** What came of a closing. */
  replied(clientId: ClientOrderId, reply: BrokerReply, now: Instants): FlattenActs {
    const closing = [...this.#symbols.values()].find(({ state }) => state.open === clientId);
    if (this.isOver || closing === undefined) return noActs();
    const text = closing.replied(reply, now);
    if (text !== undefined) this.#acts.pages.push(text);
    if (reply.kind === "refused") {
      this.#note(now, `${clientId} refused: ${reply.class}, ${reply.reason}`);
      if (reply.class === "closed") this.#state.awaitsOpen = true;
      if (reply.class === "shares_held" || reply.class === "wash_trade")
        closing.waitsFor(now.ms + CANCEL_DEADLINE_MS);
    }
    return this.#done();
  }

  market(news: MarketNews, now: Instants): FlattenActs {
    if (this.isOver) return noActs();
    const { halts } = this.#state;
    if (news.kind === "open") {
      if (this.#isShut) this.#nextLookMs = now.ms;
      if (this.#isShut) this.#nextPageMs = now.ms + NOT_FLAT_AFTER_MS;
      this.#openSince = news.since;
    } else if (news.kind === "shut") {
      if (!Number.isNaN(this.#openSince)) this.#shut(now);
      this.#openSince = Number.NaN;
    } else {
      const halt = halts.find(({ symbol }) => symbol === news.symbol);
      if (news.kind === "halted") {
        if (halt !== undefined) halts.splice(halts.indexOf(halt), 1);
        halts.push({ symbol: news.symbol, resumed: false, printedAt: null });
      } else if (news.kind === "resumed" && halt !== undefined) halt.resumed = true;
      else if (news.kind === "printed" && halt?.resumed === true) halt.printedAt ??= now.at;
    }
    return this.#done();
  }

  /** The watchdog's witnesses are back: nothing is closed after all. False when it cannot be withdrawn any more. */
  withdraw(reason: string, now: Instants): { readonly isWithdrawn: boolean; readonly acts: FlattenActs } {
    const { ends, hasClosed, isOver } = this.#state;
    if (isOver || hasClosed || ends !== "SAFE_FLAT") return { isWithdrawn: false, acts: noActs() };
    this.#note(now, `withdrawn: ${reason}`);
    this.#end("WITHDRAWN", now);
    return { isWithdrawn: true, acts: this.#done() };
  }

  get #isShut(): boolean {
    return Number.isNaN(this.#openSince);
  }

  #beginCancel(now: Instants): void {
    // While the market is shut the stops that protect stay: stragglers are canceled one by one (FL-2).
    if (!this.#isShut) {
      this.#acts.requests.push({ priority: "flatten", kind: "CancelAll" });
      this.#allCanceledMs = now.ms;
    }
    this.#moveTo("F1", now, this.#isShut ? "the market is shut: stops stay" : "everything is canceled");
  }

  #shut(now: Instants): void {
    this.#state.awaitsOpen = true;
    const text = "the market is shut: closing goes on a minute after it opens";
    this.#note(now, text);
    // Shown flat once: what is missing is the second look, not the market.
    if (Number.isNaN(this.#cleanSinceMs)) this.#acts.pages.push(`flatten ${this.#state.haltId}: ${text}`);
  }

  #askForLook({ ms }: Instants): void {
    if (ms - this.#lookAskedMs >= LOOK_TIMEOUT_MS) this.#lookAskedMs = Number.NaN;
    if (!Number.isNaN(this.#lookAskedMs) || ms < this.#nextLookMs) return;
    this.#lookAskedMs = ms;
    this.#nextLookMs = ms + LOOK_EVERY_MS;
    const since = this.#state.startedAt as EpochMicros;
    this.#acts.requests.push({ priority: "flatten", kind: "Look", since });
  }

  #follow(symbol: string, now: Instants, believed = 0): void {
    if (this.#symbols.has(symbol)) return;
    const closing = SymbolClosing.first(this.#state.haltId, symbol, believed);
    closing.waitsFor(Math.max(now.ms, this.#startedMs) + CANCEL_DEADLINE_MS);
    this.#symbols.set(symbol, closing);
  }

  #cancelStragglers(
    working: readonly BrokerOrder[],
    positions: ReadonlyMap<string, { readonly shares: number }>,
    now: Instants,
  ): void {
    const mayClose = this.#mayClose(now);
    for (const order of working) {
      if (this.#isClosing(order)) continue;
      const held = positions.get(order.symbol)?.shares ?? 0;
      const protects = held * order.side < 0 && (order.type === "stop" || order.type === "trailing_stop");
      if (protects && !mayClose) continue;
      if (now.ms - (this.#canceledMs.get(order.id) ?? this.#allCanceledMs) < CANCEL_AGAIN_MS) continue;
      this.#canceledMs.set(order.id, now.ms);
      this.#acts.requests.push({ priority: "flatten", kind: "Cancel", order: order.id });
    }
  }

  #mayClose(now: Instants): boolean {
    if (this.#isShut) return false;
    if (!this.#state.awaitsOpen) return true;
    if (now.at < this.#openSince + AFTER_OPEN) return false;
    this.#state.awaitsOpen = false;
    for (const closing of this.#symbols.values()) closing.waitsFor(now.ms + CANCEL_DEADLINE_MS);
    return true;
  }

  #mayTrade(symbol: string, { at }: Instants): boolean {
    const halt = this.#state.halts.find((other) => other.symbol === symbol);
    return halt === undefined || (halt.printedAt !== null && at >= halt.printedAt + AFTER_PRINT);
  }

  /** Largest risk first, few at a time. */
  #close(now: Instants): void {
    if (this.#state.line === "F0" || !this.#mayClose(now)) return;
    const all = [...this.#symbols.values()];
    let free = MOST_IN_FLIGHT - all.filter(({ isInFlight }) => isInFlight).length;
    const byRisk = all.toSorted((a, b) => b.value - a.value || (a.state.symbol < b.state.symbol ? -1 : 1));
    for (const symbol of byRisk) {
      if (free <= 0) return;
      if (!this.#mayTrade(symbol.state.symbol, now)) continue;
      const closing = symbol.next(now);
      if (closing === undefined) {
        this.#tellTired(symbol, now);
        continue;
      }
      free -= 1;
      this.#state.hasClosed = true;
      this.#cleanSinceMs = Number.NaN;
      this.#moveTo("F2", now, "closing");
      const { clientId, side, shares } = closing;
      this.#note(now, `${clientId}: ${side > 0 ? "buy" : "sell"} ${shares} ${closing.symbol}`);
      this.#acts.closings.push(closing);
    }
  }

  /** Attempts are bounded in rate: whoever is woken may do it by hand meanwhile. */
  #tellTired(closing: SymbolClosing, now: Instants): void {
    const { symbol } = closing.state;
    if (!closing.isTired(now)) this.#tired.delete(symbol);
    else if (!closing.isFlat(now.ms) && !this.#tired.has(symbol)) {
      this.#tired.add(symbol);
      this.#acts.pages.push(
        `${symbol}: ${MOST_ATTEMPTS} attempts within an hour did not close it; close it by hand`,
      );
    }
  }

  #verify(isClean: boolean, askedMs: number, now: Instants): void {
    const isShown = isClean && [...this.#symbols.values()].every((closing) => closing.isFlat(now.ms));
    this.#nextLookMs = now.ms + (this.#isShut && !isShown ? LOOK_WHEN_SHUT_MS : LOOK_EVERY_MS);
    if (!isShown) {
      if (!Number.isNaN(this.#cleanSinceMs)) this.#note(now, "shown flat once, and not again");
      this.#cleanSinceMs = Number.NaN;
      return;
    }
    this.#moveTo("F3", now, "nothing is shown: once more");
    if (Number.isNaN(this.#cleanSinceMs)) {
      this.#cleanSinceMs = now.ms;
      return;
    }
    if (askedMs < this.#cleanSinceMs + LOOK_EVERY_MS) return;
    this.#moveTo("F4", now, `verified flat: ${this.#state.ends}`);
    this.#end(this.#state.ends, now);
  }

  #end(ended: FlattenReport["ended"], now: Instants): void {
    const { haltId, reason, startedAt } = this.#state;
    this.#state.isOver = true;
    const symbols = [...this.#symbols.values()]
      .map(({ result }) => result)
      .filter(({ before }) => before !== 0);
    const times = { startedAt: startedAt as EpochMicros, endedAt: now.at };
    this.#moveTo("F5", now, `${ended}: ${symbols.length} symbols`);
    this.#acts.report = { haltId, reason, ended, ...times, symbols };
  }

  #page(now: Instants): void {
    if (this.#isShut || now.ms < this.#nextPageMs) return;
    this.#nextPageMs = now.ms + PAGE_EVERY_MS;
    const open = [...this.#symbols.values()].filter((closing) => !closing.isFlat(now.ms));
    const names = open.map(({ state }) => state.symbol).join(", ");
    this.#acts.pages.push(`flatten ${this.#state.haltId}: not flat: ${names || "not verified"}`);
  }

  /** Lines go forwards, but for what shows up again while it is verified. */
  #moveTo(line: FlattenLine, now: Instants, text: string): void {
    const isBack = line === "F2" && this.#state.line === "F3";
    if (!isBack && flattenLines.indexOf(line) <= flattenLines.indexOf(this.#state.line)) return;
    this.#state.line = line;
    this.#note(now, text);
  }

  #note({ at }: Instants, text: string): void {
    this.#acts.notes.push({ at, line: this.#state.line, text });
  }

  #done(): FlattenActs {
    const acts = this.#acts;
    invariant(acts.closings.length <= MOST_IN_FLIGHT, "FL-3", `${acts.closings.length} closings at once`);
    this.#acts = noActs();
    return acts;
  }
}

const withLegs = (orders: readonly BrokerOrder[]): readonly BrokerOrder[] =>
  orders.flatMap((order) => [order, ...withLegs(order.legs)]);
