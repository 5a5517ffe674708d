/** What the life cycle is told of an order that the broker does not know, in the broker's own words. */
import type { BrokerNews, BrokerOrder } from "../domain/broker.ts";
import type { OpenOrder } from "../execution/lifecycle/words.ts";

/** The broker was asked by name and knows nothing of it: it will never trade again. */
export function goneReport(order: OpenOrder): BrokerNews {
  const { clientId, brokerId, symbol, side, shares, filled } = order;
  return {
    kind: "report",
    cause: "poll",
    event: "unknown to the broker",
    order: {
      id: brokerId ?? (`gone-${clientId}` as BrokerOrder["id"]),
      clientId,
      symbol,
      side,
      type: "unknown",
      orderClass: "simple",
      timeInForce: "unknown",
      shares,
      filled,
      status: "canceled",
      legs: [],
    },
  };
}
