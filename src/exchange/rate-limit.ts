/** Requests per minute of the exchange's clock, in fixed windows, per group of paths. */
import { type EpochMicros, MICROS_PER_MINUTE, MICROS_PER_SECOND } from "../domain/time.ts";

export interface Allowance {
  readonly isAllowed: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

export class RateLimit {
  readonly #limit: number;
  #window = -1;
  readonly #used = new Map<string, number>();

  /** Whole, at least 1. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts one request. */
  take(group: string, now: EpochMicros): Allowance {
    const window = Math.floor(now / MICROS_PER_MINUTE);
    if (window !== this.#window) {
      this.#window = window;
      this.#used.clear();
    }
    const used = (this.#used.get(group) ?? 0) + 1;
    this.#used.set(group, used);
    return { isAllowed: used <= this.#limit, headers: this.headers(used, now) };
  }

  /** What a window looks like when `used` requests were made in it. */
  headers(used: number, now: EpochMicros): Readonly<Record<string, string>> {
    const end = (Math.floor(now / MICROS_PER_MINUTE) + 1) * MICROS_PER_MINUTE;
    return {
      "x-ratelimit-limit": String(this.#limit),
      "x-ratelimit-remaining": String(Math.max(0, this.#limit - used)),
      "x-ratelimit-reset": String(end / MICROS_PER_SECOND),
    };
  }
}
