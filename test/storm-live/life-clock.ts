/** The clock of one life of a process: it starts at nothing, and nothing of it fires once the process is dead. */
import type { Clock, TimerHandle } from "../../src/adapters/net/ports.ts";

export class LifeClock implements Clock {
  readonly #world: Clock;
  readonly #bornAt: number;
  isDead = false;

  constructor(world: Clock) {
    this.#world = world;
    this.#bornAt = world.now();
  }

  now(): number {
    return this.#world.now() - this.#bornAt;
  }

  timer(afterMs: number, fire: () => void): TimerHandle {
    return this.#world.timer(afterMs, () => {
      if (!this.isDead) fire();
    });
  }
}
