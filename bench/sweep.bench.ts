/**
 * Does a sweep over parameters use a second core, and without a second copy of the data?
 *
 * Question  64 settings of the EMA cross over 500 symbols x 1950 minutes, the engine with all its rules.
 * Budget    two workers at least 1.7 times as fast as one; at most 60 MB of memory per worker beside the columns.
 * Rival     the same sweep on one worker thread, in turns. Its outcomes must be equal to the bit.
 */

import { runTasks } from "../src/adapters/worker-pool.ts";
import { loadConfig } from "../src/app/config.ts";
import type { RunSetup } from "../src/app/engine-run.ts";
import {
  runVariants,
  type Variant,
  type VariantOutcome,
  type VariantWorkerData,
} from "../src/app/variants.ts";
import { allocateColumns, type BarColumns, barCount, batchCount } from "../src/domain/bars.ts";
import { readSet, sessionsOf, toColumns } from "./generated-data.ts";

const SPEED_GOAL = 1.7;
const MEMORY_GOAL_MB = 60;
const TURNS = 2;
const SAMPLE_MS = 10;
/** Enough of them that starting the threads, which load and compile the engine anew, is not what is measured. */
const VARIANTS: readonly Variant[] = Array.from({ length: 64 }, (_, n) => ({
  params: { reference_ema_cross: { fast: 5 + n, slow: 60 + 2 * n } },
}));

export interface SweepFigures {
  readonly bench: "sweep";
  readonly variants: number;
  readonly bars: number;
  readonly secondsOneWorker: number;
  readonly secondsTwoWorkers: number;
  readonly speedup: number;
  readonly memoryPerWorkerMb: number;
  readonly columnsMb: number;
  readonly outcomesEqual: boolean;
  readonly goal: number;
  readonly memoryGoalMb: number;
}

export async function sweepBench(directory: string, entry: URL): Promise<SweepFigures> {
  const data = readSet(directory, "uni");
  const columns = shared(toColumns(data));
  const config = loadConfig({ assignments: ["execution.entryOrder=market"] });
  const setup = {
    config,
    strategyIds: ["reference_ema_cross"],
    columns,
    sessions: sessionsOf(data),
    cash: 1e6,
  };
  const seconds = { one: Number.POSITIVE_INFINITY, two: Number.POSITIVE_INFINITY };
  const digests: string[] = [];
  let memory = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < TURNS; turn++) {
    const one = await timed(() => onOneThread(setup, entry));
    const two = await timed(() => runVariants(setup, VARIANTS, 2, entry));
    seconds.one = Math.min(seconds.one, one.seconds);
    seconds.two = Math.min(seconds.two, two.seconds);
    memory = Math.min(memory, two.growthMb / 2);
    for (const run of [one, two]) digests.push(run.outcomes.map(({ digest }) => digest).join(" "));
  }
  return {
    bench: "sweep",
    variants: VARIANTS.length,
    bars: barCount(columns),
    secondsOneWorker: seconds.one,
    secondsTwoWorkers: seconds.two,
    speedup: seconds.one / seconds.two,
    memoryPerWorkerMb: memory,
    columnsMb: (barCount(columns) * (5 * 8 + 4)) / 2 ** 20,
    outcomesEqual: new Set(digests).size === 1,
    goal: SPEED_GOAL,
    memoryGoalMb: MEMORY_GOAL_MB,
  };
}

/** As `runVariants` does on several: for one alone it would stay in this thread and pay for no start. */
function onOneThread(setup: RunSetup, entry: URL): Promise<VariantOutcome[]> {
  const { instruments, ...plain } = setup.columns;
  const shared: VariantWorkerData = { setup: { ...setup, columns: plain }, symbols: instruments.symbols };
  return runTasks<Variant, VariantOutcome>(entry, shared, VARIANTS, 1);
}

async function timed(sweep: () => ReturnType<typeof runVariants>) {
  const start = process.memoryUsage().rss;
  let peak = start;
  const sampling = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, SAMPLE_MS);
  const before = process.hrtime.bigint();
  const outcomes = await sweep();
  const seconds = Number(process.hrtime.bigint() - before) / 1e9;
  clearInterval(sampling);
  return { outcomes, seconds, growthMb: (peak - start) / 2 ** 20 };
}

function shared(columns: BarColumns): BarColumns {
  const copy = allocateColumns(
    columns.timeframe,
    columns.instruments,
    barCount(columns),
    batchCount(columns),
    {
      shared: true,
    },
  );
  for (const name of [
    "closedAt",
    "offset",
    "instrument",
    "open",
    "high",
    "low",
    "close",
    "volume",
  ] as const) {
    copy[name].set(columns[name]);
  }
  return copy;
}
