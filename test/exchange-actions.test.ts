/** Goal: the twin lists the corporate actions that it was told to have, to whom and while it should, as the vendor does. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { dayNumber, type EpochMicros } from "../src/domain/time.ts";
import { type RunningExchange, startExchange } from "../src/exchange/exchange-server.ts";
import { SyntheticPrices } from "../src/exchange/prices/synthetic-prices.ts";
import { parseAction } from "../src/exchange/scripted-actions.ts";
import { ask } from "./exchange-client.ts";

const source = new SyntheticPrices(7, dayNumber(2026, 11, 18));
const startsAt = (Date.parse("2026-11-18T13:00:00Z") * 1000) as EpochMicros;
const lines = [
  "VAULO split 4:1 2026-11-19",
  "VAULO dividend 0.25 2026-11-19 paid 2026-11-30",
  "BYTEL split 1:10 2026-11-20",
  "BYTEL rename BYT 2026-11-23",
  "TIDES split 2:1 2026-11-19 listed 2026-11-18T15:00:00Z",
  "DRILO split 2:1 2026-11-19 withdrawn 2026-11-18T12:00:00Z",
];

let exchange: RunningExchange;
beforeAll(async () => {
  const actions = lines.map((line) => parseAction(line, "test"));
  exchange = await startExchange({ source, startsAt, speed: 0.001, rateLimit: 1_000_000, actions });
});
afterAll(() => exchange.close());

const list = async (query: string) => (await ask(exchange, `/v1/corporate-actions?${query}`)).json;
const names = (json: { corporate_actions: Record<string, readonly Record<string, unknown>[]> }) =>
  Object.entries(json.corporate_actions).flatMap(([kind, rows]) =>
    rows.map((row) => `${kind} ${row.symbol ?? row.old_symbol}`),
  );

it("by list, in order of processing; late ones and withdrawn ones are not there", async () => {
  const json = await list("start=2026-11-18&end=2026-12-31");
  expect(names(json).toSorted()).toEqual([
    "cash_dividends VAULO",
    "forward_splits VAULO",
    "name_changes BYTEL",
    "reverse_splits BYTEL",
  ]);
  expect(json.corporate_actions.forward_splits[0]).toMatchObject({
    new_rate: 4,
    old_rate: 1,
    ex_date: "2026-11-19",
  });
  expect(json.next_page_token).toBeNull();
});

it.each([
  ["symbols=BYTEL", ["name_changes BYTEL", "reverse_splits BYTEL"]],
  ["types=forward_split", ["forward_splits VAULO"]],
  ["start=2026-11-20&end=2026-11-22", ["reverse_splits BYTEL"]],
  ["end=2026-11-18", []],
])("%s", async (query, wanted) => expect(names(await list(query)).toSorted()).toEqual(wanted));

it("in pages whose token leads on", async () => {
  const seen: string[] = [];
  for (let token = ""; ; ) {
    const json = await list(`limit=1${token === "" ? "" : `&page_token=${token}`}`);
    seen.push(...names(json));
    if (json.next_page_token === null) break;
    token = json.next_page_token;
  }
  expect(new Set(seen).size).toBe(4);
  expect(seen).toHaveLength(4);
});
