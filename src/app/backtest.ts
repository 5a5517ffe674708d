/** The backtest: bars from the lake, the engine over them, the canary, the honesty figures, the files. */
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createLake } from "../adapters/lake/lake.ts";
import { ResearchDb } from "../adapters/research-db.ts";
import { runTasks } from "../adapters/worker-pool.ts";
import { InputError } from "../domain/assert.ts";
import { type Adjustment, barCount, type BarColumns, type Timeframe } from "../domain/bars.ts";
import type { DayNumber } from "../domain/time.ts";
import { featureSetVersion } from "../features/batch.ts";
import { xnysSessions } from "../market/calendar.ts";
import { canonicalJson } from "../numerics/canonical-json.ts";
import { digestFloats } from "../numerics/sha256.ts";
import { sharpeSample } from "../numerics/sharpe-inference.ts";
import { strategies } from "../strategies/registry.ts";
import {
  canaryResult,
  type CanaryTask,
  canaryTasks,
  compareDecisions,
  type Comparison,
  type Decisions,
  decideWithFuture,
  decisionsBefore,
} from "./canary.ts";
import type { CanaryWorkerData } from "./canary-worker.ts";
import { codeVersion } from "./code-version.ts";
import { type Config, configHash } from "./config.ts";
import { type Daily, dailySeries } from "./daily-series.ts";
import { type EngineRun, runEngine, type RunSetup } from "./engine-run.ts";
import { writeRunFiles } from "./run-files.ts";
import type { CanaryResult, ReportInput, RunResult } from "./run-result.ts";
import { benchmarkMetrics, honesty, runCosts, runMetrics, strategyShares } from "./run-summary.ts";
import { runWarnings } from "./run-warnings.ts";
import { tradeRows } from "./trade-rows.ts";

export interface BacktestRequest {
  readonly root: string;
  readonly config: Config;
  readonly strategyIds: readonly string[];
  readonly symbols: readonly string[] | "all";
  readonly timeframe: Timeframe;
  readonly from: DayNumber | undefined;
  readonly to: DayNumber | undefined;
  readonly cash: number;
  readonly snapshot: string | undefined;
  readonly source: string | undefined;
  readonly adjustment: Adjustment | undefined;
  readonly profile: string;
  readonly workers: number;
  readonly seed: number;
  readonly out: string;
  /** Thread entry of the canary, from the table of tasks. */
  readonly canaryWorker: URL;
  /** ISO instant for the record of trials. */
  readonly now: string;
  /** The command that repeats this run. */
  readonly command: string;
  readonly progress: (step: string) => void;
}

export async function backtest(request: BacktestRequest): Promise<ReportInput> {
  checkStrategies(request);
  const lake = createLake(request.root);
  try {
    request.progress("reading bars");
    const { symbols, timeframe, from, to, snapshot, source, adjustment } = request;
    const { columns, snapshot: snapshotId } = await lake.loadBars({
      symbols,
      timeframe,
      shared: true,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(snapshot === undefined ? {} : { snapshot }),
      ...(source === undefined ? {} : { source }),
      ...(adjustment === undefined ? {} : { adjustment }),
    });
    return await backtestColumns(request, columns, snapshotId);
  } finally {
    lake.close();
  }
}

/** The same over columns that are already there: what the demo uses. */
export async function backtestColumns(
  request: BacktestRequest,
  columns: BarColumns,
  snapshotId: string,
): Promise<ReportInput> {
  const { config, strategyIds, cash, seed, workers } = request;
  const setup: RunSetup = { config, strategyIds, columns, sessions: xnysSessions(), cash };
  request.progress(`running over ${barCount(columns).toLocaleString("en-US")} bars`);
  const run = runEngine(setup);
  request.progress("looking for look-ahead");
  const canary = await runCanary(setup, run, seed, workers, request.canaryWorker);
  const report = summarise(request, setup, run, canary, snapshotId);
  request.progress("writing files");
  mkdirSync(request.out, { recursive: true });
  writeRunFiles(request.out, { run, columns, trades: report.trades, result: report.result });
  return report;
}

function checkStrategies({ strategyIds, timeframe }: BacktestRequest): void {
  for (const id of strategyIds) {
    const module = strategies.find((candidate) => candidate.id === id);
    if (module === undefined) {
      const known = strategies.map((candidate) => candidate.id).join(", ");
      throw new InputError(`--strategies ${id}: no such strategy; there are ${known}`);
    }
    if (!module.timeframes.includes(timeframe)) {
      throw new InputError(`--timeframe ${timeframe}: ${id} trades on ${module.timeframes.join(", ")}`);
    }
  }
}

/** In this thread for one worker, in several otherwise: the answers are the same. */
export async function runCanary(
  setup: RunSetup,
  run: EngineRun,
  seed: number,
  workers: number,
  entry: URL,
): Promise<CanaryResult> {
  const { columns, strategyIds } = setup;
  const { symbols } = columns.instruments;
  const tasks = canaryTasks(columns, seed);
  const { instruments: _, ...plain } = columns;
  const shared: CanaryWorkerData = { setup: { ...setup, columns: plain }, symbols };
  const answers =
    workers === 1
      ? tasks.map((task) => decideWithFuture(setup, task))
      : await runTasks<CanaryTask, Decisions>(entry, shared, tasks, workers);
  const { signals } = run.loop.compute;
  const { orders } = run.loop.execute;
  const comparisons = tasks.map((task, n): Comparison => {
    const before = decisionsBefore(signals, orders, columns.closedAt[task.cut - 1]!);
    return compareDecisions(before, answers[n] as Decisions, { strategies: strategyIds, symbols });
  });
  return canaryResult(comparisons);
}

function summarise(
  request: BacktestRequest,
  setup: RunSetup,
  run: EngineRun,
  canary: CanaryResult,
  snapshot: string,
): ReportInput {
  const { columns, sessions, cash } = setup;
  const daily = dailySeries(run.curve, columns, sessions, cash);
  const trades = tradeRows(run, columns);
  const scope = scopeOf(request, run, columns, daily);
  const hash = configHash(request.config);
  const runId = identify({ scope, snapshot, hash, code: codeVersion() });
  const trialSharpes = recordTrial(request, scope, { runId, snapshot, hash, daily });
  const warnings = runWarnings({ run, daily, columns, trades, cash });
  const symbolCount = columns.instruments.symbols.length;
  const result: RunResult = {
    runId,
    scope,
    snapshot,
    featureVersion: featureSetVersion(run.loop.compute.bank.features),
    configHash: hash,
    codeVersion: codeVersion(),
    metrics: runMetrics(run, daily, trades),
    benchmark: {
      label: symbolCount === 1 ? `Buy and hold ${scope.symbols[0]}` : `Buy and hold, ${symbolCount} equal parts`,
      metrics: benchmarkMetrics(daily),
    },
    honesty: honesty(daily, trialSharpes, canary, warnings),
    blocked: run.loop.execute.blocked.list(),
    costs: runCosts(run),
    strategies: strategyShares(run, trades),
    digests: {
      orders: digestFloats(run.loop.execute.orders.cells()),
      fills: digestFloats(run.loop.execute.fills.cells()),
      equity: digestFloats(run.curve.equity),
    },
    reproduce: request.command,
  };
  const { date, equity, benchmark, gross } = daily;
  return { result, daily: { date, equity, benchmark, gross }, trades };
}

function scopeOf(request: BacktestRequest, run: EngineRun, columns: BarColumns, daily: Daily): RunResult["scope"] {
  return {
    strategies: run.allocated.map(({ strategy, allocation }) => ({ id: strategy.id, params: strategy.params, allocation })),
    symbols: columns.instruments.symbols,
    timeframe: columns.timeframe,
    from: daily.date[0] ?? "",
    to: daily.date.at(-1) ?? "",
    sessions: daily.date.length,
    bars: barCount(columns),
    cash: request.cash,
    seed: request.seed,
    profile: request.profile,
  };
}

/** Equal inputs, equal id: the same run again is the same run. */
function identify(inputs: unknown): string {
  return `bt-${createHash("sha256").update(canonicalJson(inputs)).digest("hex").slice(0, 12)}`;
}

function recordTrial(
  request: BacktestRequest,
  scope: RunResult["scope"],
  facts: { readonly runId: string; readonly snapshot: string; readonly hash: string; readonly daily: Daily },
): number[] {
  const sample = sharpeSample(facts.daily.returns);
  const names = request.strategyIds.toSorted().join("+");
  const db = new ResearchDb(join(request.root, "db", "research.db"));
  try {
    db.record({
      runId: facts.runId,
      createdAt: request.now,
      strategies: names,
      timeframe: scope.timeframe,
      from: scope.from,
      to: scope.to,
      snapshot: facts.snapshot,
      configHash: facts.hash,
      sharpe: sample.sharpe,
      observations: sample.observations,
      totalReturn: (facts.daily.equity.at(-1) ?? request.cash) / request.cash - 1,
    });
    return db.sharpes(names);
  } finally {
    db.close();
  }
}
