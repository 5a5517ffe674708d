/** The top of the page: what was run, and the verdict with its cure. */

import { count, plural, roughMoney } from "../../app/formats.ts";
import type { RunResult } from "../../app/run-result.ts";
import type { Timeframe } from "../../domain/bars.ts";
import { html, type Markup } from "./markup.ts";
import type { Verdict } from "./verdict.ts";
import type { VerdictWords } from "./verdict-words.ts";

const NAMES_MAX = 3;
const SMALL_NUMBERS = [
  "No",
  "One",
  "Two",
  "Three",
  "Four",
  "Five",
  "Six",
  "Seven",
  "Eight",
  "Nine",
  "Ten",
] as const;
const barNames: Readonly<Record<Timeframe, string>> = {
  "1d": "daily bars",
  "5m": "5-minute bars",
  "1m": "1-minute bars",
  "1s": "1-second bars",
};
/** Fill and frame of the verdict; the word inside says the same. */
const verdictShapes: Readonly<Record<Verdict["kind"], string>> = {
  passes: "v-pass",
  "not proven": "v-open",
  failed: "v-fail",
};

/** `swing_trend_following on AAPL, MSFT`, or `Eight strategies on 200 symbols`. */
export function titleOf({ scope }: RunResult): string {
  const strategies = listed(
    scope.strategies.map(({ id }) => id),
    "strategies",
  );
  return `${strategies} on ${listed(scope.symbols, "symbols", count(scope.symbols.length))}`;
}

export function masthead(result: RunResult, endEquity: number): Markup {
  const { scope } = result;
  const facts = [
    scope.from === scope.to ? scope.from : `${scope.from} to ${scope.to}`,
    plural(scope.sessions, "session"),
    barNames[scope.timeframe],
    `${roughMoney(scope.cash)} USD to ${roughMoney(endEquity)} USD`,
    "net of all costs",
    `${scope.profile} profile`,
  ];
  return html`<header class="hd"><div><div class="bk">
<svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
<circle cx="11" cy="11" r="6.9"/><path d="M0 11h22"/></svg>
Plimsoll ${result.mode ?? "backtest"} <span class="mono ink3">${result.runId}</span></div>
<h1>${titleOf(result)}</h1><p class="meta">${facts.join(" \u00b7 ")}</p></div>
<button type="button" class="btn" id="theme" hidden>Theme</button></header>`;
}

export function verdictBanner(
  { kind }: Pick<Verdict, "kind">,
  { stamp, headline, detail, cure }: VerdictWords,
): Markup {
  return html`<section class="verdict ${verdictShapes[kind]}" aria-label="Verdict"><div class="stamp">${stamp}</div>
<div class="tx"><b>${headline}</b> ${detail}<span>${cure}</span></div></section>`;
}

function listed(
  names: readonly string[],
  many: string,
  size = SMALL_NUMBERS[names.length] ?? count(names.length),
): string {
  return names.length > 0 && names.length <= NAMES_MAX ? names.join(", ") : `${size} ${many}`;
}
