/**
 * The stream of market data (DATA-7): one connection, a set of subscriptions that outlives it, and a report of what
 * may have been missed whenever it comes back. It judges nothing and keeps nothing: records go to the gatekeeper.
 */
import { createRng } from "../../../numerics/rng.ts";
import { type AlpacaCredentials, redact } from "../../brokers/alpaca/credentials.ts";
import type { Counts } from "../../net/counts.ts";
import { KeptLine, type LineControl, type LineProtocol, type LineState } from "../../net/kept-line.ts";
import type { Clock, TimerHandle, Transport } from "../../net/ports.ts";
import { decodeFrame, encodeFrame } from "./frames.ts";
import { type FeedRecord, type RawMessage, recordFrom } from "./records.ts";
import { type FeedChannel, feedChannels, Subscriptions, type Wish } from "./subscriptions.ts";

const ANSWER_DEADLINE_MS = 5_000;
const CORRUPT_MAX = 3;
const CORRUPT_WINDOW_MS = 10_000;

/** Keys, rights: nothing that another try could change (ALPACA 10). */
const terminalCodes: readonly number[] = [402, 408, 409, 411];
/** The request under way was refused; the line is sound. */
const refusalCodes: readonly number[] = [400, 405, 410, 413];
const TOO_MANY_CONNECTIONS = 406;
const ALREADY_AUTHENTICATED = 403;

/** The line is back: what came between is to be fetched by request. */
export interface FeedGap {
  /** Beginning of the last bar that was heard, micros, by symbol. Symbols without a bar yet are absent. */
  readonly lastBarAt: ReadonlyMap<string, number>;
  /** How long nothing could be heard, milliseconds. */
  readonly downMs: number;
}

export interface DataStreamOptions {
  readonly clock: Clock;
  readonly transport: Transport;
  readonly credentials: AlpacaCredentials;
  /** As `wss://stream.data.alpaca.markets`. */
  readonly origin: string;
  /** As `v2/iex`. */
  readonly path: string;
  readonly seed: number;
  readonly counts: Counts;
  readonly log: (line: string) => void;
  /** Are positions open in market hours? */
  readonly exposed: () => boolean;
  readonly onRecord: (record: FeedRecord) => void;
  readonly onLine: (state: "up" | "down", reason: string) => void;
  /** After a reconnect, once all that is wanted is heard again. */
  readonly onGap: (gap: FeedGap) => void;
  readonly onPulse: (rttMs: number) => void;
  /** A frame came, so many milliseconds after the one before (or after the line was ready). */
  readonly onMessage: (ageMs: number) => void;
  /** Given up: the other side refuses or ignores it. */
  readonly onRefused: (wish: Wish, reason: string) => void;
  readonly onTerminal: (reason: string) => void;
}

export class AlpacaDataStream implements LineProtocol {
  readonly #options: DataStreamOptions;
  readonly #line: KeptLine;
  readonly #subscriptions = new Subscriptions();
  readonly #lastBarAt = new Map<string, number>();
  #answer: TimerHandle | undefined;
  #corruptAt: number[] = [];
  #heardAt: number;
  /** Since when nothing can be heard; undefined before the first connection and while all is heard. */
  #downSince: number | undefined;
  #told: "up" | "down" | undefined;

  constructor(options: DataStreamOptions) {
    this.#options = options;
    const { clock, transport, origin, path, seed, exposed, onPulse } = options;
    this.#heardAt = clock.now();
    this.#line = new KeptLine({
      clock,
      transport,
      url: `${origin}/${path}`,
      headers: { "Content-Type": "application/msgpack" },
      rng: createRng(seed, "alpaca data stream"),
      exposed,
      onPulse,
      protocol: this,
      onState: (state) => this.#state(state),
    });
  }

  get isUp(): boolean {
    return this.#line.isReady;
  }

  get pulseAgeMs(): number {
    return this.#line.pulseAgeMs;
  }

  /** Milliseconds since the last frame of whatever kind. */
  get messageAgeMs(): number {
    return this.#options.clock.now() - this.#heardAt;
  }

  /** What is wanted; what was refused is no longer in it. */
  get wanted(): readonly Wish[] {
    return this.#subscriptions.wanted;
  }

  start(): void {
    this.#line.start();
  }

  stop(): void {
    this.#line.stop();
  }

  /** Ends the line and opens another: this one gives nothing. */
  renew(reason: string): void {
    this.#line.renew(reason);
  }

  subscribe(channel: FeedChannel, symbols: readonly string[]): void {
    for (const symbol of symbols) this.#subscriptions.add({ channel, symbol });
    this.#ask();
  }

  unsubscribe(channel: FeedChannel, symbols: readonly string[]): void {
    for (const symbol of symbols) this.#subscriptions.remove({ channel, symbol });
    this.#ask();
  }

  opened(line: LineControl): void {
    line.step("welcome");
  }

  message(frame: string | Uint8Array, line: LineControl): void {
    const { clock, onMessage } = this.#options;
    const now = clock.now();
    const messages = decodeFrame(frame);
    if (messages === undefined) {
      this.#corrupt(now, line);
      return;
    }
    onMessage(now - this.#heardAt);
    this.#heardAt = now;
    for (const message of messages) this.#hear(message, line);
  }

  #hear(message: RawMessage, line: LineControl): void {
    if (message.T === "success") this.#success(message.msg, line);
    else if (message.T === "subscription") this.#acknowledged(message);
    else if (message.T === "error") this.#error(Number(message.code), String(message.msg), line);
    else this.#record(message);
  }

  #record(message: RawMessage): void {
    const record = recordFrom(message, this.#options.counts);
    if (record === undefined) return;
    if (record.kind === "bar") this.#lastBarAt.set(record.symbol, record.timestamp);
    this.#options.onRecord(record);
  }

  #success(told: unknown, line: LineControl): void {
    const { keyId, secretKey } = this.#options.credentials;
    if (told === "connected") {
      line.step("authentication");
      line.send(encodeFrame({ action: "auth", key: keyId.reveal(), secret: secretKey.reveal() }));
    } else if (told === "authenticated") {
      this.#subscriptions.restart();
      line.ready();
      this.#ask();
    } else this.#options.counts.add("feed.unknown-success");
  }

  #acknowledged(message: RawMessage): void {
    this.#answer?.cancel();
    const sets = Object.fromEntries(feedChannels.map((channel) => [channel, textsOf(message[channel])]));
    for (const wish of this.#subscriptions.acknowledged(sets)) this.#giveUp(wish, "never acknowledged");
    this.#ask();
    this.#tellGap();
  }

  /** Not before everything is heard again: what the caller fetches then joins what the stream brings. */
  #tellGap(): void {
    if (this.#downSince === undefined || !this.#subscriptions.isComplete) return;
    const downMs = this.#options.clock.now() - this.#downSince;
    this.#downSince = undefined;
    this.#options.onGap({ lastBarAt: new Map(this.#lastBarAt), downMs });
  }

  #error(code: number, told: string, line: LineControl): void {
    const reason = redact(this.#options.credentials, `${code} ${told}`);
    this.#options.counts.add("feed.error");
    if (code === ALREADY_AUTHENTICATED) return;
    if (terminalCodes.includes(code)) line.fail(reason, "terminal");
    else if (code === TOO_MANY_CONNECTIONS) line.fail(reason, "crowded");
    else if (refusalCodes.includes(code) && this.#subscriptions.isAsking) {
      this.#answer?.cancel();
      const wish = this.#subscriptions.refused();
      if (wish !== undefined) this.#giveUp(wish, reason);
      this.#ask();
      this.#tellGap();
    } else line.fail(reason);
  }

  #giveUp(wish: Wish, reason: string): void {
    const { log, onRefused } = this.#options;
    log(`market data: ${wish.channel} of ${wish.symbol} refused: ${reason}`);
    onRefused(wish, reason);
  }

  #ask(): void {
    if (!this.#line.isReady) return;
    const step = this.#subscriptions.next();
    if (step === undefined) return;
    const lists: Partial<Record<FeedChannel, string[]>> = {};
    for (const { channel, symbol } of step.wishes) {
      const list = lists[channel] ?? [];
      list.push(symbol);
      lists[channel] = list;
    }
    this.#answer?.cancel();
    this.#answer = this.#options.clock.timer(ANSWER_DEADLINE_MS, () =>
      this.#line.renew(`${step.action} was not answered within ${ANSWER_DEADLINE_MS} ms`),
    );
    this.#line.send(encodeFrame({ action: step.action, ...lists }));
  }

  #corrupt(now: number, line: LineControl): void {
    const { counts } = this.#options;
    counts.add("feed.corrupt-frame");
    this.#corruptAt = [...this.#corruptAt.filter((at) => now - at < CORRUPT_WINDOW_MS), now];
    if (this.#corruptAt.length < CORRUPT_MAX) return;
    this.#corruptAt = [];
    line.fail(`${CORRUPT_MAX} damaged frames within ${CORRUPT_WINDOW_MS} ms`);
  }

  #state({ state, reason: raw, isTerminal, retryInMs }: LineState): void {
    const { clock, credentials, log, onLine, onTerminal } = this.#options;
    const reason = redact(credentials, raw);
    this.#heardAt = clock.now();
    if (state === "down") {
      this.#answer?.cancel();
      if (this.#told === "up") this.#downSince ??= clock.now();
    }
    const next = retryInMs === undefined ? "" : `, next try in ${Math.round(retryInMs)} ms`;
    log(`market data ${state}: ${reason}${next}`);
    if (this.#told !== state) onLine(state, reason);
    this.#told = state;
    if (isTerminal && reason !== "stopped") onTerminal(reason);
  }
}

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === "string") : [];
