/**
 * Goal    show that the vendor's own SDK, unmodified, cannot tell the twin from the vendor.
 * Method  the twin in this process on a free loopback port; the SDK's fetch and stream addresses point at it; every
 *         order class, every list, both streams, and the ways of saying no. Events are awaited, nothing sleeps.
 */
import {
  Alpaca,
  AuthError,
  NotFoundError,
  RateLimitError,
  type streaming,
  TimeFrame,
  ValidationError,
} from "@alpacahq/alpaca-trade-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dayNumber, type EpochMicros, MICROS_PER_SECOND } from "../src/domain/time.ts";
import { type RunningExchange, startExchange } from "../src/exchange/exchange-server.ts";
import { SyntheticPrices } from "../src/exchange/prices/synthetic-prices.ts";
import { sessionOn } from "../src/market/calendar.ts";

const DAY = dayNumber(2026, 11, 18);
const OPEN = sessionOn(DAY)?.open as EpochMicros;
const source = new SyntheticPrices(7, DAY);

let exchange: RunningExchange;
let alpaca: Alpaca;

/** An SDK that finds the twin wherever it thinks the vendor is. */
function clientOf({ url, key, secret }: Pick<RunningExchange, "url" | "key" | "secret">): Alpaca {
  return new Alpaca({
    keyId: key,
    secret,
    retry: false,
    rateLimit: false,
    fetchApi: (input: string | URL | Request, init?: RequestInit) => {
      const { pathname, search } = new URL(input instanceof Request ? input.url : String(input));
      return fetch(`${url}${pathname}${search}`, init);
    },
  });
}

beforeAll(async () => {
  const startsAt = (OPEN + 3650 * MICROS_PER_SECOND) as EpochMicros;
  exchange = await startExchange({ source, startsAt, speed: 60, rateLimit: 1_000_000, seed: 3 });
  alpaca = clientOf(exchange);
});
afterAll(() => exchange.close());

const bid = async (symbol: string) =>
  (await alpaca.marketData.stocks.stockLatestQuoteSingle({ symbol })).quote.bp;
/** Shares held, as text; "0" when flat. */
async function held(symbol: string): Promise<string> {
  const positions = await alpaca.trading.positions.getAllOpenPositions();
  return positions.find((position) => position.symbol === symbol)?.qty ?? "0";
}
const cents = (dollars: number) => (Math.round(dollars * 100) / 100).toFixed(2);

describe("reading", () => {
  it("account, configuration, clock and calendar come in their types", async () => {
    const account = await alpaca.trading.account.getAccount();
    expect([account.status, account.currency, account.cash]).toEqual(["ACTIVE", "USD", "100000"]);
    const clock = await alpaca.trading.clock.legacyClock();
    expect(clock.isOpen).toBe(true);
    expect(clock.nextClose.getTime()).toBeLessThan(clock.nextOpen.getTime());
    const start = new Date("2026-11-25");
    const days = await alpaca.trading.calendar.legacyCalendar({ start, end: new Date("2026-11-30") });
    expect(days.map(({ close }) => close)).toEqual(["16:00", "13:00", "16:00"]);
  });

  it("assets are listed, found by symbol and by id, and unknown ones are a 404", async () => {
    const assets = await alpaca.trading.assets.getV2Assets({ status: "active" });
    expect(assets.length).toBe(31);
    const one = await alpaca.trading.assets.getV2AssetsSymbolOrAssetId({ symbolOrAssetId: "BYTEL" });
    const same = await alpaca.trading.assets.getV2AssetsSymbolOrAssetId({ symbolOrAssetId: one.id });
    expect(same.symbol).toBe("BYTEL");
    const unknown = alpaca.trading.assets.getV2AssetsSymbolOrAssetId({ symbolOrAssetId: "NOPE" });
    await expect(unknown).rejects.toBeInstanceOf(NotFoundError);
  });

  it("pages of two symbols put together are what one large page holds", async () => {
    const request = {
      symbols: "BYTEL,TIDES",
      timeframe: TimeFrame.Minute,
      start: new Date(OPEN / 1000),
      end: new Date(OPEN / 1000 + 3_540_000),
    };
    const whole = await alpaca.marketData.stocks.stockBars({ ...request, limit: 10_000 });
    const paged: unknown[] = [];
    for await (const { symbol, value } of alpaca.marketData.iterateStockBars({ ...request, limit: 7 }))
      paged.push([symbol, value.t, value.v]);
    const expected = Object.entries(whole.bars).flatMap(([symbol, bars]) =>
      bars.map((bar) => [symbol, bar.t, bar.v]),
    );
    expect(paged).toEqual(expected);
    expect(paged.length).toBe(120);
  });

  it("bars by day, trades, quotes, snapshots and news answer in their shapes", async () => {
    const days = await alpaca.marketData.stocks.stockBars({
      symbols: "BYTEL",
      timeframe: TimeFrame.Day,
      start: new Date("2026-11-10"),
    });
    const first = days.bars.BYTEL?.[0];
    expect(new Date(first?.t ?? 0).toISOString()).toBe("2026-11-10T05:00:00.000Z");
    const trades = await alpaca.marketData.stocks.stockTradeSingle({ symbol: "BYTEL", limit: 3 });
    expect(trades.trades?.length).toBe(3);
    const snapshot = await alpaca.marketData.stocks.stockSnapshotSingle({ symbol: "BYTEL" });
    expect(snapshot.latestQuote?.ap).toBeGreaterThan(snapshot.latestQuote?.bp ?? Infinity);
    const news = await alpaca.marketData.news.news({ limit: 5 });
    expect(news.news.length).toBe(5);
  });
});

describe("trading", () => {
  it("a market order fills, shows as position and activity, and closes again", async () => {
    const order = await alpaca.trading.orders.market({
      symbol: "BYTEL",
      qty: 10,
      side: "buy",
      clientOrderId: "sdk-1",
    });
    expect(order.clientOrderId).toBe("sdk-1");
    const found = await alpaca.trading.orders.getOrderByClientOrderId({ clientOrderId: "sdk-1" });
    expect(found.id).toBe(order.id);
    await expect
      .poll(async () => (await alpaca.trading.orders.getOrderByOrderID({ orderId: order.id ?? "" })).status)
      .toBe("filled");
    expect((await alpaca.trading.positions.getOpenPosition({ symbolOrAssetId: "BYTEL" })).qty).toBe("10");
    const fills = await alpaca.trading.accountActivities.getAccountActivitiesByActivityType({
      activityType: "FILL",
    });
    expect(fills.length).toBeGreaterThan(0);
    await alpaca.trading.positions.deleteOpenPosition({ symbolOrAssetId: "BYTEL" });
    await expect.poll(async () => (await alpaca.trading.positions.getAllOpenPositions()).length).toBe(0);
  });

  it("limit, stop, stop-limit and trailing orders rest; one is replaced; all are canceled", async () => {
    await alpaca.trading.orders.market({ symbol: "TIDES", qty: 40, side: "buy" });
    await expect.poll(() => held("TIDES")).toBe("40");
    const price = await bid("TIDES");
    const orders = alpaca.trading.orders;
    const limit = await orders.limit({
      symbol: "NODUM",
      qty: 5,
      side: "buy",
      limitPrice: cents((await bid("NODUM")) * 0.8),
    });
    await orders.stop({ symbol: "TIDES", qty: 10, side: "sell", stopPrice: cents(price * 0.8) });
    await orders.stopLimit({
      symbol: "TIDES",
      qty: 10,
      side: "sell",
      stopPrice: cents(price * 0.8),
      limitPrice: cents(price * 0.79),
    });
    await orders.trailingStop({ symbol: "TIDES", qty: 10, side: "sell", trailPercent: 15 });
    const replaced = await orders.patchOrderByOrderId({
      orderId: limit.id ?? "",
      patchOrderRequest: { qty: "6" },
    });
    expect([replaced.replaces, replaced.qty]).toEqual([limit.id, "6"]);
    const open = await orders.getAllOrders({ status: "open" });
    expect(open.map(({ type }) => type).toSorted()).toEqual(["limit", "stop", "stop_limit", "trailing_stop"]);
    const rows = await orders.deleteAllOrders();
    expect(rows.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await orders.getAllOrders({ status: "open" })).toEqual([]);
    const closed = await alpaca.trading.positions.deleteAllOpenPositions({ cancelOrders: true });
    expect(closed.map(({ symbol, status }) => [symbol, status])).toEqual([["TIDES", 200]]);
  });

  it("bracket, one-triggers-other and one-cancels-other come with their legs", async () => {
    const orders = alpaca.trading.orders;
    const price = await bid("QUBIK");
    const bracket = await orders.bracket({
      symbol: "QUBIK",
      qty: 3,
      side: "buy",
      limitPrice: cents(price * 0.9),
      takeProfit: { limitPrice: cents(price * 1.2) },
      stopLoss: { stopPrice: cents(price * 0.7) },
    });
    expect(bracket.legs?.map(({ status }) => status)).toEqual(["held", "held"]);
    const oto = await orders.submit({
      symbol: "VECTA",
      qty: "3",
      side: "buy",
      type: "limit",
      timeInForce: "day",
      limitPrice: cents((await bid("VECTA")) * 0.9),
      orderClass: "oto",
      stopLoss: { stopPrice: cents((await bid("VECTA")) * 0.7) },
    });
    expect(oto.legs?.length).toBe(1);
    await orders.market({ symbol: "WAFRO", qty: 5, side: "buy" });
    await expect.poll(() => held("WAFRO")).toBe("5");
    const exitPrice = await bid("WAFRO");
    const oco = await orders.submit({
      symbol: "WAFRO",
      qty: "5",
      side: "sell",
      type: "limit",
      timeInForce: "gtc",
      orderClass: "oco",
      takeProfit: { limitPrice: cents(exitPrice * 1.2) },
      stopLoss: { stopPrice: cents(exitPrice * 0.8) },
    });
    expect([oco.type, oco.legs?.[0]?.type]).toEqual(["limit", "stop"]);
    await orders.deleteAllOrders();
    await alpaca.trading.positions.deleteAllOpenPositions({ cancelOrders: true });
  });

  it("says no as documented: duplicate id, sub-penny, unknown order, nothing to close", async () => {
    const orders = alpaca.trading.orders;
    const again = orders.market({ symbol: "BYTEL", qty: 1, side: "buy", clientOrderId: "sdk-1" });
    const duplicate = await again.catch((error: unknown) => error);
    expect(duplicate).toBeInstanceOf(ValidationError);
    expect((duplicate as ValidationError).message).toContain("client_order_id must be unique");
    const finePrice = orders.limit({ symbol: "BYTEL", qty: 1, side: "buy", limitPrice: "10.001" });
    await expect(finePrice).rejects.toBeInstanceOf(ValidationError);
    const orderId = "00000000-0000-4000-8000-000000000000";
    await expect(orders.getOrderByOrderID({ orderId })).rejects.toBeInstanceOf(NotFoundError);
    const flat = alpaca.trading.positions.getOpenPosition({ symbolOrAssetId: "CURAL" });
    await expect(flat).rejects.toBeInstanceOf(NotFoundError);
  });

  it("bad credentials are refused, and too many requests too", async () => {
    const stranger = clientOf({ ...exchange, secret: "wrong" });
    await expect(stranger.trading.account.getAccount()).rejects.toBeInstanceOf(AuthError);
    const strict = await startExchange({ source, speed: 0.001, rateLimit: 2 });
    try {
      const client = clientOf(strict);
      await client.trading.account.getAccount();
      await client.trading.account.getAccount();
      await expect(client.trading.account.getAccount()).rejects.toBeInstanceOf(RateLimitError);
    } finally {
      await strict.close();
    }
  });
});

describe("streams", () => {
  it("market data: quotes, trades and minute bars of what was asked for", async () => {
    const stream = alpaca.marketData.stockStream({ url: `${exchange.streamUrl}/v2/iex` });
    try {
      const bar = new Promise<{ symbol: string; volume: number; timestamp: unknown }>((resolve) =>
        stream.onBar(resolve),
      );
      const trade = new Promise<{ symbol: string; price: number }>((resolve) => stream.onTrade(resolve));
      const quote = new Promise<{ symbol: string }>((resolve) => stream.onQuote(resolve));
      stream.onConnect(() => {
        stream.subscribeForBars(["BYTEL"]);
        stream.subscribeForTrades(["TIDES"]);
        stream.subscribeForQuotes(["NODUM"]);
      });
      stream.connect();
      expect((await trade).symbol).toBe("TIDES");
      expect((await quote).symbol).toBe("NODUM");
      expect((await bar).symbol).toBe("BYTEL");
      expect((await bar).volume).toBeGreaterThan(0);
      expect(new Date(String((await bar).timestamp)).getUTCSeconds()).toBe(0);
    } finally {
      stream.disconnect();
    }
  });

  it("trade updates: the whole life of an order, with its fill", async () => {
    const stream = alpaca.trading.stream({ url: `${exchange.streamUrl}/stream` });
    try {
      const updates: streaming.TradeUpdate[] = [];
      const filled = new Promise<streaming.TradeUpdate>((resolve) => {
        stream.onTradeUpdate((update) => {
          updates.push(update);
          if (update.event === "fill") resolve(update);
        });
      });
      stream.onConnect(() => stream.subscribeTradeUpdates());
      stream.connect();
      await expect.poll(() => stream.getState()).toBe("authenticated");
      const order = await alpaca.trading.orders.market({
        symbol: "GENOA",
        qty: 1,
        side: "buy",
        clientOrderId: "sdk-9",
      });
      const fill = await filled;
      expect([fill.order.id, fill.qty, fill.positionQty]).toEqual([order.id, "1", "1"]);
      expect(Number(fill.price)).toBeGreaterThan(0);
      expect(updates.map(({ event }) => event)).toContain("new");
    } finally {
      stream.disconnect();
    }
  });
});
