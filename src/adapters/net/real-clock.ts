/** The machine's monotonic clock. The only place in which the broker client and the feeds meet real timers. */
import type { Clock, TimerHandle } from "./ports.ts";

export class RealClock implements Clock {
  now(): number {
    return performance.now();
  }

  timer(afterMs: number, fire: () => void): TimerHandle {
    const handle = setTimeout(fire, Math.max(0, afterMs));
    return { cancel: () => clearTimeout(handle) };
  }
}
