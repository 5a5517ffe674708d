/**
 * A small market and a restless strategy for tests of the engine: random bars from a seed, decisions that
 * look random but follow from the view alone, and the wiring of a backtest.
 */

import { type Bar, type BarColumns, type Timeframe, timeframeSeconds } from "../src/domain/bars.ts";
import type { CorporateActionEvent, EngineEvent } from "../src/domain/events.ts";
import type { InstrumentId } from "../src/domain/instrument.ts";
import { usd } from "../src/domain/money.ts";
import type { RawBasis } from "../src/domain/raw-basis.ts";
import type { SessionTable } from "../src/domain/session.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import { nullJournal } from "../src/engine/null-journal.ts";
import type { EventSource, Journal, Venue } from "../src/engine/ports.ts";
import { type Engine, pump } from "../src/engine/pump.ts";
import { type BatchObserver, SingleLoop } from "../src/engine/single-loop.ts";
import { TradeField } from "../src/engine/trade-log.ts";
import { ensembleParams } from "../src/ensemble/ensemble-params.ts";
import { sizingParams } from "../src/ensemble/sizing.ts";
import { executionParams } from "../src/execution/order-policy.ts";
import { worldOf } from "../src/features/batch.ts";
import type { BoundBreaker } from "../src/risk/breaker.ts";
import { rules } from "../src/risk/registry.ts";
import type { RiskRule } from "../src/risk/rule.ts";
import { costParams } from "../src/sim/cost-model.ts";
import { HaltTimeline } from "../src/sim/halt-timeline.ts";
import type { HaltSchedule } from "../src/sim/halts.ts";
import { PaperCosts } from "../src/sim/paper-costs.ts";
import { Timeline } from "../src/sim/timeline.ts";
import { SimulatedVenue } from "../src/sim/venue.ts";
import type { BoundStrategy, StrategyView } from "../src/strategies/strategy.ts";
import { barClose, columnsOf, testSessions } from "./bar-text.ts";

export interface WorldShape {
  readonly seed: number;
  readonly timeframe: Timeframe;
  readonly instruments: number;
  readonly sessions: number;
  /** Minute bars per session; daily bars ignore it. */
  readonly minutes: number;
  /** Standard deviation of a bar's return, a fraction. */
  readonly volatility: number;
  /** Typical shares per bar: small figures make partial fills. */
  readonly volume: number;
}

export interface World {
  readonly columns: BarColumns;
  readonly sessions: SessionTable;
}

/** Uniform in [0, 1), a function of the seed and the call's number. */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Random walks with gaps, missing bars and bars without volume. Prices are whole cents. */
export function randomWorld(shape: WorldShape): World {
  const next = uniform(shape.seed);
  const isDaily = shape.timeframe === "1d";
  const sessions = testSessions(shape.sessions, isDaily ? 390 : shape.minutes);
  const closes = Array.from({ length: shape.sessions }, (_, session) =>
    isDaily
      ? [barClose(sessions, session)]
      : Array.from({ length: shape.minutes }, (_, minute) => barClose(sessions, session, minute)),
  ).flat();
  const all: Bar[] = [];
  for (let instrument = 0; instrument < shape.instruments; instrument++) {
    let last = 20 + 180 * next();
    const cents = (price: number) => Math.max(0.5, Math.round(price * 100) / 100);
    const step = () => 1 + shape.volatility * 3.4 * (next() - 0.5);
    for (const closedAt of closes) {
      if (next() < 0.08) continue;
      const open = cents(last * step());
      const close = cents(open * step());
      const high = cents(Math.max(open, close) * (1 + shape.volatility * next()));
      const low = cents(Math.min(open, close) * (1 - shape.volatility * next()));
      const volume = next() < 0.1 ? 0 : Math.floor(2 * shape.volume * next());
      all.push({ instrument: instrument as InstrumentId, closedAt, open, high, low, close, volume });
      last = close;
    }
  }
  return { columns: columnsOf(shape.timeframe, shape.instruments, all), sessions };
}

/** A strategy written for one test. */
export function strategyOf(
  decide: (view: StrategyView<string, string, string>) => void,
  parts: Partial<BoundStrategy> = {},
): BoundStrategy {
  return {
    id: "test",
    horizon: "swing",
    sizing: "allocation",
    acceptsMissing: false,
    params: {},
    reasons: [["because", "because of {0}"]],
    memory: [],
    features: [],
    decide,
    ...parts,
  };
}

/** Enters, leaves, turns around and moves stops as a hash of what it sees tells it. */
export function noisyStrategy(seed: number): BoundStrategy {
  return strategyOf(
    (view) => {
      for (let n = 0; n < view.size; n++) {
        const i = view.instrument(n);
        const close = view.close(i);
        const next = uniform(Math.round(close * 100) * 7919 + i * 104_729 + seed + (view.at / 1e6) * 31);
        next();
        const choice = next();
        const held = view.position(i);
        if (choice < 0.5) {
          const side = next() < 0.6 ? 1 : -1;
          const away = close * (0.002 + 0.03 * next());
          const entry = {
            instrument: i,
            conviction: side * (0.2 + 0.8 * next()),
            ...(next() < 0.75 ? { stop: close - side * away } : {}),
            ...(next() < 0.5 ? { target: close + side * away * 2 * next() } : {}),
            ...(next() < 0.4 ? { timeStopBars: 1 + Math.floor(6 * next()) } : {}),
            ...(next() < 0.3 ? { when: "open_auction" as const } : {}),
          };
          view.enter(entry, "because", choice);
        } else if (choice < 0.58) view.exit(i, "because", choice);
        if (held !== 0 && next() < 0.5) view.protect(i, close * (1 - Math.sign(held) * 0.02 * next()));
      }
    },
    { id: `noisy_${seed}`, sizing: seed % 2 === 0 ? "allocation" : "fixed_risk" },
  );
}

export const testCosts = costParams.parse({
  feeSchedule: [{ from: "2006-01-01", secPerMillion: 27.8, tafPerShare: 0.000166, tafCap: 8.3 }],
});
export const CASH = 100_000;

export interface LoopParts {
  readonly world: World;
  readonly strategies: readonly BoundStrategy[];
  readonly observe?: BatchObserver;
  /** Settings of single rules, by id. */
  readonly risk?: Readonly<Record<string, unknown>>;
  readonly breakers?: readonly BoundBreaker[];
  readonly positions?: number;
  /** Asked after all others, of every entry: sees the facts that rules see. */
  readonly probe?: RiskRule;
  /** Settings of execution that differ from the defaults. */
  readonly execution?: Readonly<Record<string, unknown>>;
  /** Splits and dividends in order of time; their features see prices on the basis of splits. */
  readonly actions?: readonly CorporateActionEvent[];
  /** Settings of Kelly; with them, what it stops goes on on paper. */
  readonly kelly?: object;
  /** The way to printed prices. */
  readonly raw?: RawBasis;
}

export function testLoop(parts: LoopParts): SingleLoop {
  const { world, strategies, observe, risk = {}, positions = 4, breakers = [], actions, kelly, raw } = parts;
  const execution = executionParams.parse(parts.execution ?? {});
  const instruments = world.columns.instruments.symbols.length;
  return new SingleLoop(
    {
      timeframe: world.columns.timeframe,
      world: { ...worldOf(world.columns), sessions: world.sessions },
      strategies: strategies.map((strategy) => ({ strategy, allocation: 1 / strategies.length, positions })),
      // Markets of a test are wild and thin: what is scaled down to nothing would test nothing.
      // The cap leaves room for the offset of a limit, so that 5 % of a hundred-dollar stock are fifty shares.
      sizing: sizingParams.parse({
        capital: CASH,
        positionPct: 0.0503,
        atr: { floor: 0.5 },
        adv: { fraction: 1 },
        ...(kelly === undefined ? {} : { kelly }),
      }),
      ensemble: ensembleParams.parse({}),
      execution,
      ...(kelly === undefined ? {} : { paper: new PaperCosts(world.columns.instruments.symbols, testCosts) }),
      ...(actions === undefined ? {} : { basis: "split" as const }),
    },
    {
      strategies: strategies.length,
      instruments,
      startingCash: usd(CASH),
      sessions: world.sessions,
      // A world may begin with a short: alone it would be all of the gross exposure.
      rules: [
        ...rules.map((rule) => rule.configure({ shorts_share: { maxFraction: 1 }, ...risk }[rule.id] ?? {})),
        ...(parts.probe === undefined ? [] : [parts.probe]),
      ],
      execution,
      breakers,
      barSeconds: timeframeSeconds[world.columns.timeframe],
      intraday: strategies.map(({ horizon }) => horizon === "intraday"),
      symbols: world.columns.instruments.symbols,
      ...(raw === undefined ? {} : { raw }),
      ensemble: ensembleParams.parse({}),
    },
    observe,
  );
}

export interface TestRun extends LoopParts {
  /** Stands between the loop and the pump: a watcher, usually. */
  readonly around?: (loop: SingleLoop, venue: SimulatedVenue) => Engine;
  /** Stands between the timeline and the pump. */
  readonly source?: (timeline: EventSource, loop: SingleLoop) => EventSource;
  readonly venue?: (venue: SimulatedVenue) => Venue;
  readonly costs?: typeof testCosts;
  readonly journal?: Journal;
  readonly halts?: HaltSchedule;
}

/** A backtest's wiring, each part of which a test may wrap. Returns the loop after the last event. */
export function runWorld(run: TestRun): SingleLoop {
  const { world, around, source, venue: wrap, costs = testCosts, journal = nullJournal, halts } = run;
  const loop = testLoop(run);
  const venue = new SimulatedVenue(world.columns.instruments.symbols.length, costs, world.sessions, {
    held: (instrument) => loop.execute.portfolio.shares(instrument),
    symbols: world.columns.instruments.symbols,
    ...(halts === undefined ? {} : { halts }),
  });
  const bars = new Timeline(world.columns, venue, run.actions);
  const timeline = halts === undefined ? bars : new HaltTimeline(bars, halts.events());
  pump(source?.(timeline, loop) ?? timeline, around?.(loop, venue) ?? loop, journal, wrap?.(venue) ?? venue);
  return loop;
}

/** Adds operator events: after how many batches which one comes. */
export function withOperator(
  timeline: EventSource,
  acts: readonly { readonly afterBatches: number; readonly action: "halt" | "pause" | "resume" }[],
): EventSource {
  let batches = 0;
  let at = 0 as EpochMicros;
  const waiting = [...acts];
  return {
    next(): EngineEvent | undefined {
      const act = waiting[0];
      if (act !== undefined && batches >= act.afterBatches) {
        waiting.shift();
        return { kind: "OperatorActed", at, action: act.action, by: "test", reason: "asked" };
      }
      const event = timeline.next();
      if (event?.kind === "BarsClosed") {
        batches += 1;
        at = event.bars.at;
      }
      return event;
    },
  };
}

/** Each batch in columns of its own from row 0, as live feeds have it: rows of the batch before mean nothing. */
export function inOwnColumns(timeline: EventSource): EventSource {
  return {
    next() {
      const event = timeline.next();
      if (event?.kind !== "BarsClosed") return event;
      const { at, from, to, columns } = event.bars;
      const { instrument, open, high, low, close, volume } = columns;
      const cut = (column: Float64Array) => column.slice(from, to);
      const own = { open: cut(open), high: cut(high), low: cut(low), close: cut(close), volume: cut(volume) };
      const alone = { ...columns, ...own, instrument: instrument.slice(from, to) };
      return { kind: "BarsClosed", bars: { at, from: 0, to: to - from, columns: alone } };
    },
  };
}

/** Every table of a run as raw bytes: equal text, equal run, bit for bit. */
export function fingerprint(
  loop: SingleLoop,
): Readonly<Record<"signals" | "orders" | "fills" | "trades", string>> {
  const bytes = (cells: Float64Array) =>
    Buffer.from(cells.buffer, cells.byteOffset, cells.byteLength).toString("base64");
  const { orders, fills, trades } = loop.execute;
  const tradeCells: number[] = [];
  const tradeFields = Object.keys(TradeField).length;
  for (let trade = 0; trade < trades.length; trade++) {
    for (let field = 0; field < tradeFields; field++) tradeCells.push(trades.get(trade, field as 0));
  }
  return {
    signals: bytes(loop.compute.signals.cells()),
    orders: bytes(orders.cells()),
    fills: bytes(fills.cells()),
    trades: bytes(Float64Array.from(tradeCells)),
  };
}
