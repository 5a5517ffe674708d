/** Goal: the server answers whatever comes, counts and refuses as documented, and goes wrong exactly as it was told. */
import { createConnection } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dayNumber, type EpochMicros, MICROS_PER_SECOND } from "../src/domain/time.ts";
import { type RunningExchange, startExchange } from "../src/exchange/exchange-server.ts";
import { parseFaults } from "../src/exchange/faults.ts";
import { SyntheticPrices } from "../src/exchange/prices/synthetic-prices.ts";
import { sessionOn } from "../src/market/calendar.ts";
import { ask } from "./exchange-client.ts";

const DAY = dayNumber(2026, 11, 18);
const OPEN = sessionOn(DAY)?.open as EpochMicros;
const source = new SyntheticPrices(7, DAY);
const startsAt = (OPEN + 3600 * MICROS_PER_SECOND) as EpochMicros;

let exchange: RunningExchange;
beforeAll(async () => {
  exchange = await startExchange({ source, startsAt, speed: 10, rateLimit: 1_000_000 });
});
afterAll(() => exchange.close());

const arm = (fault: object) => ask(exchange, "/admin/faults", { method: "POST", body: fault });
const order = (clientOrderId: string, more: object = {}) => ({
  symbol: "BYTEL",
  qty: "1",
  side: "buy",
  type: "market",
  time_in_force: "day",
  client_order_id: clientOrderId,
  ...more,
});
const post = (body: unknown) => ask(exchange, "/v2/orders", { method: "POST", body });

describe("whatever comes in", () => {
  it.each([
    ["GET", "/", undefined, 404],
    ["GET", "/v2/unknown", undefined, 404],
    ["PUT", "/v2/orders", undefined, 405],
    ["POST", "/v2/orders", "{", 400],
    ["POST", "/v2/orders", "[]", 400],
    ["POST", "/v2/orders", "null", 400],
    ["POST", "/v2/orders", "", 400],
    ["POST", "/v2/orders", '{"symbol":5}', 422],
    [
      "POST",
      "/v2/orders",
      '{"symbol":"BYTEL","qty":"1e3","side":"buy","type":"market","time_in_force":"day"}',
      422,
    ],
    [
      "POST",
      "/v2/orders",
      '{"symbol":"BYTEL","qty":"99999999999999","side":"buy","type":"market","time_in_force":"day"}',
      422,
    ],
    ["PATCH", "/v2/orders/not-an-id", "{}", 404],
    ["DELETE", "/v2/positions/BYTEL?qty=1&percentage=2", undefined, 422],
    ["GET", "/v2/assets/%zz", undefined, 400],
    ["GET", "/v2/stocks/bars?timeframe=1Min", undefined, 400],
    ["GET", "/v2/stocks/bars?symbols=BYTEL&timeframe=24Hour", undefined, 400],
    ["GET", "/v2/stocks/bars?symbols=BYTEL&timeframe=5Month", undefined, 400],
    ["GET", "/v2/stocks/bars?symbols=BYTEL&timeframe=1Min&limit=0", undefined, 400],
    ["GET", "/v2/stocks/bars?symbols=BYTEL&timeframe=1Min&page_token=zzz", undefined, 400],
    ["GET", "/v2/stocks/bars?symbols=BYTEL&timeframe=1Min&start=yesterday", undefined, 400],
    ["GET", "/v2/stocks/bars?symbols=BYTEL&timeframe=1Min&feed=free", undefined, 400],
    ["GET", "/v2/stocks/bars?symbols=bytel&timeframe=1Min", undefined, 400],
    ["GET", "/v2/calendar?start=2026-13-01", undefined, 400],
    ["GET", "/v2/account/activities?page_size=101", undefined, 400],
    ["GET", "/v2/orders?status=some", undefined, 400],
    ["POST", "/admin/faults", '{"kind":"unheard-of"}', 400],
    ["POST", "/admin/clock", '{"speed":-1}', 400],
    ["POST", "/v2/orders", "x".repeat(1024 * 1024 + 1), 413],
  ])("%s %s answers JSON with its status and lives on", async (method, path, body, status) => {
    const reply = await ask(exchange, path, { method, ...(body === undefined ? {} : { body }) });
    expect(reply.status).toBe(status);
    expect(reply.json).toMatchObject({ code: expect.any(Number), message: expect.any(String) });
    expect(reply.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect((await ask(exchange, "/v2/clock")).status).toBe(200);
  });

  it("bytes that are no HTTP end that connection and no other", async () => {
    await new Promise<void>((resolve) => {
      const socket = createConnection(exchange.port, "127.0.0.1", () =>
        socket.write("\u0000\u0001 nonsense\r\n\r\n"),
      );
      socket.on("close", () => resolve());
      socket.on("error", () => undefined);
      socket.resume();
    });
    expect((await ask(exchange, "/v2/clock")).status).toBe(200);
  });

  it("a symbol that is well formed and unknown has no key and is no error", async () => {
    const reply = await ask(exchange, "/v2/stocks/bars?symbols=NOPE,BYTEL&timeframe=1Min&limit=1");
    expect([reply.status, Object.keys(reply.json.bars)]).toEqual([200, ["BYTEL"]]);
  });

  it("nothing after now is told, however far ahead a client asks", async () => {
    const ahead = "start=2026-11-18&end=2027-01-01";
    for (const kind of ["bars", "trades", "quotes"]) {
      const reply = await ask(exchange, `/v2/stocks/BYTEL/${kind}?timeframe=1Min&${ahead}&sort=desc&limit=5`);
      // A bar is history when its minute is over.
      const now = exchange.now() - (kind === "bars" ? 60 * MICROS_PER_SECOND : 0);
      for (const { t } of reply.json[kind]) expect(Date.parse(t) * 1000).toBeLessThanOrEqual(now);
      expect(reply.json[kind].length).toBe(5);
    }
    expect((await ask(exchange, "/v2/stocks/BYTEL/bars?timeframe=1Day&start=2026-11-19")).json.bars).toEqual(
      [],
    );
  });
});

describe("keys and limits", () => {
  it("no key, a wrong one or half of one is 401; basic credentials pass; admin takes the secret alone", async () => {
    const { key, secret } = exchange;
    for (const headers of [
      {},
      { "APCA-API-KEY-ID": key },
      { "APCA-API-KEY-ID": key, "APCA-API-SECRET-KEY": "no" },
    ]) {
      const reply = await ask(exchange, "/v2/account", { headers: headers as Record<string, string> });
      expect([reply.status, reply.json.code]).toEqual([401, 40_110_000]);
    }
    const authorization = `Basic ${Buffer.from(`${key}:${secret}`).toString("base64")}`;
    expect((await ask(exchange, "/v2/account", { headers: { authorization } })).status).toBe(200);
    const bearer = { authorization: `Bearer ${secret}` };
    expect((await ask(exchange, "/admin/state", { headers: bearer })).status).toBe(200);
    expect((await ask(exchange, "/admin/state", { headers: {} })).status).toBe(401);
  });

  it("the limit counts down per group and answers 429 with its headers", async () => {
    const strict = await startExchange({ source, startsAt, speed: 0.001, rateLimit: 2 });
    try {
      const first = await ask(strict, "/v2/clock");
      expect(first.headers.get("x-ratelimit-remaining")).toBe("1");
      await ask(strict, "/v2/clock");
      const refused = await ask(strict, "/v2/clock");
      expect([refused.status, refused.json.code]).toEqual([429, 42_910_000]);
      expect(refused.headers.get("x-ratelimit-remaining")).toBe("0");
      expect((await ask(strict, "/v2/stocks/meta/exchanges")).status).toBe(200);
    } finally {
      await strict.close();
    }
  });
});

describe("faults of requests", () => {
  it("an error before acceptance leaves no order, one after it leaves one", async () => {
    await arm({ kind: "error-before", match: { method: "POST", path: "/v2/orders" } });
    expect((await post(order("before"))).status).toBe(503);
    const lookup = (id: string) => ask(exchange, `/v2/orders:by_client_order_id?client_order_id=${id}`);
    expect((await lookup("before")).status).toBe(404);
    await arm({ kind: "error-after", match: { method: "POST", path: "/v2/orders" }, status: 504 });
    expect((await post(order("after"))).status).toBe(504);
    expect((await lookup("after")).status).toBe(200);
    await arm({ kind: "reset-after", match: { method: "POST" } });
    await expect(post(order("reset"))).rejects.toThrow();
    expect((await lookup("reset")).status).toBe(200);
    await arm({ kind: "request-drop", match: { method: "POST" } });
    await expect(post(order("drop"))).rejects.toThrow();
    expect((await lookup("drop")).status).toBe(404);
  });

  it("stalls, delays, HTML, 429 with and without headers, and clears them all", async () => {
    await arm([
      { kind: "html-error", match: { path: "/v2/account" } },
      { kind: "rate-limit", match: { path: "/v2/clock" } },
    ]);
    const html = await ask(exchange, "/v2/account");
    expect([html.status, html.json, html.headers.get("content-type")]).toEqual([502, undefined, "text/html"]);
    const limited = await ask(exchange, "/v2/clock");
    expect([limited.status, limited.headers.get("x-ratelimit-remaining")]).toEqual([429, "0"]);
    await arm({ kind: "rate-limit-bare" });
    const bare = await ask(exchange, "/v2/clock");
    expect([bare.status, bare.headers.get("x-ratelimit-limit")]).toEqual([429, null]);
    await arm({ kind: "request-delay", ms: 20 });
    expect((await ask(exchange, "/v2/clock")).status).toBe(200);
    await arm({ kind: "request-stall", match: { path: "/v2/positions" } });
    const { url, key, secret } = exchange;
    const headers = { "APCA-API-KEY-ID": key, "APCA-API-SECRET-KEY": secret };
    const stalled = fetch(`${url}/v2/positions`, { headers, signal: AbortSignal.timeout(100) });
    await expect(stalled).rejects.toThrow();
    await arm({ kind: "error-before", count: 1000 });
    await ask(exchange, "/admin/faults", { method: "DELETE" });
    expect((await ask(exchange, "/v2/clock")).status).toBe(200);
  });

  it("clocks are skewed, cancels hang, borrowing becomes hard, orders come late", async () => {
    await arm({ kind: "clock-skew", ms: 600_000 });
    const shown = Date.parse((await ask(exchange, "/v2/clock")).json.timestamp) * 1000;
    expect(shown - exchange.now()).toBeGreaterThan(590 * MICROS_PER_SECOND);
    await arm({ kind: "cancel-stuck", match: { symbol: "NODUM" } });
    const limit = { symbol: "NODUM", type: "limit", limit_price: "5.00" };
    const { id } = (await post(order("stuck", limit))).json;
    expect((await ask(exchange, `/v2/orders/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await ask(exchange, `/v2/orders/${id}`)).json.status).toBe("pending_cancel");
    await ask(exchange, "/admin/faults", { method: "DELETE" });
    expect((await ask(exchange, `/v2/orders/${id}`)).json.status).toBe("canceled");
    await arm({ kind: "htb-flip", match: { symbol: "VECTA" } });
    expect((await ask(exchange, "/v2/assets/VECTA")).json.borrow_status).toBe("hard_to_borrow");
    await arm({ kind: "creation-late", seconds: 600 });
    const late = (await post(order("late"))).json;
    expect((await ask(exchange, `/v2/orders/${late.id}`)).status).toBe(404);
    await ask(exchange, "/admin/faults", { method: "DELETE" });
  });

  it("a list of faults with a wrong key names it, and one that is due later waits", async () => {
    expect(() => parseFaults([{ kind: "halt", sybmol: "A" }], "faults.yaml")).toThrow(
      /faults\.yaml: fault 1/,
    );
    expect(() => parseFaults({ kind: "halt", at: "noon" }, "faults.yaml")).toThrow(/fault 1, at/);
    await arm({ kind: "error-before", after: 100_000 });
    expect((await ask(exchange, "/v2/clock")).status).toBe(200);
    expect((await ask(exchange, "/admin/state")).json.faults.length).toBe(1);
    await ask(exchange, "/admin/faults", { method: "DELETE" });
  });

  it("the speed changes without the clock jumping", async () => {
    const before = exchange.now();
    expect((await ask(exchange, "/admin/clock", { method: "POST", body: { speed: 20 } })).json.speed).toBe(
      20,
    );
    await ask(exchange, "/v2/clock");
    const passed = exchange.now() - before;
    expect(passed).toBeGreaterThanOrEqual(0);
    expect(passed).toBeLessThan(600 * MICROS_PER_SECOND);
  });
});
