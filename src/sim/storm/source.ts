/**
 * The one stream of events of a storm: minutes, what the venue let through of its own events, and an operator who
 * pauses, halts and resumes at random. After a crash it tells again what the journal had lost.
 */
import type { BarBatch } from "../../domain/bars.ts";
import type { BarsClosed, BrokerEvent, EngineEvent, OperatorActed } from "../../domain/events.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { EventSource } from "../../engine/ports.ts";
import type { Rng } from "../../numerics/rng.ts";
import type { Delivery } from "./delivery.ts";
import type { FaultDice } from "./fault-dice.ts";
import type { FaultVenue } from "./fault-venue.ts";
import { without } from "./market.ts";
import type { StormPlan } from "./plan.ts";
import type { Reach } from "./reach.ts";

export interface StormSourceParts {
  readonly plan: StormPlan;
  readonly minutes: readonly BarBatch[];
  readonly venue: FaultVenue;
  readonly delivery: Delivery;
  readonly dice: FaultDice;
  /** The operator, and what a reconnect repeats. */
  readonly rng: Rng;
  readonly reach: Reach;
}

/** Share of lost minutes that come again after a crash; the others passed while nobody looked. */
const TOLD_AGAIN = 0.7;

export class StormSource implements EventSource {
  readonly #parts: StormSourceParts;
  readonly #again: EngineEvent[] = [];
  #minute = -1;
  #barsPending = false;
  #isBarred = false;
  #lastBroker: BrokerEvent | undefined;
  /** The last event handed out. */
  taken: EngineEvent | undefined;
  /** The clock on the wall: no bar may be used before it has closed (I-28). */
  now = 0 as EpochMicros;

  constructor(parts: StormSourceParts) {
    this.#parts = parts;
  }

  /** True once the last minute is over and nothing is withheld any more. */
  get isOver(): boolean {
    return this.#minute === this.#parts.minutes.length;
  }

  next(): EngineEvent | undefined {
    const event = this.#again.shift() ?? this.#draw();
    this.taken = event;
    return event;
  }

  /** After a crash: events that no journal holds come first, and a broker may repeat its last one. */
  tellAgain(lost: readonly EngineEvent[]): void {
    const { dice, rng, delivery } = this.#parts;
    const missesBars = dice.isOn("missing_bar");
    const told = lost.filter(
      ({ kind }) => kind !== "BarsClosed" || !missesBars || rng.uniform() < TOLD_AGAIN,
    );
    this.#again.unshift(...told);
    if (this.#lastBroker !== undefined && rng.uniform() < 0.5)
      delivery.repeat(this.#lastBroker, this.#halfMinute);
  }

  /** The market goes on while nobody watches: those minutes meet the orders and are never told as bars. */
  passUnseen(minutes: number): void {
    for (let n = 0; n < minutes; n++) {
      const batch = this.#parts.minutes[this.#minute + 1];
      if (batch === undefined) return;
      this.#minute += 1;
      this.#barsPending = false;
      this.now = batch.at;
      this.#parts.venue.match(batch, this.#minute);
      const told = this.#again.filter(({ kind }) => kind !== "BarsClosed");
      this.#again.splice(0, this.#again.length, ...told);
    }
  }

  /** What a restart has found out itself. */
  tell(events: readonly EngineEvent[]): void {
    this.#again.push(...events);
  }

  get #halfMinute(): number {
    return 2 * this.#minute + (this.#barsPending ? 0 : 1);
  }

  #draw(): EngineEvent | undefined {
    const { minutes, venue, delivery } = this.#parts;
    for (;;) {
      const told = delivery.take(this.#halfMinute);
      if (told !== undefined) {
        this.#lastBroker = told;
        return told;
      }
      const acted = this.#operator();
      if (acted !== undefined) return acted;
      if (this.#barsPending) {
        this.#barsPending = false;
        return this.#bars(minutes[this.#minute] as BarBatch);
      }
      if (this.isOver) return undefined;
      this.#minute += 1;
      const batch = minutes[this.#minute];
      if (batch === undefined) {
        delivery.heal();
        continue;
      }
      this.now = batch.at;
      this.#barsPending = true;
      venue.match(batch, this.#minute);
    }
  }

  /** The feed loses rows that the venue has seen. */
  #bars(batch: BarBatch): BarsClosed {
    return { kind: "BarsClosed", bars: without(batch, () => this.#parts.dice.hits("missing_bar")) };
  }

  #operator(): OperatorActed | undefined {
    const { plan, rng, reach } = this.#parts;
    // Asked twice a minute; a barred account is let go soon, or most of a seed would trade nothing.
    const rate = (this.#isBarred ? 0.15 : plan.operatorRate) / 2;
    if (!this.#barsPending || plan.operatorRate === 0 || rng.uniform() >= rate) return undefined;
    const action = this.#isBarred ? "resume" : rng.uniform() < 0.5 ? "halt" : "pause";
    this.#isBarred = action !== "resume";
    reach.hit(`operator ${action}`);
    return { kind: "OperatorActed", at: this.now, action, by: "storm", reason: "dice" };
  }
}
