/** Key figures, each with its honest twin beside it, and every other figure on demand. */

import {
  count,
  money,
  multiple,
  NO_DATA,
  number,
  percent,
  plural,
  probabilityOf,
  ratio,
  signed,
} from "../../app/formats.ts";
import type { RunMetrics, RunResult } from "../../app/run-result.ts";
import { table } from "./figures.ts";
import { html, type Markup } from "./markup.ts";
import { YEAR_DAYS } from "./series.ts";
import { hasEnoughDays, PROBABILITY_GATE } from "./verdict.ts";

/** QUANT g: a five percent quantile of fewer days than this rests on fewer than five of them. */
const QUANTILE_DAYS_MIN = 100;

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly twin: string;
}

export function keyFigures(result: RunResult): Markup {
  const tiles = figuresOf(result).map(({ name, value, twin }) => {
    const quiet = value === NO_DATA ? " flat" : "";
    return html`<div><p class="k">${name}</p><p class="v${quiet}">${value}</p><p class="n">${twin}</p></div>`;
  });
  return html`<div class="kp">${tiles}</div>`;
}

/** Annual figures of a run too short for them are "no data": five days annualised are noise. */
function figuresOf(result: RunResult): Figure[] {
  const { metrics, honesty, scope } = result;
  const annual = (text: string) => (hasEnoughDays(result) ? text : NO_DATA);
  const other = result.benchmark?.metrics;
  const held = result.benchmark === null ? "" : `hold ${result.benchmark.label}`;
  const isYear = scope.sessions >= YEAR_DAYS && Number.isFinite(metrics.cagr);
  const against = (figure: (of: RunMetrics) => string) =>
    other === undefined ? "no benchmark" : `${held} ${figure(other)}`;
  const dsr = hasEnoughDays(result) ? probabilityOf(honesty.dsr, PROBABILITY_GATE) : NO_DATA;
  return [
    isYear
      ? { name: "CAGR, net", value: percent(metrics.cagr, 1), twin: against(({ cagr }) => percent(cagr, 1)) }
      : {
          name: "Return, net",
          value: percent(metrics.totalReturn, 2),
          twin: against(({ totalReturn }) => percent(totalReturn, 2)),
        },
    { name: "Sharpe", value: annual(ratio(metrics.sharpe)), twin: `deflated ${dsr}` },
    scope.timeframe === "1d"
      ? {
          name: "Max drawdown",
          value: percent(metrics.maxDrawdown, 2),
          twin: against(({ maxDrawdown }) => percent(maxDrawdown, 2)),
        }
      : {
          name: "Max drawdown, any bar",
          value: percent(metrics.maxDrawdownBars, 2),
          twin: against(({ maxDrawdownBars }) => percent(maxDrawdownBars, 2)),
        },
    {
      name: "Sortino",
      value: annual(ratio(metrics.sortino)),
      twin: `Calmar ${annual(ratio(metrics.calmar))}`,
    },
    {
      name: "Volatility",
      value: annual(percent(metrics.volatility, 1)),
      twin: other === undefined ? "a year" : `beta ${annual(ratio(metrics.beta))}`,
    },
    { name: "Closed trades", value: count(metrics.trades), twin: winRate(metrics) },
    {
      name: "Exposure, mean",
      value: percent(metrics.grossExposure, 1),
      twin: `held something at ${percent(metrics.timeInMarket, 0)} of bars`,
    },
    {
      name: "Turnover",
      value: annual(multiple(metrics.turnover, metrics.turnover < 10 ? 1 : 0)),
      twin: "one way, a year",
    },
  ];
}

const winRate = ({ trades, winRate: rate }: RunMetrics): string =>
  trades === 0 ? "none to win" : `win rate ${percent(rate, 1)}`;

/** Every metric of the run beside buy and hold, folded: the panel above answers first. */
export function allFigures(result: RunResult): Markup {
  const { benchmark, metrics } = result;
  const label = benchmark === null ? [] : [`Hold ${benchmark.label}`];
  const rows = metricRows(result).map(({ name, of, tradesOnly = false }) => [
    name,
    of(metrics),
    ...(benchmark === null ? [] : [tradesOnly ? "" : of(benchmark.metrics)]),
  ]);
  return html`<details><summary>All figures${benchmark === null ? "" : ", beside buy and hold"}</summary>${table(
    {
      caption: "All figures of the run",
      columns: [
        { head: "Figure", kind: "name" },
        ...["This run", ...label].map((head) => ({ head, kind: "number" as const })),
      ],
      rows,
    },
  )}</details>`;
}

interface MetricRow {
  readonly name: string;
  readonly of: (metrics: RunMetrics) => string;
  /** Means nothing for a benchmark that never trades. */
  readonly tradesOnly?: boolean;
}

function metricRows(result: RunResult): MetricRow[] {
  const annual = (text: string) => (hasEnoughDays(result) ? text : NO_DATA);
  const tail =
    result.honesty.observations < QUANTILE_DAYS_MIN ? `, unreliable under ${QUANTILE_DAYS_MIN} days` : "";
  return [
    { name: "Total return", of: (m) => percent(m.totalReturn, 2) },
    { name: "CAGR", of: (m) => annual(percent(m.cagr, 2)) },
    { name: "Volatility, a year", of: (m) => annual(percent(m.volatility, 2)) },
    { name: "Sharpe", of: (m) => annual(ratio(m.sharpe)) },
    { name: "Sortino", of: (m) => annual(ratio(m.sortino)) },
    { name: "Calmar", of: (m) => annual(ratio(m.calmar)) },
    { name: "Max drawdown, at session closes", of: (m) => percent(m.maxDrawdown, 2) },
    ...(result.scope.timeframe === "1d"
      ? []
      : [{ name: "Max drawdown, any bar", of: (m: RunMetrics) => percent(m.maxDrawdownBars, 2) }]),
    { name: "Longest drawdown", of: (m) => days(m.longestDrawdownDays) },
    { name: `Value at risk, 5% day${tail}`, of: (m) => annual(percent(m.var05, 2)) },
    { name: `Mean beyond it${tail}`, of: (m) => annual(percent(m.cvar05, 2)) },
    { name: "Skew", of: (m) => annual(signed(m.skew, 2)) },
    { name: "Kurtosis, 3 is normal", of: (m) => annual(number(m.kurtosis, 1)) },
    { name: "Beta", of: (m) => annual(ratio(m.beta)), tradesOnly: true },
    { name: "Alpha, a year", of: (m) => annual(percent(m.alpha, 2)), tradesOnly: true },
    { name: "Win rate", of: (m) => percent(m.winRate, 1), tradesOnly: true },
    { name: "Profit factor", of: profitFactor, tradesOnly: true },
    { name: "Expectancy a trade, USD", of: (m) => money(m.expectancy), tradesOnly: true },
    { name: "Average win, USD", of: (m) => money(m.averageWin), tradesOnly: true },
    { name: "Average loss, USD", of: (m) => money(m.averageLoss), tradesOnly: true },
    { name: "Gross exposure, mean", of: (m) => percent(m.grossExposure, 1) },
    { name: "Bars at whose close anything was held", of: (m) => percent(m.timeInMarket, 1) },
    { name: "Turnover, one way, a year", of: (m) => annual(multiple(m.turnover, 2)), tradesOnly: true },
  ];
}

const days = (value: number): string => (Number.isFinite(value) ? plural(value, "day") : NO_DATA);

/** Unbounded without a losing trade: said in words, not as a figure. */
const profitFactor = ({ profitFactor: factor }: RunMetrics): string =>
  factor === Number.POSITIVE_INFINITY ? "no losing trade" : ratio(factor);
