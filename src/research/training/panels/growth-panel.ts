/** Models beside the rules against rules alone, over the same sessions, as growth of 1; and year by year. */
import { count, percent, ratio, signed } from "../../../app/formats.ts";
import { drawdowns } from "../../../numerics/drawdown.ts";
import { equityChart, type Growth, isLogScale } from "../../report/curve-charts.ts";
import { direction, emptyState, panel, percentChange, table } from "../../report/figures.ts";
import { html, type Markup } from "../../report/markup.ts";
import type { WalkResult } from "../walk-result.ts";
import type { WalkSeries } from "../walk-series.ts";

/** One day is a change, not a curve. */
const CURVE_SESSIONS_MIN = 2;

export function growthPanel(result: WalkResult, series: WalkSeries): Markup {
  const { dates, models, rules } = series;
  const curves: Growth = { dates, growth: drawdowns(models).equity, benchmark: drawdowns(rules).equity };
  if (dates.length < CURVE_SESSIONS_MIN)
    return panel({ title: "Equity" }, emptyState("No curve.", "It needs two sessions out of sample."));
  const scale = isLogScale(curves) ? "log scale, growth of 1" : "linear scale, growth of 1";
  return html`<section class="panel c12"><h2 class="vh">Equity with models and with rules alone</h2>
${figures(result, series)}<div class="lg"><span><i class="run"></i>Models beside the rules</span>
<span><i class="other"></i>Rules alone, same sessions, same costs</span><span class="scale">${scale}</span></div>
<div class="cb">${equityChart(curves, { isVoid: false })}</div>
<div class="more"><details><summary>Year by year</summary>${years(series)}</details></div></section>`;
}

function figures({ verdict, rules, windows }: WalkResult, series: WalkSeries): Markup {
  const learned = windows.filter(({ why }) => why === null).length;
  const fallen = percent(drawdowns(series.rules).maxDrawdown, 2);
  const tiles = [
    ["Return, net", percentChange(verdict.totalReturn, 1), `rules alone ${percent(rules.totalReturn, 1)}`],
    ["Sharpe", html`${ratio(verdict.sharpe)}`, `rules alone ${ratio(rules.sharpe)}`],
    ["Deepest drawdown", html`${percent(verdict.maxDrawdown, 2)}`, `rules alone ${fallen}`],
    [
      "Windows with a model",
      html`${count(learned)} of ${count(windows.length)}`,
      learned === windows.length ? "in all of them" : "rules alone in the others",
    ],
  ] as const;
  const cells = tiles.map(
    ([name, value, beside]) =>
      html`<div><div class="k">${name}</div><div class="v">${value}</div><div class="n">${beside}</div></div>`,
  );
  return html`<div class="kp four">${cells}</div>`;
}

function years({ dates, models, rules }: WalkSeries): Markup {
  const names = [...new Set(dates.map((date) => date.slice(0, 4)))];
  const rows = names.map((year) => {
    const from = dates.findIndex((date) => date.startsWith(year));
    const to = dates.findLastIndex((date) => date.startsWith(year)) + 1;
    const [own, other] = [compounded(models, from, to), compounded(rules, from, to)];
    const apart = signed(100 * (own - other), 2);
    return [
      year,
      count(to - from),
      percentChange(own, 2),
      percentChange(other, 2),
      html`<span class="${direction(own - other, apart)}">${apart} pt</span>`,
    ];
  });
  const columns = [
    { head: "Year", kind: "name" as const },
    ...["Sessions", "With models", "Rules alone", "Difference"].map((head) => ({
      head,
      kind: "number" as const,
    })),
  ];
  return table({ caption: "Net return of each year, with models and with rules alone", columns, rows });
}

const compounded = (returns: Float64Array, from: number, to: number): number =>
  returns.subarray(from, to).reduce((wealth, each) => wealth * (1 + each), 1) - 1;
