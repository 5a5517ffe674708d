/** Seeded bars for this room's tests: several instruments, gaps, late listings, halts, shocks, days without volume. */
import { type Bar, type BarColumns, columnsFromBars } from "../domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../domain/instrument.ts";
import { type EpochMicros, MICROS_PER_DAY } from "../domain/time.ts";
import { createRng, type Rng } from "../numerics/rng.ts";

export interface RandomBarsOptions {
  readonly seed: number;
  readonly symbols: number;
  readonly instants: number;
  /**
   * `ordinary`: every instrument has a bar at every instant, moves and trades. `wild`: bars are missing,
   * the last instrument is listed late, prices stand still for weeks, jump tenfold, and volume may be 0.
   */
  readonly market: "ordinary" | "wild";
}

/** Daily bars, prices in whole cents, so that ties and unchanged closes occur. */
export function randomBars({ seed, symbols, instants, market }: RandomBarsOptions): BarColumns {
  const names = Array.from({ length: symbols }, (_, i) => `S${i}`);
  const root = createRng(seed, "random bars");
  const bars = names.flatMap((name, i) => {
    const rng = root.fork(name);
    const listedAt = market === "wild" && i > 0 && i === symbols - 1 ? Math.floor(instants / 5) : 0;
    return walk(rng, i as InstrumentId, { listedAt, instants, market });
  });
  return columnsFromBars("1d", instrumentTable(names), bars);
}

function walk(
  rng: Rng,
  instrument: InstrumentId,
  { listedAt, instants, market }: { listedAt: number; instants: number; market: "ordinary" | "wild" },
): Bar[] {
  const wild = market === "wild";
  const bars: Bar[] = [];
  let price = 20 + 80 * rng.uniform();
  let haltedUntil = -1;
  for (let t = listedAt; t < instants; t++) {
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
      closedAt: (t * MICROS_PER_DAY) as EpochMicros,
      open,
      high: cents(Math.max(open, close) * (1 + spread)),
      low: Math.min(open, close, cents(Math.min(open, close) * (1 - spread))),
      close,
      volume: halted || (wild && rng.uniform() < 0.05) ? 0 : 100 + rng.integer(1_000_000),
    });
  }
  return bars;
}

function cents(price: number): number {
  return Math.max(1, Math.round(Math.min(price, 1e5) * 100)) / 100;
}
