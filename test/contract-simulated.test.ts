/**
 * Goal: the simulated venue itself keeps the contract that the recorded conversations and the built-in exchange keep,
 * with no wire between that could put right, or hide, what it does. Its matching (book, queue, prints) is the one that
 * fills backtests over ticks and stands behind the built-in exchange.
 */

import type { BrokerRequest } from "../src/domain/broker.ts";
import { type EpochMicros, MICROS_PER_SECOND } from "../src/domain/time.ts";
import { type BrokerWorld, brokerContract, type Scenario } from "./broker-contract.ts";
import { BrokerageWorld } from "./brokerage-world.ts";
import { SimulatedBroker } from "./simulated-broker.ts";

const PASS_SECONDS = 6;

/** What the world, not the venue, does to the first submission. */
function troubled(broker: SimulatedBroker, scenario: Scenario): (request: BrokerRequest) => void {
  let isTold = scenario !== "answer-lost" && scenario !== "server-error";
  return (request) => {
    if (isTold || request.kind !== "Submit") {
      broker.request(request);
      return;
    }
    isTold = true;
    if (scenario === "answer-lost") broker.ask(request);
    broker.reply(request, { kind: "unknown", reason: scenario });
  };
}

async function simulated(scenario: Scenario): Promise<BrokerWorld> {
  const world = new BrokerageWorld({ fillModel: "book" });
  const before = world.now;
  world.quote(41.1, 41.2);
  const broker = new SimulatedBroker(world.brokerage, () => world.tick());
  return {
    request: troubled(broker, scenario),
    news: broker.news,
    async pass() {
      world.now = (world.now + PASS_SECONDS * MICROS_PER_SECOND) as EpochMicros;
      world.brokerage.advance(world.now);
      broker.hear();
    },
    trade: (_, shares, price) => {
      world.quote(41.1, price, "ACME", shares);
    },
    before,
    close: async () => undefined,
  };
}

brokerContract("the simulated venue", simulated, {
  unreachable: "a call always arrives: that no byte left is a wire's own knowledge, and this world has none",
});
