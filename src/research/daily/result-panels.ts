/** What made the money and what is held: by strategy, by symbol, open positions, trades with their reasons. */
import type { DailyReport, DailyTrade } from "../../app/daily/daily-terms.ts";
import { count, money, NO_DATA, number, percent, plural, price, roughMoney } from "../../app/formats.ts";
import { easternTime } from "../report/eastern-time.ts";
import {
  emptyState,
  moneyChange,
  note,
  panel,
  percentChange,
  riskMultiple,
  table,
} from "../report/figures.ts";
import { html, type Markup } from "../report/markup.ts";

const SYMBOLS_SHOWN = 10;
const TRADES_SHOWN = 20;
/** Who holds what no order of ours explains. */
const NOBODYS = "external";

export function strategiesPanel({ byStrategy, account }: DailyReport): Markup {
  const rows = byStrategy.filter(
    ({ strategy, pnl, opened, closed }) => strategy !== NOBODYS || pnl !== 0 || opened + closed > 0,
  );
  const title = "By strategy";
  if (rows.length === 0) return panel({ title, span: "c5" }, emptyState("No data.", "Nothing was valued."));
  const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + of(row), 0);
  return panel(
    { title, meta: "net of costs, open lots at the last close", span: "c5" },
    table({
      caption: title,
      columns: [
        { head: "Strategy", kind: "name" },
        { head: "P&L, USD", kind: "number" },
        { head: "Won", kind: "number" },
        { head: "Lost", kind: "number" },
        { head: "Opened", kind: "number" },
      ],
      rows: rows.map(({ strategy, pnl, wins, losses, opened }) => [
        strategy,
        pnl === null ? NO_DATA : html`<b>${moneyChange(pnl)}</b>`,
        count(wins),
        count(losses),
        count(opened),
      ]),
      total: [
        "Account",
        account.pnl === null ? NO_DATA : moneyChange(account.pnl),
        count(sum(({ wins }) => wins)),
        count(sum(({ losses }) => losses)),
        count(sum(({ opened }) => opened)),
      ],
    }),
  );
}

export function symbolsPanel({ bySymbol, unattributed, account }: DailyReport): Markup {
  const title = "By symbol";
  const span = "c7";
  if (bySymbol.length === 0)
    return panel(
      { title, span },
      emptyState("Nothing was held or traded.", "No symbol made or lost anything."),
    );
  const half = Math.ceil(SYMBOLS_SHOWN / 2);
  const isAll = bySymbol.length <= SYMBOLS_SHOWN;
  const shown = isAll ? bySymbol : [...bySymbol.slice(0, half), ...bySymbol.slice(-half)];
  const rest = bySymbol.filter((row) => !shown.includes(row));
  const rows = (symbols: typeof bySymbol) =>
    symbols.map(({ symbol, pnl, traded, fills, shares }) => [
      symbol,
      pnl === null ? NO_DATA : html`<b>${moneyChange(pnl)}</b>`,
      roughMoney(traded),
      count(fills),
      shares === 0 ? "" : number(shares, Number.isInteger(shares) ? 0 : 4),
    ]);
  const columns = [
    { head: "Symbol", kind: "name" as const },
    ...["P&L, USD", "Traded, USD", "Fills", "Held at the end"].map((head) => ({
      head,
      kind: "number" as const,
    })),
  ];
  const beside =
    unattributed === 0
      ? ""
      : note(`${money(unattributed)} USD belong to no symbol: fees, interest, corrections.`);
  const total = ["Account", account.pnl === null ? NO_DATA : moneyChange(account.pnl), "", "", ""];
  return panel(
    {
      title,
      meta: isAll
        ? plural(bySymbol.length, "symbol")
        : `best ${half} and worst ${half} of ${bySymbol.length}`,
      span,
    },
    html`${table({ caption: title, columns, rows: rows(shown), total })}${beside}${
      rest.length === 0
        ? ""
        : html`<div class="more"><details><summary>${plural(rest.length, "more symbol")}</summary>${table({
            caption: "The other symbols",
            columns,
            rows: rows(rest),
          })}</details></div>`
    }`,
  );
}

export function positionsPanel({ positions, session }: DailyReport): Markup {
  const title = "Open positions";
  if (positions.length === 0)
    return panel(
      { title },
      emptyState("Nothing is held.", `Flat at ${easternTime(session.asOf).slice(11)} ET.`),
    );
  const risk = ({ shares, mark, stop }: (typeof positions)[number]) =>
    stop === null || mark === null ? Number.NaN : shares * (mark - stop);
  const toStop = ({ mark, stop }: (typeof positions)[number]) =>
    stop === null || mark === null ? Number.NaN : Math.abs(mark / stop - 1);
  // The nearest to its stop first; what has none before all.
  const order = (row: (typeof positions)[number]) => (Number.isNaN(toStop(row)) ? -1 : toStop(row));
  const rows = positions.toSorted((a, b) => order(a) - order(b));
  const shown = (value: number | null) => (value === null ? NO_DATA : price(value));
  const total = rows.reduce((sum, row) => sum + (Number.isNaN(risk(row)) ? 0 : risk(row)), 0);
  return panel(
    { title, meta: `${plural(rows.length, "lot")} at ${easternTime(session.asOf).slice(11)} ET` },
    table({
      caption: title,
      columns: [
        { head: "Symbol", kind: "name" },
        ...["Shares", "Entry", "Last", "P&L, USD", "Stop", "To stop", "Risk, USD"].map((head) => ({
          ...{ head, kind: "number" as const },
        })),
        { head: "Strategy" },
      ],
      rows: rows.map((row) => [
        row.symbol,
        number(row.shares, Number.isInteger(row.shares) ? 0 : 4),
        price(row.entry),
        shown(row.mark),
        row.unrealised === null ? NO_DATA : html`<b>${moneyChange(row.unrealised)}</b>`,
        row.stop === null ? html`<span class="loss">no stop</span>` : price(row.stop),
        Number.isNaN(toStop(row)) ? "" : percent(toStop(row), 2),
        Number.isNaN(risk(row)) ? "" : roughMoney(risk(row)),
        html`<span class="ink2">${row.strategy}</span>`,
      ]),
      total: ["All stops together", "", "", "", "", "", "", html`${roughMoney(total)}`, ""],
    }),
  );
}

export function tradesPanel({ trades }: DailyReport): Markup {
  const title = "Trades, with the reason of each entry and exit";
  if (trades.length === 0)
    return panel(
      { title },
      emptyState("No trade was closed.", "What was opened is still held, or nothing was."),
    );
  const [open, rest] = [trades.slice(0, TRADES_SHOWN), trades.slice(TRADES_SHOWN)];
  const won = trades.filter(({ pnl }) => pnl > 0).length;
  return panel(
    {
      title,
      meta: `${plural(trades.length, "trade")}, ${percent(won / trades.length, 0)} won; newest first`,
    },
    html`${tradeTable(open, "Closed trades")}${
      rest.length === 0
        ? ""
        : html`<div class="more"><details><summary>${plural(rest.length, "earlier trade")}</summary>${tradeTable(
            rest,
            "Earlier trades",
          )}</details></div>`
    }`,
  );
}

function tradeTable(trades: readonly DailyTrade[], caption: string): Markup {
  const numbers = ["Shares", "Entry", "Exit", "P&L, USD", "P&L", "R"];
  return table({
    caption,
    columns: [
      { head: "Symbol", kind: "name" },
      { head: "In, ET" },
      { head: "Out, ET" },
      { head: "Side" },
      ...numbers.map((head) => ({ head, kind: "number" as const })),
      { head: "Why in", kind: "words" },
      { head: "Why out", kind: "words" },
    ],
    rows: trades.map((trade) => [
      html`${trade.symbol}<small>${trade.strategy}</small>`,
      html`<span class="ink2">${clock(trade.openedAt, trade.closedAt)}</span>`,
      html`<span class="ink2">${easternTime(trade.closedAt).slice(11)}</span>`,
      trade.side,
      number(trade.shares, Number.isInteger(trade.shares) ? 0 : 4),
      price(trade.entryPrice),
      price(trade.exitPrice),
      html`<b>${moneyChange(trade.pnl)}</b>`,
      percentChange(trade.pnl / (trade.entryPrice * trade.shares), 2),
      riskMultiple(trade.r ?? Number.NaN),
      trade.whyIn,
      trade.whyOut,
    ]),
  });
}

/** The time alone within the day; with its date when it was opened before. */
function clock(opened: string, closed: string): string {
  const [one, other] = [easternTime(opened), easternTime(closed)];
  return one.slice(0, 10) === other.slice(0, 10) ? one.slice(11) : one;
}
