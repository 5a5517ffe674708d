/**
 * The backtest report: one HTML file that needs no network, no script and no other file, and is a pure
 * function of the run (BACK-2, BACK-3). The order of its parts is fixed: verdict, honesty, then the curve.
 */
import type { ReportInput } from "../../app/run-result.ts";
import { blockedPanel } from "./blocked-panel.ts";
import { claimsPanel } from "./claims-panel.ts";
import { costsPanel } from "./cost-bars.ts";
import { performancePanel, rollingPanel } from "./curve-panels.ts";
import { exposurePanel } from "./exposure-panel.ts";
import { emptyState, panel } from "./figures.ts";
import type { ReportFont } from "./font.ts";
import { freePanel } from "./free-panel.ts";
import { handFillsPanel } from "./hand-fills-panel.ts";
import { honestyPanel } from "./honesty-panel.ts";
import { html, type Markup } from "./markup.ts";
import { masthead, titleOf, verdictBanner } from "./masthead.ts";
import { monthsPanel } from "./months-table.ts";
import { pageText } from "./page.ts";
import { reproduction } from "./reproduction.ts";
import { curvesOf, yearRows } from "./series.ts";
import { sizesPanel } from "./sizes-panel.ts";
import { strategiesPanel } from "./strategies-panel.ts";
import { tradesPanel } from "./trades-panel.ts";
import { judge } from "./verdict.ts";
import { verdictWords } from "./verdict-words.ts";

/** The whole file as text. Same input and font, same bytes. */
export function renderReport(input: ReportInput, font: ReportFont): string {
  const { mode = "backtest", runId } = input.result;
  return pageText({ title: `Plimsoll ${mode} ${runId}: ${titleOf(input.result)}`, body: body(input), font });
}

function body(input: ReportInput): Markup {
  const { result, daily, trades, handFills } = input;
  const verdict = judge(result);
  const curves = curvesOf(input);
  const years = yearRows(curves);
  const endEquity = daily.equity.at(-1) ?? result.scope.cash;
  const netUsd = endEquity - result.scope.cash;
  const months =
    years.length > 0
      ? monthsPanel(years)
      : panel({ title: "Months, net %" }, emptyState("No data.", "No session closed in this run."));
  return html`<main class="rp">${[
    masthead(result, endEquity),
    verdictBanner(verdict, verdictWords(verdict, result, netUsd)),
    honestyPanel(result, verdict),
    performancePanel(result, curves, { verdict, years }),
    months,
    rollingPanel(curves, verdict),
    freePanel(result, netUsd),
    exposurePanel(curves, result.limits.gross),
    costsPanel(result.costs, result.income, netUsd, result.flatCosts),
    blockedPanel(result.blocked),
    sizesPanel(result.sizes),
    claimsPanel(result.claims),
    strategiesPanel(result, netUsd),
    tradesPanel(trades, result),
    handFillsPanel(handFills),
    reproduction(result),
  ]}</main>`;
}
