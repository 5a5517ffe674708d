/**
 * What waits, by strategy and instrument, until the protective orders in its way are over (EX-6): an exit, a trim, or
 * a stop for more shares. Counted by instrument and side, because who wants to enter against an exit that waits
 * is held until that leaves (NE-5).
 */
import type { InstrumentId } from "../domain/instrument.ts";
import { BUY, Purpose, type Side } from "../domain/order.ts";
import { type EpochMicros, MICROS_PER_SECOND } from "../domain/time.ts";

/** What follows when the protective orders are over; the later ones stop at nothing before them. */
export const Follow = { Nothing: 0, Stop: 1, Trim: 2, Breach: 3, Exit: 4, Flatten: 5 } as const;
export type Follow = (typeof Follow)[keyof typeof Follow];

/** Of what closes all that is held. */
export const followOf = (purpose: Purpose): Follow =>
  purpose === Purpose.Flatten ? Follow.Flatten : purpose === Purpose.Exit ? Follow.Exit : Follow.Breach;
export const purposeOf = (follow: Follow): Purpose =>
  follow === Follow.Flatten ? Purpose.Flatten : follow === Follow.Exit ? Purpose.Exit : Purpose.VirtualStop;

export const isUrgent = (follow: Follow): boolean => follow === Follow.Breach || follow === Follow.Flatten;

export interface Waiting {
  readonly strategy: number;
  readonly instrument: InstrumentId;
  readonly follow: Follow;
  /** The side it will trade on. */
  readonly side: Side;
  /** Row of the signal behind it. */
  readonly signal: number;
  /** When the cancels left last. */
  readonly since: EpochMicros;
}

const nobody: Waiting = {
  strategy: -1,
  instrument: -1 as InstrumentId,
  follow: Follow.Nothing,
  side: BUY,
  signal: -1,
  since: Number.NEGATIVE_INFINITY as EpochMicros,
};

const none: readonly Waiting[] = [];

export class WaitingSlots {
  readonly #follow: Uint8Array;
  readonly #waiting = new Map<number, Waiting>();
  /** What was asked to leave by a kill or a breached stop meanwhile, whatever else asked as well. */
  readonly #hurries = new Set<number>();
  /** By instrument, sells and buys: few at any time. */
  readonly #exits = new Map<number, number>();

  constructor(slots: number) {
    this.#follow = new Uint8Array(slots);
  }

  follow(slot: number): Follow {
    return this.#follow[slot] as Follow;
  }

  /** As what it meets others: what hurries waits for nobody (MP-4). */
  meetsAs(slot: number): Follow {
    return this.#hurries.has(slot) ? Follow.Flatten : this.follow(slot);
  }

  since(slot: number): EpochMicros {
    return (this.#waiting.get(slot) ?? nobody).since;
  }

  /** What closes a position has waited so long for the end of what is in its way. */
  isOverdue(slot: number, now: EpochMicros, seconds: number): boolean {
    return this.follow(slot) >= Follow.Breach && now - this.since(slot) >= seconds * MICROS_PER_SECOND;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** All that waits, as of now: a copy. */
  all(): readonly Waiting[] {
    return this.#waiting.size === 0 ? none : [...this.#waiting.values()];
  }

  /** Takes the place of what waited there; what is stronger is never replaced by what is weaker. */
  put(slot: number, waiting: Waiting): void {
    const hurries = this.#hurries.has(slot) || isUrgent(waiting.follow);
    const before = this.take(slot);
    if (hurries) this.#hurries.add(slot);
    const stays = before.follow > waiting.follow ? { ...before, since: waiting.since } : waiting;
    this.#follow[slot] = stays.follow;
    this.#waiting.set(slot, stays);
    this.#count(stays, 1);
  }

  /** What waits there, which waits no longer. */
  take(slot: number): Waiting {
    if (this.#follow[slot] === Follow.Nothing) return nobody;
    const waiting = this.#waiting.get(slot) ?? nobody;
    this.#follow[slot] = Follow.Nothing;
    this.#waiting.delete(slot);
    this.#hurries.delete(slot);
    this.#count(waiting, -1);
    return waiting;
  }

  /** Whether something that closes a position waits to trade on that side. */
  has(instrument: InstrumentId, side: Side): boolean {
    return this.#exits.size > 0 && (this.#exits.get(keyOf(instrument, side)) ?? 0) > 0;
  }

  #count({ instrument, follow, side }: Waiting, by: number): void {
    if (follow < Follow.Trim) return;
    const key = keyOf(instrument, side);
    const count = (this.#exits.get(key) ?? 0) + by;
    if (count === 0) this.#exits.delete(key);
    else this.#exits.set(key, count);
  }
}

const keyOf = (instrument: InstrumentId, side: Side): number => 2 * instrument + (side === BUY ? 1 : 0);
