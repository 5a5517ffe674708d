/**
 * What a restart does with commands that may not have been sent: what reduces risk goes out again; an entry goes only
 * while its decision is of this minute. An older one that the venue does not know is given up, and its end is an event
 * like any other; one that the venue does know is not sent again.
 */
import type { BrokerEvent } from "../../domain/events.ts";
import { type OrderNumber, Purpose } from "../../domain/order.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { Command } from "../../engine/ports.ts";
import type { ApprovedOrder } from "../../risk/gate.ts";

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
    const { number } = command.order;
    if (isKnown(number)) continue;
    givenUp.push(number);
    told.push(...endsOf(command.order, now));
  }
  return { send, givenUp, told };
}

/** What is told of an entry that never left, its protective orders included. */
export function endsOf({ number, bracket, members = [] }: ApprovedOrder, at: EpochMicros): BrokerEvent[] {
  const legs = [{ bracket }, ...members].flatMap((each) => [
    each.bracket?.stopOrder,
    each.bracket?.targetOrder,
  ]);
  const canceled = legs.filter((leg) => leg !== undefined);
  return [
    { kind: "OrderExpired", at, order: number },
    ...canceled.map((order) => ({ kind: "OrderCanceled" as const, at, order })),
  ];
}
