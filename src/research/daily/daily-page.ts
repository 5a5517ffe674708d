/**
 * The daily report as one HTML file without a network, a script it could not do without, or another file beside it: the
 * answer first, then the evidence (DESIGN 1, 9).
 */
import type { DailyReport } from "../../app/daily/daily-terms.ts";
import {
  count,
  money,
  NO_DATA,
  number,
  percent,
  plural,
  roughMoney,
  signed,
  signedPercent,
} from "../../app/formats.ts";
import { parseIsoDate, weekday } from "../../domain/time.ts";
import { easternTime } from "../report/eastern-time.ts";
import { direction, emptyState } from "../report/figures.ts";
import type { ReportFont } from "../report/font.ts";
import { html, type Markup, nothing } from "../report/markup.ts";
import { pageText } from "../report/page.ts";
import { dailyCss } from "./daily-styles.ts";
import { dailyVerdict, minutes } from "./daily-verdict.ts";
import { incidentsPanel } from "./incidents-panel.ts";
import { keyTile } from "./key-tile.ts";
import { limitsPanel } from "./limits-panel.ts";
import { ablePanel, anchorsPanel, jobsPanel, qualityPanel } from "./record-panels.ts";
import { positionsPanel, strategiesPanel, symbolsPanel, tradesPanel } from "./result-panels.ts";
import { sessionChart } from "./session-chart.ts";
import { blockedPanel, ordersPanel } from "./work-panels.ts";

/** The whole file as text. Same report and font, same bytes. */
export function dailyPage(report: DailyReport, font: ReportFont): string {
  const { mode, session } = report;
  const body = html`<main class="rp">${[
    masthead(report),
    answer(report),
    dayPanel(report),
    limitsPanel(report),
    ordersPanel(report),
    strategiesPanel(report),
    symbolsPanel(report),
    positionsPanel(report),
    tradesPanel(report),
    blockedPanel(report),
    incidentsPanel(report),
    qualityPanel(report),
    jobsPanel(report),
    ablePanel(report),
    anchorsPanel(report),
  ]}</main>`;
  return pageText({ title: `Plimsoll ${mode} ${session.date}: the day`, body, font, css: dailyCss });
}

function masthead({ run, mode, session, account, speed }: DailyReport): Markup {
  const hours = `${easternTime(session.open).slice(11)} to ${easternTime(session.close).slice(11)} ET`;
  const end = account.equity === null ? NO_DATA : `${roughMoney(account.equity)} USD`;
  const facts = [
    session.isEarlyClose ? `${hours}, early close` : hours,
    `${roughMoney(account.startEquity)} USD to ${end}`,
    "net of all costs",
    ...(session.isOver ? [] : [`as of ${easternTime(session.asOf).slice(11)} ET, the session goes on`]),
    ...(speed > 1 ? [`at ${number(speed, 0)} times real time`] : []),
  ];
  return html`<header class="hd"><div><div class="bk">
<svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
<circle cx="11" cy="11" r="6.9"/><path d="M0 11h22"/></svg>
Plimsoll ${mode}, daily report <span class="mono ink3">${run}</span></div>
<h1>${weekdayName(session.date)} ${session.date}</h1><p class="meta">${facts.join(" \u00b7 ")}</p></div>
<button type="button" class="btn" id="theme" hidden>Theme</button></header>`;
}

const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;

function weekdayName(date: string): string {
  const day = parseIsoDate(date);
  return day === undefined ? "" : (DAYS[weekday(day)] ?? "");
}

const shapes = { good: "v-pass", look: "v-open", halted: "v-halted" } as const;

function answer(report: DailyReport): Markup {
  const { kind, stamp, result, able, broke } = dailyVerdict(report);
  const list =
    broke.length === 0
      ? html`<span>Nothing broke.</span>`
      : html`<ul>${broke.map((line) => html`<li>${line}</li>`)}</ul>`;
  return html`<section class="verdict ${shapes[kind]}" aria-label="Answer"><div class="stamp">${stamp}</div>
<div class="tx"><b>${result}</b> ${able}${list}</div></section>`;
}

function dayPanel(report: DailyReport): Markup {
  const chart = sessionChart(report);
  return html`<section class="panel c12"><h2 class="vh">Key figures and equity of the session</h2>
<div class="kp">${keyFigures(report)}</div>${
    chart === undefined
      ? emptyState("No curve.", "Fewer than two minutes of the session were valued.")
      : html`<div class="lg"><span><i class="run"></i>Equity, at the closes of minutes</span>${
          report.incidents.claims.length === 0
            ? nothing
            : html`<span><i class="fired"></i>Entries barred</span>`
        }<span class="scale">USD, Eastern time</span></div><div class="cb">${chart}</div>`
  }</section>`;
}

function keyFigures(report: DailyReport): Markup[] {
  const { account, orders, positions, trades, able, session, limits } = report;
  const day = able.days.find(({ date }) => date === session.date);
  const fall = limits.find(({ id }) => id === "day_high_drawdown");
  const won = trades.filter(({ pnl }) => pnl > 0).length;
  const change = (value: number | null, text: string) => (value === null ? NO_DATA : text);
  return [
    {
      name: "Result, net USD",
      value: change(account.pnl, signed(account.pnl ?? 0, 2)),
      beside: change(account.pnlFraction, signedPercent(account.pnlFraction ?? 0, 2)),
      tone: direction(account.pnl ?? 0, signed(account.pnl ?? 0, 2)),
    },
    {
      name: "Equity, USD",
      value: change(account.equity, money(account.equity ?? 0)),
      beside: change(account.runPnlFraction, `${signedPercent(account.runPnlFraction ?? 0, 2)} since start`),
    },
    {
      name: "Deepest below high",
      value: change(fall?.used ?? null, percent(fall?.used ?? 0, 2)),
      beside: fall === undefined ? "" : `of ${percent(fall.limit, 2)}`,
    },
    {
      name: "Able minutes",
      value: day === undefined ? NO_DATA : percent(day.able / day.scheduled, 2),
      beside:
        day === undefined
          ? ""
          : `${minutes(day.scheduled - day.able)} lost, may lose ${number(day.scheduled * 0.005, 2)}`,
    },
    {
      name: "Trades closed",
      value: count(trades.length),
      beside: trades.length === 0 ? "" : `${percent(won / trades.length, 0)} won`,
    },
    {
      name: "Orders sent",
      value: count(orders.sent),
      beside: `${count(orders.denied)} denied, ${count(orders.rejected)} refused`,
    },
    {
      name: "Open positions",
      value: count(positions.length),
      beside: `gross ${roughMoney(account.gross)} USD`,
    },
    { name: "Costs, USD", value: money(account.costs), beside: plural(orders.fills, "fill") },
  ].map(({ name, value, beside, tone = "" }) => keyTile(name, value, beside, tone));
}
