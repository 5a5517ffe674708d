/**
 * The real network: node's own HTTP client with kept connections, and ws for sockets. It says of every failure
 * whether a byte of the request can have left (RELIABILITY 3.3): only a failure before the connection stood, or an
 * abort before anything was written, counts as not sent. All deadlines are the caller's (ADR 0003).
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { WebSocket } from "ws";
import { certificateRefusal } from "./certificate.ts";
import {
  type HttpRequest,
  type HttpResponse,
  type Socket,
  type SocketEvents,
  type Transport,
  TransportError,
} from "./ports.ts";

/** A page of 10,000 bars of one symbol has about 1 MB; more than this is no answer of a broker. */
const BODY_MAX = 64 * 1_048_576;
const FRAME_MAX = 16 * 1_048_576;
const CONNECTIONS_MAX = 16;

/** Before a connection stands: names not found, doors shut. */
const notSentCodes: readonly string[] = [
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
];

/** Said outright, because node would else let the environment switch the check off (fault 9). */
const VERIFIED = { rejectUnauthorized: true } as const;

const newAgents = () => ({
  plain: new HttpAgent({ keepAlive: true, maxSockets: CONNECTIONS_MAX }),
  secure: new HttpsAgent({ ...VERIFIED, keepAlive: true, maxSockets: CONNECTIONS_MAX }),
});

export class RealTransport implements Transport {
  readonly #agents = { usual: newAgents(), urgent: newAgents() };

  request(request: HttpRequest): Promise<HttpResponse> {
    const url = new URL(request.url);
    const isSecure = url.protocol === "https:";
    return new Promise((resolve, reject) => {
      if (request.signal.aborted) {
        reject(new TransportError("aborted before it was sent", false));
        return;
      }
      const { method, headers, body } = request;
      const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
      const options = {
        method,
        headers: { ...headers, ...length },
        agent: this.#agents[request.isUrgent === true ? "urgent" : "usual"][isSecure ? "secure" : "plain"],
      };
      const outgoing = (isSecure ? httpsRequest : httpRequest)(url, options);
      let isConnected = false;
      const fail = (error: Error): void => {
        const refusal = certificateRefusal(error, url.host);
        // The request waits for the handshake, which ends with the certificate.
        const sent = refusal === undefined && maybeSent(error, isConnected);
        reject(new TransportError(refusal ?? error.message, sent));
        outgoing.destroy();
      };
      const abort = (): void => fail(new Error("aborted"));
      request.signal.addEventListener("abort", abort, { once: true });
      const settle = (): void => request.signal.removeEventListener("abort", abort);
      outgoing.on("socket", (socket) => {
        const ready = isSecure ? "secureConnect" : "connect";
        // A kept connection is connected already: the request goes out at once.
        if (outgoing.reusedSocket || !socket.connecting) isConnected = true;
        else socket.once(ready, () => (isConnected = true));
      });
      outgoing.on("error", (error) => {
        settle();
        fail(error);
      });
      outgoing.on("response", (incoming) => {
        isConnected = true;
        readAnswer(incoming).then(resolve, fail).finally(settle);
      });
      outgoing.end(body);
    });
  }

  open(url: string, headers: Readonly<Record<string, string>>, events: SocketEvents): Socket {
    return new RealSocket(url, headers, events);
  }

  /** Ends the kept connections, so that the process can end. */
  close(): void {
    for (const { plain, secure } of Object.values(this.#agents)) {
      plain.destroy();
      secure.destroy();
    }
  }
}

/** A failed handshake of TLS happens before any byte of the request, but not every code tells it: then it counts. */
function maybeSent(error: Error, isConnected: boolean): boolean {
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return isConnected || (code !== "" && !notSentCodes.includes(code));
}

async function readAnswer(incoming: IncomingMessage): Promise<HttpResponse> {
  const status = incoming.statusCode ?? 0;
  // 304 leads nowhere: it says that the copy we have is still right.
  if (status >= 300 && status < 400 && status !== 304) {
    incoming.destroy();
    throw new Error(`redirect refused (${status}): keys would follow it to another host`);
  }
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > BODY_MAX) throw new Error(`the answer is longer than ${BODY_MAX} bytes`);
    parts.push(part);
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return { status, headers, body: Buffer.concat(parts).toString("utf8") };
}

class RealSocket implements Socket {
  readonly #socket: WebSocket;
  #isClosed = false;
  #refused: number | undefined;
  #failure: string | undefined;

  constructor(url: string, headers: Readonly<Record<string, string>>, events: SocketEvents) {
    const bounds = { perMessageDeflate: false, followRedirects: false, maxPayload: FRAME_MAX };
    this.#socket = new WebSocket(url, { ...VERIFIED, ...bounds, headers });
    this.#socket.on("open", () => events.opened());
    this.#socket.on("pong", () => events.ponged());
    this.#socket.on("message", (data: Buffer, isBinary: boolean) =>
      events.message(isBinary ? new Uint8Array(data) : data.toString("utf8")),
    );
    this.#socket.on("unexpected-response", (_request, response) => {
      this.#refused = response.statusCode;
      response.destroy();
      this.#socket.terminate();
    });
    this.#socket.on("error", (error) => {
      this.#failure ??= certificateRefusal(error, new URL(url).host) ?? error.message;
    });
    this.#socket.on("close", (code, reason) => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      const told = this.#refused === undefined ? this.#failure : `upgrade refused with ${this.#refused}`;
      const text = told ?? `closed with ${code}${reason.length === 0 ? "" : ` ${reason.toString("utf8")}`}`;
      if (this.#refused === undefined) events.closed(text);
      else events.closed(text, this.#refused);
    });
  }

  get buffered(): number {
    return this.#socket.bufferedAmount;
  }

  send(data: string | Uint8Array): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(data);
  }

  ping(): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  terminate(): void {
    this.#socket.terminate();
  }
}
