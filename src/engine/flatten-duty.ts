/**
 * A closing of everything, watched over by the broker's own books (C-45, RELIABILITY 1.4). The desk closes what our
 * books know; the overseer cancels stragglers, looks until two looks show nothing, and finds what our books do not
 * know: that is taken into them, and closed by the same desk through the same gate.
 *
 * FD-1  One look alone adds nothing to our books: it may be older than a fill. What it shows and they do not hold is
 *       taken in when a look that began a second later shows the same, and nothing of the symbol was heard since the
 *       first. Nothing that closes what we hold waits for this.
 */
import type { BrokerLook, BrokerNews, RequestId } from "../domain/broker.ts";
import type { EngineEvent } from "../domain/events.ts";
import type { InstrumentId, InstrumentTable } from "../domain/instrument.ts";
import type { ClientOrderId } from "../domain/order.ts";
import { FlattenOverseer } from "../execution/flatten.ts";
import type { Closing, FlattenActs, FlattenNote, FlattenRequest } from "../execution/flatten-state.ts";
import type { Instants, Lifecycle } from "../execution/lifecycle/words.ts";
import type { Alarm } from "../execution/reconciliation-facts.ts";
import type { ExecuteStage } from "./execute.ts";
import { isExit } from "./order-requests.ts";

type FlattenAsk =
  | FlattenRequest
  | (Omit<Extract<FlattenRequest, { readonly kind: "Look" }>, "priority"> & {
      readonly priority: "reconcile";
    });

export interface FlattenParts {
  readonly stage: ExecuteStage;
  readonly lifecycle: Lifecycle;
  readonly instruments: InstrumentTable;
  ask(request: FlattenAsk, now: Instants): RequestId;
}

/** Between the two looks that an addition to our books needs. */
const APART_MS = 1000;

/** Held at the broker by one look, and not by our books. Signed shares: what is to be closed of it, and all of it. */
interface Shown {
  readonly shares: number;
  readonly held: number;
  /** When the look began, of the exchange and in monotonic milliseconds. */
  readonly at: number;
  readonly askedMs: number;
  readonly clientId: ClientOrderId;
}

const heldIn = (positions: BrokerLook["positions"], symbol: string): number =>
  positions.find((position) => position.symbol === symbol)?.shares ?? 0;

export class FlattenDuty {
  readonly #parts: FlattenParts;
  #overseer: FlattenOverseer | undefined;
  #halt = "";
  #wasOpen: boolean | undefined;
  /** Looks under way, and when they were asked for. */
  readonly #looks = new Map<RequestId, number>();
  readonly #shown = new Map<string, Shown>();
  /** When an order of the symbol was heard of last; a look that began before that says nothing of its position. */
  readonly #movedAt = new Map<string, number>();
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** When the last look of the overseer was asked for. */
  #askedMs = Number.NEGATIVE_INFINITY;
  #positions: BrokerLook["positions"] = [];
  readonly events: EngineEvent[] = [];
  readonly notes: FlattenNote[] = [];
  readonly alarms: Alarm[] = [];

  constructor(parts: FlattenParts) {
    this.#parts = parts;
  }

  get isActive(): boolean {
    return this.#overseer !== undefined;
  }

  get line(): string | undefined {
    return this.#overseer?.line;
  }

  /** The process began anew: the same line, the same ids, new clocks. */
  restarted(now: Instants): void {
    if (this.#overseer === undefined) return;
    this.#wasOpen = undefined;
    this.#looks.clear();
    this.#shown.clear();
    this.#overseer = FlattenOverseer.load(this.#overseer.save(), ms(now), (id) => this.#closes(id));
  }

  /** With every step: begins when a flatten is in force, and ends with it. */
  time(now: Instants): void {
    const { flattening } = this.#parts.stage;
    if (flattening === undefined || (this.#halt !== "" && flattening.haltId !== this.#halt)) this.#end();
    if (flattening === undefined) return;
    if (this.#overseer === undefined && this.#halt === "") {
      const { haltId, reason, ends, isPlanned } = flattening;
      this.#halt = haltId;
      const order = { haltId, reason, ends, believed: this.#believed() };
      this.#overseer = FlattenOverseer.start(order, ms(now), (id) => this.#closes(id));
      const severity = isPlanned ? "flag" : "page";
      this.alarms.push({ severity, text: `everything is being closed: ${reason}` });
    }
    const overseer = this.#overseer;
    if (overseer === undefined) return;
    const { sessions } = this.#market(now);
    if (sessions !== this.#wasOpen) {
      this.#wasOpen = sessions;
      const since = this.#parts.stage.clock.openAt(now.at) as typeof now.at;
      this.#do(overseer.market(sessions ? { kind: "open", since } : { kind: "shut" }, ms(now)), now);
    }
    this.#do(overseer.time(ms(now)), now);
  }

  halted(symbol: string, isHalted: boolean, now: Instants): void {
    const kind = isHalted ? "halted" : "resumed";
    if (this.#overseer !== undefined) this.#do(this.#overseer.market({ kind, symbol }, ms(now)), now);
  }

  printed(symbol: string, now: Instants): void {
    if (this.#overseer !== undefined)
      this.#do(this.#overseer.market({ kind: "printed", symbol }, ms(now)), now);
  }

  /** After the life cycle and the reconciler have taken it in. */
  heard(news: BrokerNews, now: Instants): void {
    const overseer = this.#overseer;
    if ("order" in news) this.#movedAt.set(news.order.symbol, now.at);
    if (news.kind === "look") this.#lookedAt = news.look.at;
    if (overseer === undefined || !("request" in news)) return;
    const askedMs = this.#looks.get(news.request);
    if (askedMs === undefined) return;
    this.#looks.delete(news.request);
    this.#askedMs = askedMs;
    this.#positions = news.kind === "look" ? news.look.positions : [];
    if (news.kind === "look") this.#confirm(news.look, askedMs, now);
    if (news.kind === "look") this.#do(overseer.looked(news.look, ms(now), this.#unresolved(news.look)), now);
    else this.#do(overseer.lookFailed("reason" in news ? news.reason : news.kind, ms(now)), now);
  }

  #end(): void {
    this.#overseer = undefined;
    this.#halt = "";
    this.#wasOpen = undefined;
    this.#looks.clear();
    this.#shown.clear();
  }

  #market(now: Instants): { readonly sessions: boolean } {
    return { sessions: !Number.isNaN(this.#parts.stage.clock.openAt(now.at)) };
  }

  #believed(): Readonly<Record<string, number>> {
    const { stage, instruments } = this.#parts;
    const held = stage.portfolio.positions().map(({ instrument }): [string, number] => {
      const symbol = instruments.symbols[instrument] ?? "";
      return [symbol, stage.portfolio.shares(instrument as InstrumentId)];
    });
    return Object.fromEntries(held);
  }

  /** Orders of the desk that close: they are no stragglers. */
  #closes(id: ClientOrderId): boolean {
    const order = this.#parts.lifecycle.byClientId().get(id);
    return order !== undefined && isExit(this.#parts.stage.orders.purpose(order.number));
  }

  #unresolved(_: BrokerLook): string[] {
    return this.#parts.lifecycle
      .open()
      .filter(({ state }) => state === "UNKNOWN" || state === "ABANDONED" || state === "SENDING")
      .map(({ symbol }) => symbol);
  }

  #do(acts: FlattenActs, now: Instants): void {
    for (const request of acts.requests) {
      // Looking waits for cancelling and closing when requests are scarce (C-07).
      const isLook = request.kind === "Look";
      const id = this.#parts.ask(isLook ? { ...request, priority: "reconcile" } : request, now);
      if (isLook) this.#looks.set(id, now.mono);
    }
    for (const closing of acts.closings) this.#residual(closing);
    this.notes.push(...acts.notes);
    for (const text of acts.pages) this.alarms.push({ severity: "page", text });
    const { report } = acts;
    if (report === undefined) return;
    this.alarms.push({
      severity: "page",
      text: `flatten ${report.haltId} ended ${report.ended}: ${report.reason}`,
    });
    if (report.ended !== "WITHDRAWN")
      this.events.push({ kind: "FlattenVerified", at: now.at, haltId: report.haltId });
  }

  /** The broker shows what our books do not hold: taken into them, so that the desk closes it. */
  #residual({ symbol, side, shares, clientId }: Closing): void {
    const instrument = this.#parts.instruments.find(symbol);
    if (instrument === undefined) {
      this.alarms.push({
        severity: "page",
        text: `${symbol}: held at the broker and not traded here; close it by hand`,
      });
      return;
    }
    if (!this.#mayTakeIn(symbol, instrument, this.#lookedAt) || this.#shown.has(symbol)) return;
    const [at, askedMs, held] = [this.#lookedAt, this.#askedMs, heldIn(this.#positions, symbol)];
    this.#shown.set(symbol, { shares: -side * shares, held, at, askedMs, clientId });
  }

  /** A look that began later shows the same, or what the first one showed is not so (FD-1). */
  #confirm({ positions }: BrokerLook, askedMs: number, now: Instants): void {
    const { instruments, stage } = this.#parts;
    for (const [symbol, shown] of this.#shown) {
      const { shares, at, clientId } = shown;
      const instrument = instruments.find(symbol);
      const isSame = heldIn(positions, symbol) === shown.held;
      if (isSame && askedMs < shown.askedMs + APART_MS) continue;
      this.#shown.delete(symbol);
      if (instrument === undefined || !isSame || !this.#mayTakeIn(symbol, instrument, at)) continue;
      this.events.push({
        kind: "PositionAdjusted",
        at: now.at,
        instrument,
        shares,
        price: stage.portfolio.mark(instrument),
        reason: "shown by the broker while everything is being closed",
        id: `flatten ${clientId}`,
      });
    }
  }

  /** Our books hold nothing of it, and nothing that was heard since that instant could explain what was shown. */
  #mayTakeIn(symbol: string, instrument: InstrumentId, since: number): boolean {
    const { stage, lifecycle } = this.#parts;
    const isBusy = lifecycle.open().some((order) => order.symbol === symbol);
    if (isBusy || stage.portfolio.shares(instrument) !== 0) return false;
    return (this.#movedAt.get(symbol) ?? Number.NEGATIVE_INFINITY) < since;
  }
}

const ms = ({ at, mono }: Instants) => ({ at, ms: mono });
