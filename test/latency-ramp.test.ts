/**
 * Goal: where the broker's answers take from 0.2 to 5 s, entries stop when 95 of 100 take more than a second, what closes
 * leaves all the same, nothing is asked in a storm, and entries are back 10 s after it is over (fault 5). Method: the
 * real client under virtual time; callers ask at the pace of the execute process.
 */
import { describe, expect, it } from "vitest";
import { TRADING_REQUESTS_PER_MINUTE } from "../src/adapters/brokers/alpaca/broker.ts";
import type { VirtualAnswer } from "../src/adapters/net/virtual-network.ts";
import type { BrokerOrderId, BrokerRequest, OrderSpec, RequestId } from "../src/domain/broker.ts";
import { BUY, type ClientOrderId } from "../src/domain/order.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import { RoundTrips } from "../src/ops/health/round-trips.ts";
import { AlpacaPlayer, recordedAt, talk } from "./alpaca-conversation.ts";

const RAMP_MS = 120_000;
const HELD_MS = 60_000;
const WELL_MS = 200;

/** Answers everything with an empty list, after the delay of that moment. */
class SlowBroker extends AlpacaPlayer {
  delayMs = WELL_MS;
  readonly sent: { readonly method: string; readonly body: string }[] = [];

  override handle({ method, body = "" }: Parameters<AlpacaPlayer["handle"]>[0]): VirtualAnswer {
    this.sent.push({ method, body });
    return { status: 200, body: "[]", delayMs: this.delayMs };
  }
}

class Ramp {
  readonly broker = new SlowBroker();
  readonly trips = new RoundTrips();
  readonly talk = talk(this.broker, { onRoundTrip: (ms) => this.trips.answered(this.talk.clock.now(), ms) });
  /** Delay of the answers when an entry left. */
  readonly entered: number[] = [];
  isHeld = false;
  #requests = 0;
  #clockAsked = 0;
  #second = 0;
  #awaitsClock = false;

  #ask(
    request: BrokerRequest extends infer One ? (One extends unknown ? Omit<One, "id"> : never) : never,
  ): void {
    this.#requests += 1;
    this.talk.broker.request({ ...request, id: this.#requests as RequestId } as BrokerRequest);
  }

  async second(): Promise<void> {
    const { clock, broker } = this.talk;
    this.#second += 1;
    const clockEveryMs = this.isHeld ? 2000 : 5000;
    if (!this.#awaitsClock && clock.now() - this.#clockAsked >= clockEveryMs) {
      this.#clockAsked = clock.now();
      this.#awaitsClock = true;
      void broker.reads.clock().then(() => (this.#awaitsClock = false));
    }
    if (this.#second % 10 === 0)
      this.#ask({ kind: "Look", priority: "reconcile", since: recordedAt as EpochMicros });
    if (this.#second % 5 === 0)
      this.#ask({ kind: "Cancel", priority: "protect", order: `o${this.#second}` as BrokerOrderId });
    if (this.#second % 4 === 0 && !this.isHeld) {
      this.entered.push(this.broker.delayMs);
      this.#ask({ kind: "Submit", priority: "enter", spec: specOf(this.#second) });
    }
    await clock.advance(1000);
    this.isHeld = this.trips.judge(clock.now()).level === "hold";
  }
}

const specOf = (n: number): OrderSpec => ({
  clientId: `ramp-${n}` as ClientOrderId,
  symbol: "ACME",
  side: BUY,
  shares: 1,
  type: "limit",
  timeInForce: "day",
  limit: 41.15,
  orderClass: "simple",
  opens: true,
});

describe("a ramp of latency from 0.2 to 5 s", () => {
  it("stops entries at a p95 of one second, never exits, asks in no storm, and is over within 10 s of its end", async () => {
    const ramp = new Ramp();
    for (let second = 0; second < 30; second += 1) await ramp.second();
    expect(ramp.isHeld).toBe(false);
    for (let ms = 0; ms < RAMP_MS + HELD_MS; ms += 1000) {
      ramp.broker.delayMs = Math.min(5000, WELL_MS + (ms / RAMP_MS) * 4800);
      await ramp.second();
    }
    expect(ramp.isHeld).toBe(true);
    // It is known within some answers of the first that was too slow.
    expect(Math.max(...ramp.entered)).toBeGreaterThan(900);
    expect(Math.max(...ramp.entered)).toBeLessThan(1600);

    const { sent } = ramp.broker;
    const placed = sent.filter(({ method }) => method === "POST").map(({ body }) => body);
    expect(new Set(placed).size).toBe(placed.length);
    expect(placed).toHaveLength(ramp.entered.length);
    expect(sent.filter(({ method }) => method === "DELETE")).toHaveLength(42);
    // A third of what the broker allows, though its questions are asked more often meanwhile.
    expect(sent.length).toBeLessThan((3.5 * TRADING_REQUESTS_PER_MINUTE) / 3);

    ramp.broker.delayMs = WELL_MS;
    let seconds = 0;
    for (; ramp.isHeld && seconds < 60; seconds += 1) await ramp.second();
    expect(seconds).toBeLessThanOrEqual(10);
  });
});
