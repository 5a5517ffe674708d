/**
 * What do streaming features cost beside a loop that does only the arithmetic?
 *
 * Question  eight indicators over 500 symbols x 1950 minutes, bar by bar over all symbols, values ready after
 *           each bar; then the whole catalogue: the close of one minute of 500 symbols with forty outputs.
 * Budget    at least 0.35 of the limit loop and 50 times trading-signals; under 0.15 the design is wrong. One
 *           minute's close at most 2 ms at the 99th percentile. After 200,000 bars and two collections a million
 *           more bars grow the heap by less than 256 KiB (PERFORMANCE.md).
 * Rivals    the limit loop and trading-signals, in turns in the same process.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { BarBatch, BarColumns } from "../src/domain/bars.ts";
import { batchCount } from "../src/domain/bars.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import { worldOf } from "../src/features/batch.ts";
import type { Feature, FeatureState } from "../src/features/feature.ts";
import { features as catalogue } from "../src/features/registry.ts";
import { readSet, toColumns } from "./generated-data.ts";
import { INDICATORS, indicatorLoop } from "./rivals/indicator-loop.ts";
import { tradingSignals, tradingSignalsBySymbol } from "./rivals/trading-signals.ts";
import { takeTurns } from "./timing.ts";

const GOAL = 0.35;
const FLOOR = 0.15;
const RIVAL_GOAL = 50;
const TURNS = 15;
const RIVAL_TURNS = 2;
/** One output of each of the eight. */
const EIGHT = ["sma_20", "ema_20", "ema_50", "rsi_14", "macd", "bb_upper", "atr_14", "adx_14"];
const CATALOGUE_OUTPUTS = 40;

export interface FeatureFigures {
  readonly bench: "features";
  readonly updatesPerSecond: number;
  readonly limitUpdatesPerSecond: number;
  readonly ratioToLimit: number;
  /** Bar by bar over all symbols, as a market comes: both sides. */
  readonly ratioToTradingSignals: number;
  /** To the rival on its best walk, one symbol to its end before the next, which no live market allows. */
  readonly ratioToTradingSignalsBySymbol: number;
  /** Milliseconds of one minute's close, 500 symbols, the first outputs of the catalogue that make forty. */
  readonly minuteCloseMsP50: number;
  readonly minuteCloseMsP99: number;
  readonly outputs: number;
  /** The same for the whole catalogue. */
  readonly wholeCatalogueMsP50: number;
  readonly wholeCatalogueOutputs: number;
  readonly heapGrowthKiB: number;
  readonly goal: number;
  readonly floor: number;
  readonly rivalGoal: number;
  readonly verdict: "goal reached" | "above the floor" | "below the floor";
}

export function featuresBench(directory: string): FeatureFigures {
  const data = readSet(directory, "uni");
  const columns = toColumns(data);
  const eight = EIGHT.map(featureOf);
  const timed = takeTurns(
    { limit: () => indicatorLoop(data), ours: () => stream(start(eight, columns), columns) },
    TURNS,
  );
  const rival = takeTurns(
    { theirs: () => tradingSignals(data), bySymbol: () => tradingSignalsBySymbol(data) },
    RIVAL_TURNS,
  );
  const updates = data.symbols * data.bars * INDICATORS;
  const perSecond = updates / timed.ours!.seconds;
  const theirs = updates / rival.theirs!.seconds;
  const ratioToLimit = timed.limit!.seconds / timed.ours!.seconds;
  const forty = firstOutputs(CATALOGUE_OUTPUTS);
  const close = closeTimes(forty, columns);
  const whole = closeTimes(catalogue, columns);
  return {
    bench: "features",
    updatesPerSecond: Math.round(perSecond),
    limitUpdatesPerSecond: Math.round(updates / timed.limit!.seconds),
    ratioToLimit,
    ratioToTradingSignals: perSecond / theirs,
    ratioToTradingSignalsBySymbol: (perSecond * rival.bySymbol!.seconds) / updates,
    minuteCloseMsP50: percentile(close, 0.5),
    minuteCloseMsP99: percentile(close, 0.99),
    outputs: countOutputs(forty),
    wholeCatalogueMsP50: percentile(whole, 0.5),
    wholeCatalogueOutputs: countOutputs(catalogue),
    heapGrowthKiB: heapGrowth(catalogue) / 1024,
    goal: GOAL,
    floor: FLOOR,
    rivalGoal: RIVAL_GOAL,
    verdict:
      ratioToLimit >= GOAL ? "goal reached" : ratioToLimit >= FLOOR ? "above the floor" : "below the floor",
  };
}

function featureOf(name: string): Feature {
  const found = catalogue.find(({ outputs }) => outputs.includes(name));
  if (found === undefined) throw new Error(`no feature yields ${name}`);
  return found;
}

function firstOutputs(most: number): Feature[] {
  let count = 0;
  return catalogue.filter(({ outputs }) => {
    if (count >= most) return false;
    count += outputs.length;
    return true;
  });
}

const countOutputs = (features: readonly Feature[]): number =>
  features.reduce((sum, { outputs }) => sum + outputs.length, 0);

const start = (features: readonly Feature[], columns: BarColumns): FeatureState[] =>
  features.map((feature) => feature.start(worldOf(columns, "S000")));

/** Every batch through every state; the last values are summed so that nothing can be left out. */
function stream(states: readonly FeatureState[], columns: BarColumns): number {
  const batch: BarBatch = { at: 0 as EpochMicros, from: 0, to: 0, columns };
  for (let b = 0; b < batchCount(columns); b++) {
    batch.at = columns.closedAt[b]! as EpochMicros;
    batch.from = columns.offset[b]!;
    batch.to = columns.offset[b + 1]!;
    for (let n = 0; n < states.length; n++) states[n]!.update(batch);
  }
  return states.reduce((sum, { outputs }) => sum + outputs[0]![0]!, 0);
}

/** Milliseconds of each batch after the first half, which warms the code up. */
function closeTimes(features: readonly Feature[], columns: BarColumns): number[] {
  const states = start(features, columns);
  const batch: BarBatch = { at: 0 as EpochMicros, from: 0, to: 0, columns };
  const times: number[] = [];
  for (let b = 0; b < batchCount(columns); b++) {
    batch.at = columns.closedAt[b]! as EpochMicros;
    batch.from = columns.offset[b]!;
    batch.to = columns.offset[b + 1]!;
    const before = process.hrtime.bigint();
    for (let n = 0; n < states.length; n++) states[n]!.update(batch);
    if (b >= batchCount(columns) / 2) times.push(Number(process.hrtime.bigint() - before) / 1e6);
  }
  return times;
}

function percentile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

const WARM_BARS = 200_000;
const MORE_BARS = 1_000_000;
const HEAP_SYMBOLS = 10;

/** Bytes that a million bars leave behind; the bars are played in a circle, so that none is made meanwhile. */
function heapGrowth(features: readonly Feature[]): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const columns = endless(HEAP_SYMBOLS);
  const states = start(features, columns);
  const held = () => {
    collect();
    collect();
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    return heapUsed + external + arrayBuffers;
  };
  circle(states, columns, WARM_BARS / HEAP_SYMBOLS);
  const before = held();
  circle(states, columns, MORE_BARS / HEAP_SYMBOLS);
  return held() - before;
}

function circle(states: readonly FeatureState[], columns: BarColumns, batches: number): void {
  const batch: BarBatch = { at: 0 as EpochMicros, from: 0, to: 0, columns };
  const lap = batchCount(columns);
  for (let n = 0; n < batches; n++) {
    const b = n % lap;
    batch.at = columns.closedAt[b]! as EpochMicros;
    batch.from = columns.offset[b]!;
    batch.to = columns.offset[b + 1]!;
    for (let k = 0; k < states.length; k++) states[k]!.update(batch);
  }
}

/** A thousand minutes of a few symbols that end where they began. */
function endless(symbols: number): BarColumns {
  const bars = 1000;
  const column = (shift: number) =>
    Float64Array.from({ length: symbols * bars }, (_, n) => {
      const bar = n % bars;
      return 100 + 5 * Math.sin((2 * Math.PI * bar) / bars) + Math.sin(bar * 12.9898) + shift;
    });
  const time = Float64Array.from({ length: bars }, (_, bar) => 1_577_975_400_000 + bar * 60_000);
  return toColumns({
    symbols,
    bars,
    time,
    open: column(0),
    high: column(0.5),
    low: column(-0.5),
    close: column(0.1),
    volume: Float64Array.from({ length: symbols * bars }, (_, n) => 1000 + (n % 77)),
  });
}
