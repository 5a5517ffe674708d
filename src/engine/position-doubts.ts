/**
 * News that casts doubt on a position: a protective order that the broker ended unasked, as somebody who closes by hand
 * does first; somebody else's order that trades in what we hold; a refusal that says that what should be closed is not
 * there. The position is looked at before anything of the kind leaves again. Used by live execute alone.
 *
 * PD-1  After such news no stop rests again and no refused closing is repeated in the instrument until a look that
 *       began later shows what our books hold.
 * PD-2  A doubt is no reason to stay unprotected: without such a look a closing is tried again after ten seconds, a
 *       stop after three quarters of a minute, which is longer than a difference takes to be booked.
 */
import type { BrokerNews } from "../domain/broker.ts";
import type { BrokerEvent, PositionDoubted } from "../domain/events.ts";
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
  /** To the stage, and into the record: parity has no broker to hear it from. */
  tell(event: PositionDoubted): void;
}

/** Monotonic milliseconds: the last news, and the last refusal of a closing that waits, NaN without one. */
interface Doubt {
  sinceMs: number;
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
    for (const { sinceMs, exitsMs } of this.#doubts.values()) {
      next = Math.min(next, sinceMs + STOP_WAITS_MS);
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
    const instrument = orders.instrument(order);
    if (event.kind === "OrderRejected") {
      if (wasRefusedAs(event.reason, "no_position")) this.#doubt(instrument, isExit(purpose), now);
    } else if (!isExit(purpose) && !cancels.has(order)) {
      if (stage.lots.shares(orders.strategy(order), instrument) !== 0) this.#doubt(instrument, false, now);
    }
  }

  /** The stream tells of every order of the account. */
  reported(news: BrokerNews, now: Instants): void {
    if (news.kind !== "report" || news.cause !== "stream" || news.order.filled === 0) return;
    const { clientId, symbol } = news.order;
    const { stage, lifecycle, instruments } = this.#parts;
    const instrument = instruments.find(symbol);
    if (instrument === undefined || lifecycle.owns(clientId)) return;
    if (stage.portfolio.shares(instrument) !== 0) this.#doubt(instrument, false, now);
  }

  /** The books were compared; `askedMs`: when the look began, monotonic milliseconds. */
  compared({ agreed }: Reconciliation, askedMs: number, now: Instants): void {
    for (const [instrument, { sinceMs }] of this.#doubts) {
      const symbol = this.#parts.instruments.symbols[instrument] ?? "";
      if (askedMs > sinceMs && agreed.includes(symbol)) this.#trust(instrument, now);
    }
  }

  time(now: Instants): void {
    for (const [instrument, doubt] of this.#doubts) {
      if (now.mono >= doubt.sinceMs + STOP_WAITS_MS) this.#trust(instrument, now);
      else if (now.mono >= doubt.exitsMs + EXIT_WAITS_MS) {
        doubt.exitsMs = Number.NaN;
        this.#say(instrument, doubt, now);
      }
    }
  }

  /** The process began anew, and its clock with it. */
  restarted({ mono }: Instants): void {
    for (const doubt of this.#doubts.values()) {
      doubt.sinceMs = mono;
      if (!Number.isNaN(doubt.exitsMs)) doubt.exitsMs = mono;
    }
  }

  #doubt(instrument: InstrumentId, isExitRefused: boolean, now: Instants): void {
    const before = this.#doubts.get(instrument);
    const doubt = before ?? { sinceMs: now.mono, exitsMs: Number.NaN };
    const isNews = before === undefined || (isExitRefused && Number.isNaN(doubt.exitsMs));
    this.#doubts.set(instrument, doubt);
    doubt.sinceMs = now.mono;
    if (isExitRefused) doubt.exitsMs = now.mono;
    if (isNews) this.#say(instrument, doubt, now);
    this.#parts.lookNow(now);
  }

  #trust(instrument: InstrumentId, now: Instants): void {
    this.#doubts.delete(instrument);
    this.#say(instrument, undefined, now);
  }

  #say(instrument: InstrumentId, doubt: Doubt | undefined, { at }: Instants): void {
    const [stopsWait, exitsWait] = [doubt !== undefined, !Number.isNaN(doubt?.exitsMs ?? Number.NaN)];
    this.#parts.tell({ kind: "PositionDoubted", at, instrument, stopsWait, exitsWait });
  }
}
