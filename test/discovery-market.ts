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
  /** What holding earns in a year, as a log return; none unless told. */
  readonly drift?: number;
  /** Session from which on it does; the first unless told. */
  readonly driftFrom?: number;
  /** Of a session's log return; 1.2 % unless told. */
  readonly deviation?: number;
  /** Share of the variance that all symbols have in common; none unless told. */
  readonly common?: number;
}

/** Of shares, all year. */
const SHARES = { deviation: 0.16 / Math.sqrt(252), common: 0.4 } as const;

/**
 * Markets without anything to find: nothing to hold either; shares that rise in the long run; and shares that rise from
 * a session on, as if a boom had come with the vault.
 */
export const noiseMarkets = (boomFrom: number) =>
  ({
    driftless: {},
    rising: { ...SHARES, drift: 0.08 },
    boom: { ...SHARES, drift: 0.4, driftFrom: boomFrom },
  }) as const;

/** A volume of more than that many times the mean of the twenty before is a burst. */
export const BURST = 1.5;
const DAILY = 0.012;
const YEAR = 252;
/** How often one comes, about: what it gives is taken from all other days, so that holding gives nothing. */
const SHARE = 0.118;

/** A walk per symbol; opens near the close before, so that the edge can be had from the open on. */
export function plantedDaily(market: PlantedMarket): BarColumns {
  const { seed, symbols, sessions, edge, drift = 0, driftFrom = 0, deviation = DAILY, common = 0 } = market;
  const scale = deviation / DAILY;
  const shared = createRng(seed, "all");
  const together = Float64Array.from({ length: sessions }, () => Math.sqrt(common) * shared.normal());
  const closedAt = sessionsBetween(dayNumber(2010, 1, 4), dayNumber(2024, 12, 31)).close;
  const names = Array.from({ length: symbols }, (_, i) => `S${String(i).padStart(2, "0")}`);
  const bars = names.flatMap((name, i) => {
    const rng = createRng(seed, name);
    const volumes: number[] = [];
    let price = 60 + 80 * rng.uniform();
    return Array.from({ length: sessions }, (_, n): Bar => {
      const open = price * Math.exp(0.001 * scale * rng.normal());
      const planted = isBurst(volumes) ? edge : (-edge * SHARE) / (1 - SHARE);
      const chance = together[n]! + Math.sqrt(1 - common) * rng.normal();
      const rise = (n < driftFrom ? 0 : drift) / YEAR;
      price = open * Math.exp(planted + rise + deviation * chance - (deviation * deviation) / 2);
      const high = Math.max(open, price) * (1 + 0.004 * scale * rng.uniform());
      const low = Math.min(open, price) * (1 - 0.004 * scale * rng.uniform());
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
