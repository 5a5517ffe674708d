/**
 * What a restart does with commands that may not have been sent: what reduces risk goes out again; an entry goes only
 * while its decision is of this minute. An older one that the venue does not know is given up, and its end is an event
 * like any other; one that the venue does know is not sent again.
 */
import type { BrokerEvent } from "../../domain/events.ts";
import { type OrderNumber, Purpose } from "../../domain/order.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { Command } from "../../engine/ports.ts";

export interface AfterRestart {
  readonly send: readonly Command[];
  readonly givenUp: readonly OrderNumber[];
  /** The ends of what was given up, its protective orders included. */
  readonly told: readonly BrokerEvent[];
}

export function afterRestart(
  commands: readonly Command[],
  now: EpochMicros,
  isKnown: (order: OrderNumber) => boolean,
): AfterRestart {
  const send: Command[] = [];
  const givenUp: OrderNumber[] = [];
  const told: BrokerEvent[] = [];
  for (const command of commands) {
    const isStale =
      command.kind === "PlaceOrder" &&
      command.order.purpose === Purpose.Entry &&
      command.order.decidedAt < now;
    if (!isStale) {
      send.push(command);
      continue;
    }
    const { number, bracket, members = [] } = command.order;
    if (isKnown(number)) continue;
    givenUp.push(number);
    told.push({ kind: "OrderExpired", at: now, order: number });
    const legs = [{ bracket }, ...members].flatMap((each) => [
      each.bracket?.stopOrder,
      each.bracket?.targetOrder,
    ]);
    for (const leg of legs) {
      if (leg !== undefined) told.push({ kind: "OrderCanceled", at: now, order: leg });
    }
  }
  return { send, givenUp, told };
}
