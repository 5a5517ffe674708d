/**
 * I-6, I-7, I-8, I-9 at the venue's door, where no part of the engine can argue: what arrives has a durable intent,
 * is one order per intent, was approved by a gate, and adds no risk while the account is barred. It outlives every
 * crash, as a venue does.
 */
import { type OrderNumber, Purpose } from "../../domain/order.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { commandText } from "../../engine/event-text.ts";
import type { Command, Venue } from "../../engine/ports.ts";
import { type ApprovedOrder, isApproved } from "../../risk/gate.ts";
import { broken } from "./check.ts";
import type { FaultVenue } from "./fault-venue.ts";
import type { CrashDice, StormJournal } from "./journal.ts";

export interface EgressParts {
  readonly venue: FaultVenue;
  readonly journal: StormJournal;
  readonly dice: CrashDice;
  isBarred(): boolean;
  now(): EpochMicros;
  /** The last minute that the engine was told of. */
  told(): EpochMicros;
  /** Told of an entry whose decision is too old to leave. */
  refused(order: ApprovedOrder): void;
  /** Told of every command that reaches the venue. */
  log(command: Command): void;
}

const SEND_WEIGHT = 4;

export class Egress implements Venue {
  readonly #parts: EgressParts;
  /** What arrived, by order number. */
  readonly arrived = new Map<OrderNumber, string>();
  /** Given up by a restart: they must never arrive. */
  readonly givenUp = new Set<OrderNumber>();
  #sentOfBatch = 0;
  #isAgain = false;

  constructor(parts: EgressParts) {
    this.#parts = parts;
  }

  /** A new step begins, or the commands of one that crashed are sent again. */
  begin(how: "first" | "again" = "first"): void {
    this.#isAgain = how === "again";
    this.#sentOfBatch = 0;
  }

  send(command: Command): void {
    const { dice, venue, log } = this.#parts;
    dice.at(this.#sentOfBatch === 0 ? "before sending" : "in the middle of sending", SEND_WEIGHT);
    this.#sentOfBatch += 1;
    if (command.kind === "PlaceOrder" && !this.#admits(command.order, commandText(command))) return;
    log(command);
    venue.send(command);
  }

  /** Every order that the journal holds has arrived: after a step, none may be on its way any more. */
  allArrived(): void {
    for (const order of this.#parts.journal.intents.keys()) {
      if (!this.arrived.has(order) && !this.givenUp.has(order))
        broken("I-29", `order ${order} is in the journal and was never sent`);
    }
  }

  /**
   * False for an entry that waited for another strategy's exit (MP-1) and was released by news of that a minute late:
   * whoever has a clock refuses it (C-10), the engine goes by events. A decision older than
   * the last minute it was told of is its fault.
   */
  #admits(order: ApprovedOrder, text: string): boolean {
    const { journal, isBarred, now, told, refused } = this.#parts;
    const { number, purpose, decidedAt } = order;
    if (!isApproved(order)) broken("I-8", `order ${number} was not made by the gate`);
    const intent = journal.intents.get(number);
    if (intent === undefined) broken("I-6", `order ${number} reached the venue and is in no journal`);
    if (intent !== text) broken("I-7", `order ${number} is not what the journal says: ${text}`);
    if (purpose === Purpose.Entry && decidedAt < now()) {
      if (this.#isAgain || decidedAt < told())
        broken("I-8", `entry ${number} was approved at ${decidedAt} and arrives at ${now()}`);
      this.givenUp.add(number);
      refused(order);
      return false;
    }
    if (purpose === Purpose.Entry && isBarred())
      broken("I-9", `entry ${number} arrived while entries were barred`);
    this.arrived.set(number, text);
    return true;
  }
}
