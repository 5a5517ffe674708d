/**
 * What the execute stage owes to the broker's own books: looking at them in time, and doing what the comparison with
 * ours asks for (EXEC-3, RELIABILITY 3.4). It decides nothing itself: the reconciler judges, this carries it out.
 *
 * BD-1  Nothing may be entered before our books and the broker's were compared once without a difference.
 * BD-2  A look that failed shows nothing; the next one comes soon.
 */
import type { BrokerLook, BrokerNews, BrokerOrder, BrokerRequest, RequestId } from "../domain/broker.ts";
import type { ClaimChanged, EngineEvent } from "../domain/events.ts";
import type { InstrumentTable } from "../domain/instrument.ts";
import { type ClientOrderId, Purpose } from "../domain/order.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../domain/time.ts";
import { ownsClientId } from "../execution/client-order-id.ts";
import type { Instants, Lifecycle, OpenOrder } from "../execution/lifecycle/words.ts";
import { ReconcileCadence } from "../execution/reconcile-cadence.ts";
import { Reconciler } from "../execution/reconciliation.ts";
import {
  type Alarm,
  type LocalBooks,
  type LocalOrder,
  type Reconciliation,
  startTerms,
} from "../execution/reconciliation-facts.ts";
import { StrangeFills } from "../execution/strange-fills.ts";
import { CashDuty } from "./cash-duty.ts";
import type { ExecuteStage } from "./execute.ts";
import { goneReport } from "./gone-report.ts";
import { isKeyRefused, REFUSED_LOOK_MS } from "./key-refusal.ts";
import { lastHeard, localOrder } from "./local-order.ts";
import { localPositions } from "./local-positions.ts";
import { type RestatedPosition, RestatedPositions } from "./restated-positions.ts";
import { SymbolLocks } from "./symbol-locks.ts";

/** Requests of the duty are numbered from here on: the life cycle counts its own from 0. */
const FIRST_REQUEST = 1_000_000_000;
const RETRY_MS = 2000;
/** While something differs: a look is five of the requests that a broker allows in a minute. */
const DOUBT_MS = 5000;
/** Between a look and one that must not be older than some news. */
const FINDING_OUT = "something is being found out";
const FRESH_MS = 1000;
/** A look that was not answered by then is not waited for any longer. */
export const LOOK_TIMEOUT_MS = 30_000;
/** How far back a look asks beyond the last one: news may be listed late. */
const OVERLAP_MICROS = 10 * MICROS_PER_MINUTE;
const STARTUP = "startup";

export interface DutyParts {
  readonly stage: ExecuteStage;
  readonly lifecycle: Lifecycle;
  readonly instruments: InstrumentTable;
  /** Index of the pseudo-strategy that holds what is nobody's. */
  readonly external: number;
  /** Dollars in the account that the run does not count as its own. */
  readonly outside: number;
  /** The books were compared by a look that was asked for then, monotonic milliseconds. */
  compared?(found: Reconciliation, askedMs: number, now: Instants): void;
  /** Held before the run: signed shares, dollars per share. */
  readonly adopted: readonly { readonly symbol: string; readonly shares: number; readonly price: number }[];
}

type Ask = BrokerRequest extends infer Request
  ? Request extends { readonly id: RequestId }
    ? Omit<Request, "id">
    : never
  : never;

export class BrokerDuty {
  readonly #parts: DutyParts;
  readonly #cadence = new ReconcileCadence();
  #reconciler = new Reconciler(startTerms);
  #isStarted = false;
  #requests = 0;
  /** Looks under way, and when they were asked for. */
  readonly #looks = new Map<RequestId, number>();
  readonly #reads = new Map<RequestId, ClientOrderId>();
  #nextLookMs = Number.NEGATIVE_INFINITY;
  #askedMs = Number.NEGATIVE_INFINITY;
  /** A look that was asked for before that is too old. */
  #freshMs = Number.NEGATIVE_INFINITY;
  #lookedAt: EpochMicros | undefined;
  #problem: string | undefined = "the broker's books have not been read yet";
  #isLineUp = false;
  readonly #heardMs = new Map<string, number>();
  readonly #adjusted = new Map<string, number>();
  readonly #acknowledged = new Set<BrokerOrder["id"]>();
  #foreign = new Map<BrokerOrder["id"], string>();
  readonly #strangeFills = new StrangeFills();
  readonly #cash = new CashDuty();
  readonly #restated: RestatedPositions;
  readonly #locks: SymbolLocks;
  #compareLater: { readonly look: BrokerLook; readonly askedMs: number } | undefined;

  /** What the last step gave; the caller empties them. Events are to be applied in their order. */
  readonly asks: BrokerRequest[] = [];
  readonly events: EngineEvent[] = [];
  readonly reports: BrokerNews[] = [];
  readonly alarms: Alarm[] = [];

  constructor(parts: DutyParts) {
    this.#parts = parts;
    const { instruments, stage } = parts;
    this.#locks = new SymbolLocks(instruments, this.events);
    this.#restated = new RestatedPositions((symbol) => {
      const instrument = instruments.find(symbol);
      return instrument === undefined ? 0 : stage.portfolio.shares(instrument);
    });
  }

  /** Why our books and the broker's are not known to agree; undefined when they are. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** When the last comparison was made; undefined before the first. */
  get lookedAt(): EpochMicros | undefined {
    return this.#lookedAt;
  }

  /** Dollars that the broker's cash is ahead of our books and that an operator is asked about; undefined: none. */
  get cashAhead(): number | undefined {
    return this.#cash.ahead;
  }

  /** When `time` has something to do next, monotonic milliseconds: a look under way is waited for, not asked about. */
  get nextMs(): number {
    if (this.#askedMs < this.#freshMs) return Math.max(this.#freshMs, this.#askedMs + FRESH_MS);
    if (this.#looks.size > 0) return Math.min(...this.#looks.values()) + LOOK_TIMEOUT_MS + 1;
    return Math.max(this.#nextLookMs, this.#cadence.nextMs);
  }

  restarted(now: Instants, life: number): void {
    this.#reconciler = new Reconciler(startTerms);
    this.#isStarted = false;
    this.#looks.clear();
    this.#reads.clear();
    this.#heardMs.clear();
    this.#nextLookMs = Number.NEGATIVE_INFINITY;
    this.#askedMs = Number.NEGATIVE_INFINITY;
    this.#freshMs = Number.NEGATIVE_INFINITY;
    this.#cadence.askForAll();
    this.#problem = "the broker's books have not been read since the start";
    if (life === 1) for (const held of this.#parts.adopted) this.#adopt(held, now);
    this.#claim(now, { source: STARTUP, level: "NO_NEW_ENTRIES", reason: "starting: books are compared" });
  }

  /** An operator has seen what locked the symbol. Returns the position that a split was to change and did not. */
  acknowledged(symbol: string): RestatedPosition | undefined {
    this.#locks.acknowledged(symbol);
    for (const [order, of] of this.#foreign) if (of === symbol) this.#acknowledged.add(order);
    return this.#restated.acknowledged(symbol);
  }

  asTrade(symbol: string): void {
    this.#reconciler.asTrade(symbol);
  }

  /** Symbols whose split the broker's books show since they were asked for last. */
  takeMoved(): readonly string[] {
    return this.#restated.moved.splice(0);
  }

  /** A split changed our position: nobody enters the symbol until the broker's shows it, too. */
  restated(position: RestatedPosition, now: Instants): void {
    this.#restated.split(position, now.at);
    this.#locks.lock(position.symbol, "a split is not known to be in the broker's books", now.at);
    this.lookNow(now);
  }

  /** Only an operator frees it again. `reason`: it is locked for that, too. */
  barred(symbol: string, now: Instants, reason?: string): void {
    this.#locks.bar(symbol);
    if (reason !== undefined) this.#locks.lock(symbol, reason, now.at);
  }

  /** The books are to be compared as soon as possible. */
  lookSoon(): void {
    this.#cadence.askForAll();
  }

  /** A look that begins now is wanted, whatever is under way. */
  lookNow({ mono }: Instants): void {
    this.#cadence.askForAll();
    this.#freshMs = mono;
  }

  time(now: Instants): void {
    for (const [id, askedMs] of this.#looks) if (now.mono - askedMs > LOOK_TIMEOUT_MS) this.#looks.delete(id);
    const isDue = this.#cadence.due(now.mono).length > 0 && now.mono >= this.#nextLookMs;
    const isFresh = this.#askedMs < this.#freshMs && now.mono >= this.#askedMs + FRESH_MS;
    if ((isDue && this.#looks.size === 0) || isFresh) this.#look(now);
  }

  #look(now: Instants): void {
    const cashSince = this.#cash.since(now.at);
    const part = cashSince === undefined ? {} : { cashSince };
    this.ask({ kind: "Look", priority: "reconcile", since: this.#since(now), ...part }, now);
  }

  /** Numbers a request of the duty's own and sends it on its way. */
  ask(wanted: Ask, now: Instants): RequestId {
    const id = (FIRST_REQUEST + this.#requests++) as RequestId;
    if (wanted.kind === "Look") {
      this.#looks.set(id, now.mono);
      this.#askedMs = now.mono;
    }
    this.asks.push({ ...wanted, id } as BrokerRequest);
    return id;
  }

  /** True for an answer that was asked for here, and is none of the life cycle's business. */
  heard(news: BrokerNews, now: Instants): boolean {
    if (news.kind === "line") {
      this.#isLineUp = news.state === "up";
      if (this.#isLineUp) this.#cadence.askForAll();
      return false;
    }
    this.#note(news, now);
    if (!("request" in news) || news.request < FIRST_REQUEST) return false;
    const askedMs = this.#looks.get(news.request);
    this.#looks.delete(news.request);
    if (askedMs !== undefined) this.#looked(news, askedMs, now);
    const read = this.#reads.get(news.request);
    if (read !== undefined) {
      this.#reads.delete(news.request);
      this.#carryOut(this.#reconciler.answered(read, news), now);
    }
    return true;
  }

  #since(now: Instants): EpochMicros {
    return ((this.#lookedAt ?? now.at) - OVERLAP_MICROS) as EpochMicros;
  }

  #note(news: Exclude<BrokerNews, { kind: "line" }>, now: Instants): void {
    if (!("order" in news)) return;
    for (const { clientId, id } of [news.order, ...news.order.legs])
      for (const name of [clientId, id]) this.#heardMs.set(name, now.mono);
  }

  #looked(news: BrokerNews, askedMs: number, now: Instants): void {
    if (news.kind !== "look") {
      this.#reconciler.lookFailed();
      this.#problem = `the broker's books cannot be read: ${"reason" in news ? news.reason : news.kind}`;
      this.#nextLookMs = now.mono + (isKeyRefused(news) ? REFUSED_LOOK_MS : RETRY_MS);
      return;
    }
    const { look } = news;
    this.#lookedAt = now.at;
    this.#cadence.compared(now.mono);
    // What it shows of orders first: else a fill that was missed would look like a position of nobody's.
    this.reports.push(news);
    const ahead = look.account.cash - this.#ownCash;
    if (look.cash !== undefined) this.events.push(...this.#cash.looked(look.cash, ahead, now.at));
    this.#foreign = new Map(
      look.orders.filter(({ clientId }) => !this.#owns(clientId)).map(({ id, symbol }) => [id, symbol]),
    );
    this.#strangeFills.remember(look, this.#parts.lifecycle.byClientId());
    this.#compareLater = { look, askedMs };
  }

  /** After the life cycle has taken in what a look showed: the comparison itself. */
  compare(now: Instants): void {
    if (this.#compareLater === undefined) return;
    const { look, askedMs } = this.#compareLater;
    this.#compareLater = undefined;
    this.alarms.push(...this.#restated.looked(look.positions, now.at));
    const found = this.#reconciler.compare(look, this.#books(now), { at: now.at, ms: now.mono });
    this.#carryOut(found, now);
    this.#parts.compared?.(found, askedMs, now);
    const booked = this.#cash.compared(found.cash, now.at);
    if (booked !== undefined) this.events.push(booked);
    this.#problem = found.clean
      ? undefined
      : (found.alarms[0]?.text ?? found.claims[0]?.reason ?? FINDING_OUT);
    if (!found.clean) {
      this.#nextLookMs = Math.max(this.#nextLookMs, now.mono + DOUBT_MS);
      this.#cadence.askForAll();
      return;
    }
    this.#strangeFills.settle();
    if (this.#isStarted || !this.#isLineUp) return;
    this.#isStarted = true;
    this.#reconciler = new Reconciler();
    this.#lift(now, STARTUP);
  }

  #carryOut(found: Reconciliation, now: Instants): void {
    const { stage, lifecycle, instruments } = this.#parts;
    for (const request of found.requests) {
      const clientId = request.kind === "FindByClientId" ? request.clientId : this.#clientOf(request.order);
      const id = this.ask(request, now);
      if (clientId !== undefined) this.#reads.set(id, clientId);
    }
    this.reports.push(...found.reports);
    for (const order of found.imports)
      this.ask({ kind: "Cancel", priority: "protect", order: order.id }, now);
    for (const clientId of found.missing) {
      const order = lifecycle.byClientId().get(clientId);
      if (order !== undefined) this.reports.push(goneReport(order));
    }
    for (const clientId of found.cancels) {
      const brokerId = lifecycle.byClientId().get(clientId)?.brokerId;
      if (brokerId !== undefined) this.ask({ kind: "Cancel", priority: "protect", order: brokerId }, now);
    }
    for (const { symbol, shares, price, reason, id } of found.adjustments) {
      const instrument = instruments.find(symbol);
      if (instrument === undefined) continue;
      this.#strangeFills.settle(symbol);
      this.#adjusted.set(symbol, (this.#adjusted.get(symbol) ?? 0) + 1);
      this.events.push({ kind: "PositionAdjusted", at: now.at, instrument, shares, price, reason, id });
    }
    for (const { symbol, ratio } of found.splits) {
      const instrument = instruments.find(symbol);
      this.#locks.bar(symbol);
      if (instrument !== undefined)
        this.events.push({ kind: "SharesSplit", at: now.at, instrument, ...ratio });
    }
    for (const { symbol, reason } of found.locks) this.#locks.lock(symbol, reason, now.at);
    for (const symbol of found.unlocks) this.#locks.unlock(symbol, now.at);
    for (const claim of found.claims) this.#claim(now, claim);
    for (const source of found.lifts)
      if (stage.authorities.find("circuit_breakers", source) !== undefined) this.#lift(now, source);
    this.alarms.push(...found.alarms);
  }

  #adopt(held: DutyParts["adopted"][number], now: Instants): void {
    const instrument = this.#parts.instruments.find(held.symbol);
    if (instrument === undefined) return;
    const { shares, price } = held;
    const id = `adopted ${held.symbol}`;
    const reason = "held before the run";
    this.events.push({ kind: "PositionAdjusted", at: now.at, instrument, shares, price, reason, id });
  }

  #claim(
    now: Instants,
    claim: Pick<NonNullable<ClaimChanged["claim"]>, "source" | "level" | "reason"> & {
      readonly liftedBy?: "itself" | "operator";
    },
  ): void {
    const { source, level, reason, liftedBy = "itself" } = claim;
    const held = this.#parts.stage.authorities.find("circuit_breakers", source);
    if (held !== undefined && held.level === level && held.liftedBy === liftedBy) return;
    this.events.push({
      kind: "ClaimChanged",
      at: now.at,
      claim: { authority: "circuit_breakers", source, level, scalar: 1, reason, liftedBy },
    });
  }

  #lift(now: Instants, source: string): void {
    this.events.push({
      kind: "ClaimChanged",
      at: now.at,
      lifted: { authority: "circuit_breakers", source, by: "itself" },
    });
  }

  #owns(clientId: ClientOrderId): boolean {
    return ownsClientId(clientId) || this.#parts.lifecycle.owns(clientId);
  }

  #clientOf(order: BrokerOrder["id"]): ClientOrderId | undefined {
    for (const { brokerId, clientId } of this.#parts.lifecycle.byClientId().values())
      if (brokerId === order) return clientId;
    return undefined;
  }

  get #ownCash(): number {
    return this.#parts.stage.portfolio.cash + this.#parts.outside;
  }

  #books(now: Instants): LocalBooks {
    const { stage, lifecycle, outside } = this.#parts;
    const { portfolio } = stage;
    return {
      positions: localPositions(
        this.#parts,
        { adjusted: this.#adjusted, heardMs: this.#heardMs },
        now.mono - LOOK_TIMEOUT_MS,
      ),
      orders: [...lifecycle.byClientId().values()].map((order) => this.#localOrder(order)),
      cash: this.#ownCash,
      equity: portfolio.equity + outside,
      owns: (id) => this.#owns(id),
      tombstones: new Set(lifecycle.tombstones().map(({ clientId }) => clientId)),
      acknowledged: this.#acknowledged,
      restating: this.#restated.symbols,
      strangeFills: this.#strangeFills.list,
    };
  }

  #localOrder(order: OpenOrder): LocalOrder {
    const reduces = this.#parts.stage.orders.purpose(order.number) !== Purpose.Entry;
    return localOrder(order, reduces, lastHeard(order, this.#heardMs));
  }
}
