/** Goal: the streams keep the protocol to the letter, whatever clients send, and misbehave exactly when told to. */
import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dayNumber, type EpochMicros, MICROS_PER_SECOND } from "../src/domain/time.ts";
import { type RunningExchange, startExchange } from "../src/exchange/exchange-server.ts";
import { SyntheticPrices } from "../src/exchange/prices/synthetic-prices.ts";
import { sessionOn } from "../src/market/calendar.ts";
import { ask, TestSocket } from "./exchange-client.ts";

const DAY = dayNumber(2026, 11, 18);
const OPEN = sessionOn(DAY)?.open as EpochMicros;
const source = new SyntheticPrices(7, DAY);
const startsAt = (OPEN + 3650 * MICROS_PER_SECOND) as EpochMicros;

let exchange: RunningExchange;
beforeAll(async () => {
  exchange = await startExchange({
    source,
    startsAt,
    speed: 60,
    rateLimit: 1_000_000,
    symbolLimit: 4,
    authTimeoutMs: 300,
  });
});
afterAll(() => exchange.close());

const arm = (fault: object) => ask(exchange, "/admin/faults", { method: "POST", body: fault });
const login = () => ({ action: "auth", key: exchange.key, secret: exchange.secret });

async function dataSocket(path = "/v2/iex", headers: Record<string, string> = {}): Promise<TestSocket> {
  const socket = new TestSocket(exchange.streamUrl + path, headers);
  await socket.next();
  socket.send(login());
  return socket;
}

async function tradeSocket(): Promise<TestSocket> {
  const socket = await new TestSocket(`${exchange.streamUrl}/stream`).opened();
  socket.send({ action: "authenticate", data: { key_id: exchange.key, secret_key: exchange.secret } });
  expect((await socket.next()).data).toEqual({ status: "authorized", action: "authenticate" });
  socket.send({ action: "listen", data: { streams: ["trade_updates", "nonsense"] } });
  expect((await socket.next()).data.streams).toEqual(["trade_updates"]);
  return socket;
}

let orders = 0;
const buy = (symbol = "CURAL") => {
  orders += 1;
  const body = {
    symbol,
    qty: "1",
    side: "buy",
    type: "market",
    time_in_force: "day",
    client_order_id: `t-${orders}`,
  };
  return ask(exchange, "/v2/orders", { method: "POST", body });
};

describe("market data", () => {
  it("says connected, authenticated and the whole set after each change", async () => {
    const socket = new TestSocket(`${exchange.streamUrl}/v2/iex`);
    expect(await socket.next()).toEqual([{ T: "success", msg: "connected" }]);
    socket.send({ action: "subscribe", bars: ["*"] });
    expect(await socket.next()).toEqual([{ T: "error", code: 401, msg: "not authenticated" }]);
    socket.send({ ...login(), secret: "wrong" });
    expect(await socket.next()).toEqual([{ T: "error", code: 402, msg: "auth failed" }]);
    socket.send(login());
    expect(await socket.next()).toEqual([{ T: "success", msg: "authenticated" }]);
    socket.send(login());
    expect((await socket.next())[0].code).toBe(403);
    socket.send({ action: "subscribe", statuses: ["BYTEL"] });
    await socket.next();
    socket.send({ action: "subscribe", statuses: ["NODUM", "BYTEL"], dailyBars: null });
    expect((await socket.next())[0]).toMatchObject({
      T: "subscription",
      statuses: ["BYTEL", "NODUM"],
      trades: [],
    });
    socket.send({ action: "unsubscribe", statuses: ["BYTEL"] });
    expect((await socket.next())[0].statuses).toEqual(["NODUM"]);
    socket.close();
    await socket.closed();
  });

  it("answers nonsense with 400, 405 and 410 and keeps what was wanted", async () => {
    const socket = await dataSocket();
    await socket.next();
    for (const nonsense of ["{", "[]", { action: "dance" }, { action: "subscribe", bars: ["lower case"] }]) {
      socket.send(nonsense);
      expect((await socket.next())[0].code).toBe(400);
    }
    socket.send({ action: "subscribe", news: ["*"] });
    expect((await socket.next())[0].code).toBe(410);
    socket.send({ action: "subscribe", trades: ["A", "B", "C"], quotes: ["A", "B"] });
    expect((await socket.next())[0].code).toBe(405);
    socket.send({ action: "subscribe", statuses: ["A"] });
    expect((await socket.next())[0]).toMatchObject({ trades: [], quotes: [], statuses: ["A"] });
    socket.close();
    await socket.closed();
  });

  it("lets one connection in, and another one when it is gone; who says nothing is sent away", async () => {
    const first = await dataSocket();
    expect((await first.next())[0].msg).toBe("authenticated");
    const second = await dataSocket();
    expect((await second.next())[0]).toMatchObject({ T: "error", code: 406 });
    await second.closed();
    first.close();
    await expect.poll(async () => (await ask(exchange, "/admin/state")).json.connections["/v2/iex"]).toBe(0);
    const silent = new TestSocket(`${exchange.streamUrl}/v2/iex`);
    await silent.next();
    expect((await silent.next())[0]).toMatchObject({ code: 404, msg: "auth timeout" });
    await silent.closed();
  });

  it("writes msgpack with timestamps as extension -1 for who asks, and takes keys from headers", async () => {
    const headers = {
      "content-type": "application/msgpack",
      "apca-api-key-id": exchange.key,
      "apca-api-secret-key": exchange.secret,
    };
    const socket = new TestSocket(`${exchange.streamUrl}/v2/sip`, headers);
    expect(await socket.next()).toEqual([{ T: "success", msg: "connected" }]);
    expect(await socket.next()).toEqual([{ T: "success", msg: "authenticated" }]);
    socket.send({ action: "subscribe", quotes: ["TIDES"], bars: ["TIDES"], dailyBars: ["TIDES"] });
    const quote = await socket.find(({ T }) => T === "q");
    expect(quote.t).toBeInstanceOf(Date);
    expect(quote.ap).toBeGreaterThan(quote.bp);
    const bar = await socket.find(({ T }) => T === "b");
    const rest = await ask(
      exchange,
      `/v2/stocks/TIDES/bars?timeframe=1Min&start=${bar.t.toISOString()}&limit=1`,
    );
    const { o, h, l, c, v, n, vw } = rest.json.bars[0];
    expect(bar).toMatchObject({ S: "TIDES", o, h, l, c, v, n, vw });
    socket.close();
    await socket.closed();
  });

  it("the test stream has its symbol and the news stream its stories", async () => {
    const test = await dataSocket("/v2/test");
    test.send({ action: "subscribe", trades: ["FAKEPACA"] });
    expect((await test.find(({ T }) => T === "t")).S).toBe("FAKEPACA");
    test.close();
    const news = await dataSocket("/v1beta1/news");
    await news.next();
    news.send({ action: "subscribe", news: ["*"] });
    expect(await news.next()).toEqual([{ T: "subscription", news: ["*"] }]);
    news.close();
  });
});

describe("trade updates", () => {
  it("refuses strangers and replays everything by event id, then follows", async () => {
    const socket = await new TestSocket(`${exchange.streamUrl}/stream`).opened();
    socket.send({ action: "listen", data: { streams: ["trade_updates"] } });
    expect((await socket.next()).data).toEqual({ status: "unauthorized", action: "listen" });
    socket.send({ action: "auth", key: exchange.key, secret: "wrong" });
    expect((await socket.next()).data.status).toBe("unauthorized");
    socket.close();

    await buy();
    const id = (await buy()).json.id;
    const events = await eventsSince("since=2026-11-18T00:00:00Z", 4);
    const ids = events.map(({ event_id }) => event_id);
    expect(ids).toEqual(ids.toSorted());
    expect(events.some(({ order }) => order.id === id)).toBe(true);
    const rest = await eventsSince(`since_id=${ids[0]}`, 2);
    expect(rest.map(({ event_id }) => event_id)).toEqual(ids.slice(1, 3));
  });

  it("loses, doubles, swaps and empties frames when told to; REST knows the truth", async () => {
    const socket = await tradeSocket();
    await arm({ kind: "fill-lost", match: { stream: "trades" } });
    const lost = (await buy()).json.id;
    await arm({ kind: "frame-null" });
    const seen = (await buy()).json.id;
    expect((await socket.find(({ data }) => data === null)).stream).toBe("trade_updates");
    const fill = await socket.find(({ data }) => data?.event === "fill");
    expect(fill.data.order.id).toBe(seen);
    expect((await ask(exchange, `/v2/orders/${lost}`)).json.status).toBe("filled");
    await arm({ kind: "frame-duplicate", match: { stream: "trades" } });
    await buy();
    const one = await socket.next();
    expect(await socket.next()).toEqual(one);
    socket.close();
  });

  it("goes mute and stays open, and can be cut", async () => {
    const socket = await tradeSocket();
    await arm({ kind: "stream-mute", match: { stream: "trades" } });
    await buy();
    await ask(exchange, "/admin/faults", { method: "DELETE" });
    const heard = (await buy()).json.id;
    expect((await socket.next()).data.order.id).toBe(heard);
    await arm({ kind: "stream-drop", match: { stream: "trades" } });
    await socket.closed();
  });
});

describe("faults of the market", () => {
  it("halts and resumes a symbol, revises bars, keeps a slot stuck", async () => {
    const socket = await dataSocket();
    await socket.next();
    socket.send({ action: "subscribe", statuses: ["*"], updatedBars: ["TIDES"], bars: ["TIDES"] });
    await socket.next();
    await arm([{ kind: "bars-updated" }, { kind: "halt", match: { symbol: "BYTEL" } }]);
    expect(await socket.find(({ T }) => T === "s")).toMatchObject({ S: "BYTEL", sc: "H", z: "C" });
    await arm({ kind: "resume", match: { symbol: "BYTEL" } });
    expect(await socket.find(({ T }) => T === "s")).toMatchObject({ S: "BYTEL", sc: "T" });
    const first = await socket.find(({ T }) => T === "b");
    const revised = await socket.find(({ T }) => T === "u");
    expect([revised.S, revised.v - first.v]).toEqual(["TIDES", 100]);
    await arm([{ kind: "slot-stuck" }, { kind: "stream-drop", match: { stream: "data" } }]);
    await socket.closed();
    const refused = await dataSocket();
    expect((await refused.next())[0].code).toBe(406);
    await ask(exchange, "/admin/faults", { method: "DELETE" });
  });

  it("refuses an upgrade with 429 and a log-in with 404", async () => {
    await arm({ kind: "upgrade-refused", match: { path: "/v2/iex" } });
    const status = await new Promise((resolve) => {
      const upgrade = { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13" };
      const headers = { ...upgrade, "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==" };
      httpRequest(`${exchange.url}/v2/iex`, { headers }, (response) => resolve(response.statusCode)).end();
    });
    expect(status).toBe(429);
    await arm({ kind: "auth-timeout", match: { stream: "data" } });
    const socket = await dataSocket();
    expect((await socket.next())[0].code).toBe(404);
  });
});

/** The first `count` events of the replay. */
// biome-ignore lint/suspicious/noExplicitAny: events are read by the keys that each test names.
async function eventsSince(query: string, count: number): Promise<any[]> {
  const abort = new AbortController();
  const { key, secret, url } = exchange;
  const headers = { "APCA-API-KEY-ID": key, "APCA-API-SECRET-KEY": secret };
  const response = await fetch(`${url}/v2/events/trades?${query}`, { headers, signal: abort.signal });
  let text = "";
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += Buffer.from(part).toString();
    if (text.split("\n\n").filter((block) => block.startsWith("data: ")).length >= count) break;
  }
  abort.abort();
  const blocks = text.split("\n\n").filter((block) => block.startsWith("data: "));
  return blocks.slice(0, count).map((block) => JSON.parse(block.slice("data: ".length)));
}
