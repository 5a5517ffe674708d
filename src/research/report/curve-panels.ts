/** The panels that hold the curves, and what they say when a run is too short for one. */

import { money, signed } from "../../app/formats.ts";
import type { RunResult } from "../../app/run-result.ts";
import { claimMarks } from "./claim-marks.ts";
import { type CurveStyle, drawdownChart, equityChart, isLogScale, rollingChart } from "./curve-charts.ts";
import { emptyState, panel } from "./figures.ts";
import { allFigures, keyFigures } from "./key-figures.ts";
import { html, type Markup } from "./markup.ts";
import { yearsTable } from "./months-table.ts";
import { type Curves, ROLLING_DAYS, ROLLING_MIN_RETURNS, type YearRow } from "./series.ts";
import type { Verdict } from "./verdict.ts";

/** One day is a change, not a curve. */
const CURVE_SESSIONS_MIN = 2;

export function performancePanel(
  result: RunResult,
  curves: Curves,
  { verdict, years }: { readonly verdict: Verdict; readonly years: readonly YearRow[] },
): Markup {
  const isVoid = verdict.cause === "look-ahead";
  const body =
    curves.dates.length < CURVE_SESSIONS_MIN
      ? shortRun(result, curves)
      : bothCurves(result, curves, { isVoid, marks: claimMarks(result.claims.events, curves.dates) });
  const tables = html`${allFigures(result)}${years.length > 0 ? yearsTable(years, result.benchmark?.label) : ""}`;
  return html`<section class="panel c12${isVoid ? " voided-panel" : ""}">
<h2 class="vh">Key figures, equity and drawdown</h2>${keyFigures(result)}${body}
<div class="more">${tables}</div></section>`;
}

export function rollingPanel(curves: Curves, verdict: Verdict): Markup {
  const title = `Rolling Sharpe, ${ROLLING_DAYS} days`;
  const returns = curves.returns.length;
  if (returns < ROLLING_MIN_RETURNS) {
    const needed = `It needs ${ROLLING_MIN_RETURNS} daily returns, ${ROLLING_DAYS} for the first point`;
    const why = `${needed}; this run has ${returns}.`;
    return panel({ title, span: "c7" }, emptyState("No data.", why));
  }
  const drawn = rollingChart(curves, { isVoid: verdict.cause === "look-ahead" });
  const flat = emptyState("No data.", `Equity did not move within any ${ROLLING_DAYS} days.`);
  return panel({ title, span: "c7" }, drawn === undefined ? flat : html`<div class="cb">${drawn}</div>`);
}

function bothCurves({ benchmark, limits }: RunResult, curves: Curves, style: CurveStyle): Markup {
  const label = benchmark === null ? "" : ` ${benchmark.label}`;
  const scale = isLogScale(curves) ? "log scale, growth of 1" : "linear scale, growth of 1";
  const held =
    curves.benchmark.length > 0
      ? html`<span><i class="other"></i>Buy and hold${label}, same capital</span>`
      : html`<span>No benchmark in this run</span>`;
  return html`<div class="lg"><span><i class="${style.isVoid ? "run void" : "run"}"></i>This run</span>
${held}${firedLegend(style)}
<span class="scale">${scale}</span></div>
<div class="cb">${equityChart(curves, style)}</div>
<h3 class="sub cl">Drawdown, at session closes</h3><div class="cb">${drawdownChart(curves, style, limits)}</div>`;
}

function firedLegend({ marks = [] }: CurveStyle): Markup | string {
  if (marks.length === 0) return "";
  const named = marks.filter(({ lane }) => lane !== undefined).length;
  const rest = named === marks.length ? "" : `; ${named} of ${marks.length} named, all in the table below`;
  return html`<span><i class="fired"></i>Entries barred, until free again${rest}</span>`;
}

function shortRun({ scope }: RunResult, { growth }: Curves): Markup {
  const end = growth.at(-1) ?? Number.NaN;
  if (growth.length < CURVE_SESSIONS_MIN) {
    return emptyState(
      "No session closed.",
      "There is no equity to draw; choose dates with at least one session.",
    );
  }
  const closed = `${money(scope.cash)} USD became ${money(end * scope.cash)} USD, ${signed((end - 1) * 100, 2)}%.`;
  return emptyState(closed, `A curve needs ${CURVE_SESSIONS_MIN} sessions; this run has ${scope.sessions}.`);
}
