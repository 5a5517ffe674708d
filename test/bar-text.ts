/** Sessions and bars written as text, for tests that say what happens bar by bar. */
import type { Bar, BarColumns, Timeframe } from "../src/domain/bars.ts";
import { columnsFromBars } from "../src/domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../src/domain/instrument.ts";
import type { SessionTable } from "../src/domain/session.ts";
import { dayNumber, type EpochMicros, MICROS_PER_DAY, MICROS_PER_MINUTE } from "../src/domain/time.ts";

const FIRST_DAY = dayNumber(2024, 3, 4);
/** 14:30 UTC. */
const OPEN_MINUTE = 870;

/** Sessions on consecutive days, each as many minutes long as asked. */
export function testSessions(count: number, minutes: number): SessionTable {
  const days = Array.from({ length: count }, (_, n) => FIRST_DAY + n);
  const open = days.map((day) => day * MICROS_PER_DAY + OPEN_MINUTE * MICROS_PER_MINUTE);
  return {
    date: Int32Array.from(days),
    open: Float64Array.from(open),
    close: Float64Array.from(open, (at) => at + minutes * MICROS_PER_MINUTE),
  };
}

/** Close of minute bar `minute` (from 0) of a session; of the daily bar when the timeframe is daily. */
export function barClose(sessions: SessionTable, session: number, minute?: number): EpochMicros {
  const at =
    minute === undefined
      ? sessions.close[session]
      : sessions.open[session]! + (minute + 1) * MICROS_PER_MINUTE;
  return at as EpochMicros;
}

/**
 * Bars of one instrument, `open/high/low/close` and optionally `xVOLUME` (default a million), e.g.
 * `100/101/99/100x500`; without a close it is the open. `-` leaves the instant out for this instrument.
 */
export function bars(instrument: number, text: string, closes: readonly EpochMicros[]): Bar[] {
  const words = text.trim().split(/\s+/);
  if (words.length > closes.length) throw new Error(`${words.length} bars, ${closes.length} instants`);
  return words.flatMap((word, n): Bar[] => {
    if (word === "-") return [];
    const [prices = "", volume = "1000000"] = word.split("x");
    const [open = 0, high = 0, low = 0, close = open] = prices.split("/").map(Number);
    const closedAt = closes[n] as EpochMicros;
    return [
      { instrument: instrument as InstrumentId, closedAt, open, high, low, close, volume: Number(volume) },
    ];
  });
}

export function columnsOf(timeframe: Timeframe, instruments: number, all: readonly Bar[]): BarColumns {
  const names = Array.from({ length: instruments }, (_, n) => `S${n}`);
  return columnsFromBars(timeframe, instrumentTable(names), all);
}
