/**
 * A clock that a test or the storm moves by hand (ADR 0003). Timers fire in order of their moment, equal ones in the
 * order in which they were set. After each, the clock lets a fixed number of microtask turns pass, so that code that
 * awaits between two timers has acted before the next one fires; the outcome must not depend on that number.
 */
import type { Clock, TimerHandle } from "./ports.ts";

interface Waiting {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
}

/** Longer than any chain of awaits in the client; a test runs the same conversation with half and with twice of it. */
const TURNS = 64;

export class VirtualClock implements Clock {
  readonly #turns: number;
  readonly #waiting = new Set<Waiting>();
  #now = 0;
  #order = 0;

  constructor(turns: number = TURNS) {
    this.#turns = turns;
  }

  now(): number {
    return this.#now;
  }

  timer(afterMs: number, fire: () => void): TimerHandle {
    const waiting: Waiting = { at: this.#now + Math.max(0, afterMs), order: this.#order, fire };
    this.#order += 1;
    this.#waiting.add(waiting);
    return { cancel: () => this.#waiting.delete(waiting) };
  }

  /** Timers that are set. */
  get pending(): number {
    return this.#waiting.size;
  }

  /** Lets `ms` pass: fires what is due on the way, in order. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#waiting.delete(next);
      this.#now = next.at;
      next.fire();
      await this.settle();
    }
    this.#now = end;
  }

  /** Lets whatever awaits go on, without any time passing. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < this.#turns; turn += 1) await undefined;
  }

  #next(end: number): Waiting | undefined {
    let first: Waiting | undefined;
    for (const waiting of this.#waiting) {
      if (waiting.at > end) continue;
      const isEarlier =
        first === undefined ||
        waiting.at < first.at ||
        (waiting.at === first.at && waiting.order < first.order);
      if (isEarlier) first = waiting;
    }
    return first;
  }
}
