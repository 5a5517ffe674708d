/** Five-minute bars on real sessions for tests of strategies that live within the day: stretches that come back. */
import { type Bar, type BarColumns, columnsFromBars } from "../src/domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../src/domain/instrument.ts";
import { dayNumber, type EpochMicros, MICROS_PER_MINUTE } from "../src/domain/time.ts";
import { sessionsBetween } from "../src/market/calendar.ts";
import { createRng } from "../src/numerics/rng.ts";

const BAR_MINUTES = 5;

export interface RandomMarket {
  readonly seed: number;
  /** Daily bars, or about as many bars within the day. */
  readonly sessions: number;
  /** Within the day: so many sessions at least. */
  readonly days?: number;
}

/**
 * A price that is pulled back to a slowly wandering value, with now and then a jump away from it, and a gap each
 * night that stays; the second symbol misses one bar in ten, half days are among the sessions.
 */
export function randomIntraday({ seed, sessions, days: least = 4 }: RandomMarket): BarColumns {
  const names = ["AAA", "BBB", "CCC"];
  const { open, close } = sessionsBetween(dayNumber(2019, 11, 1), dayNumber(2020, 12, 31));
  const days = Math.max(least, Math.ceil(sessions / 40));
  const bars = names.flatMap((name, i): Bar[] => {
    const rng = createRng(seed, `intraday ${name}`);
    let value = 50 + 50 * rng.uniform();
    let price = value;
    const list: Bar[] = [];
    for (let day = 0; day < days; day++) {
      const step = BAR_MINUTES * MICROS_PER_MINUTE;
      const gap = Math.exp(0.008 * rng.normal());
      value *= gap;
      price *= gap;
      for (let at = open[day]! + step; at <= close[day]!; at += step) {
        value *= Math.exp(0.0005 * rng.normal());
        const jump = rng.uniform() < 0.05 ? 0.008 * rng.normal() : 0;
        const opened = price;
        price = price * Math.exp(0.3 * Math.log(value / price) + 0.001 * rng.normal() + jump);
        const high = Math.max(opened, price) * (1 + 0.0005 * rng.uniform());
        const low = Math.min(opened, price) * (1 - 0.0005 * rng.uniform());
        const volume = 10_000 + rng.integer(50_000);
        if (i === 1 && rng.uniform() < 0.1) continue;
        const closedAt = at as EpochMicros;
        list.push({ instrument: i as InstrumentId, closedAt, open: opened, high, low, close: price, volume });
      }
    }
    return list;
  });
  return columnsFromBars("5m", instrumentTable(names), bars);
}
