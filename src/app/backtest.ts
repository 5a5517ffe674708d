/** The backtest: bars from the lake, the engine over them, the canary, the honesty figures, the files. */
import { join } from "node:path";
import { makeFolder } from "../adapters/durable-file.ts";
import { createLake, type Lake } from "../adapters/lake/lake.ts";
import type { LoadedBars, LoadRequest } from "../adapters/lake/load-bars.ts";
import type { DataFinding } from "../adapters/lake/raw-series.ts";
import { ResearchDb } from "../adapters/research-db.ts";
import { runTasks } from "../adapters/worker-pool.ts";
import { InputError } from "../domain/assert.ts";
import { type Adjustment, type BarColumns, barCount, type Timeframe } from "../domain/bars.ts";
import type { CorporateActionEvent } from "../domain/events.ts";
import { instrumentTable } from "../domain/instrument.ts";
import type { RawStep } from "../domain/raw-basis.ts";
import type { TickColumns } from "../domain/ticks.ts";
import type { DayNumber } from "../domain/time.ts";
import { xnysSessions } from "../market/calendar.ts";
import { tradeBars } from "../market/trade-bars.ts";
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
import { dailyHistory, hasDays, ofRunBars } from "./daily-history.ts";
import { findingsFrom, writeDataAudit } from "./data-audit.ts";
import { boundStrategies, ownTimeframe } from "./engine-configs.ts";
import { type EngineRun, type RunSetup, runEngine } from "./engine-run.ts";
import { exposureCurve } from "./exposure-curve.ts";
import { type BacktestModels, backtestModels } from "./models/backtest-models.ts";
import { strategiesOf } from "./own-strategies.ts";
import { priceBasis } from "./price-basis.ts";
import { knownBeside, runReferences } from "./references/run-references.ts";
import { inFolder, type SeriesChoice } from "./regime/index-days.ts";
import { keptFits } from "./regime/kept-fits.ts";
import { givenRegime, type RunRegime, runRegime } from "./regime/run-regime.ts";
import { actionEvents, rawStepsOf } from "./run-actions.ts";
import { writeRunFiles } from "./run-files.ts";
import { historyOf, historyStart, type RunHistory, splitAt } from "./run-history.ts";
import { reportRun } from "./run-report.ts";
import type { CanaryResult, PriceBasis, ReportInput, TickFacts } from "./run-result.ts";
import type { CountedTrial, Trial } from "./trials.ts";
import { refuseUnwatched } from "./watched-stops.ts";
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
  const strategyIds = checkedStrategies(asked);
  const request = { ...asked, strategyIds, ...backtestModels(asked.root, asked.config, strategyIds) };
  if (!request.ticks)
    refuseUnwatched(request.config, "give --ticks for recorded ones, or set execution.stops to venue");
  const lake = createLake(request.root);
  try {
    if (request.ticks) return await backtestTicks(request, lake);
    request.progress("reading bars");
    const regime = await regimeOf(request, lake);
    const { symbols, timeframe, from, to, snapshot, source, adjustment } = request;
    const { adjust } = request;
    const asked: LoadRequest = {
      symbols,
      timeframe,
      shared: true,
      ...(to === undefined ? {} : { to }),
      ...(snapshot === undefined ? {} : { snapshot }),
      ...(source === undefined ? {} : { source }),
      ...(adjustment === undefined ? {} : { adjustment }),
      ...(adjust === undefined ? {} : { adjust }),
    };
    if (from !== undefined) {
      const start = historyStart(from, ofRunBars(boundOf(request), hasDays(lake), request), timeframe);
      const loaded = await lake.loadBars({ ...asked, from: start });
      const parted = splitAt(loaded.columns, from);
      if (parted !== undefined) {
        const { columns, before } = parted;
        const events = actionEvents(loaded.raw.actions, loaded.columns);
        return await backtestColumns(request, lake, {
          ...{ ...dataOf(loaded, adjust), regime },
          findings: findingsFrom(loaded.raw.findings, from),
          columns,
          ...historyOf(before, events),
        });
      }
    }
    // Without a first day, or without a bar from it on, which the lake says better.
    const loaded = await lake.loadBars(from === undefined ? asked : { ...asked, from });
    const actions = actionEvents(loaded.raw.actions, loaded.columns);
    return await backtestColumns(request, lake, { ...dataOf(loaded, adjust), actions, regime });
  } finally {
    lake.close();
  }
}

const dataOf = ({ columns, snapshot, raw, series }: LoadedBars, adjust: Adjustment = "raw") => ({
  columns,
  snapshot,
  findings: raw.findings,
  rawSteps: rawStepsOf(raw.factors, columns),
  prices: priceBasis(series, adjust, raw.actions),
});

type Checked = BacktestRequest & BacktestModels;

const boundOf = (request: Checked) => boundStrategies(strategiesOf(request.config), request);

const regimeOf = ({ root, config, snapshot, source, adjustment, to }: BacktestRequest, lake: Lake) =>
  runRegime(
    lake,
    inFolder(config.regime, root),
    seriesChoice({ snapshot, source, adjustment }),
    to,
    keptFits(root),
  );

const seriesChoice = ({
  snapshot,
  source,
  adjustment,
}: Pick<BacktestRequest, "snapshot" | "source" | "adjustment">): SeriesChoice => ({
  ...(snapshot === undefined ? {} : { snapshot }),
  ...(source === undefined ? {} : { source }),
  ...(adjustment === undefined ? {} : { adjustment }),
});

async function backtestTicks(request: Checked, lake: Lake): Promise<ReportInput> {
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
  const stored = loaded.symbols.map((symbol) => ({ symbol, adjustment: "raw" as const }));
  return await backtestColumns(request, lake, {
    columns,
    snapshot: loaded.snapshot,
    prices: priceBasis(stored, "raw", []),
    regime: await regimeOf(request, lake),
    over: { ticks, facts },
  });
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
  readonly history?: RunHistory;
  readonly rawSteps?: readonly RawStep[];
  readonly prices: PriceBasis;
  readonly over?: OverTicks;
  readonly regime: RunRegime;
}

async function backtestColumns(
  request: Checked,
  lake: Lake,
  {
    columns,
    snapshot: stored,
    actions = [],
    findings = [],
    rawSteps = [],
    history,
    prices,
    over,
    regime,
  }: RunData,
): Promise<ReportInput> {
  const { config, strategyIds, cash, seed, workers, models, tested } = request;
  const withRegime = givenRegime(regime, stored);
  const choice = seriesChoice(request);
  const references = await runReferences({ ...request, lake, choice, columns, regime }, boundOf(request));
  const daily = await dailyHistory({ ...request, lake }, boundOf(request), columns, history);
  const days = daily === undefined ? [] : [daily.id];
  const snapshot = knownBeside(withRegime.snapshot, { days, references });
  const setup: RunSetup = {
    config,
    strategyIds,
    columns,
    sessions: xnysSessions(),
    cash,
    actions,
    rawSteps,
    models,
    ...(history === undefined ? {} : { history }),
    ...(daily === undefined ? {} : { longer: daily.longer }),
    ...(over === undefined ? {} : { ticks: over.ticks }),
    references: references.told,
    ...withRegime.given,
  };
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
      snapshot,
      ...("absent" in regime ? { noRegime: regime.absent } : {}),
      noReferences: references.absent,
      profile,
      seed,
      command,
      findings,
      prices,
      withoutCosts,
      models: tested,
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
export function checkedStrategies({
  config,
  strategyIds,
  timeframe,
}: Pick<BacktestRequest, "config" | "strategyIds" | "timeframe">): readonly string[] {
  const strategies = strategiesOf(config);
  for (const id of strategyIds) {
    const module = strategies.find((candidate) => candidate.id === id);
    if (module === undefined) {
      const known = strategies.map((candidate) => candidate.id).join(", ");
      throw new InputError(`--strategies ${id}: no such strategy; there are ${known}`);
    }
    const isMadeOf = ownTimeframe(module, timeframe, config).timeframe !== undefined;
    if (!module.timeframes.includes(timeframe) && !isMadeOf) {
      throw new InputError(
        `--timeframe ${timeframe}: ${id} trades on ${module.timeframes.join(", ")}; give one of these or a shorter one`,
      );
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

/** Writes the run down and returns all trials with any of these strategies. */
function countTrials({ root, now, strategyIds }: BacktestRequest, trial: Trial): CountedTrial[] {
  const db = new ResearchDb(join(root, "db", "research.db"));
  try {
    db.record({ ...trial, strategies: strategyIds, createdAt: now });
    return db.trialsWith(strategyIds);
  } finally {
    db.close();
  }
}
