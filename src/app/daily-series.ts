/** A run session by session: the returns that every ratio is made of, and the yardstick beside them. */
import { type BarColumns, batchCount } from "../domain/bars.ts";
import type { CorporateActionEvent } from "../domain/events.ts";
import { type SessionTable, sessionIndexAt } from "../domain/session.ts";
import { type DayNumber, type EpochMicros, isoDate } from "../domain/time.ts";
import type { EquityCurve } from "./equity-curve.ts";
import type { ExposureCurve } from "./exposure-curve.ts";
import { sharesHeldAfter } from "./run-actions.ts";
import type { DailySeries } from "./run-result.ts";

export interface Daily extends Omit<DailySeries, "traded"> {
  /** Simple net returns per session, from the starting cash. */
  readonly returns: Float64Array;
  readonly benchmarkReturns: Float64Array;
  /** Share of batches at whose close anything was held. */
  readonly exposedShare: number;
  /** Deepest distance from a high over all batches, the starting cash a high: negative fractions. */
  readonly deepest: number;
  readonly benchmarkDeepest: number;
  /** Mean of gross exposure over equity, over all batches. */
  readonly meanGross: number;
}

/** Takes the last batch of each session. */
export function dailySeries(
  curve: EquityCurve,
  exposure: ExposureCurve,
  columns: BarColumns,
  sessions: SessionTable,
  cash: number,
  actions: readonly CorporateActionEvent[] = [],
): Daily {
  const benchmark = equalWeightHold(columns, cash, actions);
  const date: string[] = [];
  const equity: number[] = [];
  const held: number[] = [];
  const gross: number[] = [];
  const net: number[] = [];
  let session = -1;
  let exposed = 0;
  let grossSum = 0;
  for (let batch = 0; batch < batchCount(columns); batch++) {
    const at = columns.closedAt[batch] as EpochMicros;
    if (session < 0 || at > sessions.close[session]!) {
      session = sessionIndexAt(sessions, at);
      date.push(isoDate(sessions.date[session] as DayNumber));
      equity.push(0);
      held.push(0);
      gross.push(0);
      net.push(0);
    }
    const last = date.length - 1;
    equity[last] = curve.equity[batch]!;
    held[last] = benchmark[batch]!;
    gross[last] = exposure.gross[batch]! / curve.equity[batch]!;
    net[last] = 1 - exposure.cash[batch]! / curve.equity[batch]!;
    if (exposure.gross[batch]! > 0) exposed += 1;
    grossSum += exposure.gross[batch]! / curve.equity[batch]!;
  }
  return {
    date,
    equity,
    benchmark: held,
    gross,
    net,
    returns: returnsFrom(equity, cash),
    benchmarkReturns: returnsFrom(held, cash),
    exposedShare: exposed / batchCount(columns),
    deepest: deepestFall(curve.equity.subarray(0, batchCount(columns)), cash),
    benchmarkDeepest: deepestFall(benchmark, cash),
    meanGross: grossSum / batchCount(columns),
  };
}

function deepestFall(equity: Float64Array, start: number): number {
  let [high, deepest] = [start, 0];
  for (const value of equity) {
    if (value > high) high = value;
    deepest = Math.min(deepest, value / high - 1);
  }
  return deepest;
}

function returnsFrom(values: readonly number[], start: number): Float64Array {
  return Float64Array.from(values, (value, n) => value / (values[n - 1] ?? start) - 1);
}

/**
 * Buy and hold: the capital in equal parts, each part in its instrument from its first close on, no costs.
 * An instrument that stops reporting keeps its last value; distributions are put into the same stock.
 */
function equalWeightHold(
  columns: BarColumns,
  cash: number,
  actions: readonly CorporateActionEvent[],
): Float64Array {
  const instruments = columns.instruments.symbols.length;
  const part = cash / instruments;
  const shares = new Float64Array(instruments);
  const value = new Float64Array(instruments).fill(part);
  const total = new Float64Array(batchCount(columns));
  let sum = cash;
  let taken = 0;
  for (let batch = 0; batch < total.length; batch++) {
    for (
      let next = actions[taken];
      next !== undefined && next.at < columns.closedAt[batch]!;
      next = actions[++taken]
    ) {
      const { instrument } = next;
      // Not bought yet: its first bar of the run is still to come.
      if (shares[instrument] === 0) continue;
      shares[instrument] =
        shares[instrument]! * sharesHeldAfter(next, value[instrument]! / shares[instrument]!);
    }
    for (let row = columns.offset[batch]!; row < columns.offset[batch + 1]!; row++) {
      const i = columns.instrument[row]!;
      const close = columns.close[row]!;
      if (shares[i] === 0) shares[i] = part / close;
      const now = shares[i]! * close;
      sum += now - value[i]!;
      value[i] = now;
    }
    total[batch] = sum;
  }
  return total;
}
