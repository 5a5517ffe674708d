/**
 * Goal: a split or a dividend in the middle of a position distorts nothing that a strategy does: what it enters and
 * leaves, its stop, its trail and what it holds are those of a run over prices that look through the action. Method:
 * each strategy twice, over one market on two bases, with an action in most weeks; rotations and swings alike.
 */
import { describe, expect, it } from "vitest";
import { loadConfig } from "../src/app/config.ts";
import { type EngineRun, runEngine } from "../src/app/engine-run.ts";
import { actionEvents } from "../src/app/run-actions.ts";
import { type BarColumns, batchCount } from "../src/domain/bars.ts";
import type { CorporateAction } from "../src/domain/corporate-action.ts";
import { type OrderNumber, Purpose } from "../src/domain/order.ts";
import { type EpochMicros, isoDate } from "../src/domain/time.ts";
import { FillField } from "../src/engine/fill-table.ts";
import { SignalField, SignalKind } from "../src/engine/signal-table.ts";
import { OrderField } from "../src/execution/order-table.ts";
import { xnysSessions } from "../src/market/calendar.ts";
import { newYorkDay } from "../src/market/us-eastern.ts";
import { randomDaily } from "./daily-market.ts";
import { printed } from "./printed-market.ts";

const CASH = 50_000_000;
const smooth = randomDaily({ seed: 21, sessions: 700 });
const { symbols } = smooth.instruments;
const names = "sectors: [AAA, BBB, CCC, DDD], bills: '', top: 2";

/** Rotations hold for months through everything; swings for days, on a stop that follows the price. */
const cases = [
  ["sector_rotation", `{${names}, short: 10, middle: 20, long: 40, trend: 30}`],
  ["vol_managed_momentum", "{lookback: 60, skip: 10, top: 0.5}"],
  ["swing_trend_following", "{adxMinimum: 5}"],
  ["mean_reversion", "{}"],
] as const;

const settings = (id: string, params: string, basis: string): readonly string[] => [
  `features.basis=${basis}`,
  `strategies.${id}.params=${params}`,
  // What depends on the size of a share, or on every earlier cent, would part the two runs.
  ...[
    "sizing.kelly.enabled=false",
    "ensemble.trailing.floor=1",
    "sizing.atr.floor=1",
    "sizing.adv.fraction=1",
  ],
  ...["risk.adv.maxFraction=1", "risk.restricted.minPrice=0", "execution.tick=none"],
  "sizing.positionUsd=1000000000",
  "risk.order_size={maxShares: 10000000, maxNotionalUsd: 1000000000}",
  ...["costs.slippage=fixed", "costs.maxParticipation=1"],
];

function run(
  [id, params]: readonly [string, string],
  columns: BarColumns,
  actions: readonly CorporateAction[],
  basis: string,
): EngineRun {
  const config = loadConfig({ assignments: settings(id, params, basis) });
  const events = actionEvents(actions, columns);
  return runEngine({
    config,
    strategyIds: [id],
    columns,
    sessions: xnysSessions(),
    cash: CASH,
    actions: events,
  });
}

/** Instant, instrument and kind of every wish to enter or leave. */
function wishes({ loop }: EngineRun): string[] {
  const { signals } = loop.compute;
  return Array.from({ length: signals.length }, (_, row) => row)
    .filter((row) => signals.get(row, SignalField.kind) !== SignalKind.Protect)
    .map((row) => {
      const [at = 0, instrument, kind] = [SignalField.at, SignalField.instrument, SignalField.kind].map(
        (field) => signals.get(row, field),
      );
      return `${isoDate(newYorkDay(at as EpochMicros))} ${instrument} ${kind}`;
    });
}

const stopsFilled = ({ loop: { execute } }: EngineRun): number =>
  Array.from(
    { length: execute.fills.length },
    (_, n) => execute.fills.get(n, FillField.order) as OrderNumber,
  ).filter((order) => execute.orders.get(order, OrderField.purpose) === Purpose.StopLoss).length;

const dayOfBatch = (batch: number) => newYorkDay(smooth.closedAt[batch] as EpochMicros);

describe.each(cases)("%s through splits", (...one) => {
  /** In most weeks, so that some fall on positions, resting stops and entries on their way. */
  const splits = Array.from({ length: 90 }, (_, n): CorporateAction => {
    const [newShares = 1, oldShares = 1] =
      [
        [2, 1],
        [1, 2],
        [3, 1],
        [1, 3],
      ][Math.floor(n / 4) % 4] ?? [];
    const symbol = symbols[n % symbols.length] ?? "";
    return {
      symbol,
      exDate: dayOfBatch(20 + 7 * n),
      kind: "split",
      newShares,
      oldShares,
      cashPerShare: 0,
      reference: Number.NaN,
    };
  });
  const raw = run(one, printed(smooth, splits), splits, "split");
  const adjusted = run(one, smooth, [], "split");

  it("wishes the same, day by day", () => {
    expect(wishes(adjusted).length).toBeGreaterThan(20);
    expect(wishes(raw)).toEqual(wishes(adjusted));
  });

  it("is stopped as often, trades as often, and ends with the same money and holdings, up to whole shares", () => {
    expect(stopsFilled(raw)).toBe(stopsFilled(adjusted));
    expect(raw.loop.execute.trades.length).toBe(adjusted.loop.execute.trades.length);
    const [a, b] = [raw.loop.execute, adjusted.loop.execute];
    expect(Math.abs(a.equity / b.equity - 1)).toBeLessThan(1e-4);
    expect(Math.abs(a.portfolio.gross - b.portfolio.gross)).toBeLessThan(1e-4 * CASH);
  });
});

describe.each(cases)("%s through dividends", (...one) => {
  /** 2 % of the price, each symbol about every quarter of a year. */
  const YIELD = 0.02;
  const { columns, dividends } = withDividends(YIELD);
  const raw = run(one, columns, dividends, "full");
  const adjusted = run(one, smooth, [], "full");

  it("wishes the same, day by day", () => {
    expect(dividends.length).toBeGreaterThan(30);
    expect(wishes(raw)).toEqual(wishes(adjusted));
  });

  it("is stopped as often and is paid what the price lost", () => {
    expect(stopsFilled(raw)).toBe(stopsFilled(adjusted));
    expect(raw.loop.execute.trades.length).toBe(adjusted.loop.execute.trades.length);
    expect(raw.loop.execute.income.length).toBeGreaterThan(0);
  });
});

/** The market as it would have been printed had its prices looked through dividends. */
function withDividends(fraction: number) {
  const columns = { ...smooth };
  for (const field of ["open", "high", "low", "close"] as const) columns[field] = smooth[field].slice();
  const factor = new Float64Array(symbols.length).fill(1);
  const last = new Float64Array(symbols.length).fill(Number.NaN);
  const dividends: CorporateAction[] = [];
  for (let batch = 0; batch < batchCount(smooth); batch++) {
    for (let row = smooth.offset[batch]!; row < smooth.offset[batch + 1]!; row++) {
      const i = smooth.instrument[row]!;
      if ((batch + 16 * i) % 61 === 0 && !Number.isNaN(last[i]!)) {
        const shares = { newShares: 1, oldShares: 1, reference: Number.NaN };
        const cashPerShare = fraction * last[i]!;
        dividends.push({
          symbol: symbols[i]!,
          exDate: dayOfBatch(batch),
          kind: "dividend",
          cashPerShare,
          ...shares,
        });
        factor[i] = factor[i]! * (1 - fraction);
      }
      for (const field of ["open", "high", "low", "close"] as const)
        columns[field][row] = smooth[field][row]! * factor[i]!;
      last[i] = columns.close[row]!;
    }
  }
  return { columns, dividends };
}
