/**
 * Does a minute's close of the whole breadth leave time to trade on it?
 *
 * Question  thirty strategies on 500 symbols of one-minute bars, five sessions: from the batch of a minute to its last
 *           order, through features, decisions, netting, sizing, gate and fills. The thirteen strategies of the
 *           registry, those of days and of five minutes over bars that are rolled up on the way, and seventeen crosses of
 *           averages of which no two share one.
 * Budget    50 ms at the 99th percentile, which SYSTEM.md section 16 grants a single symbol.
 * Rival     trading-signals: the averages of the crosses and nothing else, on the same minutes, in the same run; what
 *           deciding, sizing, judging and filling cost over bare arithmetic.
 *
 *   npm run bench -- breadth --data DIR [--json]
 */
import { parseArgs } from "node:util";
import { EMA } from "trading-signals";
import { type Config, loadConfig } from "../src/app/config.ts";
import { buildLoop } from "../src/app/engine-run.ts";
import type { EngineEvent } from "../src/domain/events.ts";
import { nullJournal } from "../src/engine/null-journal.ts";
import { type Engine, pump } from "../src/engine/pump.ts";
import { OrderField } from "../src/execution/order-table.ts";
import { Timeline } from "../src/sim/timeline.ts";
import { SimulatedVenue } from "../src/sim/venue.ts";
import { referenceEmaCross } from "../src/strategies/reference-ema-cross.ts";
import { strategies } from "../src/strategies/registry.ts";
import type { StrategyModule } from "../src/strategies/strategy.ts";
import { readSet, type SymbolMajorBars, sessionsOf, toColumns } from "./generated-data.ts";

const BUDGET_MS = 50;
const STRATEGIES = 30;
const CASH = 1e8;
/** What every minute asks and no backtest of five days would: the limits let enough pass to be costly. */
const OVERLAY = [
  "execution.entryOrder=market",
  "risk.max_positions.limit=10000",
  "risk.trades_per_day.limit=1000000",
  "risk.throttle={perSecond: 10000, perMinute: 10000}",
  "risk.session.toxicMinutes=0",
  "risk.restricted.minPrice=0",
  "risk.adv.maxFraction=1",
];

interface Windows {
  readonly fast: number;
  readonly slow: number;
}

export async function breadthBench(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { data: { type: "string" }, json: { type: "boolean", default: false } },
  });
  if (values.data === undefined)
    throw new Error("--data: a folder is needed; make it with the generator: gen.mjs DIR uni");
  const data = readSet(values.data, "uni");
  const windows = Array.from({ length: STRATEGIES - traders.length }, (_, n) => ({
    fast: 5 + n,
    slow: 40 + 5 * n,
  }));
  const { times, orders, fills } = wholeRun(data, windows);
  const theirs = averagesAlone(data, windows);
  const late = times.slice(times.length / 2);
  const figures = {
    bench: "breadth",
    strategies: STRATEGIES,
    symbols: data.symbols,
    minutes: times.length,
    orders,
    fills,
    p50Ms: percentile(late, 0.5),
    p99Ms: percentile(late, 0.99),
    maxMs: Math.max(...late),
    budgetMs: BUDGET_MS,
    rivalP50Ms: percentile(theirs.slice(theirs.length / 2), 0.5),
  };
  const isMissed = figures.p99Ms > BUDGET_MS;
  const text =
    `breadth: ${STRATEGIES} strategies, ${data.symbols} symbols, ${times.length} minutes with ${orders} orders and ${fills} fills: ` +
    `p50 ${figures.p50Ms.toFixed(2)} ms, p99 ${figures.p99Ms.toFixed(2)} ms (budget ${BUDGET_MS}), longest ` +
    `${figures.maxMs.toFixed(1)} ms: ${isMissed ? "missed" : "reached"}; the averages alone in trading-signals p50 ` +
    `${figures.rivalP50Ms.toFixed(2)} ms`;
  console.log(values.json ? JSON.stringify(figures) : text);
  return isMissed ? 1 : 0;
}

/** The thirteen; the yardsticks of the registry are left out. */
const traders = strategies.filter(({ id }) => id !== "buy_and_hold" && id !== referenceEmaCross.id);

/** Milliseconds of each minute's close, and what came of them. */
function wholeRun(data: SymbolMajorBars, windows: readonly Windows[]) {
  const [columns, sessions] = [toColumns(data), sessionsOf(data)];
  const crosses = windows.map((_, n): StrategyModule => ({ ...referenceEmaCross, id: `cross_${n}` }));
  const base = loadConfig({ assignments: OVERLAY });
  const own = windows.map((params, n) => [`cross_${n}`, { params }] as const);
  const config = { ...base, strategies: { ...base.strategies, ...Object.fromEntries(own) } } as Config;
  const modules = [...traders, ...crosses];
  const setup = { config, strategyIds: modules.map(({ id }) => id), columns, sessions, cash: CASH };
  const { loop } = buildLoop(setup, modules);
  const times: number[] = [];
  const timed: Engine = {
    commands: loop.commands,
    step(event: EngineEvent) {
      const before = process.hrtime.bigint();
      loop.step(event);
      if (event.kind === "BarsClosed") times.push(Number(process.hrtime.bigint() - before) / 1e6);
    },
  };
  const venue = new SimulatedVenue(data.symbols, config.costs, sessions);
  pump(new Timeline(columns, venue), timed, nullJournal, venue);
  const { orders } = loop.execute;
  let fills = 0;
  for (let n = 0; n < orders.length; n++) if (orders.get(n as never, OrderField.filled) > 0) fills += 1;
  return { times, orders: orders.length, fills };
}

/** Milliseconds of each minute in which the library brings the averages of the crosses up to date. */
function averagesAlone({ symbols, bars, close }: SymbolMajorBars, windows: readonly Windows[]): number[] {
  const averages = Array.from({ length: symbols }, () =>
    windows.flatMap(({ fast, slow }) => [new EMA(fast), new EMA(slow)]),
  );
  const times: number[] = [];
  let sum = 0;
  for (let bar = 0; bar < bars; bar++) {
    const before = process.hrtime.bigint();
    for (let s = 0; s < symbols; s++) {
      const x = close[s * bars + bar]!;
      for (const average of averages[s]!) sum += average.add(x) ?? 0;
    }
    times.push(Number(process.hrtime.bigint() - before) / 1e6);
  }
  if (Number.isNaN(sum)) throw new Error("trading-signals: a value is no number");
  return times;
}

function percentile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
}
