/**
 * The storm's weather: random walks with gaps, halts without bars and minutes in which a price collapses and half
 * recovers, so that stops fire. Prices are whole cents; thin volumes make partial fills by themselves.
 */
import { allocateColumns, type BarBatch } from "../../domain/bars.ts";
import { type InstrumentTable, instrumentTable } from "../../domain/instrument.ts";
import type { SessionTable } from "../../domain/session.ts";
import { dayNumber, type EpochMicros, MICROS_PER_DAY, MICROS_PER_MINUTE } from "../../domain/time.ts";
import { createRng, type Rng } from "../../numerics/rng.ts";
import type { StormPlan } from "./plan.ts";
import type { Reach } from "./reach.ts";

export interface StormMarket {
  readonly instruments: InstrumentTable;
  readonly sessions: SessionTable;
  /** Minutes before the first one, for the features. */
  readonly warmup: readonly BarBatch[];
  readonly minutes: readonly BarBatch[];
}

const FIRST_DAY = dayNumber(2026, 3, 2);
/** 14:30 UTC. */
const OPEN_MINUTE = 870;
const WARMUP_MINUTES = 12;
const GAP = 0.03;
const HALT = 0.02;
const CRASH = 0.025;

interface Bar {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

export function stormMarket(plan: StormPlan, reach: Reach): StormMarket {
  const root = createRng(plan.seed, "storm market");
  const instruments = instrumentTable(Array.from({ length: plan.symbols }, (_, n) => `S${n}`));
  const perSession = Math.ceil(plan.minutes / 2);
  const sessions = twoSessions(perSession);
  const closes = Array.from({ length: WARMUP_MINUTES + plan.minutes }, (_, n) =>
    closeOf(sessions, perSession, n - WARMUP_MINUTES),
  );
  const tapes = instruments.symbols.map((symbol) => tape(root.fork(symbol), closes.length, reach));
  const batches = closes.map((at, n) => batchOf(instruments, at, tapes, n));
  return {
    instruments,
    sessions,
    warmup: batches.slice(0, WARMUP_MINUTES),
    minutes: batches.slice(WARMUP_MINUTES),
  };
}

function twoSessions(minutes: number): SessionTable {
  const days = [FIRST_DAY, FIRST_DAY + 1];
  const open = days.map((day) => day * MICROS_PER_DAY + OPEN_MINUTE * MICROS_PER_MINUTE);
  return {
    date: Int32Array.from(days),
    open: Float64Array.from(open),
    close: Float64Array.from(open, (at) => at + minutes * MICROS_PER_MINUTE),
  };
}

/** Minutes before 0 end before the first open. */
function closeOf({ open }: SessionTable, perSession: number, minute: number): EpochMicros {
  const session = minute < perSession ? 0 : 1;
  return (open[session]! + (minute - session * perSession + 1) * MICROS_PER_MINUTE) as EpochMicros;
}

/** One symbol's bars; undefined in a minute without one. */
function tape(rng: Rng, minutes: number, reach: Reach): (Bar | undefined)[] {
  const volatility = [0.0008, 0.003, 0.008][rng.integer(3)] as number;
  const thickness = [120, 800, 6_000, 200_000][rng.integer(4)] as number;
  let last = 15 + 150 * rng.uniform();
  let haltedFor = 0;
  return Array.from({ length: minutes }, (_, minute) => {
    const isWarmup = minute < WARMUP_MINUTES;
    if (!isWarmup && haltedFor === 0 && rng.uniform() < HALT) {
      haltedFor = 1 + rng.integer(4);
      reach.hit("market halt");
    }
    if (haltedFor > 0) {
      haltedFor -= 1;
      last *= 1 + 0.02 * rng.normal();
      return undefined;
    }
    let jump = 0;
    if (!isWarmup && rng.uniform() < GAP) {
      jump = (rng.uniform() < 0.5 ? -1 : 1) * (0.02 + 0.1 * rng.uniform());
      reach.hit("market gap");
    }
    const open = cents(last * (1 + jump + volatility * rng.normal()));
    let close = cents(open * (1 + volatility * rng.normal()));
    let low = Math.min(open, close) * (1 - volatility * rng.uniform());
    const high = cents(Math.max(open, close) * (1 + volatility * rng.uniform()));
    if (!isWarmup && rng.uniform() < CRASH) {
      low = open * (0.8 + 0.15 * rng.uniform());
      close = cents((low + open) / 2);
      reach.hit("market crash");
    }
    const volume = rng.uniform() < 0.05 ? 0 : Math.floor(2 * thickness * rng.uniform());
    last = Math.max(2, close);
    return { open, high: Math.max(high, close), low: Math.min(cents(low), close), close, volume };
  });
}

const cents = (dollars: number): number => Math.max(100, Math.round(dollars * 100)) / 100;

/** Each batch has columns of its own: an event can then be kept and told again. */
function batchOf(
  instruments: InstrumentTable,
  at: EpochMicros,
  tapes: readonly (readonly (Bar | undefined)[])[],
  minute: number,
): BarBatch {
  const present = tapes.flatMap((bars, instrument) => {
    const bar = bars[minute];
    return bar === undefined ? [] : [{ instrument, bar }];
  });
  const columns = allocateColumns("1m", instruments, present.length, 1);
  columns.closedAt[0] = at;
  columns.offset[1] = present.length;
  for (const [row, { instrument, bar }] of present.entries()) {
    columns.instrument[row] = instrument;
    columns.open[row] = bar.open;
    columns.high[row] = bar.high;
    columns.low[row] = bar.low;
    columns.close[row] = bar.close;
    columns.volume[row] = bar.volume;
  }
  return { at, from: 0, to: present.length, columns };
}

/** The same minute without the rows that `drops` names by instrument. */
export function without(batch: BarBatch, drops: (instrument: number) => boolean): BarBatch {
  const { columns, at } = batch;
  const rows: number[] = [];
  for (let row = batch.from; row < batch.to; row++) if (!drops(columns.instrument[row]!)) rows.push(row);
  if (rows.length === batch.to - batch.from) return batch;
  const kept = allocateColumns(columns.timeframe, columns.instruments, rows.length, 1);
  kept.closedAt[0] = at;
  kept.offset[1] = rows.length;
  for (const [to, from] of rows.entries()) {
    kept.instrument[to] = columns.instrument[from]!;
    kept.open[to] = columns.open[from]!;
    kept.high[to] = columns.high[from]!;
    kept.low[to] = columns.low[from]!;
    kept.close[to] = columns.close[from]!;
    kept.volume[to] = columns.volume[from]!;
  }
  return { at, from: 0, to: rows.length, columns: kept };
}
