/**
 * Time and network as the broker client and the feeds see them (ADR 0003). Real ones stand in `real-clock.ts` and
 * `real-transport.ts`; the storm and the tests bind virtual ones, so that deadlines, back-off and reconnects run
 * through the same code in virtual time.
 */

export interface TimerHandle {
  cancel(): void;
}

/** Monotonic milliseconds of this process: heartbeats, deadlines, back-off. Never jumps. */
export interface Clock {
  /** Milliseconds since an arbitrary start; never falls. */
  now(): number;
  /** Calls once, `afterMs` from now. */
  timer(afterMs: number, fire: () => void): TimerHandle;
}

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Absolute. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the request at whatever stage. */
  readonly signal: AbortSignal;
  /** True for what reduces risk: it never waits for a connection that other requests hold. */
  readonly isUrgent?: boolean;
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Why no response came. `sent` false: provably no byte of the request left this machine. */
export class TransportError extends Error {
  readonly sent: boolean;
  constructor(message: string, sent: boolean) {
    super(message);
    this.name = "TransportError";
    this.sent = sent;
  }
}

export interface SocketEvents {
  opened(): void;
  message(data: string | Uint8Array): void;
  ponged(): void;
  /** Once, whatever ended it; `status` is that of a refused upgrade. Nothing follows. */
  closed(reason: string, status?: number): void;
}

export interface Socket {
  send(data: string | Uint8Array): void;
  ping(): void;
  /** At once, without a closing handshake. `closed` is still told. */
  terminate(): void;
  /** Bytes handed over and not yet on their way. */
  readonly buffered: number;
}

export interface Transport {
  /** Rejects with TransportError and nothing else. Never follows a redirect. */
  request(request: HttpRequest): Promise<HttpResponse>;
  open(url: string, headers: Readonly<Record<string, string>>, events: SocketEvents): Socket;
}
