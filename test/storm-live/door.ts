/**
 * What no part of the engine can argue with: every request that arrives at the broker is judged here, by the journal's
 * durable rows and by what the engine was allowed when the request left (I-6, I-7, I-9, I-14, I-21, I-36, I-37, I-42).
 */
import type { BrokerRequest } from "../../src/domain/broker.ts";
import type { SessionTable } from "../../src/domain/session.ts";
import type { EpochMicros } from "../../src/domain/time.ts";
import type { LiveExecute } from "../../src/engine/live-execute.ts";
import type { LifecycleNote } from "../../src/execution/lifecycle/words.ts";
import { broken } from "../../src/sim/storm/check.ts";
import type { Reach } from "../../src/sim/storm/reach.ts";
import { DECISION_AGE_MICROS } from "./live-build.ts";
import type { LiveStormJournal } from "./live-journal.ts";
import type { Truth } from "./truth.ts";

export interface DoorParts {
  readonly journal: LiveStormJournal;
  readonly truth: Truth;
  readonly sessions: SessionTable;
  readonly reach: Reach;
  live(): LiveExecute;
  exchangeNow(): EpochMicros;
  monoNow(): number;
}

const BUDGET = 200;
const WINDOW_MS = 60_000;
/** From the decision to the broker's door: what a bar may be old, a verdict may be old, and the longest way there. */
const ENTRY_AGE_MICROS = DECISION_AGE_MICROS + 5_000_000 + 10_000_000;
/** An entry that left while it was allowed may wait so long for its turn and travel. */
const TRAVEL_MS = 6_000;

interface Posted {
  readonly isEntry: boolean;
  readonly decidedAt: EpochMicros;
  readonly number: number | undefined;
}

export class Door {
  readonly #parts: DoorParts;
  /** By client id: what the engine asked for. */
  readonly #asked = new Map<string, Posted>();
  /** Which of the engine's orders an id belongs to, as the life cycle noted it. */
  readonly #numbers = new Map<string, number>();
  readonly #stops = new Map<string, number>();
  #recent: number[] = [];
  #barredSince: number | undefined;
  /** Entries that left while a claim stood against it, by id. */
  entries = 0;

  constructor(parts: DoorParts) {
    this.#parts = parts;
  }

  /** A request budget belongs to a process. */
  restarted(): void {
    this.#recent = [];
  }

  noted({ clientId, number }: LifecycleNote): void {
    this.#numbers.set(clientId, number);
  }

  numberOf(clientId: string): number | undefined {
    return this.#numbers.get(clientId);
  }

  /** The engine lets it go: from here on the adapter has it. */
  sent(request: BrokerRequest): void {
    const { live, exchangeNow } = this.#parts;
    if (request.kind === "Change") {
      const number = this.#numbers.get(this.#parts.truth.order(request.order)?.clientOrderId ?? "");
      if (number !== undefined) this.#numbers.set(request.change.clientId, number);
    }
    if (request.kind !== "Submit") return;
    const { spec, priority } = request;
    const isEntry = priority === "enter";
    for (const value of [spec.shares, spec.limit, spec.stop, spec.takeProfit, spec.stopLoss])
      if (value !== undefined && !(value > 0 && Number.isFinite(value)))
        broken("I-16", `${spec.clientId} leaves with ${value}`);
    if (isEntry && isBarred(live())) broken("I-9", `entry ${spec.clientId} leaves while entries are barred`);
    if (isEntry && this.#parts.journal.failure !== undefined)
      broken("I-42", `entry ${spec.clientId} leaves without a journal`);
    const number = this.#numbers.get(spec.clientId);
    this.#asked.set(spec.clientId, { isEntry, decidedAt: exchangeNow(), number });
  }

  /** After each input: since when entries are barred. */
  looked(isBarred: boolean): void {
    if (!isBarred) this.#barredSince = undefined;
    else this.#barredSince ??= this.#parts.monoNow();
  }

  arrived(method: string, path: string, body: unknown): void {
    this.#count();
    if (method === "POST" && path === "/v2/orders") this.#placed(body as Placed);
    else if (method === "PATCH") this.#changed(path.slice(path.lastIndexOf("/") + 1), body as Changed);
    else if (method === "DELETE" && path !== "/v2/orders")
      this.#touches(path.slice(path.lastIndexOf("/") + 1));
  }

  #placed({ client_order_id: id, position_intent: intent, symbol }: Placed): void {
    const { journal, truth, reach, monoNow, exchangeNow, sessions } = this.#parts;
    const posted = this.#asked.get(id);
    if (posted === undefined) broken("I-6", `${id} arrived and nobody asked for it`);
    const opens = intent.endsWith("open");
    if (!journal.intents.has(id)) {
      if (opens) broken("I-6", `entry ${id} arrived and is in no durable row`);
      reach.hit("exit left without a durable row");
    }
    if (opens) {
      this.entries += 1;
      const barred = this.#barredSince;
      if (barred !== undefined && monoNow() - barred > TRAVEL_MS)
        broken("I-9", `entry ${id} arrived ${monoNow() - barred} ms after entries were barred`);
      const age = exchangeNow() - posted.decidedAt;
      if (age > ENTRY_AGE_MICROS) broken("I-28", `entry ${id} arrived ${age / 1e6} s after its decision`);
    } else if (!isOpen(sessions, exchangeNow())) {
      reach.hit("exit outside the session");
    }
    const number = this.#numbers.get(id);
    for (const live of truth.live()) {
      const isSame = live.symbol === symbol && live.clientOrderId !== id;
      if (!isSame || number === undefined || this.#numbers.get(live.clientOrderId) !== number) continue;
      if (live.status !== "pending_cancel")
        broken("I-7", `${id} arrived while ${live.clientOrderId} of order ${number} is ${live.status}`);
    }
  }

  /** A stop only ever moves towards the price. */
  #changed(id: string, { stop_price: stop }: Changed): void {
    const order = this.#touches(id);
    if (order === undefined || stop === undefined) return;
    const before = Math.max(this.#stops.get(order.clientOrderId) ?? 0, (order.stopPrice ?? 0) / 1e6);
    const isCloser =
      order.side === "sell" ? Number(stop) > before : Number(stop) < (order.stopPrice ?? 0) / 1e6;
    if (!isCloser) broken("I-36", `stop of ${order.clientOrderId} goes from ${before} to ${stop}`);
  }

  #touches(id: string) {
    const order = this.#parts.truth.order(id);
    if (order?.clientOrderId.startsWith("person") === true)
      broken("I-37", `somebody else's order ${order.clientOrderId} was touched`);
    return order;
  }

  #count(): void {
    const now = this.#parts.monoNow();
    this.#recent = this.#recent.filter((at) => at > now - WINDOW_MS);
    this.#recent.push(now);
    if (this.#recent.length > BUDGET) broken("I-14", `${this.#recent.length} requests within a minute`);
  }
}

/** By the level alone, whatever the engine makes of it. */
export const isBarred = ({ stage }: LiveExecute): boolean => {
  const { level } = stage.authorities.permission;
  return level !== "NORMAL" && level !== "SCALED";
};

interface Placed {
  readonly client_order_id: string;
  readonly position_intent: string;
  readonly symbol: string;
}

interface Changed {
  readonly stop_price?: string;
}

const isOpen = ({ open, close }: SessionTable, at: EpochMicros): boolean =>
  open.some((from, n) => at >= from && at < close[n]!);
