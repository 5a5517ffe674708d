/**
 * One run of the engine over columns with the simulated venue: what a backtest, each of its canary re-runs
 * and a sweep have in common. Synchronous and without I/O, so that it gives the same bytes in any thread.
 */
import { type BarColumns, batchCount } from "../domain/bars.ts";
import type { ReferenceTold } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import type { RegimeReading } from "../domain/regime-reading.ts";
import type { TickColumns } from "../domain/ticks.ts";
import type { AllocatedStrategy } from "../engine/compute-config.ts";
import { nullJournal } from "../engine/null-journal.ts";
import type { EventSource, Journal, Venue } from "../engine/ports.ts";
import { pump } from "../engine/pump.ts";
import { type BatchObserver, SingleLoop } from "../engine/single-loop.ts";
import { HaltTimeline, type ToldEvent } from "../sim/halt-timeline.ts";
import { TickTimeline } from "../sim/tick-timeline.ts";
import { TickVenue } from "../sim/tick-venue.ts";
import { Timeline } from "../sim/timeline.ts";
import { SimulatedVenue } from "../sim/venue.ts";
import type { StrategyModule } from "../strategies/strategy.ts";
import { BacktestOperator } from "./backtest-operator.ts";
import { type EngineSetup, engineConfigs, haltsOf } from "./engine-configs.ts";
import { EquityCurve } from "./equity-curve.ts";
import { strategiesOf } from "./own-strategies.ts";
import { regimeEvents } from "./regime/regime-events.ts";
import { warmLongerOn, warmOn } from "./run-history.ts";

export interface RunSetup extends Omit<EngineSetup, "columns" | "regime"> {
  readonly columns: BarColumns;
  /** Quotes and trades that the orders meet instead of the bars; the bars are made of the trades. */
  readonly ticks?: TickColumns;
  /** In order of their sessions. */
  readonly regime?: readonly RegimeReading[];
  /** Rows of reference tables, each told at the instant from which on it was known; in order of time. */
  readonly references?: readonly ReferenceTold[];
}

/** What a run leaves behind, whoever drove its stages. */
export type EngineBooks = Pick<SingleLoop, "compute" | "execute">;

export interface EngineRun {
  readonly loop: EngineBooks;
  readonly curve: EquityCurve;
  readonly allocated: readonly AllocatedStrategy[];
  /** Orders met recorded quotes and trades, not a model of them. */
  readonly overTicks?: boolean;
}

export interface RunExtras {
  readonly journal?: Journal;
  /** Others than those of the configuration: a test's. */
  readonly modules?: readonly StrategyModule[];
  /** A strategy that throws is silent from then on, and ends nothing; by default it ends the run. */
  readonly isolates?: boolean;
}

export function runEngine(
  setup: RunSetup,
  { journal = nullJournal, modules = strategiesOf(setup.config), isolates = false }: RunExtras = {},
): EngineRun {
  const { columns, sessions } = setup;
  const instruments = columns.instruments.symbols.length;
  const curve = new EquityCurve(batchCount(columns));
  const { loop, allocated } = buildLoop(setup, modules, curve, isolates);
  const { costs } = setup.config;
  const halts = haltsOf(setup);
  const { symbols } = columns.instruments;
  const held = (instrument: InstrumentId) => loop.execute.portfolio.shares(instrument);
  const extras = { symbols, held, ...(halts.isEmpty ? {} : { halts }) };
  const resumes = setup.config.backtest.operatorResumes === "next_session";
  // In the time of the history: a split in it restates what was told before.
  const began = setup.history?.columns.closedAt.at(-1) ?? Number.NEGATIVE_INFINITY;
  const past = (setup.references ?? []).filter(({ at }) => at < began);
  const told = [
    ...(setup.references ?? []).slice(past.length),
    ...halts.events(),
    ...regimeEvents(setup.regime ?? [], columns, sessions),
  ];
  const run = (bars: EventSource, venue: Venue) => {
    const timeline = told.length === 0 ? bars : new HaltTimeline(bars, inTime(told));
    pump(resumes ? new BacktestOperator(timeline, loop, sessions) : timeline, loop, journal, venue);
  };
  if (setup.ticks === undefined) {
    const venue = new SimulatedVenue(instruments, costs, sessions, extras);
    if (setup.longer !== undefined) warmLongerOn(setup.longer, columns, loop.compute);
    if (setup.history !== undefined) warmOn({ ...setup.history, told: past }, columns, loop, venue);
    run(new Timeline(columns, venue, setup.actions), venue);
  } else {
    if (setup.longer !== undefined) warmLongerOn(setup.longer, columns, loop.compute);
    const venue = new TickVenue(instruments, costs, sessions, extras);
    run(new TickTimeline(columns, setup.ticks, venue), venue);
  }
  return { loop, curve, allocated, overTicks: setup.ticks !== undefined };
}

const inTime = (told: readonly ToldEvent[]): readonly ToldEvent[] => told.toSorted((a, b) => a.at - b.at);

/** The engine of a setup, not yet running. */
export function buildLoop(
  setup: EngineSetup,
  modules: readonly StrategyModule[],
  observer?: BatchObserver,
  isolates = false,
): { readonly loop: SingleLoop; readonly allocated: readonly AllocatedStrategy[] } {
  const { compute, execute } = engineConfigs(setup, modules);
  return { loop: new SingleLoop({ ...compute, isolates }, execute, observer), allocated: compute.strategies };
}
