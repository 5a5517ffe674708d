/**
 * Bars from recorded trades, for runs over ticks: what `MinuteBarBuilder` does live, over columns that are already in
 * order of time. A bar [start, end) holds the trades from its start up to its end, closes at its end whether or not
 * a trade comes then, and exists only if there was a trade. Only the regular session makes bars.
 */
import {
  type Bar,
  type BarColumns,
  columnsFromBars,
  type Timeframe,
  timeframeSeconds,
} from "../domain/bars.ts";
import type { InstrumentId, InstrumentTable } from "../domain/instrument.ts";
import { type SessionTable, sessionIndexAt } from "../domain/session.ts";
import type { TradeColumns } from "../domain/ticks.ts";
import { type EpochMicros, MICROS_PER_SECOND } from "../domain/time.ts";

interface GrowingBar {
  readonly instrument: InstrumentId;
  readonly closedAt: EpochMicros;
  readonly open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

export function tradeBars(
  { at, instrument, price, size }: TradeColumns,
  timeframe: Timeframe,
  instruments: InstrumentTable,
  sessions: SessionTable,
): BarColumns {
  const length = timeframeSeconds[timeframe] * MICROS_PER_SECOND;
  const bars: Bar[] = [];
  const open = new Map<number, GrowingBar>();
  let session = -1;
  for (let row = 0; row < at.length; row++) {
    const when = at[row]!;
    if (session < 0 || when >= sessions.close[session]!)
      session = sessionIndexAt(sessions, (when + 1) as EpochMicros);
    if (session >= sessions.close.length) break;
    if (when < sessions.open[session]!) continue;
    const traded = price[row]!;
    const i = instrument[row]! as InstrumentId;
    const closedAt = ((Math.floor(when / length) + 1) * length) as EpochMicros;
    const bar = open.get(i);
    if (bar?.closedAt === closedAt) {
      bar.high = Math.max(bar.high, traded);
      bar.low = Math.min(bar.low, traded);
      bar.close = traded;
      bar.volume += size[row]!;
      continue;
    }
    const next = { instrument: i, closedAt, open: traded, high: traded, low: traded, close: traded };
    const grown: GrowingBar = { ...next, volume: size[row]! };
    open.set(i, grown);
    bars.push(grown);
  }
  return columnsFromBars(timeframe, instruments, bars);
}
