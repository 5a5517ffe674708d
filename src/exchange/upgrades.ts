/** Which stream a WebSocket upgrade is for, and what is said to one that nobody serves. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { EpochMicros } from "../domain/time.ts";
import type { FaultBook } from "./faults.ts";

interface Stream {
  accept(socket: WebSocket, request: IncomingMessage): void;
}

/** Messages of clients are small: a subscription of ten thousand symbols fits. */
const MOST_MESSAGE_BYTES = 1024 * 1024;

export class Upgrades {
  readonly #server: WebSocketServer;
  readonly #streams: ReadonlyMap<string, Stream>;
  readonly #faults: FaultBook;
  readonly #now: () => EpochMicros;

  constructor(streams: ReadonlyMap<string, Stream>, faults: FaultBook, now: () => EpochMicros) {
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: MOST_MESSAGE_BYTES,
      perMessageDeflate: false,
    });
    this.#streams = streams;
    this.#faults = faults;
    this.#now = now;
  }

  take(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const path = (request.url ?? "/").split("?")[0]?.replace(/\/+$/, "") ?? "";
    const stream = this.#streams.get(path);
    const fault = this.#faults.strike(["upgrade-refused"], { path, method: "GET" }, this.#now());
    if (fault !== undefined) refuse(socket, fault.status ?? 429, "Too Many Requests");
    else if (stream === undefined) refuse(socket, 404, "Not Found");
    else
      this.#server.handleUpgrade(request, socket, head, (webSocket) => {
        stream.accept(webSocket, request);
      });
  }

  close(): void {
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }
}

function refuse(socket: Duplex, status: number, text: string): void {
  const body = JSON.stringify({ code: status * 100_000, message: text.toLowerCase() });
  socket.end(
    `HTTP/1.1 ${status} ${text}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
}
