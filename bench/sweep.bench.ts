/**
 * Does a sweep over parameters use a second core, and without a second copy of the data?
 *
 * Question  64 and 256 settings of the EMA cross over 500 symbols x 1950 minutes, the engine with all its rules.
 * Budget    two workers at least 1.7 times as fast as one; at most 60 MB of memory per worker beside the columns.
 * Rival     the same sweep on one worker thread. Its outcomes must be equal to the bit.
 *
 * Two speed-ups are told. By the wall clock, which other load spoils; and by CPU time: the least that a run can
 * take on two idle cores is what its busiest thread did, or half of what all threads did together. The compiler
 * works in threads of its own, so one worker already uses some of the second core, and each further worker
 * compiles the engine anew. That is why the number of settings matters, and why there are two.
 */

import type { Worker } from "node:worker_threads";
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
const SAMPLE_MS = 10;
const CORES = 2;
/** A sweep one looks at, and one that decides. */
const FEW = 64;
const MANY = 256;
/** Every fast average with four slow ones: the first few are a sweep of their own over the whole range. */
const VARIANTS: readonly Variant[] = Array.from({ length: MANY }, (_, n) => ({
  params: {
    reference_ema_cross: { fast: 5 + (n % FEW), slow: 80 + 2 * (n % FEW) + 5 * Math.floor(n / FEW) },
  },
}));

export interface SweepFigures {
  readonly bench: "sweep";
  readonly variants: number;
  readonly bars: number;
  /** By the wall clock. */
  readonly secondsOneWorker: number;
  readonly secondsTwoWorkers: number;
  readonly speedup: number;
  /** By CPU time: what two idle cores allow. */
  readonly cpuSpeedup: number;
  /** The same for the first 64 settings alone: most of it is compiling. */
  readonly cpuSpeedupOfFew: number;
  /** CPU seconds that a second worker adds to the same sweep. */
  readonly addedCpuSeconds: number;
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
  const few = VARIANTS.slice(0, FEW);
  const fewOne = await timed(() => onOneThread(setup, few, entry));
  const fewTwo = await timed(() => runVariants(setup, few, 2, entry));
  const one = await timed(() => onOneThread(setup, VARIANTS, entry));
  const two = await timed(() => runVariants(setup, VARIANTS, 2, entry));
  return {
    bench: "sweep",
    variants: VARIANTS.length,
    bars: barCount(columns),
    secondsOneWorker: one.seconds,
    secondsTwoWorkers: two.seconds,
    speedup: one.seconds / two.seconds,
    cpuSpeedup: one.leastSeconds / two.leastSeconds,
    cpuSpeedupOfFew: fewOne.leastSeconds / fewTwo.leastSeconds,
    addedCpuSeconds: two.cpuSeconds - one.cpuSeconds,
    memoryPerWorkerMb: Math.min(fewTwo.growthMb, two.growthMb) / 2,
    columnsMb: (barCount(columns) * (5 * 8 + 4)) / 2 ** 20,
    outcomesEqual: digests(fewOne) === digests(fewTwo) && digests(one) === digests(two),
    goal: SPEED_GOAL,
    memoryGoalMb: MEMORY_GOAL_MB,
  };
}

const digests = ({ outcomes }: { readonly outcomes: readonly VariantOutcome[] }): string =>
  outcomes.map(({ digest }) => digest).join(" ");

/** As `runVariants` does on several: for one alone it would stay in this thread and pay for no start. */
function onOneThread(setup: RunSetup, variants: readonly Variant[], entry: URL): Promise<VariantOutcome[]> {
  const { instruments, ...plain } = setup.columns;
  const shared: VariantWorkerData = { setup: { ...setup, columns: plain }, symbols: instruments.symbols };
  return runTasks<Variant, VariantOutcome>(entry, shared, variants, 1);
}

async function timed(sweep: () => ReturnType<typeof runVariants>) {
  const start = process.memoryUsage().rss;
  let peak = start;
  const threads: ThreadClock[] = [];
  const onWorker = (worker: Worker) => threads.push(new ThreadClock(worker));
  process.on("worker", onWorker);
  const sampling = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
    for (const thread of threads) thread.sample();
  }, SAMPLE_MS);
  const cpuBefore = process.cpuUsage();
  const before = process.hrtime.bigint();
  const outcomes = await sweep();
  const seconds = Number(process.hrtime.bigint() - before) / 1e9;
  const cpuSeconds = secondsOf(process.cpuUsage(cpuBefore));
  clearInterval(sampling);
  process.off("worker", onWorker);
  const busiest = Math.max(...threads.map((thread) => thread.seconds));
  const leastSeconds = Math.max(busiest, cpuSeconds / CORES);
  return { outcomes, seconds, cpuSeconds, leastSeconds, growthMb: (peak - start) / 2 ** 20 };
}

const secondsOf = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1e6;

/** CPU seconds of a worker thread as last heard: it cannot be asked once it has ended. */
class ThreadClock {
  readonly #worker: Worker;
  #isAsked = false;
  seconds = 0;

  constructor(worker: Worker) {
    this.#worker = worker;
  }

  sample(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#worker.cpuUsage().then(
      (usage) => {
        this.seconds = secondsOf(usage);
        this.#isAsked = false;
      },
      // Not running yet, or ended: what was heard last stands.
      () => {
        this.#isAsked = false;
      },
    );
  }
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
