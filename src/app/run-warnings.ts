/** What a reader must know before trusting the figures. Each is "Fact. Consequence." */
import type { BarColumns } from "../domain/bars.ts";
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
    ...survivorship(columns),
    ...concentration(trades),
    ...(trades.length < FEW_TRADES
      ? [`Only ${trades.length} round trips were closed. Below ${FEW_TRADES} the win rate and the profit factor say little.`]
      : []),
    ...openAtEnd(run, daily, cash),
    "Spread and impact are modelled: there are no quotes in this data. Real fills may be better or worse.",
    "The regime filter is not built yet. No entry was held back by it.",
  ];
}

/** Every series reaching the last day means that whatever died is not in the data. */
function survivorship(columns: BarColumns): string[] {
  const symbols = columns.instruments.symbols.length;
  if (symbols < 20) return [];
  const last = new Float64Array(symbols);
  for (let batch = 0; batch < columns.closedAt.length; batch++) {
    for (let row = columns.offset[batch]!; row < columns.offset[batch + 1]!; row++) last[columns.instrument[row]!] = batch;
  }
  const alive = last.filter((batch) => batch >= columns.closedAt.length - 5).length;
  if (alive < symbols) return [];
  return [
    `All ${symbols} symbols trade to the last day. Names that were delisted are missing, which flatters every figure here (survivorship bias).`,
  ];
}

function concentration(trades: readonly TradeRow[]): string[] {
  const profits = trades.map(({ pnl }) => pnl).filter((pnl) => pnl > 0).toSorted((a, b) => b - a);
  const net = trades.reduce((sum, { pnl }) => sum + pnl, 0);
  const best = profits.slice(0, 10).reduce((sum, pnl) => sum + pnl, 0);
  if (net <= 0 || best / net < CONCENTRATED || trades.length <= 10) return [];
  const share = Math.round((best / net) * 100);
  return [`The 10 best of ${trades.length} trades made ${share} % of the net profit. Without them the result is another one.`];
}

function openAtEnd({ loop }: EngineRun, daily: Daily, cash: number): string[] {
  const open = loop.execute.portfolio.openPositions;
  if (open === 0) return [];
  const gain = (daily.equity.at(-1) ?? cash) - cash;
  const noun = open === 1 ? "position is" : "positions are";
  return [`${open} ${noun} still open at the end. They are valued at the last close and part of the net ${Math.round(gain)} USD.`];
}
