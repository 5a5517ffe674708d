/** A bare client for tests of the twin: requests with its keys, and sockets whose frames can be awaited one by one. */
import { decode } from "@msgpack/msgpack";
import { WebSocket } from "ws";
import type { RunningExchange } from "../src/exchange/exchange-server.ts";

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined when the body is no JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: bodies differ by path, and tests name what they read.
  readonly json: any;
}

export async function ask(
  { url, key, secret }: RunningExchange,
  path: string,
  {
    method = "GET",
    body,
    headers,
  }: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Reply> {
  const response = await fetch(url + path, {
    method,
    headers: headers ?? { "APCA-API-KEY-ID": key, "APCA-API-SECRET-KEY": secret },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

export class TestSocket {
  readonly #socket: WebSocket;
  readonly #frames: unknown[] = [];
  readonly #waiting: (() => void)[] = [];
  isClosed = false;

  constructor(url: string, headers: Record<string, string> = {}) {
    this.#socket = new WebSocket(url, { headers });
    this.#socket.on("message", (data: Buffer) => {
      this.#frames.push(
        /msgpack/.test(headers["content-type"] ?? "") ? decode(data) : parsed(data.toString()),
      );
      this.#wake();
    });
    this.#socket.on("close", () => {
      this.isClosed = true;
      this.#wake();
    });
    this.#socket.on("error", () => undefined);
  }

  async opened(): Promise<this> {
    while (this.#socket.readyState === WebSocket.CONNECTING)
      await new Promise((resolve) => this.#socket.once("open", resolve));
    return this;
  }

  send(value: unknown): void {
    this.#socket.send(typeof value === "string" ? value : JSON.stringify(value));
  }

  /** The next frame; undefined when the socket closed instead. */
  // biome-ignore lint/suspicious/noExplicitAny: frames differ by message, and tests name what they read.
  async next(): Promise<any> {
    while (this.#frames.length === 0 && !this.isClosed)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.#frames.shift();
  }

  /** The first message for which `wanted` holds; frames of several are looked through. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  async find(wanted: (message: any) => boolean): Promise<any> {
    while (!this.isClosed || this.#frames.length > 0) {
      const found = [await this.next()].flat().find((message) => message !== undefined && wanted(message));
      if (found !== undefined) return found;
    }
    throw new Error("the socket closed before that message came");
  }

  /** Resolves when the server has ended it. */
  async closed(): Promise<void> {
    while (!this.isClosed) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.#socket.terminate();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
