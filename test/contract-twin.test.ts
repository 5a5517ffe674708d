/**
 * Goal: our client and the built-in exchange understand each other as our client and Alpaca do: the suite that the
 * recorded conversations pass, over the exchange's own routes and its pure brokerage.
 */
import { AlpacaBroker } from "../src/adapters/brokers/alpaca/broker.ts";
import { paperHosts } from "../src/adapters/brokers/alpaca/hosts.ts";
import { Counts } from "../src/adapters/net/counts.ts";
import type { HttpRequest } from "../src/adapters/net/ports.ts";
import { VirtualClock } from "../src/adapters/net/virtual-clock.ts";
import {
  type VirtualAnswer,
  VirtualNetwork,
  type VirtualPeer,
  type VirtualServer,
} from "../src/adapters/net/virtual-network.ts";
import type { BrokerNews } from "../src/domain/broker.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import { createRng } from "../src/numerics/rng.ts";
import { Reach } from "../src/sim/storm/reach.ts";
import { credentials } from "./alpaca-conversation.ts";
import { type BrokerWorld, brokerContract, type Scenario } from "./broker-contract.ts";
import { ASSETS, BrokerageWorld } from "./brokerage-world.ts";
import { BrokerFront } from "./storm-live/broker-front.ts";
import { FaultDice } from "./storm-live/fault-dice.ts";
import { drawLivePlan, faultKinds, type LivePlan } from "./storm-live/plan.ts";

/** Above every deadline of a request. */
const PASS_MS = 6_000;

/** The exchange, and what happens to the first submission on its way there or back. */
class TwinServer implements VirtualServer {
  readonly #front: BrokerFront;
  #trouble: "answer-lost" | "server-error" | "unreachable" | undefined;

  constructor(front: BrokerFront, scenario: Scenario) {
    this.#front = front;
    if (scenario === "answer-lost" || scenario === "server-error" || scenario === "unreachable")
      this.#trouble = scenario;
  }

  handle(request: HttpRequest): VirtualAnswer {
    const trouble = request.method === "POST" ? this.#trouble : undefined;
    if (trouble === undefined) return this.#front.handle(request);
    this.#trouble = undefined;
    if (trouble === "unreachable") return "unreachable";
    if (trouble === "server-error") return { status: 503, body: "upstream" };
    this.#front.handle(request);
    return "silence";
  }

  upgrade(peer: VirtualPeer): number | "mute" | undefined {
    return this.#front.upgrade(peer);
  }
}

function quietDice(reach: Reach): FaultDice {
  const rates = Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as LivePlan["rates"];
  return new FaultDice({ ...drawLivePlan(1), rates }, createRng(1, "contract"), reach);
}

async function twin(scenario: Scenario): Promise<BrokerWorld> {
  const world = new BrokerageWorld({ fillModel: "book" });
  const clock = new VirtualClock();
  const before = world.now;
  const now = () => (before + clock.now() * 1000) as EpochMicros;
  const quote = (ask: number, size: number) => {
    world.now = now();
    world.quote(41.1, ask, "ACME", size);
  };
  quote(41.2, 1_000);
  const reach = new Reach();
  const front = new BrokerFront({
    brokerage: world.brokerage,
    assets: ASSETS,
    clock,
    dice: quietDice(reach),
    reach,
    now,
    arrived: () => undefined,
    happened: () => undefined,
    trace: () => undefined,
  });
  const news: BrokerNews[] = [];
  const broker = new AlpacaBroker({
    clock,
    transport: new VirtualNetwork({ clock, latencyMs: 5, server: new TwinServer(front, scenario) }),
    credentials,
    hosts: paperHosts,
    seed: 7,
    exchangeNow: now,
    exposed: () => false,
    onNews: (entry) => news.push(entry),
    onPulse: () => undefined,
    onTerminal: () => undefined,
    log: () => undefined,
    counts: new Counts(),
  });
  broker.start();
  await clock.advance(1_000);
  return {
    request: (request) => broker.request(request),
    news,
    pass: () => clock.advance(PASS_MS),
    trade: (_, shares, price) => {
      quote(price, shares);
      front.tell();
    },
    before,
    close: async () => {
      broker.stop();
      await clock.settle();
    },
  };
}

brokerContract("our client over the built-in exchange", twin);
