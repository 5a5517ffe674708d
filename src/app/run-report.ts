/** Everything a finished run has to say for itself, put together for the report and for result.json. */
import type { DataFinding } from "../adapters/lake/raw-series.ts";
import { type BarColumns, barCount } from "../domain/bars.ts";
import { featureSetVersion } from "../features/batch.ts";
import { digestFloats } from "../numerics/sha256.ts";
import { highWaterMark } from "../risk/breakers/high-water-mark.ts";
import { grossExposure } from "../risk/rules/gross-exposure.ts";
import { codeVersion } from "./code-version.ts";
import { type Config, configHash } from "./config.ts";
import { type Daily, dailySeries } from "./daily-series.ts";
import type { EngineRun, RunSetup } from "./engine-run.ts";
import { withoutNoise } from "./enough-days.ts";
import type { ExposureCurve } from "./exposure-curve.ts";
import { flatCosts, flatCostWarnings } from "./flat-costs.ts";
import { handFills } from "./hand-fills.ts";
import { modelWarnings, type TestedModel } from "./models/backtest-models.ts";
import { dividendWarnings } from "./price-basis.ts";
import type { RunReferences } from "./references/run-references.ts";
import { nettingSummary, sizeCauses, strategyShares, tradedPerSession } from "./run-attribution.ts";
import { runClaims } from "./run-claims.ts";
import { coldSessions, coldWarnings } from "./run-history.ts";
import type {
  CanaryResult,
  PriceBasis,
  ReportInput,
  RunLimits,
  RunResult,
  TickFacts,
  WithoutCosts,
} from "./run-result.ts";
import { benchmarkMetrics, honesty, runCosts, runMetrics } from "./run-summary.ts";
import { runWarnings, survivorsOnly } from "./run-warnings.ts";
import { tradeRows } from "./trade-rows.ts";
import { type CountedTrial, shortDigest, type Trial, trialOf } from "./trials.ts";

export interface FinishedRun {
  readonly setup: RunSetup;
  readonly run: EngineRun;
  readonly exposure: ExposureCurve;
  readonly canary: CanaryResult;
  /** Id of the data it ran on. */
  readonly snapshot: string;
  readonly profile: string;
  readonly seed: number;
  /** The command that makes it again. */
  readonly command: string;
  /** Bars and actions that were kept out of the run. */
  readonly findings?: readonly DataFinding[];
  /** Absent for a backtest. */
  readonly mode?: RunResult["mode"];
  /** Why it is no trial, a sentence. Nothing is counted then. */
  readonly uncounted?: string;
  /** Absent in a market made of chance, which pays no dividend. */
  readonly prices?: PriceBasis;
  /** Of a run over ticks. */
  readonly ticks?: TickFacts;
  /** The same for free, where somebody ran it. */
  readonly withoutCosts?: WithoutCosts | null;
  /** Why no regime bound it, a clause. */
  readonly noRegime?: string;
  readonly noReferences?: RunReferences["absent"];
  /** Beside the rules; absent or none: rules alone. */
  readonly models?: readonly TestedModel[];
}

/** `count` writes the trial down and answers with all trials that count beside it, this one included; or with none. */
export function reportRun(
  finished: FinishedRun,
  count: (trial: Trial) => readonly CountedTrial[],
): ReportInput {
  const { setup, run, exposure, canary, snapshot } = finished;
  const { columns, sessions, cash, config } = setup;
  const daily = dailySeries(run.curve, exposure, columns, sessions, cash, setup.actions);
  const trades = tradeRows(run, columns);
  const scope = scopeOf(finished, daily);
  const hash = configHash(config);
  const code = codeVersion();
  const runId = shortDigest("bt", { scope, snapshot, hash, code });
  const equityDigest = digestFloats(run.curve.equity);
  const { mode, uncounted } = finished;
  const trials = count(trialOf({ runId, scope, snapshot, configHash: hash, daily, equityDigest }));
  const { findings = [], prices, noRegime, noReferences = [] } = finished;
  const flat = flatCosts(run, config.costs, columns.timeframe);
  // A demo warms up on a market of its own making.
  const cold =
    mode === undefined ? coldSessions(columns, setup.history, run.loop.compute.groups, setup.longer) : 0;
  const warnings = [
    ...dividendWarnings(prices, daily.date.length),
    ...flatCostWarnings(flat),
    ...runWarnings({ run, daily, columns, trades, cash, findings, noRegime, noReferences }),
    ...coldWarnings(cold, daily.date.length, run.overTicks),
    ...modelWarnings(finished.models ?? [], daily.date),
  ];
  const { orders, fills, blocked } = run.loop.execute;
  const result: RunResult = {
    runId,
    ...(mode === undefined ? {} : { mode }),
    scope,
    snapshot,
    ...(prices === undefined ? {} : { prices }),
    featureVersion: featureSetVersion(run.loop.compute.groups.flatMap(({ bank }) => bank.features)),
    configHash: hash,
    codeVersion: code,
    metrics: runMetrics(run, daily, trades),
    benchmark: { label: benchmarkLabel(columns), metrics: benchmarkMetrics(daily) },
    honesty: honesty(daily, trials, canary, {
      survivorsOnly: survivorsOnly(columns),
      warnings,
      ...(uncounted === undefined ? {} : { uncounted }),
    }),
    blocked: blocked.list(),
    costs: runCosts(run),
    flatCosts: flat,
    income: run.loop.execute.portfolio.income,
    actions: actionCounts(finished),
    strategies: strategyShares(run, trades, setup),
    netting: nettingSummary(run),
    sizes: sizeCauses(run),
    claims: runClaims(run),
    limits: runLimits(config),
    withoutCosts: finished.withoutCosts ?? null,
    digests: {
      orders: digestFloats(orders.cells()),
      fills: digestFloats(fills.cells()),
      equity: equityDigest,
    },
    reproduce: finished.command,
    ...(finished.ticks === undefined ? {} : { ticks: finished.ticks }),
  };
  const { date, equity, benchmark, gross, net } = daily;
  const traded = tradedPerSession(run, setup);
  return {
    result: withoutNoise(result),
    daily: { date, equity, benchmark, gross, net, traded },
    trades,
    handFills: handFills(run, columns, config),
  };
}

function runLimits({ risk, breakers }: Config): RunLimits {
  const { maxFraction: gross } = risk[grossExposure.id] as { readonly maxFraction: number };
  const high = breakers[highWaterMark.id] as { readonly maxFraction: number; readonly scalar: number };
  return { gross, drawdown: high.maxFraction, drawdownScalar: high.scalar };
}

/** What came from corporate actions, by kind, and what the data audit kept out. */
function actionCounts({ setup: { actions = [] }, findings = [] }: FinishedRun): RunResult["actions"] {
  const dividends = actions.filter((event) => event.kind === "DividendPaid");
  const refused = findings.filter(({ rule }) => rule === "action-not-corroborated").length;
  return {
    splits: actions.length - dividends.length,
    dividends: dividends.filter((event) => !event.isSpinOff).length,
    spinoffs: dividends.filter((event) => event.isSpinOff).length,
    refused,
    quarantinedBars: findings.length - refused,
  };
}

function scopeOf({ setup, run, seed, profile }: FinishedRun, daily: Daily): RunResult["scope"] {
  const { columns, cash } = setup;
  return {
    strategies: run.allocated.map(({ strategy: { id, params }, allocation }) => {
      const { sha256 } = setup.config.strategies[id] ?? {};
      return { id, params, allocation, ...(sha256 === undefined ? {} : { sha256 }) };
    }),
    symbols: columns.instruments.symbols,
    timeframe: columns.timeframe,
    from: daily.date[0] ?? "",
    to: daily.date.at(-1) ?? "",
    sessions: daily.date.length,
    bars: barCount(columns),
    cash,
    seed,
    profile,
  };
}

/** Follows "hold" or "buy and hold". */
function benchmarkLabel({ instruments: { symbols } }: BarColumns): string {
  return symbols.length === 1 ? (symbols[0] ?? "") : `${symbols.length} equal parts`;
}
