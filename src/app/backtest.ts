/** The backtest: bars from the lake, the engine over them, the canary, the honesty figures, the files. */
import { join } from "node:path";
import { makeFolder } from "../adapters/durable-file.ts";
import { createLake, type Lake } from "../adapters/lake/lake.ts";
import type { DataFinding } from "../adapters/lake/raw-series.ts";
import { ResearchDb } from "../adapters/research-db.ts";
import { runTasks } from "../adapters/worker-pool.ts";
import { InputError } from "../domain/assert.ts";
import { type Adjustment, type BarColumns, barCount, type Timeframe } from "../domain/bars.ts";
import type { CorporateActionEvent } from "../domain/events.ts";
import { instrumentTable } from "../domain/instrument.ts";
import type { TickColumns } from "../domain/ticks.ts";
import type { DayNumber } from "../domain/time.ts";
import { xnysSessions } from "../market/calendar.ts";
import { tradeBars } from "../market/trade-bars.ts";
import { strategies } from "../strategies/registry.ts";
import {
  type CanaryTask,
  type Comparison,
  canaryResult,
  canaryTasks,
  compareDecisions,
  type Decisions,
  decideWithFuture,
  decisionsBefore,
} from "./canary.ts";
import type { CanaryWorkerData } from "./canary-worker.ts";
import type { Config } from "./config.ts";
import { writeDataAudit } from "./data-audit.ts";
import { type EngineRun, type RunSetup, runEngine } from "./engine-run.ts";
import { exposureCurve } from "./exposure-curve.ts";
import { actionEvents } from "./run-actions.ts";
import { writeRunFiles } from "./run-files.ts";
import { reportRun, type Trial } from "./run-report.ts";
import type { CanaryResult, ReportInput, TickFacts } from "./run-result.ts";
import { runWithoutCosts } from "./without-costs.ts";

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
  /** Brings raw prices to one basis first; without it they trade as printed, with actions applied to positions. */
  readonly adjust?: Adjustment | undefined;
  /** Orders meet recorded quotes and trades, and the bars are made of those trades. */
  readonly ticks: boolean;
  readonly profile: string;
  readonly workers: number;
  readonly seed: number;
  readonly out: string;
  /** Thread entries of the canary and of the run for free, from the table of tasks. */
  readonly canaryWorker: URL;
  readonly variantWorker: URL;
  /** ISO instant for the record of trials. */
  readonly now: string;
  /** The command that repeats this run. */
  readonly command: string;
  readonly progress: (step: string) => void;
}

export async function backtest(asked: BacktestRequest): Promise<ReportInput> {
  const request = { ...asked, strategyIds: checkedStrategies(asked) };
  const lake = createLake(request.root);
  try {
    if (request.ticks) return await backtestTicks(request, lake);
    request.progress("reading bars");
    const { symbols, timeframe, from, to, snapshot, source, adjustment } = request;
    const { adjust } = request;
    const loaded = await lake.loadBars({
      symbols,
      timeframe,
      shared: true,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(snapshot === undefined ? {} : { snapshot }),
      ...(source === undefined ? {} : { source }),
      ...(adjustment === undefined ? {} : { adjustment }),
      ...(adjust === undefined ? {} : { adjust }),
    });
    const { columns, snapshot: id, raw } = loaded;
    const { findings } = raw;
    return await backtestColumns(request, {
      columns,
      snapshot: id,
      actions: actionEvents(raw.actions, columns),
      findings,
    });
  } finally {
    lake.close();
  }
}

async function backtestTicks(request: BacktestRequest, lake: Lake): Promise<ReportInput> {
  request.progress("reading quotes and trades");
  const { symbols, timeframe, from, to, source } = request;
  if (timeframe === "1d")
    throw new InputError("--ticks: bars of trades are 5m, 1m or 1s; give one as --timeframe");
  const loaded = await lake.loadTicks({
    symbols,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(source === undefined ? {} : { source }),
  });
  const { ticks, setAside, quoteRows } = loaded;
  const columns = tradeBars(ticks.trades, timeframe, instrumentTable(loaded.symbols), xnysSessions());
  if (barCount(columns) === 0)
    throw new InputError("--ticks: no trade of the range lies in a regular session");
  const [quotes, trades] = [ticks.quotes.at.length, ticks.trades.at.length];
  const facts = { quotes, trades, quoteRows, setAside };
  return await backtestColumns(request, { columns, snapshot: loaded.snapshot, over: { ticks, facts } });
}

interface OverTicks {
  readonly ticks: TickColumns;
  readonly facts: TickFacts;
}

/** What a run trades on, and where it came from. */
interface RunData {
  readonly columns: BarColumns;
  /** Id of the data. */
  readonly snapshot: string;
  /** Of raw prices. */
  readonly actions?: readonly CorporateActionEvent[];
  readonly findings?: readonly DataFinding[];
  readonly over?: OverTicks;
}

async function backtestColumns(
  request: BacktestRequest,
  { columns, snapshot: snapshotId, actions = [], findings = [], over }: RunData,
): Promise<ReportInput> {
  const { config, strategyIds, cash, seed, workers } = request;
  const ticks = over === undefined ? {} : { ticks: over.ticks };
  const setup: RunSetup = { config, strategyIds, columns, sessions: xnysSessions(), cash, actions, ...ticks };
  request.progress(`running over ${barCount(columns).toLocaleString("en-US")} bars`);
  const run = runEngine(setup);
  request.progress("looking for look-ahead");
  const canary = await runCanary(setup, run, seed, workers, request.canaryWorker);
  request.progress("running it for free");
  const withoutCosts = await runWithoutCosts(setup, workers, request.variantWorker);
  const exposure = exposureCurve(columns, run.loop.execute, cash);
  const { profile, command } = request;
  const report = reportRun(
    {
      setup,
      run,
      exposure,
      canary,
      snapshot: snapshotId,
      profile,
      seed,
      command,
      findings,
      withoutCosts,
      ...(over === undefined ? {} : { ticks: over.facts }),
    },
    (trial) => countTrials(request, trial),
  );
  request.progress("writing files");
  makeFolder(request.out);
  writeRunFiles(request.out, { run, exposure, columns, trades: report.trades, result: report.result });
  writeDataAudit(request.out, findings);
  return report;
}

/**
 * In order of their ids: who decides first matters where capital or a limit is short, and the order of words on a
 * command line must not (ENS-1, BACK-3). Throws InputError on one that is unknown or trades on other bars.
 */
function checkedStrategies({ strategyIds, timeframe }: BacktestRequest): readonly string[] {
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
  return strategyIds.toSorted();
}

/**
 * In this thread for one worker and over ticks, whose columns are not shared; in several otherwise: the answers are
 * the same.
 */
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
    workers === 1 || setup.ticks !== undefined
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

/** Writes the run down as a trial and returns the Sharpe ratios of all trials of these strategies. */
function countTrials({ root, now, strategyIds }: BacktestRequest, trial: Trial): number[] {
  const db = new ResearchDb(join(root, "db", "research.db"));
  const strategies = strategyIds.toSorted().join("+");
  try {
    db.record({ ...trial, strategies, createdAt: now });
    return db.sharpes(strategies);
  } finally {
    db.close();
  }
}
