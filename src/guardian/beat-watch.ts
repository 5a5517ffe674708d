/**
 * What the guardian knows of the engine from its beats, and of others' leases: ages on the guardian's own monotonic
 * clock, without the time that it slept itself. Who was asleep calls nobody late.
 */
import type { EngineBeat, FlattenLease } from "../domain/guardian-beat.ts";

const OWN_STALL_MS = 250;
/** After it has closed everything the engine is believed for so long, until the broker has been looked at again. */
const CLOSED_MS = 10_000;
const SILENT_MS = 3000;

export class BeatWatch {
  #beat: EngineBeat | undefined;
  #heardAt: number;
  #closedAt = Number.NEGATIVE_INFINITY;
  #tickedAt: number;
  readonly #everyMs: number;
  #lease = "";
  #leaseAt = Number.NaN;

  /** `everyMs`: how often `tick` is called. */
  constructor(now: number, everyMs: number) {
    this.#heardAt = now;
    this.#tickedAt = now;
    this.#everyMs = everyMs;
  }

  get beat(): EngineBeat | undefined {
    return this.#beat;
  }

  heard(beat: EngineBeat, now: number): void {
    this.#beat = beat;
    this.#heardAt = now;
    if (beat.flattenLine !== undefined) this.#closedAt = now;
  }

  /** First thing at every tick, with the lease as it stands in the file. */
  tick(now: number, lease: FlattenLease | undefined): void {
    const sleptMs = now - this.#tickedAt - this.#everyMs;
    this.#tickedAt = now;
    if (sleptMs > OWN_STALL_MS) {
      this.#heardAt = Math.min(now, this.#heardAt + sleptMs);
      this.#leaseAt = Math.min(now, this.#leaseAt + sleptMs);
    }
    const picture = lease?.owner === "engine" ? JSON.stringify(lease) : "";
    if (picture !== this.#lease) this.#leaseAt = now;
    this.#lease = picture;
  }

  ageMs(now: number): number {
    return now - this.#heardAt;
  }

  /** Since the engine's lease last changed; undefined: it holds none. */
  leaseIdleMs(now: number): number | undefined {
    return this.#lease === "" ? undefined : now - this.#leaseAt;
  }

  isEngineClosing(now: number): boolean {
    return this.ageMs(now) < SILENT_MS && now - this.#closedAt < CLOSED_MS;
  }
}
