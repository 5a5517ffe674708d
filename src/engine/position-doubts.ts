/**
 * News that casts doubt on a position: a protective order that the broker ended unasked, as somebody who closes by hand
 * does first; somebody else's order that trades in what we hold; a refusal that says that what should be closed is not
 * there. The position is looked at before anything of the kind leaves again. Used by live execute alone.
 *
 * PD-1  After such news no stop rests again and no closing is repeated in the instrument until a look that began later
 *       shows what our books hold, or our books were set right.
 * PD-2  A doubt is no reason to stay unprotected: without such a look a closing is tried again after ten seconds, a stop
 *       after three quarters of a minute, which is longer than a difference takes to be booked.
 */
import type { BrokerNews } from "../domain/broker.ts";
import type { BrokerEvent } from "../domain/events.ts";
import type { InstrumentId, InstrumentTable } from "../domain/instrument.ts";
import { Purpose } from "../domain/order.ts";
import { type Instants, type Lifecycle, wasRefusedAs } from "../execution/lifecycle/words.ts";
import type { Reconciliation } from "../execution/reconciliation-facts.ts";
import type { AskedCancels } from "./asked-cancels.ts";
import type { ExecuteStage } from "./execute.ts";
import { isExit } from "./order-requests.ts";

const EXIT_WAITS_MS = 10_000;
const STOP_WAITS_MS = 45_000;

export interface DoubtParts {
  readonly stage: ExecuteStage;
  readonly lifecycle: Pick<Lifecycle, "owns">;
  readonly instruments: InstrumentTable;
  readonly cancels: AskedCancels;
  lookNow(now: Instants): void;
}

/** Monotonic milliseconds; NaN while there is none. */
interface Doubt {
  stopsMs: number;
  exitsMs: number;
}

export class PositionDoubts {
  readonly #parts: DoubtParts;
  readonly #doubts = new Map<InstrumentId, Doubt>();

  constructor(parts: DoubtParts) {
    this.#parts = parts;
  }

  /** When `time` has something to do next, monotonic milliseconds. */
  get nextMs(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { stopsMs, exitsMs } of this.#doubts.values()) {
      if (!Number.isNaN(stopsMs)) next = Math.min(next, stopsMs + STOP_WAITS_MS);
      if (!Number.isNaN(exitsMs)) next = Math.min(next, exitsMs + EXIT_WAITS_MS);
    }
    return next;
  }

  /** Before the stage is told: it may want to rest a stop again at once. */
  heard(event: BrokerEvent, now: Instants): void {
    if (event.kind !== "OrderCanceled" && event.kind !== "OrderRejected") return;
    const { stage, cancels } = this.#parts;
    const { orders } = stage;
    const { order } = event;
    const purpose = orders.purpose(order);
    if (purpose === Purpose.Entry) return;
    const isRefused = event.kind === "OrderRejected" && wasRefusedAs(event.reason, "no_position");
    const isTaken = event.kind === "OrderCanceled" && !isExit(purpose) && !cancels.has(order);
    if (!isRefused && !isTaken) return;
    const instrument = orders.instrument(order);
    if (!isRefused && stage.lots.shares(orders.strategy(order), instrument) === 0) return;
    const doubt = this.#doubt(instrument, now);
    if (!isRefused || !isExit(purpose)) return;
    doubt.exitsMs = now.mono;
    stage.facts.board.doubt(instrument, "exits");
  }

  /** The stream tells of every order of the account. */
  reported(news: BrokerNews, now: Instants): void {
    if (news.kind !== "report" || news.cause !== "stream" || news.order.filled === 0) return;
    const { clientId, symbol } = news.order;
    const { stage, lifecycle, instruments } = this.#parts;
    const instrument = instruments.find(symbol);
    if (instrument === undefined || lifecycle.owns(clientId)) return;
    if (stage.portfolio.shares(instrument) !== 0) this.#doubt(instrument, now);
  }

  /** The books were compared; `askedMs`: when the look began, monotonic milliseconds. */
  compared({ agreed, adjustments }: Reconciliation, askedMs: number): void {
    if (this.#doubts.size === 0) return;
    const { instruments } = this.#parts;
    const settled = adjustments.map(({ symbol }) => symbol);
    for (const [instrument, { stopsMs, exitsMs }] of this.#doubts) {
      const symbol = instruments.symbols[instrument] ?? "";
      const isOlder = askedMs <= stopsMs || askedMs <= exitsMs;
      if (settled.includes(symbol) || (!isOlder && agreed.includes(symbol))) this.#trust(instrument);
    }
  }

  time({ mono }: Instants): void {
    for (const [instrument, doubt] of this.#doubts) {
      if (mono >= doubt.exitsMs + EXIT_WAITS_MS) {
        doubt.exitsMs = Number.NaN;
        this.#parts.stage.facts.board.trust(instrument, "exits");
      }
      if (mono >= doubt.stopsMs + STOP_WAITS_MS) this.#trust(instrument);
    }
  }

  /** The process began anew, and its clock with it. */
  restarted({ mono }: Instants): void {
    for (const doubt of this.#doubts.values()) {
      if (!Number.isNaN(doubt.stopsMs)) doubt.stopsMs = mono;
      if (!Number.isNaN(doubt.exitsMs)) doubt.exitsMs = mono;
    }
  }

  #doubt(instrument: InstrumentId, now: Instants): Doubt {
    const doubt = this.#doubts.get(instrument) ?? { stopsMs: Number.NaN, exitsMs: Number.NaN };
    this.#doubts.set(instrument, doubt);
    doubt.stopsMs = now.mono;
    this.#parts.stage.facts.board.doubt(instrument, "stops");
    this.#parts.lookNow(now);
    return doubt;
  }

  #trust(instrument: InstrumentId): void {
    this.#doubts.delete(instrument);
    const { board } = this.#parts.stage.facts;
    board.trust(instrument, "stops");
    board.trust(instrument, "exits");
  }
}
