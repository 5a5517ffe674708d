/**
 * A provider's request budget as a bucket of tokens (DATA-3). What flows in plus what the bucket holds never exceeds
 * the budget of a minute, wherever the provider lets it begin. Who was asked for goes before a probe, a probe before
 * work of the night. Nobody is turned away: a download has time.
 */
import type { Clock, TimerHandle } from "../net/ports.ts";
import type { Asking } from "./bar-source.ts";

const MINUTE_MS = 60_000;
const order: readonly Asking[] = ["asked", "probe", "background"];

export class TokenBucket {
  readonly #clock: Clock;
  readonly #holds: number;
  readonly #perMs: number;
  readonly #queues: Readonly<Record<Asking, (() => void)[]>> = { asked: [], probe: [], background: [] };
  #tokens: number;
  #filledAt: number;
  #closedUntil = 0;
  #wake: TimerHandle | undefined;

  /** `perMinute`: requests that the provider allows in any minute, at least 2. */
  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock;
    this.#holds = Math.max(1, Math.floor(perMinute / 10));
    this.#perMs = (perMinute - this.#holds) / MINUTE_MS;
    this.#tokens = this.#holds;
    this.#filledAt = clock.now();
  }

  /** Settles when the request may leave. */
  take(asking: Asking): Promise<void> {
    return new Promise((resolve) => {
      this.#queues[asking].push(resolve);
      this.#serve();
    });
  }

  /** Nothing leaves for so long: the provider said that it is enough. */
  close(forMs: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, this.#clock.now() + forMs);
  }

  #serve(): void {
    const now = this.#clock.now();
    this.#tokens = Math.min(this.#holds, this.#tokens + (now - this.#filledAt) * this.#perMs);
    this.#filledAt = now;
    for (const asking of order) {
      const queue = this.#queues[asking];
      // Sums of fractions miss a whole token by their last bits.
      while (queue.length > 0 && now >= this.#closedUntil && this.#tokens > 1 - 1e-9) {
        this.#tokens -= 1;
        queue.shift()?.();
      }
    }
    this.#wake?.cancel();
    this.#wake = undefined;
    if (order.every((asking) => this.#queues[asking].length === 0)) return;
    const forToken = Math.ceil((1 - this.#tokens) / this.#perMs);
    const waitMs = Math.max(1, forToken, this.#closedUntil - now);
    this.#wake = this.#clock.timer(waitMs, () => this.#serve());
  }
}
