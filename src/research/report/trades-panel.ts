/** Trades with the reason of each entry and exit: the last closed, the best and the worst. */
import type { RunResult, TradeRow } from "../../app/run-result.ts";
import { timeframeSeconds } from "../../domain/bars.ts";
import { easternTime } from "./eastern-time.ts";
import { emptyState, moneyChange, panel, riskMultiple, type TableRows, table } from "./figures.ts";
import { count, duration, number, plural, price } from "./formats.ts";
import { html, type Markup } from "./markup.ts";

const LAST_SHOWN = 20;
const EXTREMES_SHOWN = 5;
const TITLE = "Trades, with the reason of each entry and exit";

export function tradesPanel(trades: readonly TradeRow[], result: RunResult): Markup {
  if (trades.length === 0) {
    const why =
      result.metrics.totalReturn !== 0
        ? "Positions opened and stayed open to the end."
        : "No position was opened.";
    return panel({ title: TITLE }, emptyState("No trade was closed.", why));
  }
  const order = trades.map((_, i) => i);
  const at = (i: number): TradeRow => trades[i]!;
  const byClose = order.toSorted((a, b) => compare(at(b).closedAt, at(a).closedAt) || b - a);
  const isAll = trades.length <= LAST_SHOWN;
  const shown = isAll ? `all ${count(trades.length)}` : `last ${LAST_SHOWN} of ${count(trades.length)}`;
  const meta = isAll ? `${shown}, also in trades.csv` : `${shown}, all in trades.csv`;
  const rows = (indices: readonly number[], caption: string) => tradeTable(indices.map(at), caption, result);
  if (isAll) return panel({ title: TITLE, meta }, rows(byClose, "All closed trades"));
  const byProfit = order.toSorted((a, b) => at(b).pnl - at(a).pnl || a - b);
  return panel(
    { title: TITLE, meta },
    html`${rows(byClose.slice(0, LAST_SHOWN), "Last closed trades")}
<h3 class="th">Best ${EXTREMES_SHOWN}</h3>${rows(byProfit.slice(0, EXTREMES_SHOWN), "Best trades")}
<h3 class="th">Worst ${EXTREMES_SHOWN}</h3>${rows(byProfit.toReversed().slice(0, EXTREMES_SHOWN), "Worst trades")}`,
  );
}

const columns: TableRows["columns"] = [
  { head: "Symbol", kind: "name" },
  { head: "Closed, ET" },
  { head: "Side" },
  { head: "Shares", kind: "number" },
  { head: "Entry", kind: "number" },
  { head: "Exit", kind: "number" },
  { head: "P&L, USD", kind: "number" },
  { head: "R", kind: "number" },
  { head: "Held", kind: "number" },
  { head: "Why in", kind: "words" },
  { head: "Why out", kind: "words" },
];

function tradeTable(trades: readonly TradeRow[], caption: string, { scope }: RunResult): Markup {
  const isSeveral = scope.strategies.length > 1;
  return table({
    caption,
    columns: isSeveral ? columns.toSpliced(1, 0, { head: "Strategy" }) : columns,
    rows: trades.map((trade) => [
      trade.symbol,
      ...(isSeveral ? [html`<span class="ink2">${trade.strategy}</span>`] : []),
      html`<span class="ink2">${easternTime(trade.closedAt)}</span>`,
      trade.side,
      number(trade.shares, Number.isInteger(trade.shares) ? 0 : 4),
      price(trade.entryPrice),
      price(trade.exitPrice),
      html`<b>${moneyChange(trade.pnl)}</b>`,
      riskMultiple(trade.r),
      html`<span class="ink2">${held(trade, scope.timeframe)}</span>`,
      trade.whyIn,
      trade.whyOut,
    ]),
  });
}

/** Time in the market by its bars: nights and weekends do not count. */
function held({ barsHeld }: TradeRow, timeframe: RunResult["scope"]["timeframe"]): string {
  return timeframe === "1d" ? plural(barsHeld, "day") : duration(barsHeld * timeframeSeconds[timeframe]);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
