/**
 * One run of the engine over columns with the simulated venue: what a backtest, each of its canary re-runs
 * and a sweep have in common. Synchronous and without I/O, so that it gives the same bytes in any thread.
 */
import { type BarColumns, batchCount } from "../domain/bars.ts";
import type { CorporateActionEvent } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { usd } from "../domain/money.ts";
import { RawBasis, type RawStep } from "../domain/raw-basis.ts";
import type { SessionTable } from "../domain/session.ts";
import type { TickColumns } from "../domain/ticks.ts";
import type { AllocatedStrategy } from "../engine/compute.ts";
import { nullJournal } from "../engine/null-journal.ts";
import type { EventSource, Journal, Venue } from "../engine/ports.ts";
import { pump } from "../engine/pump.ts";
import { type BatchObserver, SingleLoop } from "../engine/single-loop.ts";
import { worldOf } from "../features/batch.ts";
import { breakers } from "../risk/breaker-registry.ts";
import { rules } from "../risk/registry.ts";
import { perTradeRisk } from "../risk/rules/per-trade-risk.ts";
import { HaltTimeline } from "../sim/halt-timeline.ts";
import { HaltSchedule, haltIntervals } from "../sim/halts.ts";
import { PaperCosts } from "../sim/paper-costs.ts";
import { TickTimeline } from "../sim/tick-timeline.ts";
import { TickVenue } from "../sim/tick-venue.ts";
import { Timeline } from "../sim/timeline.ts";
import { SimulatedVenue } from "../sim/venue.ts";
import { strategies } from "../strategies/registry.ts";
import type { StrategyModule } from "../strategies/strategy.ts";
import { BacktestOperator } from "./backtest-operator.ts";
import type { Config } from "./config.ts";
import { EquityCurve } from "./equity-curve.ts";
import { type RunHistory, warmOn } from "./run-history.ts";

export interface RunSetup {
  readonly config: Config;
  /** In the order in which they decide. */
  readonly strategyIds: readonly string[];
  readonly columns: BarColumns;
  readonly sessions: SessionTable;
  /** Starting cash and sizing base, dollars. */
  readonly cash: number;
  /** Splits and dividends of raw prices, in order of time; absent when prices are adjusted or nothing is known. */
  readonly actions?: readonly CorporateActionEvent[];
  /** Bars before the first of `columns`, to warm up on. */
  readonly history?: RunHistory;
  /** The way from the prices of the run to those printed; absent where they are. */
  readonly rawSteps?: readonly RawStep[];
  /** Quotes and trades that the orders meet instead of the bars; the bars are made of the trades. */
  readonly ticks?: TickColumns;
}

export interface EngineRun {
  readonly loop: SingleLoop;
  readonly curve: EquityCurve;
  readonly allocated: readonly AllocatedStrategy[];
  /** Orders met recorded quotes and trades, not a model of them. */
  readonly overTicks?: boolean;
}

export interface RunExtras {
  readonly journal?: Journal;
  /** Strategies that are not in the registry: a user's, or a test's. */
  readonly modules?: readonly StrategyModule[];
}

export function runEngine(
  setup: RunSetup,
  { journal = nullJournal, modules = strategies }: RunExtras = {},
): EngineRun {
  const { columns, sessions } = setup;
  const instruments = columns.instruments.symbols.length;
  const curve = new EquityCurve(batchCount(columns));
  const { loop, allocated } = buildLoop(setup, modules, curve);
  const { costs } = setup.config;
  const halts = haltsOf(setup);
  const { symbols } = columns.instruments;
  const held = (instrument: InstrumentId) => loop.execute.portfolio.shares(instrument);
  const extras = { symbols, held, ...(halts.isEmpty ? {} : { halts }) };
  const resumes = setup.config.backtest.operatorResumes === "next_session";
  const run = (bars: EventSource, venue: Venue) => {
    const timeline = halts.isEmpty ? bars : new HaltTimeline(bars, halts.events());
    pump(resumes ? new BacktestOperator(timeline, loop, sessions) : timeline, loop, journal, venue);
  };
  if (setup.ticks === undefined) {
    const venue = new SimulatedVenue(instruments, costs, sessions, extras);
    if (setup.history !== undefined) warmOn(setup.history, columns, loop, venue);
    run(new Timeline(columns, venue, setup.actions), venue);
  } else {
    const venue = new TickVenue(instruments, costs, sessions, extras);
    run(new TickTimeline(columns, setup.ticks, venue), venue);
  }
  return { loop, curve, allocated, overTicks: setup.ticks !== undefined };
}

const haltsOf = ({
  config,
  columns,
}: Pick<RunSetup, "config"> & { readonly columns: Pick<BarColumns, "instruments"> }) =>
  new HaltSchedule(haltIntervals(config.halts, columns.instruments));

/** The engine of a setup, not yet running. */
export function buildLoop(
  setup: Omit<RunSetup, "columns"> & { readonly columns: Pick<BarColumns, "timeframe" | "instruments"> },
  modules: readonly StrategyModule[],
  observer?: BatchObserver,
): { readonly loop: SingleLoop; readonly allocated: readonly AllocatedStrategy[] } {
  const { config, sessions, cash, columns } = setup;
  const world = { ...worldOf(columns, config.features.market), sessions };
  const { instruments } = world;
  const allocated = allocate(setup, modules, instruments);
  const loop = new SingleLoop(
    {
      timeframe: columns.timeframe,
      world,
      strategies: allocated,
      sizing: { ...config.sizing, capital: cash, riskCostBps: riskCostBps(config) },
      ...(hasActions(setup) ? { basis: config.features.basis } : {}),
      ensemble: config.ensemble,
      execution: config.execution,
      paper: new PaperCosts(columns.instruments.symbols, config.costs, haltsOf(setup)),
    },
    {
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
    },
    observer,
  );
  return { loop, allocated };
}

const riskCostBps = ({ risk }: Config): number =>
  (risk[perTradeRisk.id] as { readonly costBps: number }).costBps;

const hasActions = ({ actions = [], history }: Pick<RunSetup, "actions" | "history">): boolean =>
  actions.length > 0 || (history?.actions.length ?? 0) > 0;

/**
 * Shares the capital out so that a run of some strategies uses all of it: a strategy without a configured
 * share gets an equal part, the others divide what is left in their configured proportions.
 */
function allocate(
  { config, strategyIds }: Pick<RunSetup, "config" | "strategyIds">,
  modules: readonly StrategyModule[],
  instruments: number,
): AllocatedStrategy[] {
  const chosen = strategyIds.map((id) => {
    const module = modules.find((candidate) => candidate.id === id);
    if (module === undefined) throw new RangeError(`no strategy ${id}`);
    const entry = config.strategies[id];
    return { module, entry, configured: entry?.allocation ?? 0 };
  });
  const total = chosen.reduce((sum, { configured }) => sum + configured, 0);
  const divided = chosen.filter(({ configured }) => configured > 0).length / chosen.length;
  return chosen.map(({ module, entry, configured }) => ({
    strategy: module.bind(entry?.params ?? {}),
    allocation: configured > 0 ? (configured / total) * divided : 1 / chosen.length,
    positions: Math.min(entry?.maxPositions ?? instruments, instruments),
  }));
}
