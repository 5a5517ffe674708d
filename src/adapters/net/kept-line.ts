/**
 * A socket that is kept open: deadlines for every step of its opening, a ping each second, and a new try by the
 * back-off of C-35 after whatever ended it. What is said on it is the matter of a protocol, one for each stream.
 *
 * A socket that is connected and mute is the worst of failures, since nothing reports it (alpaca-py #740): so every
 * step has a deadline, and a ping that stays unanswered for three seconds ends the socket.
 */
import type { Rng } from "../../numerics/rng.ts";
import { BackOff, EXPOSED_CEILING_MS, HEALTHY_AFTER_MS } from "./back-off.ts";
import type { Clock, Socket, TimerHandle, Transport } from "./ports.ts";

const STEP_DEADLINE_MS = 5_000;
const PING_EVERY_MS = 1_000;
const PONG_DEADLINE_MS = 3_000;
/** More than this waiting to leave: the other side does not read. */
const BUFFERED_MAX = 1_048_576;

/** What a protocol may do with the line that it is spoken on. */
export interface LineControl {
  send(data: string | Uint8Array): void;
  /** The next step has begun: it has its own deadline. */
  step(name: string): void;
  /** The opening is complete. */
  ready(): void;
  /** Ends this socket. `crowded`: too many connections, come back later. `terminal`: never come back by yourself. */
  fail(reason: string, kind?: "crowded" | "terminal"): void;
}

export interface LineProtocol {
  /** The socket is open: begin. */
  opened(line: LineControl): void;
  message(data: string | Uint8Array, line: LineControl): void;
}

export interface LineState {
  readonly state: "up" | "down";
  readonly reason: string;
  /** It will not be tried again until someone starts it. */
  readonly isTerminal: boolean;
  /** Milliseconds until the next try; absent when up or terminal. */
  readonly retryInMs?: number;
}

export interface KeptLineOptions {
  readonly clock: Clock;
  readonly transport: Transport;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly rng: Rng;
  readonly protocol: LineProtocol;
  /** Are positions open in market hours? Asked at each failure, and again while waiting. */
  readonly exposed: () => boolean;
  readonly onState: (state: LineState) => void;
  /** Round trip of a ping, milliseconds. */
  readonly onPulse: (rttMs: number) => void;
}

export class KeptLine {
  readonly #options: KeptLineOptions;
  readonly #backOff: BackOff;
  #socket: Socket | undefined;
  /** Tells this socket's events from those of its predecessors. */
  #generation = 0;
  #deadline: TimerHandle | undefined;
  #pinger: TimerHandle | undefined;
  #retry: TimerHandle | undefined;
  #health: TimerHandle | undefined;
  #pingSentAt: number | undefined;
  #isReady = false;
  #isRunning = false;

  constructor(options: KeptLineOptions) {
    this.#options = options;
    this.#backOff = new BackOff(options.rng);
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** Milliseconds since the ping that is still unanswered was sent; 0 when none is. */
  get pulseAgeMs(): number {
    return this.#pingSentAt === undefined ? 0 : this.#options.clock.now() - this.#pingSentAt;
  }

  /** Opens, and keeps open until `stop`. Nothing happens when it already runs. */
  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#connect();
  }

  stop(): void {
    this.#isRunning = false;
    this.#retry?.cancel();
    if (this.#socket !== undefined) this.#drop("stopped", "terminal");
  }

  /** What the protocol wants to say at a time of its own; silently nothing while the line is not ready. */
  send(data: string | Uint8Array): void {
    if (this.#isReady) this.#say(data);
  }

  /** Ends a socket whose content proved bad; it is tried again. */
  renew(reason: string): void {
    if (this.#socket !== undefined) this.#drop(reason);
  }

  #connect(): void {
    this.#generation += 1;
    const mine = this.#generation;
    const { transport, url, headers, protocol } = this.#options;
    const control: LineControl = {
      send: (data) => this.#say(data),
      step: (name) => this.#arm(name),
      ready: () => this.#ready(),
      fail: (reason, kind) => this.#drop(reason, kind),
    };
    const guard = (act: () => void): void => {
      if (mine === this.#generation && this.#socket !== undefined) act();
    };
    this.#arm("connect");
    this.#socket = transport.open(url, headers, {
      opened: () => guard(() => protocol.opened(control)),
      message: (data) => guard(() => protocol.message(data, control)),
      ponged: () => guard(() => this.#ponged()),
      closed: (reason, status) => guard(() => this.#closed(reason, status)),
    });
  }

  #closed(reason: string, status: number | undefined): void {
    if (status === 401 || status === 403) this.#drop(`upgrade refused with ${status}`, "terminal");
    else if (status === 406 || status === 429) this.#drop(`upgrade refused with ${status}`, "crowded");
    else this.#drop(reason);
  }

  #say(data: string | Uint8Array): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    if (socket.buffered > BUFFERED_MAX) this.#drop("the other side does not read");
    else socket.send(data);
  }

  #arm(step: string): void {
    this.#deadline?.cancel();
    this.#deadline = this.#options.clock.timer(STEP_DEADLINE_MS, () =>
      this.#drop(`${step} took longer than ${STEP_DEADLINE_MS} ms`),
    );
  }

  #ready(): void {
    if (this.#isReady) return;
    this.#deadline?.cancel();
    this.#isReady = true;
    this.#health = this.#options.clock.timer(HEALTHY_AFTER_MS, () => this.#backOff.healthy());
    this.#ping();
    this.#options.onState({ state: "up", reason: "ready", isTerminal: false });
  }

  #ping(): void {
    const { clock } = this.#options;
    if (this.#pingSentAt === undefined) {
      this.#pingSentAt = clock.now();
      this.#socket?.ping();
    } else if (this.pulseAgeMs >= PONG_DEADLINE_MS) {
      this.#drop(`no pong within ${PONG_DEADLINE_MS} ms`);
      return;
    }
    this.#pinger = clock.timer(PING_EVERY_MS, () => this.#ping());
  }

  #ponged(): void {
    if (this.#pingSentAt === undefined) return;
    const rttMs = this.pulseAgeMs;
    this.#pingSentAt = undefined;
    this.#options.onPulse(rttMs);
  }

  #drop(reason: string, kind?: "crowded" | "terminal"): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#socket = undefined;
    this.#isReady = false;
    this.#pingSentAt = undefined;
    for (const timer of [this.#deadline, this.#pinger, this.#health]) timer?.cancel();
    socket.terminate();
    if (kind === "terminal" || !this.#isRunning) {
      this.#isRunning = false;
      this.#options.onState({ state: "down", reason, isTerminal: true });
      return;
    }
    const retryInMs = this.#backOff.next(this.#options.exposed(), kind === "crowded");
    this.#wait(retryInMs);
    this.#options.onState({ state: "down", reason, isTerminal: false, retryInMs });
  }

  /** In slices: a position that opens during a long wait shortens it. */
  #wait(restMs: number): void {
    const sliceMs = Math.min(restMs, EXPOSED_CEILING_MS);
    this.#retry = this.#options.clock.timer(sliceMs, () => {
      if (!this.#isRunning) return;
      const isOver = restMs <= sliceMs || this.#options.exposed();
      if (isOver) this.#connect();
      else this.#wait(restMs - sliceMs);
    });
  }
}
