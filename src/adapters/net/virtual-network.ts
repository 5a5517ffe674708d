/**
 * A network without wires: a server is an object with two methods, time is the clock that is given. Requests and
 * frames take `latencyMs` each way; what goes wrong is decided by the server's answer, so that a test reads as the
 * story that it tells. For tests and the storm.
 */
import {
  type Clock,
  type HttpRequest,
  type HttpResponse,
  type Socket,
  type SocketEvents,
  type Transport,
  TransportError,
} from "./ports.ts";

/** `silence` never answers; `reset` loses the line after the request left; `unreachable` before. */
export type VirtualAnswer =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
      /** On top of the latency. */
      readonly delayMs?: number;
    }
  | "silence"
  | "reset"
  | "unreachable";

/** The server's end of a socket. */
export interface VirtualPeer {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Set by the server: what the client sends. */
  onMessage: (data: string | Uint8Array) => void;
  /** Set by the server: while true no ping is answered. */
  isMute: boolean;
  send(data: string | Uint8Array): void;
  close(reason: string): void;
}

export interface VirtualServer {
  handle(request: HttpRequest): VirtualAnswer;
  /** A status refuses the upgrade; `mute` never completes it; undefined accepts, and frames may be sent from then. */
  upgrade(peer: VirtualPeer): number | "mute" | undefined;
}

export interface VirtualNetworkOptions {
  readonly clock: Clock;
  readonly latencyMs?: number;
  readonly server: VirtualServer;
}

export class VirtualNetwork implements Transport {
  readonly #clock: Clock;
  readonly #latencyMs: number;
  readonly #server: VirtualServer;
  /** Sockets that are open, in order of opening. */
  readonly peers: VirtualPeer[] = [];

  constructor({ clock, latencyMs = 1, server }: VirtualNetworkOptions) {
    this.#clock = clock;
    this.#latencyMs = latencyMs;
    this.#server = server;
  }

  request(request: HttpRequest): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      let isOver = false;
      let sent = false;
      const end = (act: () => void): void => {
        if (isOver) return;
        isOver = true;
        act();
      };
      const fail = (reason: string, wasSent: boolean): void =>
        end(() => reject(new TransportError(reason, wasSent)));
      if (request.signal.aborted) return fail("aborted before it was sent", false);
      request.signal.addEventListener("abort", () => fail("aborted", sent), { once: true });
      this.#clock.timer(this.#latencyMs, () => {
        if (isOver) return;
        const answer = this.#server.handle(request);
        if (answer === "unreachable") return fail("connection refused", false);
        sent = true;
        if (answer === "silence") return;
        if (answer === "reset") return fail("connection reset", true);
        const { status, headers = {}, body = "", delayMs = 0 } = answer;
        this.#clock.timer(this.#latencyMs + delayMs, () => end(() => resolve({ status, headers, body })));
      });
    });
  }

  open(url: string, headers: Readonly<Record<string, string>>, events: SocketEvents): Socket {
    const socket = new VirtualSocket(this.#clock, this.#latencyMs, events);
    const peer = socket.peer(url, headers, () => {
      const at = this.peers.indexOf(peer);
      if (at >= 0) this.peers.splice(at, 1);
    });
    this.#clock.timer(this.#latencyMs, () => {
      if (socket.isClosed) return;
      const verdict = this.#server.upgrade(peer);
      if (verdict === "mute") return;
      if (verdict !== undefined) return socket.end(`upgrade refused with ${verdict}`, verdict);
      this.peers.push(peer);
      socket.later(() => events.opened());
    });
    return socket;
  }
}

class VirtualSocket implements Socket {
  readonly buffered = 0;
  readonly #clock: Clock;
  readonly #latencyMs: number;
  readonly #events: SocketEvents;
  #peer: VirtualPeer | undefined;
  #gone: () => void = () => undefined;
  isClosed = false;

  constructor(clock: Clock, latencyMs: number, events: SocketEvents) {
    this.#clock = clock;
    this.#latencyMs = latencyMs;
    this.#events = events;
  }

  peer(url: string, headers: Readonly<Record<string, string>>, gone: () => void): VirtualPeer {
    this.#gone = gone;
    const peer: VirtualPeer = {
      url,
      headers,
      onMessage: () => undefined,
      isMute: false,
      send: (data) => this.later(() => this.#events.message(data)),
      close: (reason) => this.later(() => this.end(reason)),
    };
    this.#peer = peer;
    return peer;
  }

  /** One way of the line, unless it ends before. */
  later(act: () => void): void {
    this.#clock.timer(this.#latencyMs, () => {
      if (!this.isClosed) act();
    });
  }

  end(reason: string, status?: number): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#gone();
    if (status === undefined) this.#events.closed(reason);
    else this.#events.closed(reason, status);
  }

  send(data: string | Uint8Array): void {
    this.later(() => this.#peer?.onMessage(data));
  }

  ping(): void {
    this.later(() => {
      if (this.#peer?.isMute !== true) this.later(() => this.#events.ponged());
    });
  }

  terminate(): void {
    this.end("terminated");
  }
}
