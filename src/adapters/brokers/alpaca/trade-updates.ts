/**
 * The broker's stream of order updates: connect, authenticate, listen, each with a deadline; then every update is a
 * report. It has no snapshot and no replay, so whoever hears "up" looks at the account (ALPACA 11). Frames are text or
 * binary JSON; empty data and words that we do not know are counted, never fatal.
 */
import type { BrokerNews, BrokerOrderId } from "../../../domain/broker.ts";
import type { Rng } from "../../../numerics/rng.ts";
import type { Counts } from "../../net/counts.ts";
import { KeptLine, type LineControl, type LineProtocol, type LineState } from "../../net/kept-line.ts";
import type { Clock, Transport } from "../../net/ports.ts";
import { type AlpacaCredentials, redact } from "./credentials.ts";
import { reportFrom } from "./map-orders.ts";
import { readJson } from "./outcome.ts";
import {
  wireAuthorization,
  wireListening,
  wireStreamMessage,
  wireUpdate,
  wireUpdateRemains,
} from "./wire-orders.ts";

const STREAM = "trade_updates";

export interface TradeUpdatesOptions {
  readonly clock: Clock;
  readonly transport: Transport;
  readonly credentials: AlpacaCredentials;
  /** As `wss://api.alpaca.markets`. */
  readonly origin: string;
  readonly rng: Rng;
  readonly counts: Counts;
  readonly log: (line: string) => void;
  /** Are positions open in market hours? */
  readonly exposed: () => boolean;
  readonly onNews: (news: BrokerNews) => void;
  /** Round trip of a ping, milliseconds. */
  readonly onPulse: (rttMs: number) => void;
  /** An update about this order came and could not be read: ask for the order. */
  readonly onUnreadable: (order: BrokerOrderId) => void;
  /** The broker will not have us: nothing is tried again until `start`. */
  readonly onTerminal: (reason: string) => void;
}

export class TradeUpdates implements LineProtocol {
  readonly #options: TradeUpdatesOptions;
  readonly #line: KeptLine;
  readonly #decoder = new TextDecoder();
  #told: "up" | "down" | undefined;

  constructor(options: TradeUpdatesOptions) {
    this.#options = options;
    const { clock, transport, origin, rng, exposed, onPulse } = options;
    this.#line = new KeptLine({
      clock,
      transport,
      url: `${origin}/stream`,
      headers: {},
      rng,
      exposed,
      onPulse,
      protocol: this,
      onState: (state) => this.#state(state),
    });
  }

  get isUp(): boolean {
    return this.#line.isReady;
  }

  /** Milliseconds since the ping that is still unanswered was sent; 0 when none is. */
  get pulseAgeMs(): number {
    return this.#line.pulseAgeMs;
  }

  start(): void {
    this.#line.start();
  }

  stop(): void {
    this.#line.stop();
  }

  opened(line: LineControl): void {
    const { keyId, secretKey } = this.#options.credentials;
    line.step("authentication");
    const data = { key_id: keyId.reveal(), secret_key: secretKey.reveal() };
    line.send(JSON.stringify({ action: "authenticate", data }));
  }

  message(frame: string | Uint8Array, line: LineControl): void {
    const { counts } = this.#options;
    const text = typeof frame === "string" ? frame : this.#decoder.decode(frame);
    const read = wireStreamMessage.safeParse(readJson(text));
    if (!read.success) {
      counts.add("alpaca.updates.unreadable-frame");
      return;
    }
    const { stream, data } = read.data;
    if (stream === "authorization") this.#authorized(data, line);
    else if (stream === "listening") this.#listening(data, line);
    else if (stream === STREAM) this.#update(data);
    else counts.add("alpaca.updates.other-stream");
  }

  #authorized(data: unknown, line: LineControl): void {
    const read = wireAuthorization.safeParse(data);
    if (!read.success || read.data.status !== "authorized") {
      line.fail("the broker does not accept the keys", "terminal");
      return;
    }
    line.step("listen");
    line.send(JSON.stringify({ action: "listen", data: { streams: [STREAM] } }));
  }

  /** The answer names what is listened to; a name that is missing was refused. */
  #listening(data: unknown, line: LineControl): void {
    const read = wireListening.safeParse(data);
    if (read.success && read.data.streams.includes(STREAM)) line.ready();
    else line.fail(`the broker does not stream ${STREAM}`);
  }

  #update(data: unknown): void {
    const { counts, onNews, onUnreadable } = this.#options;
    if (data === null || data === undefined) {
      counts.add("alpaca.updates.empty");
      return;
    }
    const read = wireUpdate.safeParse(data);
    const report = read.success ? reportFrom(read.data, counts) : undefined;
    if (report !== undefined) {
      onNews(report);
      return;
    }
    counts.add("alpaca.updates.unreadable");
    const remains = wireUpdateRemains.safeParse(data);
    if (remains.success) onUnreadable(remains.data.order.id as BrokerOrderId);
  }

  /** Each change is told once: a line that stays down is down, however often it is tried. */
  #state({ state, reason: raw, isTerminal, retryInMs }: LineState): void {
    const { log, onNews, onTerminal, credentials } = this.#options;
    const reason = redact(credentials, raw);
    const next = retryInMs === undefined ? "" : `, next try in ${Math.round(retryInMs)} ms`;
    log(`order updates ${state}: ${reason}${next}`);
    if (this.#told !== state) onNews({ kind: "line", state, reason });
    this.#told = state;
    if (isTerminal && reason !== "stopped") onTerminal(reason);
  }
}
