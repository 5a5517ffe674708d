import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ClientOrderId } from "../domain/order.ts";
import { BUY, SELL } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import { BrokerClient } from "./broker-client.ts";

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

let server: Server;
let client: BrokerClient;
/** By `METHOD path`, query left out. */
let answers: Record<string, Answer | "hang up">;
let asked: { readonly line: string; readonly key: string | undefined; readonly body: string }[];

beforeEach(async () => {
  answers = {};
  asked = [];
  server = createServer((request, response) => {
    void textOf(request).then((body) => {
      const { method = "", url = "" } = request;
      asked.push({ line: `${method} ${url}`, key: request.headers["apca-api-key-id"] as string, body });
      const answer = answers[`${method} ${url.split("?")[0]}`] ?? { status: 404, body: { code: 40410000 } };
      if (answer === "hang up") request.socket.destroy();
      else {
        response.statusCode = answer.status;
        response.end(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = new BrokerClient({ apiUrl, dataUrl: apiUrl }, { keyId: "PKTEST", secret: "s" });
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const piece of request) text += String(piece);
  return text;
}

const position = {
  symbol: "AAPL",
  qty: "-10.5",
  qty_available: "-4",
  current_price: "201.25",
  side: "short",
};
const order = {
  id: "3f0c",
  client_order_id: "Hh1-AAPL-7",
  symbol: "AAPL",
  side: "buy",
  submitted_at: "2026-03-02T14:31:05.123456789Z",
};
const closing = { clientId: "Hh1-AAPL-1" as ClientOrderId, symbol: "AAPL", side: BUY, shares: 4 };

describe("what the guardian reads", () => {
  it("account, positions, orders and clock, with its keys", async () => {
    answers = {
      "GET /v2/account": { status: 200, body: { equity: "97000.5", last_equity: "100000" } },
      "GET /v2/positions": {
        status: 200,
        body: [position, { ...position, symbol: "X", current_price: null }],
      },
      "GET /v2/orders": { status: 200, body: [order] },
      "GET /v2/clock": { status: 200, body: { timestamp: "2026-11-27T12:10:03.5-05:00", is_open: true } },
    };
    expect(await client.account()).toEqual({ equity: 97000.5, lastEquity: 100_000 });
    expect(await client.positions()).toEqual([
      { symbol: "AAPL", shares: -10.5, available: 4, price: 201.25 },
      { symbol: "X", shares: -10.5, available: 4, price: 0 },
    ]);
    expect(await client.openOrders()).toMatchObject([{ id: "3f0c", symbol: "AAPL", side: BUY }]);
    expect(await client.clock()).toEqual({ at: Date.UTC(2026, 10, 27, 17, 10, 3, 500) * 1000, isOpen: true });
    expect(asked.every(({ key }) => key === "PKTEST")).toBe(true);
  });

  it("the highest attempt of this halt, whatever else is in the list", async () => {
    const others = ["Hh1-AAPL-12", "Hh2-AAPL-40", "E-AAPL-99"].map((client_order_id) => ({
      ...order,
      client_order_id,
    }));
    answers = { "GET /v2/orders": { status: 200, body: [order, ...others] } };
    expect((await client.attempts("h1", 0 as EpochMicros)).get("AAPL")).toBe(12);
    expect(asked[0]?.line).toContain("status=all");
  });

  it.each<[string, Answer | "hang up"]>([
    ["a 500", { status: 500, body: "oops" }],
    ["a 401 page", { status: 401, body: "<html>" }],
    ["a redirect", { status: 302, body: "" }],
    ["no JSON", { status: 200, body: "<html>" }],
    ["an object for a list", { status: 200, body: { positions: [] } }],
    ["a quantity that is no number", { status: 200, body: [{ ...position, qty: "many" }] }],
    ["a quantity that is missing", { status: 200, body: [{ symbol: "AAPL" }] }],
    ["a closed connection", "hang up"],
  ])("%s is no list of positions, least of all an empty one", async (_, answer) => {
    answers = { "GET /v2/positions": answer };
    await expect(client.positions()).rejects.toThrow();
  });

  it("quotes that fail are no quotes and no failure", async () => {
    expect((await client.quotes(["AAPL"])).size).toBe(0);
    const AAPL = { t: "2026-03-02T14:31:05Z", bp: 10, ap: 10.1 };
    answers = { "GET /v2/stocks/quotes/latest": { status: 200, body: { quotes: { AAPL } } } };
    expect((await client.quotes(["AAPL"])).get("AAPL")).toMatchObject({ bid: 10, ask: 10.1 });
  });
});

describe("what the guardian writes", () => {
  it("a closing order says that it closes", async () => {
    answers = { "POST /v2/orders": { status: 200, body: order } };
    expect((await client.close({ ...closing, side: SELL, shares: 2.5, limit: 99.5 })).result).toBe(
      "accepted",
    );
    expect(JSON.parse(asked[0]?.body ?? "")).toEqual({
      symbol: "AAPL",
      qty: "2.5",
      side: "sell",
      type: "limit",
      time_in_force: "day",
      limit_price: "99.50",
      client_order_id: "Hh1-AAPL-1",
      position_intent: "sell_to_close",
    });
  });

  it.each<[string, Answer | "hang up"]>([
    ["accepted", { status: 200, body: order }],
    ["duplicate", { status: 422, body: { code: 40010001, message: "client_order_id must be unique" } }],
    [
      "held",
      {
        status: 403,
        body: { code: 40310000, message: "insufficient qty available for order", held_for_orders: "10" },
      },
    ],
    ["refused", { status: 403, body: { code: 40310000, message: "account blocked" } }],
    ["refused", { status: 429, body: { code: 42910000, message: "rate limit exceeded" } }],
    ["unknown", { status: 500, body: "oops" }],
    ["unknown", { status: 504, body: "" }],
    ["unknown", "hang up"],
  ])("is %s by the broker's answer", async (result, answer) => {
    answers = { "POST /v2/orders": answer };
    expect((await client.close(closing)).result).toBe(result);
  });

  it("cancels are taken or not, and never throw", async () => {
    answers = {
      "DELETE /v2/orders": { status: 207, body: [{ id: "3f0c", status: 200 }] },
      "DELETE /v2/orders/gone": { status: 422, body: { code: 42210000 } },
      "DELETE /v2/orders/cut": "hang up",
    };
    expect(await client.cancelAll()).toBe(true);
    expect(await client.cancel("gone")).toBe(false);
    expect(await client.cancel("cut")).toBe(false);
  });

  it("has no word that could open: opposite side and broker's quantity are the plan's, closing is the client's", () => {
    const words = Object.getOwnPropertyNames(BrokerClient.prototype).filter((name) => !name.startsWith("#"));
    expect(words.toSorted()).toEqual(
      ["account", "attempts", "cancel", "cancelAll", "clock", "close", "constructor", "openOrders"].concat(
        "positions",
        "quotes",
      ),
    );
  });
});
