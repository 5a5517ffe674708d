/** Round trips in words: symbols, instants and the reason of each entry and exit. */
import { type BarColumns, batchCount } from "../domain/bars.ts";
import { END_OF_DAY_SIGNAL, FAST_EXIT_SIGNAL, Purpose, SHOCK_SIGNAL } from "../domain/order.ts";
import { type EpochMicros, isoInstant } from "../domain/time.ts";
import { type SignalTable, sentence } from "../engine/signal-table.ts";
import { TradeField } from "../engine/trade-log.ts";
import type { EngineRun } from "./engine-run.ts";
import type { TradeRow } from "./run-result.ts";

export function tradeRows({ loop, allocated }: EngineRun, columns: BarColumns): TradeRow[] {
  const { trades } = loop.execute;
  const { signals } = loop.compute;
  const barsUpTo = barsOf(columns, new Set(instrumentsTraded(trades)));
  const rows: TradeRow[] = [];
  for (let trade = 0; trade < trades.length; trade++) {
    const get = (field: TradeField) => trades.get(trade, field);
    const bound = allocated[get(TradeField.strategy)]?.strategy;
    const reasons = bound?.reasons ?? [];
    const shares = get(TradeField.shares);
    const risk = get(TradeField.riskPerShare) * shares;
    const openedAt = get(TradeField.openedAt) as EpochMicros;
    const closedAt = get(TradeField.closedAt) as EpochMicros;
    const instrument = get(TradeField.instrument);
    rows.push({
      strategy: bound?.id ?? "unknown",
      symbol: columns.instruments.symbols[instrument] ?? "unknown",
      side: get(TradeField.side) > 0 ? "long" : "short",
      shares,
      openedAt: isoInstant(openedAt),
      closedAt: isoInstant(closedAt),
      entryPrice: get(TradeField.entryPrice),
      exitPrice: get(TradeField.exitPrice),
      pnl: get(TradeField.pnl),
      costs: get(TradeField.costs),
      dividends: get(TradeField.dividends),
      r: risk > 0 ? get(TradeField.pnl) / risk : Number.NaN,
      barsHeld: barsUpTo(instrument, closedAt) - barsUpTo(instrument, openedAt),
      whyIn: sentence(signals, get(TradeField.signalIn), reasons),
      whyOut: whyOut(
        get(TradeField.exitPurpose) as Purpose,
        get(TradeField.exitPrice),
        signals,
        get(TradeField.signalOut),
        reasons,
      ),
      crossed: get(TradeField.crossed),
    });
  }
  return rows;
}

function whyOut(
  purpose: Purpose,
  price: number,
  signals: SignalTable,
  signal: number,
  reasons: readonly (readonly [string, string])[],
): string {
  if (purpose === Purpose.StopLoss) return `stop reached, out at ${price.toFixed(2)}`;
  if (signal === SHOCK_SIGNAL) return `moved too far within minutes, out at ${price.toFixed(2)}`;
  if (purpose === Purpose.VirtualStop) return `virtual stop reached, out at ${price.toFixed(2)}`;
  if (purpose === Purpose.TakeProfit) return `target reached, out at ${price.toFixed(2)}`;
  if (signal === END_OF_DAY_SIGNAL) return "closed before the end of the day";
  if (purpose === Purpose.Flatten)
    return signal === FAST_EXIT_SIGNAL
      ? "longs were closed by the regime's fast exit"
      : "everything was closed";
  if (signal < 0) return "a split left less than one share, paid in cash";
  return sentence(signals, signal, reasons);
}

function instrumentsTraded(trades: EngineRun["loop"]["execute"]["trades"]): number[] {
  return Array.from({ length: trades.length }, (_, trade) => trades.get(trade, TradeField.instrument));
}

/** Counts the bars that an instrument itself had, as its strategy did: other symbols' bars are not its own. */
function barsOf(columns: BarColumns, instruments: ReadonlySet<number>) {
  const instants = new Map<number, number[]>(Array.from(instruments, (instrument) => [instrument, []]));
  for (let batch = 0; batch < batchCount(columns); batch++) {
    for (let row = columns.offset[batch]!; row < columns.offset[batch + 1]!; row++) {
      instants.get(columns.instrument[row]!)?.push(columns.closedAt[batch]!);
    }
  }
  /** Bars that closed at or before an instant. */
  return (instrument: number, at: EpochMicros): number => {
    const own = instants.get(instrument) ?? [];
    let low = 0;
    let high = own.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((own[middle] ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
