/** Goal: a run from a date on begins as warm as one that was there before, and nothing but warmer. */
import { expect, it } from "vitest";
import { randomDaily } from "../../test/daily-market.ts";
import { batchCount } from "../domain/bars.ts";
import type { CorporateActionEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { OrderNumber } from "../domain/order.ts";
import { type DayNumber, type EpochMicros, parseIsoDate } from "../domain/time.ts";
import { OrderField } from "../execution/order-table.ts";
import { xnysSessions } from "../market/calendar.ts";
import { strategies } from "../strategies/registry.ts";
import { loadConfig } from "./config.ts";
import { runEngine } from "./engine-run.ts";
import { coldSessions, coldWarnings, historyOf, historyStart, splitAt } from "./run-history.ts";
import { runVariants } from "./variants.ts";

const sessions = xnysSessions();
const all = randomDaily({ seed: 3, sessions: 700 });
const base = { config: loadConfig(), strategyIds: ["swing_trend_following"], sessions, cash: 1e5 };

function partedAt(batch: number, events: readonly CorporateActionEvent[] = []) {
  const from = sessions.date[sessions.close.indexOf(all.closedAt[batch] ?? 0)] as DayNumber;
  const parted = splitAt(all, from);
  if (parted === undefined) throw new Error("nothing to run over");
  return { columns: parted.columns, ...historyOf(parted.before, events) };
}

it("parts columns at a day and shares the rows", () => {
  const { columns, history } = partedAt(400);
  expect(batchCount(columns)).toBe(300);
  expect(history?.columns.closedAt).toHaveLength(400);
  expect(columns.closedAt[0]).toBe(all.closedAt[400]);
  expect(columns.offset[0]).toBe(0);
  expect(columns.close.buffer).toBe(all.close.buffer);
  const rows = history?.columns.offset.at(-1) ?? 0;
  expect([...columns.close]).toEqual([...all.close.subarray(rows)]);
  expect(splitAt(all, 40_000 as DayNumber)).toBeUndefined();
});

it("sees at the end what a run over everything sees, bit for bit, though it traded on less", () => {
  const whole = runEngine({ ...base, columns: all }).loop.compute.bank;
  const { loop, curve } = runEngine({ ...base, ...partedAt(400) });
  const { bank } = loop.compute;
  expect(bank.features.length).toBeGreaterThan(2);
  for (const feature of bank.features) {
    for (const output of feature.outputs.keys())
      expect(bank.column({ feature, output })).toEqual(whole.column({ feature, output }));
  }
  expect(curve.equity).toHaveLength(300);
});

it("decides from the first session on, not when features have warmed up in it", () => {
  const firstOrder = (setup: Parameters<typeof runEngine>[0]): number =>
    runEngine(setup).loop.execute.orders.get(0 as OrderNumber, OrderField.decidedAt);
  const { columns, history } = partedAt(400);
  if (history === undefined) throw new Error("no history");
  const start = columns.closedAt[0] ?? 0;
  const warm = firstOrder({ ...base, columns, history });
  const cold = firstOrder({ ...base, columns });
  expect(warm).toBeGreaterThanOrEqual(start);
  expect(cold - warm).toBeGreaterThan(20 * 86_400e6);
});

it("what came over the night before the first session is the first thing the run meets", () => {
  const night = ((all.closedAt[400] ?? 0) - 3600e6) as EpochMicros;
  const earlier = ((all.closedAt[100] ?? 0) - 3600e6) as EpochMicros;
  const split = (at: EpochMicros): CorporateActionEvent => ({
    kind: "SharesSplit",
    at,
    instrument: 0 as InstrumentId,
    newShares: 2,
    oldShares: 1,
  });
  const { actions, history } = partedAt(400, [split(earlier), split(night)]);
  expect(actions.map(({ at }) => at)).toEqual([night]);
  expect(history?.actions.map(({ at }) => at)).toEqual([earlier]);
});

it("workers warm up on the same history", async () => {
  const setup = { ...base, ...partedAt(400) };
  const worker = new URL("./variant-worker.ts", import.meta.url);
  const variants = [{}, { forFree: true }];
  const two = await runVariants(setup, variants, 2, worker);
  expect(two).toEqual(await runVariants(setup, variants, 1, worker));
});

it("reaches three times as far back as the slowest feature needs, and 25 sessions at least", () => {
  const from = parseIsoDate("2015-06-01") as DayNumber;
  const module = strategies.find(({ id }) => id === "mean_reversion");
  const bound = module === undefined ? [] : [module.bind({})];
  const slowest = Math.max(...bound.flatMap(({ features }) => features.map(([, ref]) => ref.feature.warmup)));
  const index = (day: number) => sessions.date.indexOf(day);
  expect(index(from) - index(historyStart(from, bound, "1d"))).toBe(3 * slowest);
  expect(index(from) - index(historyStart(from, bound, "1m"))).toBe(25);
});

it.each([
  { history: 400, warmup: 200, cold: 0 },
  { history: 199, warmup: 200, cold: 0 },
  { history: 100, warmup: 200, cold: 99 },
  { history: 400, warmup: 1_000, cold: 300 },
])("with $history bars before it, a feature that needs $warmup is cold for $cold sessions", (row) => {
  const { columns, history } = partedAt(400);
  const before = { closedAt: new Float64Array(row.history) } as never;
  const needs = (warmup: number) => [{ timeframe: "1d" as const, bank: { warmup: () => warmup } }];
  const cold = coldSessions(columns, history && { ...history, columns: before }, needs(row.warmup));
  expect(cold).toBe(row.cold);
  expect(coldWarnings(cold, 300)).toHaveLength(row.cold === 0 ? 0 : 1);
  expect(coldSessions(columns, undefined, needs(51))).toBe(50);
});
