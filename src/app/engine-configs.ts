/** From the settings of a run to those of its stages: the same for every wiring (RUN-1). */
import { InputError } from "../domain/assert.ts";
import { type BarColumns, type Timeframe, timeframeSeconds } from "../domain/bars.ts";
import type { CorporateActionEvent } from "../domain/events.ts";
import { usd } from "../domain/money.ts";
import { RawBasis, type RawStep } from "../domain/raw-basis.ts";
import type { RegimeReading } from "../domain/regime-reading.ts";
import type { SessionTable } from "../domain/session.ts";
import type { AllocatedStrategy, ComputeConfig } from "../engine/compute-config.ts";
import type { ExecuteConfig } from "../engine/execute-config.ts";
import { worldOf } from "../features/batch.ts";
import { SignalModel, type SignalModelData } from "../models/signal/signal-model.ts";
import { breakers } from "../risk/breaker-registry.ts";
import { rules } from "../risk/registry.ts";
import { type EndOfDayParams, endOfDay } from "../risk/rules/end-of-day.ts";
import { perTradeRisk } from "../risk/rules/per-trade-risk.ts";
import { HaltSchedule, haltIntervals } from "../sim/halts.ts";
import { PaperCosts } from "../sim/paper-costs.ts";
import type { BoundStrategy, StrategyModule } from "../strategies/strategy.ts";
import { withModels } from "../strategies/with-models.ts";
import { withNews } from "../strategies/with-news.ts";
import type { Config } from "./config.ts";
import { refugesOf, regimeRule } from "./regime/regime-params.ts";
import type { LongerHistory, RunHistory } from "./run-history.ts";

export interface EngineSetup {
  readonly config: Config;
  /** In the order in which they decide. */
  readonly strategyIds: readonly string[];
  readonly columns: Pick<BarColumns, "timeframe" | "instruments">;
  readonly sessions: SessionTable;
  /** Starting cash and sizing base, dollars. */
  readonly cash: number;
  /** Splits and dividends of raw prices, in order of time; absent when prices are adjusted or nothing is known. */
  readonly actions?: readonly CorporateActionEvent[];
  /** Bars before the first of `columns`, to warm up on. */
  readonly history?: RunHistory;
  /** Bars of longer lengths before those. */
  readonly longer?: LongerHistory;
  /** The way from the prices of the run to those printed; absent where they are. */
  readonly rawSteps?: readonly RawStep[];
  /** Models beside the rules, by strategy; the others run as rules (STRAT-2). */
  readonly models?: Readonly<Record<string, SignalModelData>>;
  /** What the regime detector says of its sessions; `required`: it will be told, and no new long comes before. */
  readonly regime?: readonly RegimeReading[] | "required";
  /** Models that are asked about each entry and change none, by strategy (LEARN-8). */
  readonly shadows?: Readonly<Record<string, readonly SignalModelData[]>>;
  /** What convictions of the rules are multiplied by, in (0, 1], by strategy; the others stay whole. */
  readonly scales?: Readonly<Record<string, number>>;
}

export interface EngineConfigs {
  readonly compute: ComputeConfig;
  readonly execute: ExecuteConfig;
}

export function engineConfigs(setup: EngineSetup, modules: readonly StrategyModule[]): EngineConfigs {
  const { config, sessions, cash, columns } = setup;
  const world = { ...worldOf(columns, config.features.market), sessions };
  const { instruments } = world;
  const allocated = allocate(setup, modules, instruments);
  return {
    compute: {
      timeframe: columns.timeframe,
      world,
      symbols: columns.instruments.symbols,
      strategies: allocated,
      sizing: { ...config.sizing, capital: cash, riskCostBps: riskCostBps(config) },
      ...(hasActions(setup) ? { basis: config.features.basis } : {}),
      ensemble: config.ensemble,
      drift: config.learn.drift,
      refuges: setup.regime === undefined ? [] : refugesOf(config.regime, columns.instruments),
      execution: config.execution,
      paper: new PaperCosts(columns.instruments.symbols, config.costs, haltsOf(setup)),
    },
    execute: {
      strategies: allocated.length,
      instruments,
      startingCash: usd(cash),
      sessions,
      rules: rules.map((rule) => rule.configure(config.risk[rule.id])),
      execution: config.execution,
      breakers: breakers.map((breaker) => breaker.configure(config.breakers[breaker.id])),
      allocations: allocated.map(({ allocation }) => allocation),
      intraday: allocated.map(({ strategy }) => strategy.horizon === "intraday"),
      positionCaps: allocated.map(({ positions }) => positions),
      symbols: columns.instruments.symbols,
      strategyIds: allocated.map(({ strategy }) => strategy.id),
      ...(setup.rawSteps === undefined ? {} : { raw: new RawBasis(setup.rawSteps) }),
      ensemble: config.ensemble,
      killMode: config.kill.mode,
      barSeconds: barSecondsOf(setup),
      ...(setup.regime === undefined
        ? {}
        : { regime: regimeRule(config.regime, columns, setup.regime === "required") }),
    },
  };
}

/** As it decides: with its configured parameters, and its models beside it where it has some. */
export function boundStrategy(
  { bind, id }: StrategyModule,
  { strategies: entries }: Pick<Config, "strategies">,
  models: EngineSetup["models"] = {},
  { shadows = {}, scales = {} }: Pick<EngineSetup, "shadows" | "scales"> = {},
): BoundStrategy {
  const model = models[id];
  const { params = {}, universe = "all", symbols = [], news = "off" } = entries[id] ?? {};
  const tier = universe === "all" ? {} : { tier: universe };
  const advised = withModels(
    { ...bind(params), ...tier, ...(symbols.length === 0 ? {} : { symbols }) },
    {
      decides: model === undefined ? undefined : new SignalModel(model),
      shadows: shadows[id]?.map((data) => new SignalModel(data)),
      scale: scales[id],
    },
  );
  return withNews(advised, news);
}

/** Those of a run as they decide: each bound, with the length of its bars where that is not the run's. */
export const boundStrategies = (
  modules: readonly StrategyModule[],
  {
    config,
    strategyIds,
    models,
    timeframe,
  }: Pick<EngineSetup, "config" | "strategyIds"> & {
    readonly models?: EngineSetup["models"] | undefined;
    readonly timeframe: Timeframe;
  },
): readonly (BoundStrategy & { readonly timeframe?: Timeframe })[] =>
  modules
    .filter(({ id }) => strategyIds.includes(id))
    .map((module) => ({
      ...boundStrategy(module, config, models),
      ...ownTimeframe(module, timeframe, config),
    }));

export const haltsOf = ({ config, columns }: Pick<EngineSetup, "config" | "columns">): HaltSchedule =>
  new HaltSchedule(haltIntervals(config.halts, columns.instruments));

const riskCostBps = ({ risk }: Config): number =>
  (risk[perTradeRisk.id] as { readonly costBps: number }).costBps;

/** Throws InputError where nothing can be flat before a close that every bar ends with (C-65). */
function barSecondsOf({ config, columns: { timeframe } }: EngineSetup): number {
  const { policy } = config.risk[endOfDay.id] as EndOfDayParams;
  if (policy === "flat" && timeframe === "1d")
    throw new InputError(
      "risk.end_of_day.policy = flat: the bars of the run are 1d, and each ends with the close: must be carry, or " +
        "the bars 5m or shorter",
    );
  return timeframeSeconds[timeframe];
}

const hasActions = ({ actions = [], history }: Pick<EngineSetup, "actions" | "history">): boolean =>
  actions.length > 0 || (history?.actions.length ?? 0) > 0;

/**
 * Of a strategy that does not decide on the run's bars: the length that `strategies.<id>.timeframe` names, else the
 * shortest of its lengths that is longer. Throws InputError for a length below the run's.
 */
export function ownTimeframe(
  { id, timeframes }: Pick<StrategyModule, "id" | "timeframes">,
  ofRun: Timeframe,
  { strategies: entries }: Pick<Config, "strategies">,
): { readonly timeframe?: Timeframe } {
  const chosen = entries[id]?.timeframe ?? "auto";
  if (chosen === ofRun) return {};
  if (chosen !== "auto") {
    if (timeframeSeconds[chosen] > timeframeSeconds[ofRun]) return { timeframe: chosen };
    const able = timeframes.filter((one) => timeframeSeconds[one] >= timeframeSeconds[ofRun]);
    throw new InputError(
      `strategies.${id}.timeframe = ${chosen}: the bars of the run are ${ofRun}; must be auto or one of ` +
        able.join(", "),
    );
  }
  if (timeframes.includes(ofRun)) return {};
  const longer = timeframes.filter((one) => timeframeSeconds[one] > timeframeSeconds[ofRun]);
  const [timeframe] = longer.toSorted((a, b) => timeframeSeconds[a] - timeframeSeconds[b]);
  return timeframe === undefined ? {} : { timeframe };
}

/**
 * Shares the capital out so that a run of some strategies uses all of it: a strategy without a configured
 * share gets an equal part, the others divide what is left in their configured proportions.
 */
function allocate(
  setup: Pick<EngineSetup, "config" | "strategyIds" | "models" | "shadows" | "scales" | "columns">,
  modules: readonly StrategyModule[],
  instruments: number,
): AllocatedStrategy[] {
  const { config, strategyIds, models } = setup;
  const chosen = strategyIds.map((id) => {
    const module = modules.find((candidate) => candidate.id === id);
    if (module === undefined) throw new RangeError(`no strategy ${id}`);
    const entry = config.strategies[id];
    return { module, entry, configured: entry?.allocation ?? 0 };
  });
  const total = chosen.reduce((sum, { configured }) => sum + configured, 0);
  const divided = chosen.filter(({ configured }) => configured > 0).length / chosen.length;
  return chosen.map(({ module, entry, configured }) => ({
    ...ownTimeframe(module, setup.columns.timeframe, config),
    strategy: boundStrategy(module, config, models, setup),
    allocation: configured > 0 ? (configured / total) * divided : 1 / chosen.length,
    positions: Math.min(entry?.maxPositions ?? instruments, instruments),
  }));
}
