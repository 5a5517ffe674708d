/** What a reader must know before trusting the figures. Each is "Fact. Consequence." */
import type { BarColumns } from "../domain/bars.ts";
import { MICROS_PER_DAY } from "../domain/time.ts";
import type { Daily } from "./daily-series.ts";
import type { EngineRun } from "./engine-run.ts";
import type { TradeRow } from "./run-result.ts";

interface WarningInput {
  readonly run: EngineRun;
  readonly daily: Daily;
  readonly columns: BarColumns;
  readonly trades: readonly TradeRow[];
  readonly cash: number;
}

const FEW_TRADES = 100;
const CONCENTRATED = 0.3;

export function runWarnings({ run, daily, columns, trades, cash }: WarningInput): string[] {
  return [
    ...(survivorsOnly(columns)
      ? [
          `All ${columns.instruments.symbols.length} symbols trade to the last day. ` +
            "Names that were delisted are missing, which flatters every figure here (survivorship bias).",
        ]
      : []),
    ...concentration(trades),
    ...(trades.length < FEW_TRADES
      ? [
          `Only ${trades.length} round trips were closed. ` +
            `Below ${FEW_TRADES} the win rate and the profit factor say little.`,
        ]
      : []),
    ...openAtEnd(run, daily, cash),
    run.overTicks === true
      ? "Orders met recorded quotes and trades, which know nothing of them: large orders would have moved both."
      : "Spread and impact are modelled: there are no quotes in this data. Real fills may be better or worse.",
    "The regime filter is not built yet. No entry was held back by it.",
  ];
}

/** A universe this large that loses nobody was chosen with hindsight. */
const HINDSIGHT_SYMBOLS = 20;
/** In fewer days than this a name rarely disappears. */
const HINDSIGHT_DAYS = 252;
/** A name may be halted on the last days without being gone. */
const STILL_THERE_BATCHES = 5;

/** Every series reaching the end means that whatever died is not in the data. */
export function survivorsOnly(columns: BarColumns): boolean {
  const symbols = columns.instruments.symbols.length;
  const { closedAt, offset, instrument } = columns;
  const days = ((closedAt.at(-1) ?? 0) - (closedAt[0] ?? 0)) / MICROS_PER_DAY;
  if (symbols < HINDSIGHT_SYMBOLS || days < HINDSIGHT_DAYS) return false;
  const reached = new Uint8Array(symbols);
  const from = offset[Math.max(0, closedAt.length - STILL_THERE_BATCHES)]!;
  for (let row = from; row < instrument.length; row++) reached[instrument[row]!] = 1;
  return reached.every((seen) => seen === 1);
}

function concentration(trades: readonly TradeRow[]): string[] {
  const profits = trades
    .map(({ pnl }) => pnl)
    .filter((pnl) => pnl > 0)
    .toSorted((a, b) => b - a);
  const net = trades.reduce((sum, { pnl }) => sum + pnl, 0);
  const best = profits.slice(0, 10).reduce((sum, pnl) => sum + pnl, 0);
  if (net <= 0 || best / net < CONCENTRATED || trades.length <= 10) return [];
  const share = Math.round((best / net) * 100);
  return [
    `The 10 best of ${trades.length} trades made ${share} % of the net profit. Without them the result is another one.`,
  ];
}

function openAtEnd({ loop }: EngineRun, daily: Daily, cash: number): string[] {
  const open = loop.execute.portfolio.openPositions;
  if (open === 0) return [];
  const gain = (daily.equity.at(-1) ?? cash) - cash;
  const value = `valued at the last close and part of the net result, ${gain.toFixed(2)} USD.`;
  return [
    open === 1
      ? `1 position is still open at the end. It is ${value}`
      : `${open} positions are still open at the end. They are ${value}`,
  ];
}
