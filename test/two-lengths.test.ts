/**
 * Strategies of days and of minutes in one account. Goal: one that decides on daily bars decides in a run over
 * five-minute bars as it does in a run over the daily bars made of them; it speaks at closes alone; the canary holds.
 */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { LoadedBars, LoadRequest } from "../src/adapters/lake/load-bars.ts";
import { compareDecisions, decideWithFuture, decisionsBefore } from "../src/app/canary.ts";
import { loadConfig, withSettings } from "../src/app/config.ts";
import { dailyHistory } from "../src/app/daily-history.ts";
import { type RunSetup, runEngine } from "../src/app/engine-run.ts";
import { splitAt } from "../src/app/run-history.ts";
import { InputError } from "../src/domain/assert.ts";
import { type Bar, type BarColumns, batchCount, columnsFromBars } from "../src/domain/bars.ts";
import type { InstrumentId } from "../src/domain/instrument.ts";
import { type DayNumber, dayOf, type EpochMicros } from "../src/domain/time.ts";
import { SignalField } from "../src/engine/signal-table.ts";
import { atr } from "../src/features/atr.ts";
import { output } from "../src/features/feature.ts";
import { rsi } from "../src/features/rsi.ts";
import { xnysSessions } from "../src/market/calendar.ts";
import { strategies } from "../src/strategies/registry.ts";
import { defineStrategy } from "../src/strategies/strategy.ts";
import { randomIntraday } from "./intraday-market.ts";

const sessions = xnysSessions();
const five = randomIntraday({ seed: 4, sessions: 2400 });
const config = loadConfig({
  assignments: [
    ...["sizing.kelly.enabled=false", "risk.price_collar.maxFraction=0.05", "execution.auctionOffsetBps=500"],
    ...["breakers.strategy_losses.losses=100", "breakers.account_losses.losses=100", "sizing.atr.floor=1"],
  ],
});

/** Decides on daily bars alone, and often. */
const swinger = defineStrategy({
  id: "swinger",
  card: {
    idea: "in below the middle, out above it",
    source: "this test, no paper at all",
    failsWhen: "costs, always",
  },
  timeframes: ["1d"],
  params: z.strictObject({}),
  sizing: "fixed_risk",
  reasons: { low: "RSI {0}", high: "RSI {0}" },
  memory: {},
  features: () => ({ rsi: output(rsi({ period: 2 })), atr: output(atr({ period: 3 }), "atr_3") }),
  decide(view) {
    for (let n = 0; n < view.size; n++) {
      const i = view.instrument(n);
      const strength = view.feature.rsi.at(i);
      if (view.position(i) === 0 && strength < 45) {
        const stop = view.close(i) - 12 * view.feature.atr.at(i);
        view.enter({ instrument: i, conviction: 1, stop, timeStopBars: 3 }, "low", strength);
      } else if (view.position(i) > 0 && strength > 55) view.exit(i, "high", strength);
    }
  },
});
const modules = [...strategies, swinger];

/** The daily bars of the five-minute ones. */
function daily(columns: BarColumns): BarColumns {
  const bars = new Map<string, Bar>();
  for (let b = 0; b < batchCount(columns); b++)
    for (let row = columns.offset[b]!; row < columns.offset[b + 1]!; row++) {
      const index = sessions.close.findIndex((close) => close >= columns.closedAt[b]!);
      const i = columns.instrument[row]! as InstrumentId;
      const key = `${index} ${i}`;
      const one = { high: columns.high[row]!, low: columns.low[row]!, volume: columns.volume[row]! };
      const before = bars.get(key);
      bars.set(key, {
        ...{ instrument: i, closedAt: sessions.close[index] as EpochMicros, close: columns.close[row]! },
        open: before?.open ?? columns.open[row]!,
        high: Math.max(before?.high ?? one.high, one.high),
        low: Math.min(before?.low ?? one.low, one.low),
        volume: (before?.volume ?? 0) + one.volume,
      });
    }
  return columnsFromBars("1d", columns.instruments, [...bars.values()]);
}

const ran = (columns: BarColumns, strategyIds: readonly string[], more: Partial<RunSetup> = {}) =>
  runEngine({ config, strategyIds, columns, sessions, cash: 100_000, ...more }, { modules });

function said({ loop }: ReturnType<typeof ran>, strategy: number): string[] {
  const { signals } = loop.compute;
  const rows: string[] = [];
  for (let row = 0; row < signals.length; row++) {
    const get = (field: SignalField) => signals.get(row, field);
    // The second one misses bars, also the first of a day, in whose auction its order then finds nobody.
    if (get(SignalField.strategy) !== strategy || get(SignalField.instrument) === 1) continue;
    const day = dayOf(get(SignalField.at) as EpochMicros);
    rows.push(`${day} ${get(SignalField.instrument)} ${get(SignalField.kind)} ${get(SignalField.reason)}`);
  }
  return rows;
}

describe("a run over short bars that begins with days of the lake", () => {
  const days = daily(five);
  const first = sessions.date[sessions.close.indexOf(days.closedAt[12]!)] as DayNumber;
  const short = splitAt(five, first)!.columns;
  const long = splitAt(days, first)!;
  /** As a lake has them; asked for with the days of the run, too. */
  const lakeOf = (bars: BarColumns) => ({
    list: () => five.instruments.symbols.map((symbol) => ({ symbol, timeframe: "1d" })) as never,
    loadBars: async ({ to, adjust }: LoadRequest): Promise<LoadedBars> => {
      if (adjust !== undefined) throw new InputError("nothing is left to adjust");
      const columns = splitAt(bars, (to! + 1) as DayNumber)?.before ?? bars;
      return { columns, snapshot: "days", series: [], raw: { actions: [], findings: [], factors: [] } };
    },
  });
  const bound = [{ features: swinger.bind({}).features, timeframe: "1d" as const }];
  const asked = {
    ...{ timeframe: "5m" as const, config, snapshot: undefined, source: undefined },
    adjustment: undefined,
  };
  const historyFrom = (bars: BarColumns) =>
    dailyHistory({ ...asked, lake: lakeOf(bars) }, bound, short, undefined);

  it("decides from its first close on as a run over the days does, by features that are the same to the last bit", async () => {
    const { instruments: _, ...before } = long.before;
    const alone = ran(long.columns, ["swinger"], { history: { columns: before, actions: [] } });
    const warm = ran(short, ["swinger"], { longer: (await historyFrom(days))!.longer });
    expect(said(alone, 0).length).toBeGreaterThan(20);
    expect(said(warm, 0)).toEqual(said(alone, 0));
    expect(firstNumbers(warm)).toEqual(firstNumbers(alone));
    expect(said(ran(short, ["swinger"]), 0)).not.toEqual(said(alone, 0));
  });

  it("is shown no day that it is made of, and no future: poisoned days change nothing", async () => {
    const { longer } = (await historyFrom(days))!;
    expect(Math.max(...longer.columns.closedAt)).toBe(days.closedAt[11]);
    const poisoned = {
      ...days,
      close: days.close.map((close, row) => (row < long.before.close.length ? close : 9 * close)),
    };
    expect((await historyFrom(poisoned))!.longer.columns.close).toEqual(longer.columns.close);
    expect(said(ran(short, ["swinger"], { longer }), 0)).toEqual(
      said(ran(short, ["swinger"], { longer: (await historyFrom(poisoned))!.longer }), 0),
    );
  });

  it("begins cold where the day before is not there, and where nobody decides on days", async () => {
    const hole = splitAt(days, sessions.date[sessions.date.indexOf(first) - 1] as DayNumber)!.before;
    expect(await historyFrom(hole)).toBeUndefined();
    const none = [{ features: bound[0]!.features, timeframe: "5m" as const }];
    expect(await dailyHistory({ ...asked, lake: lakeOf(days) }, none, short, undefined)).toBeUndefined();
  });
});

function firstNumbers({ loop }: ReturnType<typeof ran>): number[] {
  const { signals } = loop.compute;
  return [SignalField.at, SignalField.stop, SignalField.conviction].map((field) => signals.get(0, field));
}

describe("one account, two lengths of bars", () => {
  const together = ["intraday_mean_reversion", "swinger"];

  it("who decides on daily bars decides as in a run over daily bars", () => {
    const alone = said(ran(daily(five), ["swinger"]), 0);
    expect(alone.length).toBeGreaterThan(20);
    expect(said(ran(five, ["swinger"]), 0)).toEqual(alone);
  });

  it("a strategy of many lengths decides on the one that its setting names, and never below the run's", () => {
    const id = "swing_trend_following";
    const set = (timeframe: string) =>
      withSettings(config, [`strategies.${id}.timeframe=${timeframe}`], "test");
    const alone = said(ran(daily(five), [id]), 0);
    expect(alone.length).toBeGreaterThan(0);
    expect(said(ran(five, [id], { config: set("1d") }), 0)).toEqual(alone);
    expect(said(ran(five, [id], { config: set("auto") }), 0)).not.toEqual(alone);
    expect(() => ran(five, [id], { config: set("1m") })).toThrow(
      "strategies.swing_trend_following.timeframe = 1m: the bars of the run are 5m; must be auto or one of 1d, 5m",
    );
  });

  it("both trade in one run, each on its own bars", () => {
    const run = ran(five, together);
    expect(said(run, 0).length).toBeGreaterThan(5);
    expect(said(run, 1).length).toBeGreaterThan(20);
    const { signals } = run.loop.compute;
    for (let row = 0; row < signals.length; row++)
      if (signals.get(row, SignalField.strategy) === 1)
        expect(sessions.close).toContain(signals.get(row, SignalField.at));
    expect(run.loop.compute.groups.map(({ timeframe }) => timeframe)).toEqual(["5m", "1d"]);
  });

  it("cutting the future off in the middle of a day changes no decision before", () => {
    const setup = { config, strategyIds: together, columns: five, sessions, cash: 100_000 };
    const { loop } = runEngine(setup, { modules });
    const cut = Math.floor(batchCount(five) * 0.61);
    const { signals } = loop.compute;
    const before = decisionsBefore(signals, loop.execute.orders, five.closedAt[cut - 1]!);
    for (const future of ["truncated", "poisoned"] as const) {
      const names = { strategies: together, symbols: five.instruments.symbols };
      const found = compareDecisions(
        before,
        decideWithFuture(setup, { cut, future, seed: 3 }, modules),
        names,
      );
      expect(found.compared).toBeGreaterThan(10);
      expect(found.moved).toBe(0);
    }
  });
});
