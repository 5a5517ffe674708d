/**
 * How long a line that went down waits before it is tried again (C-35, DATA-7): one second, doubled with each failure,
 * with full jitter. Without jitter all clients of a broker return at the same instant; without the floor they storm.
 * The count of failures starts anew only after a minute of health, told by whoever watches the line.
 */
import type { Rng } from "../../numerics/rng.ts";

export const BACK_OFF_FLOOR_MS = 1_000;
export const BACK_OFF_CEILING_MS = 300_000;
/** With positions open in market hours: doubling to the full ceiling would outlast the kill. */
export const EXPOSED_CEILING_MS = 15_000;
/** After the broker said that there are too many connections or requests. */
export const CROWDED_FLOOR_MS = 10_000;
export const HEALTHY_AFTER_MS = 60_000;

export class BackOff {
  readonly #rng: Rng;
  #failures = 0;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  get failures(): number {
    return this.#failures;
  }

  /** Milliseconds to wait after one more failure: from the floor to the doubled second, never above the ceiling. */
  next(isExposed: boolean, isCrowded: boolean): number {
    const floor = isCrowded ? CROWDED_FLOOR_MS : BACK_OFF_FLOOR_MS;
    const ceiling = isExposed ? EXPOSED_CEILING_MS : BACK_OFF_CEILING_MS;
    const doubled = BACK_OFF_FLOOR_MS * 2 ** Math.min(this.#failures, 20);
    const most = Math.min(ceiling, Math.max(doubled, isCrowded ? 2 * floor : floor));
    this.#failures += 1;
    return floor + this.#rng.uniform() * (most - floor);
  }

  healthy(): void {
    this.#failures = 0;
  }
}
