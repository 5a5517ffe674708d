/**
 * The market data streams: log in, subscribe, be told. One class per path; the rules of the protocol stand here, what
 * is sent is made in `data-messages.ts`, how it gets out is the client's queue.
 */
import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { z } from "zod";
import type { EpochMicros } from "../domain/time.ts";
import { type Channel, channels, type Told } from "./data-messages.ts";
import type { FaultBook } from "./faults.ts";
import { SYMBOL_SHAPE } from "./http-words.ts";
import { StreamClient } from "./stream-client.ts";
import { arrayFrame, type Codec, codecOf, Message, readFrame } from "./stream-codec.ts";

export interface DataStreamTerms {
  readonly name: "data" | "news";
  /** What can be subscribed here. */
  readonly offers: readonly Channel[];
  readonly faults: FaultBook;
  readonly now: () => EpochMicros;
  readonly isAllowed: (key: string, secret: string) => boolean;
  /** Symbols of trades and quotes together; Infinity for no limit. */
  readonly symbolLimit: number;
  readonly authTimeoutMs: number;
}

const errors = {
  400: "invalid syntax",
  401: "not authenticated",
  402: "auth failed",
  403: "already authenticated",
  404: "auth timeout",
  405: "symbol limit exceeded",
  406: "connection limit exceeded",
  407: "slow client",
  410: "invalid subscribe action for this feed",
} as const;
type ErrorCode = keyof typeof errors;

/** Messages in one frame at most. */
const MOST_IN_FRAME = 500;

const action = z.looseObject({
  action: z.string(),
  key: z.string().optional(),
  secret: z.string().optional(),
});

interface Subscriber {
  readonly client: StreamClient;
  readonly codec: Codec;
  readonly wanted: Map<Channel, Set<string>>;
  isAuthenticated: boolean;
  deadline: NodeJS.Timeout | undefined;
}

export class DataStream {
  readonly #terms: DataStreamTerms;
  readonly #subscribers = new Set<Subscriber>();

  constructor(terms: DataStreamTerms) {
    this.#terms = terms;
  }

  get size(): number {
    return this.#subscribers.size;
  }

  /** A socket whose upgrade is done. */
  accept(socket: WebSocket, request: IncomingMessage): void {
    const { faults, now, name, offers, authTimeoutMs } = this.#terms;
    const codec = codecOf(request.headers["content-type"]);
    const client = new StreamClient(socket, { faults, now, stream: name, isBinary: false });
    const subscriber: Subscriber = {
      client,
      codec,
      wanted: new Map(offers.map((channel) => [channel, new Set<string>()])),
      isAuthenticated: false,
      deadline: undefined,
    };
    socket.on("error", () => client.drop());
    socket.on("close", () => {
      clearTimeout(subscriber.deadline);
      this.#subscribers.delete(subscriber);
    });
    socket.on("message", (data: Buffer) => this.#hear(subscriber, data));
    this.#say(subscriber, { T: "success", msg: "connected" });
    const { "apca-api-key-id": key, "apca-api-secret-key": secret } = request.headers;
    if (typeof key === "string" && typeof secret === "string") this.#logIn(subscriber, key, secret);
    if (!subscriber.isAuthenticated)
      subscriber.deadline = setTimeout(() => this.#refuse(subscriber, 404, true), authTimeoutMs);
  }

  /** What happened goes to whoever wants it. */
  tell(told: readonly Told[]): void {
    if (told.length === 0) return;
    for (const subscriber of this.#subscribers) {
      const messages = told.filter(({ channel, symbols }) => wants(subscriber.wanted.get(channel), symbols));
      for (let from = 0; from < messages.length; from += MOST_IN_FRAME) {
        const part = messages.slice(from, from + MOST_IN_FRAME).map(({ message }) => message);
        if (subscriber.client.send(arrayFrame(part, subscriber.codec))) continue;
        this.#refuse(subscriber, 407, true);
        break;
      }
    }
  }

  /** True when anyone wants the channel: what nobody wants is not written. */
  isWanted(channel: Channel): boolean {
    for (const { wanted } of this.#subscribers) if ((wanted.get(channel)?.size ?? 0) > 0) return true;
    return false;
  }

  drop(): void {
    for (const { client } of this.#subscribers) client.drop();
  }

  #hear(subscriber: Subscriber, data: Buffer): void {
    const parsed = action.safeParse(readFrame(data, subscriber.codec));
    if (!parsed.success) {
      this.#refuse(subscriber, 400);
      return;
    }
    const { action: verb, key = "", secret = "" } = parsed.data;
    if (verb === "auth") {
      this.#logIn(subscriber, key, secret);
      return;
    }
    if (verb !== "subscribe" && verb !== "unsubscribe") {
      this.#refuse(subscriber, 400);
      return;
    }
    if (!subscriber.isAuthenticated) {
      this.#refuse(subscriber, 401);
      return;
    }
    this.#change(subscriber, verb, parsed.data);
  }

  #logIn(subscriber: Subscriber, key: string, secret: string): void {
    const { faults, now, name: stream, isAllowed } = this.#terms;
    if (subscriber.isAuthenticated) {
      this.#refuse(subscriber, 403);
      return;
    }
    if (faults.strike(["auth-timeout"], { stream }, now()) !== undefined) {
      this.#refuse(subscriber, 404, true);
      return;
    }
    if (!isAllowed(key, secret)) {
      this.#refuse(subscriber, 402);
      return;
    }
    const isTaken = faults.standing("slot-stuck", { stream }, now()) !== undefined;
    if (isTaken || this.#subscribers.size > 0) {
      this.#refuse(subscriber, 406, true);
      return;
    }
    clearTimeout(subscriber.deadline);
    subscriber.isAuthenticated = true;
    this.#subscribers.add(subscriber);
    this.#say(subscriber, { T: "success", msg: "authenticated" });
  }

  #change(
    subscriber: Subscriber,
    verb: "subscribe" | "unsubscribe",
    body: Readonly<Record<string, unknown>>,
  ): void {
    const lists: (readonly [Channel, readonly string[]])[] = [];
    for (const [name, value] of Object.entries(body)) {
      if (name === "action" || name === "key" || name === "secret") continue;
      const channel = this.#terms.offers.find((offered) => offered === name);
      if (channel === undefined) {
        if (channels.some((known) => known === name)) {
          this.#refuse(subscriber, 410);
          return;
        }
        continue;
      }
      if (value === null) continue;
      if (!Array.isArray(value) || !value.every(isSymbol)) {
        this.#refuse(subscriber, 400);
        return;
      }
      lists.push([channel, value]);
    }
    const next = new Map([...subscriber.wanted].map(([channel, symbols]) => [channel, new Set(symbols)]));
    for (const [channel, symbols] of lists)
      for (const symbol of symbols) {
        if (verb === "subscribe") next.get(channel)?.add(symbol);
        else next.get(channel)?.delete(symbol);
      }
    const counted = (next.get("trades")?.size ?? 0) + (next.get("quotes")?.size ?? 0);
    if (verb === "subscribe" && counted > this.#terms.symbolLimit) {
      this.#refuse(subscriber, 405);
      return;
    }
    for (const [channel, symbols] of next) subscriber.wanted.set(channel, symbols);
    this.#acknowledge(subscriber);
  }

  /** The whole set, every time. */
  #acknowledge(subscriber: Subscriber): void {
    const sets = [...subscriber.wanted].map(([channel, symbols]) => [channel, [...symbols]] as const);
    const trades = subscriber.wanted.get("trades");
    const implied = trades === undefined ? {} : { corrections: [...trades], cancelErrors: [...trades] };
    this.#say(subscriber, { T: "subscription", ...Object.fromEntries(sets), ...implied });
  }

  #refuse(subscriber: Subscriber, code: ErrorCode, ends = false): void {
    const value = { T: "error", code, msg: errors[code] };
    if (!ends) {
      this.#say(subscriber, value);
      return;
    }
    clearTimeout(subscriber.deadline);
    this.#subscribers.delete(subscriber);
    subscriber.client.end(arrayFrame([new Message(value)], subscriber.codec));
  }

  #say(subscriber: Subscriber, value: object): void {
    subscriber.client.send(arrayFrame([new Message(value)], subscriber.codec));
  }
}

const isSymbol = (value: unknown): value is string =>
  typeof value === "string" && (value === "*" || SYMBOL_SHAPE.test(value));

function wants(wanted: ReadonlySet<string> | undefined, symbols: readonly string[]): boolean {
  if (wanted === undefined || wanted.size === 0) return false;
  return wanted.has("*") || symbols.some((symbol) => wanted.has(symbol));
}
