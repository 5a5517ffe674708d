/**
 * Goal: the drift after earnings is found where it was planted and not where it was not (STRAT-4), and the strategy
 * keeps the contract. Method: days of twelve companies with reports every quarter, and a drift that is put in or not.
 */
import { faultsOf } from "plimsoll/strategy-test";
import { describe, expect, it, test } from "vitest";
import { loadConfig } from "../src/app/config.ts";
import { runEngine } from "../src/app/engine-run.ts";
import type { ReferenceTold } from "../src/domain/events.ts";
import type { InstrumentId } from "../src/domain/instrument.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import { SignalField, SignalKind } from "../src/engine/signal-table.ts";
import { xnysSessions } from "../src/market/calendar.ts";
import { createRng } from "../src/numerics/rng.ts";
import { type DayBar, dailyColumns } from "../test/daily-market.ts";
import { strategy } from "./earnings-drift.ts";

test("keeps the contract of a strategy", () => {
  expect(faultsOf(strategy)).toEqual([]);
});

const SYMBOLS = 12;
const SESSIONS = 500;
const QUARTER = 63;
const DRIFT_DAYS = 45;

/** Surprises by company and quarter; report `q` of company `i` is known at the close of session `10 + 3 i + 63 q`. */
const surprises = Array.from({ length: SYMBOLS }, (_, i) => {
  const rng = createRng(9, `surprise ${i}`);
  return Array.from({ length: 9 }, () => 2 * rng.normal());
});
const lastReport = (i: number, session: number) => Math.floor((session - 10 - 3 * i) / QUARTER);
const ageOf = (i: number, session: number) => session - 10 - 3 * i - QUARTER * lastReport(i, session);

/** `drift`: log return a day for so many days after a report, times its surprise. */
function market(drift: number) {
  const paths = Array.from({ length: SYMBOLS }, (_, i): [string, DayBar[]] => {
    const rng = createRng(4, `path ${i}`);
    let price = 50 + 50 * rng.uniform();
    const days = Array.from({ length: SESSIONS }, (_day, n) => {
      const quarter = lastReport(i, n - 1);
      const isDrifting = quarter >= 0 && ageOf(i, n - 1) < DRIFT_DAYS;
      const tilt = isDrifting ? drift * (surprises[i]?.[quarter] ?? 0) : 0;
      const open = price;
      const close = open * Math.exp(tilt + 0.006 * rng.normal());
      price = close;
      const [high, low] = [Math.max(open, close) * 1.002, Math.min(open, close) * 0.998];
      return { open, high, low, close, volume: 2e6 };
    });
    return [`E${i}`, days];
  });
  return dailyColumns(Object.fromEntries(paths));
}

function reports(closedAt: Float64Array): ReferenceTold[] {
  return Array.from(closedAt, (at, n) => ({
    ...{ kind: "ReferenceTold" as const, at: at as EpochMicros, table: "earnings", isWhole: true as const },
    rows: Array.from({ length: SYMBOLS }, (_, i) => i)
      .filter((i) => lastReport(i, n) >= 0 && ageOf(i, n) <= 60)
      .map((i) => ({
        instrument: i as InstrumentId,
        values: [surprises[i]?.[lastReport(i, n)] ?? null, ageOf(i, n)],
      })),
  }));
}

function run(drift: number, isTold = true) {
  const columns = market(drift);
  const references = isTold ? reports(columns.closedAt) : [];
  const config = loadConfig();
  const setup = {
    config,
    strategyIds: [strategy.id],
    columns,
    references,
    sessions: xnysSessions(),
    cash: 100_000,
  };
  const { loop, curve } = runEngine(setup, { modules: [strategy] });
  const { signals } = loop.compute;
  const entered = Array.from({ length: signals.length }, (_, row) => row)
    .filter((row) => signals.get(row, SignalField.kind) === SignalKind.Enter)
    .map((row) => {
      const n = columns.closedAt.indexOf(signals.get(row, SignalField.at));
      const i = signals.get(row, SignalField.instrument);
      return { age: ageOf(i, n), surprise: surprises[i]?.[lastReport(i, n)] ?? Number.NaN };
    });
  return { made: (curve.equity.at(-1) ?? 0) - 100_000, entered, trades: loop.execute.trades.length };
}

describe("earnings drift", () => {
  const planted = run(0.001);

  it("enters what surprised, within three sessions of the report", () => {
    expect(planted.trades).toBeGreaterThan(10);
    for (const { age, surprise } of planted.entered) {
      expect(age).toBeLessThan(3);
      expect(surprise).toBeGreaterThanOrEqual(1);
    }
  });

  it("makes what was planted, and next to nothing of the same days without it", () => {
    const without = run(0);
    expect(planted.made).toBeGreaterThan(4_000);
    expect(planted.made).toBeGreaterThan(4 * Math.abs(without.made));
    expect(without.trades).toBeGreaterThan(10);
  });

  it("does nothing where nobody tells of reports", () => {
    expect(run(0.001, false)).toMatchObject({ made: 0, entered: [], trades: 0 });
  });
});
