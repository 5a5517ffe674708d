/**
 * Goal: real sockets that are cut or go silent are noticed and come back within the bounds of RELIABILITY 2, faults 1
 * and 2, and what happened meanwhile is found by a look.
 * Method: our Alpaca client over real connections to the twin, through a proxy that cuts and freezes them.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AlpacaBroker } from "../../src/adapters/brokers/alpaca/broker.ts";
import { Secret } from "../../src/adapters/brokers/alpaca/secret.ts";
import { Counts } from "../../src/adapters/net/counts.ts";
import { RealClock } from "../../src/adapters/net/real-clock.ts";
import { RealTransport } from "../../src/adapters/net/real-transport.ts";
import type { BrokerNews, RequestId } from "../../src/domain/broker.ts";
import { dayNumber, type EpochMicros, MICROS_PER_SECOND } from "../../src/domain/time.ts";
import { type RunningExchange, startExchange } from "../../src/exchange/exchange-server.ts";
import { SyntheticPrices } from "../../src/exchange/prices/synthetic-prices.ts";
import { sessionOn } from "../../src/market/calendar.ts";
import { TcpProxy } from "../tcp-proxy.ts";

const DAY = dayNumber(2026, 11, 18);
const startsAt = ((sessionOn(DAY)?.open ?? 0) + 3600 * MICROS_PER_SECOND) as EpochMicros;
const clock = new RealClock();

let exchange: RunningExchange;
let proxy: TcpProxy;
let broker: AlpacaBroker;
const news: { readonly at: number; readonly what: BrokerNews }[] = [];
let wake: () => void = () => undefined;

beforeEach(async () => {
  news.length = 0;
  exchange = await startExchange({
    source: new SyntheticPrices(7, DAY),
    startsAt,
    speed: 1,
    rateLimit: 10_000,
  });
  proxy = new TcpProxy(Number(new URL(exchange.url).port));
  const port = await proxy.listen();
  const http = `http://127.0.0.1:${port}`;
  const stream = `ws://127.0.0.1:${port}`;
  broker = new AlpacaBroker({
    clock,
    transport: new RealTransport(),
    credentials: { keyId: new Secret(exchange.key), secretKey: new Secret(exchange.secret) },
    hosts: { trading: http, tradingStream: stream, data: http, dataStream: stream },
    seed: 1,
    exchangeNow: () => startsAt,
    exposed: () => true,
    onNews: (what) => {
      news.push({ at: clock.now(), what });
      wake();
    },
    onPulse: () => undefined,
    onTerminal: () => undefined,
    log: () => undefined,
    counts: new Counts(),
  });
  broker.start();
  await line("up");
});

afterEach(async () => {
  broker.stop();
  await proxy.close();
  await exchange.close();
});

/** The next word that the stream is up or down, and how long it took. */
async function line(state: "up" | "down"): Promise<number> {
  const from = clock.now();
  for (;;) {
    const index = news.findIndex(({ what }) => what.kind === "line" && what.state === state);
    const [found] = index < 0 ? [] : news.splice(index, 1);
    if (found !== undefined) return found.at - from;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

async function look(id: number): Promise<BrokerNews["kind"]> {
  broker.request({ id: id as RequestId, kind: "Look", priority: "reconcile", since: startsAt });
  for (;;) {
    const answer = news.find(({ what }) => "request" in what && what.request === id);
    if (answer !== undefined) return answer.what.kind;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

describe("a real line", () => {
  it("1 that is cut is known as down at once, is up again within 10 s, and a look shows the account", async () => {
    proxy.drop();
    expect(await line("down")).toBeLessThan(1_500);
    expect(await line("up")).toBeLessThan(10_000);
    expect(await look(1)).toBe("look");
  });

  it("2 that is open and carries nothing is given up by its ping, and is up again within 10 s of its end", async () => {
    proxy.hold(true);
    // A ping each second, three more without an answer, and one beat of grace for a busy machine.
    expect(await line("down")).toBeLessThan(6_000);
    proxy.hold(false);
    proxy.drop();
    expect(await line("up")).toBeLessThan(10_000);
    expect(await look(2)).toBe("look");
  });
});
