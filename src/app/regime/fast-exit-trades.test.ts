/**
 * Goal    a trade that the regime's fast exit closed says so, and one that a kill closed does not (REGIME-2, RISK-6).
 * Method  a whole run over two sessions of five-minute bars, in which the index falls for an hour and a half.
 */
import { expect, it } from "vitest";
import { type Bar, columnsFromBars } from "../../domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../../domain/instrument.ts";
import type { RegimeReading } from "../../domain/regime-reading.ts";
import { dayNumber, type EpochMicros } from "../../domain/time.ts";
import { sessionsBetween, xnysSessions } from "../../market/calendar.ts";
import { loadConfig } from "../config.ts";
import { type RunSetup, runEngine } from "../engine-run.ts";
import { tradeRows } from "../trade-rows.ts";

const days = sessionsBetween(dayNumber(2024, 3, 4), dayNumber(2024, 3, 5));
const FIVE = 5 * 60e6;

/** The index falls by 0.15 % a bar from the 20th bar of the first session to the 38th. */
function bars(): Bar[] {
  return Array.from(days.open).flatMap((open, session) =>
    Array.from({ length: 78 }, (_, n) => {
      const fallen = session > 0 ? 18 : Math.max(0, Math.min(18, n - 20));
      return [500 * (1 - 0.0015 * fallen), 100].map((close, i): Bar => {
        const prices = { open: close, high: close * 1.0001, low: close * 0.9999, close };
        const closedAt = (open + (n + 1) * FIVE) as EpochMicros;
        return { instrument: i as InstrumentId, closedAt, ...prices, volume: 1e6 };
      });
    }).flat(),
  );
}

const regime = Array.from(days.date, (session): RegimeReading => {
  const model = { bull: 0.95, neutral: 0.04, bear: 0.01, regime: "Bull", longScale: 1 } as const;
  return { session, ...model, vix: 18, vixRegime: "normal", vixScale: 1 } as RegimeReading;
});

const closedBy = (over: Partial<RunSetup>, assignments: readonly string[] = []) => {
  const columns = columnsFromBars("5m", instrumentTable(["SPY", "AAA"]), bars());
  const setup: RunSetup = {
    ...{ config: loadConfig({ assignments }), strategyIds: ["buy_and_hold"], columns },
    ...{ sessions: xnysSessions(), cash: 100_000, ...over },
  };
  const run = runEngine(setup);
  return { run, trades: tradeRows(run, columns) };
};

it("the fast exit is named as what closed a long", () => {
  const { run, trades } = closedBy({ regime });
  expect(run.loop.execute.regime?.changes.map(({ now }) => now)).toContain("fast_exit");
  expect(trades.map(({ symbol, whyOut }) => [symbol, whyOut])).toEqual([
    ["SPY", "longs were closed by the regime's fast exit"],
    ["AAA", "longs were closed by the regime's fast exit"],
  ]);
});

it("a kill is not", () => {
  const { trades } = closedBy({}, [
    "breakers.day_high_drawdown={action: kill, maxFraction: 0.0002}",
    "risk.daily_drawdown.maxFraction=0.0002",
  ]);
  expect(new Set(trades.map(({ whyOut }) => whyOut))).toEqual(new Set(["everything was closed"]));
});
