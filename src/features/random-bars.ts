/** Seeded bars for this room's tests: several instruments, gaps, late listings, halts, shocks, days without volume. */
import { type Bar, type BarColumns, columnsFromBars } from "../domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../domain/instrument.ts";
import { sessionIndexAt } from "../domain/session.ts";
import {
  dayNumber,
  type EpochMicros,
  MICROS_PER_DAY,
  MICROS_PER_MINUTE,
  startOfDay,
} from "../domain/time.ts";
import { xnysSessions } from "../market/calendar.ts";
import { createRng, type Rng } from "../numerics/rng.ts";

const FIRST_SESSION = startOfDay(dayNumber(2024, 6, 10));

export interface RandomBarsOptions {
  readonly seed: number;
  readonly symbols: number;
  readonly instants: number;
  /**
   * `ordinary`: every instrument has a bar at every instant, moves and trades. `wild`: bars are missing,
   * the last instrument is listed late, prices stand still for weeks, jump tenfold, and volume may be 0.
   */
  readonly market: "ordinary" | "wild";
  /** `days` of 1970 when left out; `session`: the 5-minute bars of the exchange's sessions from 2024-06-10 on. */
  readonly clock?: "days" | "session";
}

/** Daily or 5-minute bars, prices in whole cents, so that ties and unchanged closes occur. */
export function randomBars(options: RandomBarsOptions): BarColumns {
  const { seed, symbols, instants, market, clock = "days" } = options;
  const closes = clock === "session" ? sessionCloses(instants) : dayCloses(instants);
  const names = Array.from({ length: symbols }, (_, i) => `S${i}`);
  const root = createRng(seed, "random bars");
  const bars = names.flatMap((name, i) => {
    const rng = root.fork(name);
    const listedAt = market === "wild" && i > 0 && i === symbols - 1 ? Math.floor(instants / 5) : 0;
    return walk(rng, i as InstrumentId, { listedAt, closes, market });
  });
  return columnsFromBars(clock === "session" ? "5m" : "1d", instrumentTable(names), bars);
}

function walk(
  rng: Rng,
  instrument: InstrumentId,
  { listedAt, closes, market }: { listedAt: number; closes: readonly number[]; market: "ordinary" | "wild" },
): Bar[] {
  const wild = market === "wild";
  const bars: Bar[] = [];
  let price = 20 + 80 * rng.uniform();
  let haltedUntil = -1;
  for (let t = listedAt; t < closes.length; t++) {
    const halted = t < haltedUntil;
    if (wild && rng.uniform() < 0.01) haltedUntil = t + 5 + rng.integer(40);
    if (wild && rng.uniform() < 0.01) price = cents(price * 10 ** (2 * rng.uniform() - 1));
    // Instrument 0 always has a bar, so no instant is empty.
    const missing = wild && instrument > 0 && rng.uniform() < 0.3;
    const open = cents(halted ? price : price * (1 + 0.01 * rng.normal()));
    const close = cents(halted ? price : open * (1 + 0.02 * rng.normal()));
    const spread = halted ? 0 : 0.01 * rng.uniform();
    price = close;
    if (missing) continue;
    bars.push({
      instrument,
      closedAt: closes[t] as EpochMicros,
      open,
      high: cents(Math.max(open, close) * (1 + spread)),
      low: Math.min(open, close, cents(Math.min(open, close) * (1 - spread))),
      close,
      volume: halted || (wild && rng.uniform() < 0.05) ? 0 : 100 + rng.integer(1_000_000),
    });
  }
  return bars;
}

function dayCloses(instants: number): number[] {
  return Array.from({ length: instants }, (_, t) => t * MICROS_PER_DAY);
}

/** A half day, 2024-07-03, falls after the first fifteen sessions. */
function sessionCloses(instants: number): number[] {
  const { open, close } = xnysSessions();
  const step = 5 * MICROS_PER_MINUTE;
  const closes: number[] = [];
  for (let s = sessionIndexAt(xnysSessions(), FIRST_SESSION); closes.length < instants; s++) {
    for (let at = open[s]! + step; at <= close[s]! && closes.length < instants; at += step) closes.push(at);
  }
  return closes;
}

function cents(price: number): number {
  return Math.max(1, Math.round(Math.min(price, 1e5) * 100)) / 100;
}
