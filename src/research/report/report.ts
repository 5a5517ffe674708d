/**
 * The backtest report: one HTML file that needs no network, no script and no other file, and is a pure
 * function of the run (BACK-2, BACK-3). The order of its parts is fixed: verdict, honesty, then the curve.
 */
import { createHash } from "node:crypto";
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
import { html, type Markup, trusted } from "./markup.ts";
import { masthead, titleOf, verdictBanner } from "./masthead.ts";
import { monthsPanel } from "./months-table.ts";
import { reproduction } from "./reproduction.ts";
import { curvesOf, yearRows } from "./series.ts";
import { sizesPanel } from "./sizes-panel.ts";
import { strategiesPanel } from "./strategies-panel.ts";
import { stylesCss } from "./styles.ts";
import { themeCss } from "./theme.ts";
import { tradesPanel } from "./trades-panel.ts";
import { judge } from "./verdict.ts";
import { verdictWords } from "./verdict-words.ts";

/** Switches the theme. The page is whole without it: the button shows itself only when scripts may run. */
const THEME_SCRIPT = `const b=document.getElementById("theme"),r=document.documentElement;
const m=matchMedia("(prefers-color-scheme: dark)");
const now=()=>r.dataset.theme??(m.matches?"dark":"light"),other=()=>now()==="dark"?"light":"dark";
const say=()=>{b.textContent=other()==="dark"?"Dark":"Light"};
b.hidden=false;say();m.addEventListener("change",say);b.addEventListener("click",()=>{r.dataset.theme=other();say()});`;

/** The whole file as text. Same input and font, same bytes. */
export function renderReport(input: ReportInput, font: ReportFont): string {
  const style = `${font.css}\n${themeCss()}\n${stylesCss}`;
  const policy = [
    "default-src 'none'",
    `style-src '${sourceHash(style)}'`,
    `script-src '${sourceHash(THEME_SCRIPT)}'`,
    "font-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<title>Plimsoll ${input.result.mode ?? "backtest"} ${input.result.runId}: ${titleOf(input.result)}</title>
<style>${trusted(style)}</style></head><body>
${body(input)}
<script>${trusted(THEME_SCRIPT)}</script></body></html>
`;
  return page.markup;
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

const sourceHash = (text: string): string => `sha256-${createHash("sha256").update(text).digest("base64")}`;
