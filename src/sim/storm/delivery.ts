/**
 * The way of broker events from the venue to the engine: in order until a fault delays, repeats or overtakes one.
 * Nothing is lost for ever: what is withheld comes later, as it would from a query after a reconnect.
 */
import type { BrokerEvent } from "../../domain/events.ts";
import type { OrderNumber } from "../../domain/order.ts";
import type { FaultDice } from "./fault-dice.ts";
import type { StormPlan } from "./plan.ts";
import type { Reach } from "./reach.ts";

interface Waiting {
  readonly event: BrokerEvent;
  /** Twice the minute it is due in, odd for after that minute's bars, then its place in the queue. */
  readonly key: number;
  /** In order of birth. */
  readonly born: number;
}

/** The entry that a protective order came with, and the protective orders of an entry. */
export interface Family {
  readonly parent: OrderNumber | undefined;
  readonly legs: readonly OrderNumber[];
}

/** More than the events of any half minute. */
const PER_HALF_MINUTE = 1_000_000;
const FURTHEST_OVERTAKING = 6;
/** In half minutes. */
const LONGEST_DELAY = 7;

export class Delivery {
  readonly #plan: StormPlan;
  readonly #dice: FaultDice;
  readonly #reach: Reach;
  readonly #waiting: Waiting[] = [];
  /** By order: the key of its latest fill, which its end must not overtake while that limit is known. */
  readonly #lastFill: number[] = [];
  /** By order: half minute until which nothing is heard of it. */
  readonly #muteUntil: number[] = [];
  readonly #accepted = new Set<OrderNumber>();
  #born = 0;
  #youngest = -1;
  #heals = false;

  constructor(plan: StormPlan, dice: FaultDice, reach: Reach) {
    this.#plan = plan;
    this.#dice = dice;
    this.#reach = reach;
  }

  /** The acknowledgement is lost: the order lives, and its sender hears nothing of it before that half minute. */
  mute(order: OrderNumber, untilHalfMinute: number): void {
    this.#muteUntil[order] = untilHalfMinute;
  }

  /** No fault from now on: what waits is due. */
  heal(): void {
    this.#heals = true;
  }

  put(event: BrokerEvent, halfMinute: number, family: Family): void {
    const key = this.#keyOf(event, halfMinute, family);
    this.#insert(event, key);
    if (event.kind === "OrderFilled") {
      this.#lastFill[event.order] = Math.max(this.#lastFill[event.order] ?? 0, key);
    }
    if (this.#dice.hits("duplicate")) {
      const later = this.#dice.integer("duplicate", LONGEST_DELAY) * PER_HALF_MINUTE;
      this.#insert({ ...event }, key + later);
    }
  }

  /** Tells the last event again, as a stream does after it was cut. */
  repeat(event: BrokerEvent, halfMinute: number): void {
    this.#insert({ ...event }, halfMinute * PER_HALF_MINUTE + (this.#born % PER_HALF_MINUTE));
  }

  /** The next event that is due; undefined when none is. */
  take(halfMinute: number): BrokerEvent | undefined {
    const next = this.#waiting[0];
    const isDue = next !== undefined && (this.#heals || next.key < (halfMinute + 1) * PER_HALF_MINUTE);
    if (!isDue) return undefined;
    this.#waiting.shift();
    if (next.born < this.#youngest) this.#reach.hit("event overtaken");
    this.#youngest = Math.max(this.#youngest, next.born);
    const { event } = next;
    if (event.kind === "OrderAccepted") this.#accepted.add(event.order);
    if (event.kind === "OrderFilled" && !this.#accepted.has(event.order))
      this.#reach.hit("fill before acceptance");
    return event;
  }

  #keyOf(event: BrokerEvent, halfMinute: number, { parent, legs }: Family): number {
    const { known } = this.#plan;
    const dice = this.#dice;
    let due = halfMinute;
    if (dice.hits("late")) due += 1 + dice.integer("late", LONGEST_DELAY);
    due = Math.max(due, this.#muteUntil[event.order] ?? 0, this.#muteUntil[parent ?? event.order] ?? 0);
    let place = this.#born % PER_HALF_MINUTE;
    if (dice.hits("reordered")) {
      const moved = dice.integer("reordered", 2 * FURTHEST_OVERTAKING + 1) - FURTHEST_OVERTAKING;
      place = Math.max(0, place + moved);
    }
    const key = due * PER_HALF_MINUTE + place;
    const isLegFill = event.kind === "OrderFilled" && parent !== undefined;
    const behindEntry = isLegFill && known.legFillBeforeEntry ? (this.#lastFill[parent] ?? 0) : 0;
    const isEnd = event.kind !== "OrderFilled" && event.kind !== "OrderAccepted";
    const isBracket = legs.length > 0 || parent !== undefined;
    const mayOrphan = isEnd && isBracket && known.endBeforeFill;
    const behindOwn = mayOrphan ? (this.#lastFill[event.order] ?? 0) : 0;
    if (isEnd && behindOwn === 0 && key < (this.#lastFill[event.order] ?? 0))
      this.#reach.hit("end before fill");
    return Math.max(key, behindEntry, behindOwn);
  }

  /** Behind everything that has the same key. */
  #insert(event: BrokerEvent, key: number): void {
    const waiting = this.#waiting;
    let at = waiting.length;
    while (at > 0 && (waiting[at - 1] as Waiting).key > key) at -= 1;
    waiting.splice(at, 0, { event, key, born: this.#born });
    this.#born += 1;
  }
}
