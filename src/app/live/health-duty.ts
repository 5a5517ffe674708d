/**
 * The health of the machine and of the line to the broker as claims (C-50, C-51, C-52, fault 5): each guard bars
 * entries while it is not well, and no exit ever waits for it. What is to be looked at as after a restart stays barred
 * until the books were compared again.
 */
import { type EpochMicros, MICROS_PER_MINUTE } from "../../domain/time.ts";
import type { HealthVerdict } from "../../ops/health/guards.ts";
import type { ClaimWord } from "./watch-duty.ts";

export const healthGuards = ["clock", "event-loop", "resources", "round-trips"] as const;
export type HealthGuard = (typeof healthGuards)[number];

/** The same trouble is told once in ten minutes of the exchange. */
const WARN_EVERY_MICROS = 10 * MICROS_PER_MINUTE;

interface Held {
  readonly level: "hold" | "restart";
  /** The last instant at which it was not well. */
  lastAt: EpochMicros;
}

export class HealthDuty {
  readonly #held = new Map<HealthGuard, Held>();
  readonly #warned = new Map<HealthGuard, { readonly level: string; readonly at: EpochMicros }>();
  readonly #warn: (line: string) => void;

  constructor(warn: (line: string) => void) {
    this.#warn = warn;
  }

  /** The claim to be raised; undefined while nothing has changed. `release` lifts it. */
  judged(guard: HealthGuard, { level, reason }: HealthVerdict, at: EpochMicros): ClaimWord | undefined {
    if (level === "well") return undefined;
    const before = this.#warned.get(guard);
    if (before?.level !== level || at - before.at >= WARN_EVERY_MICROS) {
      this.#warn(`${guard}: ${reason}`);
      this.#warned.set(guard, { level, at });
    }
    if (level === "warn") return undefined;
    const held = this.#held.get(guard);
    if (held !== undefined) held.lastAt = at;
    if (held !== undefined && (held.level === level || held.level === "restart")) return undefined;
    this.#held.set(guard, { level, lastAt: at });
    const claim = { level: "NO_NEW_ENTRIES", scalar: 1, reason, liftedBy: "itself" } as const;
    return { claim: { ...holderOf(guard), ...claim } };
  }

  /** With a verdict that is well again, and where a restart is owed, after books were compared since. */
  released(guard: HealthGuard, reconciledAt: EpochMicros | undefined): ClaimWord | undefined {
    const held = this.#held.get(guard);
    if (held === undefined) return undefined;
    const isCompared = reconciledAt !== undefined && reconciledAt > held.lastAt;
    if (held.level === "restart" && !isCompared) return undefined;
    this.#held.delete(guard);
    return { lifted: { ...holderOf(guard), by: "itself" } };
  }
}

const holderOf = (guard: HealthGuard) => ({ authority: "circuit_breakers", source: guard }) as const;
