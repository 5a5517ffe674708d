/**
 * The broker's request budget, spent by priority (C-07, DATA-3). A token returns a minute after it was taken, so no
 * minute, wherever the broker lets it begin, holds more than the budget. Entries and research stop at 40 % left. What
 * reduces risk is never blocked: a flatten waits two seconds at most, a protective order ten, whatever the budget says.
 */
import { type Priority, priorities } from "../../../domain/broker.ts";
import type { Clock, TimerHandle } from "../../net/ports.ts";

const WINDOW_MS = 60_000;
/** After a 429 that does not say how long. */
const PAUSE_MS = WINDOW_MS;
export const QUEUE_MAX = 20_000;

interface Terms {
  /** Share of the budget that it may not touch. */
  readonly reserve: number;
  readonly waitsMostMs: number;
  /** What happens then: it goes all the same, or gives up. */
  readonly thenGoes: boolean;
}

const terms: Readonly<Record<Priority, Terms>> = {
  flatten: { reserve: 0, waitsMostMs: 2_000, thenGoes: true },
  protect: { reserve: 0.05, waitsMostMs: 10_000, thenGoes: true },
  reconcile: { reserve: 0.1, waitsMostMs: 30_000, thenGoes: false },
  enter: { reserve: 0.4, waitsMostMs: 5_000, thenGoes: false },
  research: { reserve: 0.4, waitsMostMs: 120_000, thenGoes: false },
};

interface Waiting {
  readonly order: number;
  readonly resolve: (goes: boolean) => void;
  timeout: TimerHandle | undefined;
}

export interface RateLimitOptions {
  readonly clock: Clock;
  /** Requests in any 60 s. */
  readonly perMinute: number;
}

export class RateLimit {
  readonly #clock: Clock;
  readonly #perMinute: number;
  /** When tokens were taken, oldest first; those of the last minute only. */
  #taken: number[] = [];
  readonly #queues: Readonly<Record<Priority, Set<Waiting>>> = {
    flatten: new Set(),
    protect: new Set(),
    reconcile: new Set(),
    enter: new Set(),
    research: new Set(),
  };
  #order = 0;
  #pausedUntil = 0;
  /** What the broker says is left, until its minute is over: others may use the same key. */
  #toldLeft = Number.POSITIVE_INFINITY;
  #toldUntil = 0;
  #wake: TimerHandle | undefined;

  constructor({ clock, perMinute }: RateLimitOptions) {
    this.#clock = clock;
    this.#perMinute = perMinute;
  }

  get queued(): number {
    return priorities.reduce((sum, priority) => sum + this.#queues[priority].size, 0);
  }

  /** Tokens left, negative after urgent requests beyond the budget. */
  get left(): number {
    const now = this.#clock.now();
    let gone = 0;
    while (gone < this.#taken.length && (this.#taken[gone] ?? 0) + WINDOW_MS <= now) gone += 1;
    if (gone > 0) this.#taken = this.#taken.slice(gone);
    const own = this.#perMinute - this.#taken.length;
    return now < this.#toldUntil ? Math.min(own, this.#toldLeft) : own;
  }

  /** What each priority may still spend of what is not kept from it, 0 to 1. */
  shares(): readonly { readonly priority: Priority; readonly ratio: number }[] {
    const { left } = this;
    return priorities.map((priority) => {
      const kept = terms[priority].reserve * this.#perMinute;
      const ratio = (left - kept) / (this.#perMinute - kept);
      return { priority, ratio: Math.min(1, Math.max(0, ratio)) };
    });
  }

  /** True when the request may leave now; false when it waited as long as it may, or too many wait. */
  acquire(priority: Priority): Promise<boolean> {
    if (this.#mayGo(priority) && !this.#isSomeoneBefore(priority)) {
      this.#take();
      return Promise.resolve(true);
    }
    const { waitsMostMs, thenGoes } = terms[priority];
    const queue = this.#queues[priority];
    if (this.queued >= QUEUE_MAX && !thenGoes) return Promise.resolve(false);
    return new Promise((resolve) => {
      const waiting: Waiting = { order: this.#order, resolve, timeout: undefined };
      this.#order += 1;
      queue.add(waiting);
      waiting.timeout = this.#clock.timer(waitsMostMs, () => {
        queue.delete(waiting);
        if (thenGoes) this.#take();
        resolve(thenGoes);
      });
      this.#plan();
    });
  }

  /** Reads what a response says about the budget; `status` 429 pauses everything. */
  heard(status: number, headers: Readonly<Record<string, string>>): void {
    const now = this.#clock.now();
    const resetMs = resetAfterMs(headers);
    if (status === 429) {
      this.#pausedUntil = Math.max(this.#pausedUntil, now + (resetMs ?? PAUSE_MS));
    } else {
      const left = wholeNumber(headers["x-ratelimit-remaining"]);
      if (left === undefined || resetMs === undefined) return;
      this.#toldLeft = left;
      this.#toldUntil = now + resetMs;
    }
    this.#plan();
  }

  /** Gives up on all that wait. */
  stop(): void {
    this.#wake?.cancel();
    for (const priority of priorities) {
      for (const waiting of this.#queues[priority]) {
        waiting.timeout?.cancel();
        waiting.resolve(false);
      }
      this.#queues[priority].clear();
    }
  }

  #mayGo(priority: Priority): boolean {
    if (this.#clock.now() < this.#pausedUntil) return false;
    return this.left > terms[priority].reserve * this.#perMinute;
  }

  #isSomeoneBefore(priority: Priority): boolean {
    for (const other of priorities) {
      if (this.#queues[other].size > 0) return true;
      if (other === priority) return false;
    }
    return false;
  }

  #take(): void {
    this.#taken.push(this.#clock.now());
    this.#toldLeft -= 1;
  }

  #serve(): void {
    for (const priority of priorities) {
      const queue = this.#queues[priority];
      for (const waiting of queue) {
        if (!this.#mayGo(priority)) break;
        queue.delete(waiting);
        waiting.timeout?.cancel();
        this.#take();
        waiting.resolve(true);
      }
    }
    this.#plan();
  }

  /** Wakes when the pause ends or the next token returns. */
  #plan(): void {
    this.#wake?.cancel();
    this.#wake = undefined;
    if (this.queued === 0) return;
    const now = this.#clock.now();
    const nextToken = (this.#taken[0] ?? now) + WINDOW_MS;
    const told = now < this.#toldUntil ? this.#toldUntil : Number.POSITIVE_INFINITY;
    const at = now < this.#pausedUntil ? this.#pausedUntil : Math.min(nextToken, told);
    this.#wake = this.#clock.timer(Math.max(1, at - now), () => this.#serve());
  }
}

/**
 * Milliseconds until the broker's minute ends: from `Retry-After`, or from the reset instant and the response's own
 * date, so that no clock of ours comes in. Bounded: a broken header must not silence us for long.
 */
function resetAfterMs(headers: Readonly<Record<string, string>>): number | undefined {
  const retryAfter = wholeNumber(headers["retry-after"]);
  if (retryAfter !== undefined) return bounded(retryAfter * 1000);
  const reset = wholeNumber(headers["x-ratelimit-reset"]);
  const told = Date.parse(headers.date ?? "");
  if (reset === undefined || Number.isNaN(told)) return undefined;
  return bounded(reset * 1000 - told);
}

const bounded = (ms: number): number => Math.min(Math.max(ms, 1_000), 2 * WINDOW_MS);

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined;
}
