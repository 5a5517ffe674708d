/** Trades with the reason of each entry and exit: the last closed, the best and the worst. */

import { count, duration, number, plural, price } from "../../app/formats.ts";
import type { RunResult, TradeRow } from "../../app/run-result.ts";
import { timeframeSeconds } from "../../domain/bars.ts";
import { easternTime } from "./eastern-time.ts";
import { emptyState, moneyChange, panel, riskMultiple, type TableRows, table } from "./figures.ts";
import { html, type Markup, type Part } from "./markup.ts";

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
  const extras = {
    hasDividends: trades.some(({ dividends }) => dividends !== 0),
    hasCrossed: trades.some(({ crossed }) => crossed !== 0),
  };
  const rows = (indices: readonly number[], caption: string) =>
    tradeTable(indices.map(at), { caption, result, ...extras });
  if (isAll) return panel({ title: TITLE, meta }, rows(byClose, "All closed trades"));
  const byProfit = order.toSorted((a, b) => at(b).pnl - at(a).pnl || a - b);
  return panel(
    { title: TITLE, meta },
    html`${rows(byClose.slice(0, LAST_SHOWN), "Last closed trades")}
<h3 class="th">Best ${EXTREMES_SHOWN}</h3>${rows(byProfit.slice(0, EXTREMES_SHOWN), "Best trades")}
<h3 class="th">Worst ${EXTREMES_SHOWN}</h3>${rows(byProfit.toReversed().slice(0, EXTREMES_SHOWN), "Worst trades")}`,
  );
}

interface TradeTable {
  readonly caption: string;
  readonly result: RunResult;
  /** Of any trade of the run: columns that nothing would fill are left out. */
  readonly hasDividends: boolean;
  readonly hasCrossed: boolean;
}

interface TradeColumn {
  readonly column: TableRows["columns"][number];
  readonly of: (trade: TradeRow) => Part;
}

function tradeTable(trades: readonly TradeRow[], options: TradeTable): Markup {
  const columns = tradeColumns(options);
  return table({
    caption: options.caption,
    columns: columns.map(({ column }) => column),
    rows: trades.map((trade) => columns.map(({ of }) => of(trade))),
  });
}

function tradeColumns({ result: { scope }, hasDividends, hasCrossed }: TradeTable): TradeColumn[] {
  const quiet = (text: string) => html`<span class="ink2">${text}</span>`;
  const text = (head: string, of: (trade: TradeRow) => Part): TradeColumn => ({ column: { head }, of });
  const figure = (head: string, of: (trade: TradeRow) => Part): TradeColumn => ({
    column: { head, kind: "number" },
    of,
  });
  const whole = (shares: number) => number(shares, Number.isInteger(shares) ? 0 : 4);
  return [
    {
      column: { head: "Symbol", kind: "name" },
      of: ({ symbol, strategy }) =>
        scope.strategies.length > 1 ? html`${symbol}<small>${strategy}</small>` : symbol,
    },
    text("Closed, ET", ({ closedAt }) => quiet(easternTime(closedAt))),
    text("Side", ({ side }) => side),
    figure("Shares", ({ shares }) => whole(shares)),
    figure("Entry", ({ entryPrice }) => price(entryPrice)),
    figure("Exit", ({ exitPrice }) => price(exitPrice)),
    figure("P&L, USD", ({ pnl }) => html`<b>${moneyChange(pnl)}</b>`),
    ...(hasDividends
      ? [figure("Dividends", ({ dividends }) => (dividends === 0 ? "" : moneyChange(dividends)))]
      : []),
    figure("R", ({ r }) => riskMultiple(r)),
    figure("Held", (trade) => quiet(held(trade, scope.timeframe))),
    ...(hasCrossed ? [figure("Crossed", ({ crossed }) => (crossed === 0 ? "" : whole(crossed)))] : []),
    { column: { head: "Why in", kind: "words" }, of: ({ whyIn }) => whyIn },
    { column: { head: "Why out", kind: "words" }, of: ({ whyOut }) => whyOut },
  ];
}

/** Time in the market by its bars: nights and weekends do not count. */
function held({ barsHeld }: TradeRow, timeframe: RunResult["scope"]["timeframe"]): string {
  return timeframe === "1d" ? plural(barsHeld, "day") : duration(barsHeld * timeframeSeconds[timeframe]);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
