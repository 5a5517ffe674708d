/**
 * The journal of a storm, in memory: what was committed survives every crash, of what was not, the seed decides how
 * much did. It also is where most crashes happen: before and after an event is written, before and after a commit.
 */
import type { EngineEvent } from "../../domain/events.ts";
import type { OrderNumber } from "../../domain/order.ts";
import { commandText, eventText } from "../../engine/event-text.ts";
import type { Command, Journal } from "../../engine/ports.ts";
import type { Rng } from "../../numerics/rng.ts";
import type { FaultDice } from "./fault-dice.ts";
import type { Reach } from "./reach.ts";

/** The process is gone. Thrown through the pump, caught by the storm alone. */
export class CrashSignal extends Error {
  override readonly name = "CrashSignal";
}

/** Decides at each point where a process may die whether it does. */
export class CrashDice {
  readonly #dice: FaultDice;
  readonly #reach: Reach;
  #left: number;

  /** `most`: crashes of a seed at most, each costs a replay. */
  constructor(dice: FaultDice, most: number, reach: Reach) {
    this.#dice = dice;
    this.#left = most;
    this.#reach = reach;
  }

  /** `weight` makes rare places as likely as common ones. */
  at(place: string, weight = 1): void {
    if (this.#left === 0 || !this.#dice.hits("crash", weight)) return;
    this.#left -= 1;
    this.#reach.hit(`crash ${place}`);
    throw new CrashSignal(place);
  }

  heal(): void {
    this.#left = 0;
  }
}

export interface EventEntry {
  readonly part: "event";
  readonly text: string;
  readonly event: EngineEvent;
}
interface CommandEntry {
  readonly part: "command";
  readonly text: string;
  readonly order: OrderNumber | undefined;
}
type Entry = EventEntry | CommandEntry;

const COMMIT_WEIGHT = 4;

export class StormJournal implements Journal {
  readonly #dice: CrashDice;
  readonly #entries: Entry[] = [];
  #durable = 0;
  #events = 0;
  /** Placed orders that are durable, by number, as they were written. */
  readonly intents = new Map<OrderNumber, string>();

  constructor(dice: CrashDice) {
    this.#dice = dice;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Events written so far. */
  get events(): number {
    return this.#events;
  }

  get lastEvent(): EngineEvent | undefined {
    return this.#entries.findLast((entry) => entry.part === "event")?.event;
  }

  event(event: EngineEvent): void {
    this.#dice.at("before the event");
    this.#events += 1;
    this.#entries.push({ part: "event", text: eventText(event), event });
    this.#dice.at("after the event");
  }

  command(command: Command): void {
    this.#append(command);
  }

  commit(): void {
    this.#dice.at("before the commit", COMMIT_WEIGHT);
    this.#harden();
    this.#dice.at("after the commit", COMMIT_WEIGHT);
  }

  /** Writes and commits what a replay made and the crash had kept from the record. */
  complete(commands: readonly Command[]): void {
    for (const command of commands) this.#append(command);
    this.#harden();
  }

  /** The tail that was not committed may be lost, from some entry on. Returns the events that are. */
  crash(rng: Rng, reach: Reach): EngineEvent[] {
    const loose = this.#entries.length - this.#durable;
    const kept = rng.uniform() < 0.5 ? loose : rng.integer(loose + 1);
    const lost = this.#entries.splice(this.#durable + kept);
    this.#harden();
    const events = lost.flatMap((entry) => (entry.part === "event" ? [entry.event] : []));
    this.#events -= events.length;
    if (events.length > 0) reach.hit("events lost in a crash");
    if (lost.some(({ part }) => part === "command")) reach.hit("commands lost in a crash");
    return events;
  }

  #append(command: Command): void {
    const order = command.kind === "PlaceOrder" ? command.order.number : undefined;
    this.#entries.push({ part: "command", text: commandText(command), order });
  }

  #harden(): void {
    for (let n = this.#durable; n < this.#entries.length; n++) {
      const entry = this.#entries[n] as Entry;
      if (entry.part === "command" && entry.order !== undefined) this.intents.set(entry.order, entry.text);
    }
    this.#durable = this.#entries.length;
  }
}
