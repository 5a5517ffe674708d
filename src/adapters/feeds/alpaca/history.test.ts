/** Goal: history is whole or a reason: every page, every chunk of symbols, ids of 64 bits; failures are tried again. */
import { describe, expect, it } from "vitest";
import {
  AlpacaPlayer,
  credentials,
  type Exchange,
  recordedAt,
} from "../../../../test/alpaca-conversation.ts";
import { dayNumber } from "../../../domain/time.ts";
import { Counts } from "../../net/counts.ts";
import { VirtualClock } from "../../net/virtual-clock.ts";
import { VirtualNetwork } from "../../net/virtual-network.ts";
import { AlpacaHistory, type BarsQuery } from "./history.ts";

function world(exchanges: readonly Exchange[]): {
  history: AlpacaHistory;
  clock: VirtualClock;
  player: AlpacaPlayer;
} {
  const clock = new VirtualClock();
  const player = new AlpacaPlayer({ exchanges, trades: [] });
  const transport = new VirtualNetwork({ clock, server: player });
  const shared = { clock, transport, credentials, counts: new Counts(), seed: 7, feed: "iex" } as const;
  return { history: new AlpacaHistory({ ...shared, origin: "https://data.alpaca.markets" }), clock, player };
}

async function done<Value>(clock: VirtualClock, asked: Promise<Value>): Promise<Value> {
  await clock.advance(60_000);
  return asked;
}

const get = (path: string, query: Record<string, string>, answer: Exchange["answer"]): Exchange => ({
  method: "GET",
  path,
  query,
  answer,
});
const ok = (body: unknown): Exchange["answer"] => ({ status: 200, body });
const barAt = (minute: number): object => ({
  t: `2026-03-02T14:${minute}:00Z`,
  o: 1,
  h: 2,
  l: 1,
  c: 2,
  v: 9,
  n: 3,
  vw: 1.5,
});
const bars: BarsQuery = {
  symbols: ["ACME", "ZEUS"],
  timeframe: "1Min",
  adjustment: "raw",
  from: recordedAt,
  to: recordedAt,
  priority: "reconcile",
};
const PATH = "/v2/stocks/bars";

describe("bars", () => {
  it("follow the token through short and empty pages", async () => {
    const pages = [
      get(PATH, { page_token: "p3" }, ok({ bars: { ZEUS: [barAt(31)] }, next_page_token: null })),
      get(PATH, { page_token: "p2" }, ok({ bars: {}, next_page_token: "p3" })),
      get(PATH, { page_token: "p1" }, ok({ bars: { ACME: [barAt(32)] }, next_page_token: "p2" })),
      get(
        PATH,
        {
          symbols: "ACME,ZEUS",
          timeframe: "1Min",
          adjustment: "raw",
          feed: "iex",
          start: "2026-03-02T14:30:00Z",
        },
        ok({ bars: { ACME: [barAt(31)] }, next_page_token: "p1" }),
      ),
    ];
    const { history, clock } = world(pages);
    const answer = await done(clock, history.bars(bars));
    if (!answer.ok) throw new Error(answer.reason);
    expect([...answer.value].map(([symbol, list]) => [symbol, list.length])).toEqual([
      ["ACME", 2],
      ["ZEUS", 1],
    ]);
    expect(answer.value.get("ACME")?.[1]).toMatchObject({
      kind: "bar",
      timestamp: recordedAt + 120_000_000,
      volume: 9,
    });
  });

  it("are none at all when one page fails, or the token goes round", async () => {
    const first = get(PATH, {}, ok({ bars: { ACME: [barAt(31)] }, next_page_token: "p1" }));
    for (const second of [
      [1, 2, 3].map(() => get(PATH, { page_token: "p1" }, { status: 500 })),
      [get(PATH, { page_token: "p1" }, ok({ bars: {}, next_page_token: "p1" }))],
      [get(PATH, { page_token: "p1" }, { status: 200, text: "<html>" })],
    ]) {
      const { history, clock } = world([...second, first]);
      expect((await done(clock, history.bars(bars))).ok).toBe(false);
    }
    const round = get(PATH, {}, ok({ bars: {}, next_page_token: "p1" }));
    const { history, clock, player } = world([round, round, round]);
    expect((await done(clock, history.bars(bars))).ok).toBe(false);
    expect(player.requests).toHaveLength(2);
  });

  it("are asked again after a passing failure, and not after a refusal", async () => {
    const good = get(PATH, {}, ok({ bars: null, next_page_token: null }));
    const again = world([get(PATH, {}, { status: 503 }), get(PATH, {}, "reset"), good]);
    expect((await done(again.clock, again.history.bars(bars))).ok).toBe(true);
    const refused = get(
      PATH,
      {},
      { status: 403, body: { code: 42210000, message: "subscription does not permit" } },
    );
    const never = world([refused, good]);
    expect((await done(never.clock, never.history.bars(bars))).ok).toBe(false);
    expect(never.player.requests).toHaveLength(1);
  });

  it("of many symbols are asked in chunks", async () => {
    const symbols = Array.from({ length: 250 }, (_, n) => `S${n}`);
    const page = get(PATH, {}, ok({ bars: {}, next_page_token: null }));
    const { history, clock, player } = world([page, page, page]);
    expect((await done(clock, history.bars({ ...bars, symbols }))).ok).toBe(true);
    const asked = player.requests.flatMap(({ url }) =>
      (new URL(url).searchParams.get("symbols") ?? "").split(","),
    );
    expect(asked).toEqual(symbols);
  });
});

describe("the newest", () => {
  it("trades keep ids that no double holds", async () => {
    const trade = '{"t":"2026-03-02T14:31:05.000000001Z","x":"V","p":41.5,"s":3,"i":18446744073709551615}';
    const text = `{"trades":{"ACME":${trade}}}`;
    const { history, clock } = world([
      get("/v2/stocks/trades/latest", { symbols: "ACME" }, { status: 200, text }),
    ]);
    const answer = await done(clock, history.latestTrades(["ACME"], "reconcile"));
    expect(answer.ok ? answer.value.get("ACME") : undefined).toMatchObject({
      id: "18446744073709551615",
      nanos: 1,
    });
  });

  it("quotes and snapshots leave out what is not there", async () => {
    const quote = {
      t: "2026-03-02T14:31:05Z",
      bx: "V",
      bp: 41,
      bs: 100,
      ax: "",
      ap: 0,
      as: 0,
      c: [],
      z: "C",
    };
    const { history, clock } = world([
      get("/v2/stocks/quotes/latest", {}, ok({ quotes: { ACME: quote } })),
      get(
        "/v2/stocks/snapshots",
        {},
        ok({ ACME: { latestQuote: quote, dailyBar: barAt(30), prevDailyBar: null }, ZEUS: null }),
      ),
    ]);
    const quotes = await done(clock, history.latestQuotes(["ACME", "ZEUS"], "reconcile"));
    expect(quotes.ok ? [...quotes.value.keys()] : []).toEqual(["ACME"]);
    const snapshots = await done(clock, history.snapshots(["ACME", "ZEUS"], "reconcile"));
    expect(snapshots.ok ? Object.keys(snapshots.value.get("ACME") ?? {}) : []).toEqual(["quote", "dailyBar"]);
  });
});

describe("corporate actions", () => {
  it("are listed with the kind that the broker gives them", async () => {
    const split = {
      symbol: "ACME",
      new_rate: 2,
      old_rate: 1,
      process_date: "2026-03-03",
      ex_date: "2026-03-03",
    };
    const body = {
      corporate_actions: { forward_splits: [split], cash_dividends: null },
      next_page_token: null,
    };
    const { history, clock } = world([
      get("/v1/corporate-actions", { start: "2026-03-01", end: "2026-03-09" }, ok(body)),
    ]);
    const asked = history.corporateActions(["ACME"], dayNumber(2026, 3, 1), dayNumber(2026, 3, 9));
    expect(await done(clock, asked)).toEqual({
      ok: true,
      value: [{ type: "forward_splits", fields: split }],
    });
  });
});
