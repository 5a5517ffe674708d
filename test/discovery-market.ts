/** Daily markets for the search for rules: noise alone, and noise with one rule planted in it. */
import { type Bar, type BarColumns, columnsFromBars } from "../src/domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../src/domain/instrument.ts";
import { dayNumber, type EpochMicros } from "../src/domain/time.ts";
import { sessionsBetween } from "../src/market/calendar.ts";
import { createRng } from "../src/numerics/rng.ts";

export interface PlantedMarket {
  readonly seed: number;
  readonly symbols: number;
  readonly sessions: number;
  /** Added to the log return of the session after a burst of volume; 0: noise alone. */
  readonly edge: number;
}

/** A volume of more than that many times the mean of the twenty before is a burst. */
export const BURST = 1.5;
const DAILY = 0.012;
/** How often one comes, about: what it gives is taken from all other days, so that holding gives nothing. */
const SHARE = 0.118;

/** A walk without drift per symbol; opens near the close before, so that the edge can be had from the open on. */
export function plantedDaily({ seed, symbols, sessions, edge }: PlantedMarket): BarColumns {
  const closedAt = sessionsBetween(dayNumber(2010, 1, 4), dayNumber(2024, 12, 31)).close;
  const names = Array.from({ length: symbols }, (_, i) => `S${String(i).padStart(2, "0")}`);
  const bars = names.flatMap((name, i) => {
    const rng = createRng(seed, name);
    const volumes: number[] = [];
    let price = 60 + 80 * rng.uniform();
    return Array.from({ length: sessions }, (_, n): Bar => {
      const open = price * Math.exp(0.001 * rng.normal());
      const drift = isBurst(volumes) ? edge : (-edge * SHARE) / (1 - SHARE);
      price = open * Math.exp(drift + DAILY * rng.normal() - (DAILY * DAILY) / 2);
      const high = Math.max(open, price) * (1 + 0.004 * rng.uniform());
      const low = Math.min(open, price) * (1 - 0.004 * rng.uniform());
      const volume = Math.round(2e7 * Math.exp(0.4 * rng.normal()));
      volumes.push(volume);
      const at = closedAt[n] as EpochMicros;
      return { instrument: i as InstrumentId, closedAt: at, open, high, low, close: price, volume };
    });
  });
  return columnsFromBars("1d", instrumentTable(names), bars);
}

/** Whether the last of these volumes is one. */
function isBurst(volumes: readonly number[]): boolean {
  const before = volumes.slice(-21, -1);
  const mean = before.reduce((a, b) => a + b, 0) / before.length;
  return before.length === 20 && (volumes.at(-1) ?? 0) > BURST * mean;
}
