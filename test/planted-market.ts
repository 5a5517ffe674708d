/**
 * Daily bars of a market with one thing to know: what swings little rises, what swings much falls, and each symbol
 * changes between the two every few months. `edge` 0: the same market without it. Trends and pullbacks inside, so that
 * trend rules find their entries in both.
 */
import type { BarColumns } from "../src/domain/bars.ts";
import { createRng } from "../src/numerics/rng.ts";
import { type DayBar, dailyColumns } from "./daily-market.ts";

const CHANGE = 1 / 60;

export function plantedMarket({
  seed,
  sessions,
  symbols,
  edge,
}: {
  readonly seed: number;
  readonly sessions: number;
  readonly symbols: number;
  /** Mean log return of a day, up where it is calm and down where it is wild. */
  readonly edge: number;
}): BarColumns {
  const paths = Array.from({ length: symbols }, (_, i): [string, DayBar[]] => {
    const name = `S${String(i).padStart(2, "0")}`;
    const rng = createRng(seed, name);
    let price = 40 + 60 * rng.uniform();
    let trend = 0;
    let isCalm = rng.uniform() < 0.5;
    const days = Array.from({ length: sessions }, () => {
      if (rng.uniform() < CHANGE) isCalm = !isCalm;
      if (rng.uniform() < 0.05) trend = 0.002 * rng.normal();
      const swing = isCalm ? 0.009 : 0.015;
      const open = price * Math.exp(0.2 * swing * rng.normal());
      const close = open * Math.exp(trend + (isCalm ? edge : -edge) + swing * rng.normal());
      const high = Math.max(open, close) * (1 + 0.5 * swing * rng.uniform());
      const low = Math.min(open, close) * (1 - 0.5 * swing * rng.uniform());
      price = close;
      return { open, high, low, close, volume: 1e6 + rng.integer(1e6) };
    });
    return [name, days];
  });
  return dailyColumns(Object.fromEntries(paths));
}
