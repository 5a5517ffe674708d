/** The timers of a process, ended together. */
import type { Clock, TimerHandle } from "../../adapters/net/ports.ts";

export class ProcessTimers {
  readonly #clock: Clock;
  readonly #pending = new Set<TimerHandle>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  after(afterMs: number, act: () => void): void {
    const handle = this.#clock.timer(Math.max(0, afterMs), () => {
      this.#pending.delete(handle);
      act();
    });
    this.#pending.add(handle);
  }

  /** The next wait begins when the act is over. */
  every(everyMs: number, act: () => void): void {
    this.after(everyMs, () => {
      act();
      this.every(everyMs, act);
    });
  }

  cancel(): void {
    for (const handle of this.#pending) handle.cancel();
    this.#pending.clear();
  }
}
