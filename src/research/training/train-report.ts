/**
 * The report of a training: one HTML file that needs no network, no script and no other file, and is a pure function
 * of what the training showed. The answer first, then the evidence (DESIGN 1, 9): verdict and gates, equity, what the
 * model says and reads, where it was trusted, how it was found, what is not in it.
 */
import { plural } from "../../app/formats.ts";
import type { ReportFont } from "../report/font.ts";
import { html, type Markup } from "../report/markup.ts";
import { verdictBanner } from "../report/masthead.ts";
import { pageText } from "../report/page.ts";
import { gatesPanel } from "./panels/gates-panel.ts";
import { growthPanel } from "./panels/growth-panel.ts";
import { importancePanel } from "./panels/importance-panel.ts";
import { originPanel } from "./panels/origin-panel.ts";
import { reliabilityPanel } from "./panels/reliability-panel.ts";
import { candidatesPanel, searchPanel } from "./panels/search-panel.ts";
import { trainCss } from "./panels/train-styles.ts";
import { trainVerdict } from "./panels/train-verdict.ts";
import { windowsPanel } from "./panels/windows-panel.ts";
import type { LastModel } from "./training-result.ts";
import type { WalkResult } from "./walk-result.ts";
import type { WalkSeries } from "./walk-series.ts";

export interface TrainReportInput {
  readonly result: WalkResult;
  /** Null of a walk that learned no model of the last days. */
  readonly last: LastModel | null;
  readonly series: WalkSeries;
}

/** The whole file as text. Same input and font, same bytes. */
export function trainReport(input: TrainReportInput, font: ReportFont): string {
  const { result, last, series } = input;
  const { kind, ...words } = trainVerdict(result, last);
  const body = html`<main class="rp">${[
    masthead(input),
    verdictBanner({ kind }, words),
    gatesPanel(result.gates),
    growthPanel(result, series),
    reliabilityPanel(last),
    importancePanel(last),
    windowsPanel(result),
    searchPanel(result),
    candidatesPanel(result),
    originPanel(input),
  ]}</main>`;
  return pageText({
    title: `Plimsoll training ${result.runId}: ${result.strategy}`,
    body,
    font,
    css: trainCss,
  });
}

function masthead({ result, last, series }: TrainReportInput): Markup {
  const { runId, strategy, from, to, sessions, windows, entries, features, training } = result;
  const facts = [
    `${from} to ${to}`,
    `${plural(sessions, "session")} out of sample in ${plural(windows.length, "window")}`,
    plural(series.symbols, "symbol"),
    `${plural(entries, "entry", "entries")} with a label`,
    plural(features.length, "feature"),
    `trainer ${training.trainer.name}`,
  ];
  const version =
    last === null || last.model === null ? "" : html` <span class="mono ink3">${last.model}</span>`;
  return html`<header class="hd"><div><div class="bk">
<svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
<circle cx="11" cy="11" r="6.9"/><path d="M0 11h22"/></svg>
Plimsoll ${last === null ? "walk of models" : "training"} <span class="mono ink3">${runId}</span>${version}</div>
<h1>A model beside ${strategy}</h1><p class="meta">${facts.join(" \u00b7 ")}</p></div>
<button type="button" class="btn" id="theme" hidden>Theme</button></header>`;
}
