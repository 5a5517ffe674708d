/**
 * Goal: Alpaca's corporate actions become actions of the lake, whole or not at all, by the words that a run reads them
 * by. Method: its documented shapes over HTTP, fields that nobody reads included.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  HastyClock,
  type Provider,
  type ServedProvider,
  serveProvider,
} from "../../../test/recorded-provider.ts";
import { type DayNumber, parseIsoDate } from "../../domain/time.ts";
import { createRng } from "../../numerics/rng.ts";
import { Secret } from "../brokers/alpaca/secret.ts";
import { RealTransport } from "../net/real-transport.ts";
import { alpacaActions } from "./alpaca-actions.ts";
import { ResponseCache } from "./response-cache.ts";
import { SourceClient } from "./source-client.ts";
import { TokenBucket } from "./token-bucket.ts";

const KEYS = ["KEY-5551", "SECRET-7773"];
const day = (text: string): DayNumber => parseIsoDate(text) as DayNumber;
const transport = new RealTransport();
let folder = "";
let served: ServedProvider | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plimsoll-actions-"));
});
afterEach(async () => {
  await served?.close();
  rmSync(folder, { recursive: true, force: true });
});

const split = (id: string, symbol: string, ex_date: string, new_rate: number, old_rate = 1) => ({
  ...{ id, symbol, cusip: "67066G104", new_rate, old_rate, ex_date, process_date: ex_date },
  ...{ record_date: "2024-06-06", payable_date: "2024-06-07", due_bill_redemption_date: "2024-06-11" },
});
const cash = (id: string, symbol: string, ex_date: string, rate: number, payable_date?: string) => ({
  ...{ id, symbol, cusip: "037833100", rate, special: false, foreign: false, ex_date, record_date: ex_date },
  ...(payable_date === undefined ? {} : { payable_date, process_date: payable_date }),
});
const answer = (corporate_actions: object | null, next: string | null = null) => ({
  status: 200,
  body: JSON.stringify({ corporate_actions, next_page_token: next }),
});
const nothing = answer({});
const wanted = { symbols: ["AAPL", "NVDA"], from: day("2024-06-01"), to: day("2024-06-30") };

async function ask(provider: Provider, query = wanted) {
  served = await serveProvider(provider);
  return again(served, query);
}

async function again({ origin }: ServedProvider, query: typeof wanted) {
  const secrets = KEYS.map((key) => new Secret(key));
  const clock = new HastyClock();
  const client = new SourceClient({
    ...{ name: "alpaca_sip", clock, wallMs: () => Date.UTC(2024, 6, 1), transport, secrets },
    ...{ rng: createRng(1, "actions"), bucket: new TokenBucket(clock, 6000), timeoutMs: 20_000 },
    cache: new ResponseCache(join(folder, "cache"), 2 ** 20),
  });
  return alpacaActions({ client, origin, keys: secrets }, query);
}

const none = { newShares: 1, oldShares: 1, cashPerShare: 0, reference: Number.NaN };

describe("what is listed", () => {
  it("comes by pages and years of its processing, with the key in its headers", async () => {
    const said = await ask(({ path }) =>
      path.includes("page_token=two")
        ? answer({ cash_dividends: [cash("c", "NVDA", "2024-06-11", 0.01, "2024-06-28")] })
        : answer({ forward_splits: [split("a", "NVDA", "2024-06-10", 10)], stock_dividends: null }, "two"),
    );
    const exDate = day("2024-06-10");
    expect(said).toEqual({
      ok: true,
      actions: [
        { ...none, symbol: "NVDA", exDate, kind: "split", newShares: 10 },
        {
          ...{ ...none, symbol: "NVDA", exDate: day("2024-06-11"), kind: "dividend" },
          ...{ cashPerShare: 0.01, payDate: day("2024-06-28") },
        },
      ],
      unread: [],
    });
    const [first, second] = served?.asked ?? [];
    const { pathname, searchParams } = new URL(`http://x${first?.path}`);
    expect([pathname, Object.fromEntries(searchParams)]).toEqual([
      "/v1/corporate-actions",
      { symbols: "AAPL,NVDA", start: "2024-01-01", end: "2024-12-31", limit: "1000" },
    ]);
    expect(second?.path).toContain("page_token=two");
    expect([first?.headers["apca-api-key-id"], first?.headers["apca-api-secret-key"]]).toEqual(KEYS);
  });

  it("is asked for beyond the last day: a dividend is listed by the day of its payment", async () => {
    const late = { ...wanted, from: day("2024-11-01"), to: day("2024-12-20") };
    const said = await ask(
      ({ path }) =>
        path.includes("start=2025-01-01")
          ? answer({ cash_dividends: [cash("c", "AAPL", "2024-12-19", 0.25, "2025-01-08")] })
          : nothing,
      late,
    );
    expect(said).toMatchObject({ actions: [{ exDate: day("2024-12-19"), payDate: day("2025-01-08") }] });
  });

  it("of other days and symbols is left alone", async () => {
    const lists = {
      forward_splits: [
        split("a", "NVDA", "2024-05-31", 10),
        split("b", "NVDA", "2024-07-01", 10),
        split("c", "MSFT", "2024-06-10", 2),
      ],
    };
    expect(await ask(() => answer(lists))).toEqual({ ok: true, actions: [], unread: [] });
  });

  it("under two names is one, and cash of one day is one sum, paid with its last part", async () => {
    const said = await ask(() =>
      answer({
        reverse_splits: [split("a", "NVDA", "2024-06-10", 1, 8), split("b", "NVDA", "2024-06-10", 2, 16)],
        cash_dividends: [
          cash("c", "AAPL", "2024-06-11", 0.25, "2024-06-20"),
          cash("d", "AAPL", "2024-06-11", 0.25, "2024-06-20"),
          { ...cash("e", "AAPL", "2024-06-11", 3, "2024-06-27"), special: true },
        ],
        stock_dividends: [{ id: "f", symbol: "AAPL", rate: 0.05, ex_date: "2024-06-03" }],
      }),
    );
    expect(said).toMatchObject({
      actions: [
        { symbol: "NVDA", kind: "split", newShares: 1, oldShares: 8 },
        { symbol: "AAPL", kind: "split", newShares: 21, oldShares: 20 },
        { symbol: "AAPL", kind: "dividend", cashPerShare: 3.25, payDate: day("2024-06-27") },
      ],
    });
  });

  it("that is neither split nor cash, or two splits of a month, is named and not made up", async () => {
    const said = await ask(() =>
      answer({
        forward_splits: [split("a", "NVDA", "2024-06-10", 10), split("b", "NVDA", "2024-06-24", 10)],
        spin_offs: [{ id: "s", source_symbol: "AAPL", new_symbol: "APPL", ex_date: "2024-06-05" }],
      }),
    );
    expect(said).toEqual({
      ok: true,
      actions: [],
      unread: [
        "AAPL 2024-06-05 spin off",
        "NVDA 2024-06-10 one of two splits of a month",
        "NVDA 2024-06-24 one of two splits of a month",
      ],
    });
  });

  it("is taken from disk where its year is long over", async () => {
    const years = { ...wanted, from: day("2022-03-01") };
    await ask(() => nothing, years);
    expect(served?.asked.length).toBe(3);
    await again(served as ServedProvider, { ...years, to: (years.to + 1) as DayNumber });
    expect(served?.asked.length).toBe(4);
  });
});

it.each([
  ["something else", () => ({ status: 200, body: "<html>" }), "unreadable"],
  ["a list that is none", () => answer({ forward_splits: "many" }), "unreadable"],
  ["a page for ever", () => answer({}, "again"), "unreadable"],
  ["no right to it", () => ({ status: 403, body: `{"message":"${KEYS[1]} may not"}` }), "denied"],
  [
    "a second page that fails",
    ({ path }: { path: string }) =>
      path.includes("page_token")
        ? { status: 500, body: "" }
        : answer({ forward_splits: [split("a", "NVDA", "2024-06-10", 10)] }, "two"),
    "error",
  ],
] as const)("is a reason and no action: %s", async (_, provider, why) => {
  const said = await ask(provider as Provider);
  expect(said).toMatchObject({ ok: false, why });
  expect(JSON.stringify(said)).not.toContain(KEYS[1]);
});
