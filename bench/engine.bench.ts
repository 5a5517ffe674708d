/**
 * What does the whole order path cost beside a loop that does only the arithmetic?
 *
 * Question  EMA 20/50 cross with signal, sizing, risk gate, orders, fills with 5 bps and 0.005 USD a share,
 *           ledger, equity and peak at every bar and the trade log, in one thread.
 * Budget    at least 0.20 of the limit loop; under 0.10 the design is wrong (PERFORMANCE.md).
 * Rivals    the limit loop and an object-per-event engine, in turns in the same process.
 * Exact     fills equal, equity within 1e-9 of the limit loop's, tick rounding off.
 */

import { loadConfig } from "../src/app/config.ts";
import { buildLoop } from "../src/app/engine-run.ts";
import { EquityCurve } from "../src/app/equity-curve.ts";
import type { OrderNumber } from "../src/domain/order.ts";
import { nullJournal } from "../src/engine/null-journal.ts";
import { pump } from "../src/engine/pump.ts";
import { OrderField } from "../src/execution/order-table.ts";
import type { RiskRule } from "../src/risk/rule.ts";
import { costParams } from "../src/sim/cost-model.ts";
import { Timeline } from "../src/sim/timeline.ts";
import { SimulatedVenue } from "../src/sim/venue.ts";
import { readSet, type SymbolMajorBars, sessionsOf, toColumns } from "./generated-data.ts";
import { measuring } from "./measuring-strategy.ts";
import { limitLoop, type RivalResult } from "./rivals/limit-loop.ts";
import { objectEngine } from "./rivals/object-engine.ts";
import { takeTurns } from "./timing.ts";

const CASH = 1e8;
const GOAL = 0.2;
const FLOOR = 0.1;
const TURNS = 15;
const OBJECT_TURNS = 5;

/** Limits that this comparison must not meet: the rules run, and let everything pass. */
const OVERLAY = [
  "execution.entryOrder=market",
  "execution.tick=none",
  "risk.session.toxicMinutes=0",
  "risk.max_positions.limit=10000",
  "risk.trades_per_day.limit=1000000",
  "sizing.fixedShares=100",
  "risk.throttle={perSecond: 10000, perMinute: 10000}",
  "risk.restricted.minPrice=0",
  "risk.adv.maxFraction=1",
  "risk.order_size.maxNotionalUsd=1e9",
];

export interface EngineFigures {
  readonly bench: "engine";
  readonly set: string;
  readonly bars: number;
  readonly fills: number;
  readonly equity: number;
  readonly fillsEqual: boolean;
  readonly equityError: number;
  readonly ratioToLimit: number;
  readonly ratioToObjectEngine: number;
  readonly barsPerSecond: number;
  readonly limitBarsPerSecond: number;
  readonly goal: number;
  readonly floor: number;
  readonly verdict: "goal reached" | "above the floor" | "below the floor" | "wrong result";
}

export function engineBench(directory: string, set: string): EngineFigures {
  const data = readSet(directory, set);
  const engine = prepare(data);
  const timed = takeTurns({ limit: () => limitLoop(data), engine }, TURNS);
  const rival = takeTurns({ objects: () => objectEngine(data), engine }, OBJECT_TURNS);
  const limit = timed.limit!;
  const ours = timed.engine!;
  const bars = data.symbols * data.bars;
  const equityError = Math.abs(ours.result.equity / limit.result.equity - 1);
  const fillsEqual = ours.result.fills === limit.result.fills;
  const ratioToLimit = limit.seconds / ours.seconds;
  return {
    bench: "engine",
    set,
    bars,
    fills: ours.result.fills,
    equity: ours.result.equity,
    fillsEqual,
    equityError,
    ratioToLimit,
    ratioToObjectEngine: rival.objects!.seconds / Math.min(ours.seconds, rival.engine!.seconds),
    barsPerSecond: Math.round(bars / ours.seconds),
    limitBarsPerSecond: Math.round(bars / limit.seconds),
    goal: GOAL,
    floor: FLOOR,
    verdict: verdictOf(fillsEqual && equityError < 1e-9, ratioToLimit),
  };
}

function verdictOf(exact: boolean, ratio: number): EngineFigures["verdict"] {
  if (!exact) return "wrong result";
  if (ratio >= GOAL) return "goal reached";
  return ratio >= FLOOR ? "above the floor" : "below the floor";
}

export interface EngineChoice {
  /** How many times over every rule is asked; the same rule again costs the same again. Default: once. */
  readonly ruleSets?: number;
}

/** Everything that is not the run itself happens here, outside the timing. */
export function prepare(data: SymbolMajorBars, { ruleSets = 1 }: EngineChoice = {}): () => RivalResult {
  const columns = toColumns(data);
  const sessions = sessionsOf(data);
  const config = loadConfig({ assignments: OVERLAY });
  const costs = costParams.parse({
    slippage: "fixed",
    fixedBps: 5,
    commissionPerShare: 0.005,
    regulatory: false,
    maxParticipation: 1,
    feeSchedule: [{ from: "2010-01-01", secPerMillion: 0, tafPerShare: 0, tafCap: 0 }],
  });
  return () => {
    const curve = new EquityCurve(data.bars);
    const setup = { config, strategyIds: [measuring.id], columns, sessions, cash: CASH };
    const { loop } = buildLoop(setup, [measuring], curve);
    if (ruleSets !== 1) repeat(loop.execute.gate.rules as RiskRule[], ruleSets);
    const venue = new SimulatedVenue(data.symbols, costs, sessions);
    pump(new Timeline(columns, venue), loop, nullJournal, venue);
    const { orders, portfolio } = loop.execute;
    let fills = 0;
    for (let n = 0; n < orders.length; n++)
      if (orders.get(n as OrderNumber, OrderField.filled) > 0) fills += 1;
    return { fills, equity: portfolio.equity };
  };
}

function repeat(rules: RiskRule[], times: number): void {
  const once = rules.splice(0);
  for (let n = 0; n < times; n++) rules.push(...once);
}
