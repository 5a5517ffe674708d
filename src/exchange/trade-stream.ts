/**
 * What became of orders, told twice: over the WebSocket `/stream` without memory, and as server-sent events that replay
 * from any point and then follow. Both carry the same ids, ascending as text.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { WebSocket } from "ws";
import { z } from "zod";
import type { EpochMicros } from "../domain/time.ts";
import type { TradeUpdate } from "../sim/brokerage/order-view.ts";
import type { FaultBook } from "./faults.ts";
import { badParameter, timeParameter } from "./http-words.ts";
import { updateJson } from "./order-wire.ts";
import { StreamClient } from "./stream-client.ts";
import { type Codec, codecOf, readFrame, singleFrame } from "./stream-codec.ts";

export interface TradeStreamTerms {
  readonly faults: FaultBook;
  readonly now: () => EpochMicros;
  readonly isAllowed: (key: string, secret: string) => boolean;
}

const STREAMS = ["trade_updates", "account_updates"];
/** Events kept for replay; the oldest give way. */
const MOST_EVENTS = 200_000;
/** A reader of events that lets more pile up is cut. */
const MOST_PENDING_BYTES = 4 * 1024 * 1024;

const message = z.looseObject({
  action: z.string(),
  key: z.string().optional(),
  secret: z.string().optional(),
  data: z
    .looseObject({
      key_id: z.string().optional(),
      secret_key: z.string().optional(),
      streams: z.array(z.string()).optional(),
    })
    .optional(),
});
type ClientMessage = z.infer<typeof message>;

interface Listener {
  readonly client: StreamClient;
  readonly codec: Codec;
  isAuthorized: boolean;
  streams: readonly string[];
}

interface PastEvent {
  readonly id: string;
  readonly at: EpochMicros;
  readonly json: string;
}

export class TradeStream {
  readonly #terms: TradeStreamTerms;
  readonly #listeners = new Set<Listener>();
  readonly #readers = new Set<ServerResponse>();
  #events: PastEvent[] = [];
  #count = 0;

  constructor(terms: TradeStreamTerms) {
    this.#terms = terms;
  }

  get size(): number {
    return this.#listeners.size;
  }

  accept(socket: WebSocket, request: IncomingMessage): void {
    const { faults, now, isAllowed } = this.#terms;
    const codec = codecOf(request.headers["content-type"]);
    const client = new StreamClient(socket, { faults, now, stream: "trades", isBinary: true });
    const { "apca-api-key-id": key, "apca-api-secret-key": secret } = request.headers;
    const isKnown = typeof key === "string" && typeof secret === "string" && isAllowed(key, secret);
    const listener: Listener = { client, codec, isAuthorized: isKnown, streams: [] };
    this.#listeners.add(listener);
    socket.on("error", () => client.drop());
    socket.on("close", () => this.#listeners.delete(listener));
    socket.on("message", (data: Buffer) => this.#hear(listener, data));
  }

  tell(updates: readonly TradeUpdate[]): void {
    for (const update of updates) {
      this.#count += 1;
      const id = eventId(update.at, this.#count);
      const data = updateJson(update, id);
      this.#keep({ id, at: update.at, json: JSON.stringify(data) });
      this.#send(update, data);
    }
  }

  /** Answers `GET /v2/events/trades`: what was since then, and then what comes. Throws the 400 of a bad parameter. */
  follow(query: URLSearchParams, response: ServerResponse): void {
    const since = timeParameter(query, "since");
    const until = timeParameter(query, "until");
    const sinceId = query.get("since_id") ?? query.get("since_ulid");
    if (since !== undefined && sinceId !== null)
      throw badParameter("since and since_id are mutually exclusive");
    const isAsked = (event: PastEvent) =>
      (since === undefined ? sinceId !== null && event.id > sinceId : event.at >= since) &&
      (until === undefined || event.at <= until);
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    response.write(": connected\n\n");
    for (const event of this.#events) if (isAsked(event)) response.write(`data: ${event.json}\n\n`);
    if (until !== undefined && until <= this.#terms.now()) {
      response.end();
      return;
    }
    this.#readers.add(response);
    response.on("error", () => response.destroy());
    response.on("close", () => this.#readers.delete(response));
  }

  /** A sign of life for readers of events. */
  beat(): void {
    for (const reader of this.#readers) reader.write(": heartbeat\n\n");
  }

  drop(): void {
    for (const { client } of this.#listeners) client.drop();
  }

  close(): void {
    this.drop();
    for (const reader of this.#readers) reader.destroy();
  }

  #keep(event: PastEvent): void {
    this.#events.push(event);
    if (this.#events.length > MOST_EVENTS) this.#events = this.#events.slice(MOST_EVENTS / 2);
    for (const reader of this.#readers) {
      reader.write(`data: ${event.json}\n\n`);
      if (reader.writableLength > MOST_PENDING_BYTES) reader.destroy();
    }
  }

  #send(update: TradeUpdate, data: object): void {
    const { faults, now } = this.#terms;
    const occasion = { stream: "trades", symbol: update.order.symbol } as const;
    for (const { client, codec, isAuthorized, streams } of this.#listeners) {
      if (!isAuthorized || !streams.includes("trade_updates")) continue;
      const isFill = update.event === "fill" || update.event === "partial_fill";
      if (isFill && faults.strike(["fill-lost"], occasion, now()) !== undefined) continue;
      if (faults.strike(["frame-null"], occasion, now()) !== undefined)
        client.send(singleFrame({ stream: "trade_updates", data: null }, codec));
      if (!client.send(singleFrame({ stream: "trade_updates", data }, codec))) client.end(undefined, POLICY);
    }
  }

  #hear(listener: Listener, data: Buffer): void {
    const parsed = message.safeParse(readFrame(data, listener.codec));
    if (!parsed.success) this.#complain(listener, "invalid message");
    else if (parsed.data.action === "authenticate" || parsed.data.action === "auth")
      this.#logIn(listener, parsed.data);
    else if (parsed.data.action === "listen") this.#listen(listener, parsed.data);
    else this.#complain(listener, "unknown action");
  }

  #logIn(listener: Listener, { key, secret, data }: ClientMessage): void {
    const given = [key ?? data?.key_id ?? "", secret ?? data?.secret_key ?? ""] as const;
    listener.isAuthorized = this.#terms.isAllowed(...given);
    this.#authorization(listener, "authenticate", listener.isAuthorized);
  }

  #listen(listener: Listener, { data }: ClientMessage): void {
    if (!listener.isAuthorized) {
      this.#authorization(listener, "listen", false);
      return;
    }
    listener.streams = STREAMS.filter((name) => data?.streams?.includes(name) === true);
    listener.client.send(
      singleFrame({ stream: "listening", data: { streams: listener.streams } }, listener.codec),
    );
  }

  #authorization({ client, codec }: Listener, action: string, isAuthorized: boolean): void {
    const status = isAuthorized ? "authorized" : "unauthorized";
    client.send(singleFrame({ stream: "authorization", data: { status, action } }, codec));
  }

  #complain({ client, codec }: Listener, text: string): void {
    client.send(singleFrame({ action: "error", data: { error_message: text } }, codec));
  }
}

const POLICY = 1008;
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** As a ULID: ten characters of milliseconds, sixteen that count. */
function eventId(at: EpochMicros, count: number): string {
  return base32(Math.floor(at / 1000), 10) + base32(count, 16);
}

function base32(value: number, length: number): string {
  let text = "";
  for (let left = value, i = 0; i < length; i++, left = Math.floor(left / 32))
    text = (ALPHABET[left % 32] ?? "") + text;
  return text;
}
