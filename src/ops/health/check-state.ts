/**
 * How one check stands, with hysteresis (OPS-3): what is seen once is no state yet, and what has been bad is well only
 * after it was well for a while.
 *
 * HC-1  A worse level counts after it has stood for its time without a break, a better one after a longer time.
 * HC-2  While whoever looks was asleep nothing was seen: what stood then begins anew.
 */
import type { HealthState } from "./health-record.ts";

const rank = { ok: 0, late: 1, down: 2 } as const;

export interface CheckTimes {
  /** How long it must look late, or down, before it is so. */
  readonly lateMs: number;
  readonly downMs: number;
  /** How long it must look better. */
  readonly betterMs: number;
}

export class CheckState {
  readonly #times: CheckTimes;
  #state: HealthState = "ok";
  #sinceMs: number;
  /** What it looks like, other than it is, and since when. */
  #seen: { level: HealthState; sinceMs: number } | undefined;

  constructor(times: CheckTimes, nowMs: number) {
    this.#times = times;
    this.#sinceMs = nowMs;
  }

  get state(): HealthState {
    return this.#state;
  }

  get sinceMs(): number {
    return this.#sinceMs;
  }

  /** True when it changed. */
  see(level: HealthState, nowMs: number): boolean {
    if (level === this.#state) {
      this.#seen = undefined;
      return false;
    }
    const before = this.#seen;
    const worse = rank[level] > rank[this.#state];
    // Late and then down is worse all the while: the wait for late goes on.
    const goesOn =
      before !== undefined && (before.level === level || (worse && rank[before.level] > rank[this.#state]));
    this.#seen = { level, sinceMs: goesOn ? before.sinceMs : nowMs };
    const { lateMs, downMs, betterMs } = this.#times;
    const waitMs = !worse ? betterMs : level === "down" ? downMs : lateMs;
    if (nowMs - this.#seen.sinceMs < waitMs) return false;
    this.#state = level;
    this.#sinceMs = nowMs;
    this.#seen = undefined;
    return true;
  }

  slept(): void {
    this.#seen = undefined;
  }
}
