/** The Honesty panel: five gates, each with both numbers, and every warning in full. Cannot be folded. */
import { OBSERVATIONS_MIN } from "../../app/enough-days.ts";
import { count, NO_DATA, number, plural, probabilityOf, ratio, signed } from "../../app/formats.ts";
import type { RunResult } from "../../app/run-result.ts";
import type { Adjustment } from "../../domain/bars.ts";
import { easternMoment } from "./eastern-time.ts";
import { gateBar } from "./gate-bar.ts";
import { luckPicture } from "./luck-picture.ts";
import { html, type Markup, nothing, type Part } from "./markup.ts";
import {
  deflatedTrackRecord,
  type GateState,
  hasEnoughDays,
  PROBABILITY_GATE,
  TRADES_GATE,
  type Verdict,
} from "./verdict.ts";

interface Tile {
  readonly state: GateState;
  readonly name: string;
  readonly value: string;
  /** The limit, quieter, after the value. */
  readonly limit: string;
  readonly picture?: Part;
  readonly words: string;
  readonly shape?: string;
}

const GATE_TEXT = `of ${number(PROBABILITY_GATE, 3)}`;
const glyphs: Readonly<Record<GateState, readonly [glyph: string, spoken: string]>> = {
  pass: ["ok", "Passes:"],
  short: ["late", "Does not pass:"],
  "no data": ["off", "No data:"],
  void: ["off", "Void:"],
};

export function honestyPanel(result: RunResult, { gates }: Verdict): Markup {
  const { warnings } = result.honesty;
  const passed = Object.values(gates).filter((state) => state === "pass").length;
  const tally = `${passed} of ${Object.keys(gates).length} gates passed, ${plural(warnings.length, "warning")}`;
  const listed =
    warnings.length === 0 ? line("ok", "No warnings.") : warnings.map((text) => line("late", text));
  return html`<section class="panel honest c12"><div class="ph"><h2>Honesty</h2>
<span class="sub">Read this before the curve</span><span class="meta">${tally}</span></div>
<div class="hg">${[
    deflatedTile(result, gates.deflated),
    probabilisticTile(result, gates.probabilistic),
    trackRecordTile(result, gates.trackRecord),
    tradesTile(result, gates.trades),
    canaryTile(result, gates.canary),
  ].map(tile)}</div>
<ul class="wn">${snapshotLine(result)}${dataLine(result)}${listed}</ul></section>`;
}

function tile({ state, name, value, limit, picture = nothing, words, shape = "" }: Tile): Markup {
  const [glyph, spoken] = glyphs[state];
  const quiet = value === NO_DATA ? " flat" : "";
  return html`<div class="ht ${shape} ${shadeOf(state)}">
<h3 class="k"><i class="g ${glyph}"></i><span class="vh">${spoken} </span>${name}</h3>
<p class="v${quiet}"><span>${value}</span> <i>${limit}</i></p>${picture}<p class="x">${words}</p></div>`;
}

function shadeOf(state: GateState): string {
  if (state === "short") return "no";
  return state === "void" ? "voided-tile" : "";
}

function deflatedTile(result: RunResult, state: GateState): Tile {
  const { dsr, expectedMaxSharpe } = result.honesty;
  const luck = Number.isFinite(expectedMaxSharpe)
    ? ` Luck alone would show a best Sharpe of ${ratio(expectedMaxSharpe)}.`
    : "";
  const counted = trialsCounted(result);
  const missing = state === "no data";
  return {
    state,
    name: "Deflated Sharpe",
    value: missing ? NO_DATA : probabilityOf(dsr, PROBABILITY_GATE),
    limit: GATE_TEXT,
    picture: missing ? nothing : (luckPicture(result) ?? nothing),
    words: missing ? `${counted} ${whyNoData(result)}` : `${counted}${luck}`,
    shape: missing ? "lead bare" : "lead",
  };
}

/** How many tries there were, and what was looked at to know. */
function trialsCounted({ honesty, scope }: RunResult): string {
  const { trials, trialsCompared, uncounted } = honesty;
  if (uncounted !== undefined) return uncounted;
  const which = scope.strategies.length === 1 ? "with this strategy" : "with any of these strategies";
  const known =
    trialsCompared === trials ? "" : ` ${count(trialsCompared)} of them ran long enough for a Sharpe ratio.`;
  return `${plural(trials, "trial")} ${which} in this lake\u2019s record, this one included.${known}`;
}

function probabilisticTile(result: RunResult, state: GateState): Tile {
  const { metrics, honesty } = result;
  const name = "Probabilistic Sharpe, above 0";
  if (state === "no data") return { state, name, value: NO_DATA, limit: GATE_TEXT, words: whyNoData(result) };
  const value = probabilityOf(honesty.psr, PROBABILITY_GATE);
  return {
    state,
    name,
    value,
    limit: GATE_TEXT,
    picture: gateBar({
      label: name,
      value: honesty.psr,
      gate: PROBABILITY_GATE,
      text: `${value} ${GATE_TEXT}`,
    }),
    words:
      `Sharpe ${ratio(metrics.sharpe)} a year on ${plural(honesty.observations, "day")}. ` +
      `Skew ${signed(metrics.skew, 2)}, kurtosis ${number(metrics.kurtosis, 1)}: both are in this figure.`,
  };
}

function trackRecordTile(result: RunResult, state: GateState): Tile {
  const { observations, minTrackRecord } = result.honesty;
  const name = "Minimum track record";
  const value = count(observations);
  if (state === "no data") {
    const days = observations === 1 ? "day" : "days";
    return { state, name, value, limit: `${days}, of an unknown number`, words: whyNoData(result) };
  }
  const isReachable = Number.isFinite(minTrackRecord);
  const limit = isReachable ? `of ${plural(Math.ceil(minTrackRecord), "day")}` : "days, of no finite number";
  return {
    state,
    name,
    value,
    limit,
    picture: gateBar({ label: name, value: observations, gate: minTrackRecord, text: `${value} ${limit}` }),
    words: isReachable
      ? `To trust at 95% that the Sharpe is above zero. ${aboveLuck(deflatedTrackRecord(result))}`
      : "No length of record can show a Sharpe above zero while it is not.",
  };
}

function aboveLuck(days: number): string {
  if (Number.isNaN(days)) return "";
  return Number.isFinite(days)
    ? `Above luck it takes ${plural(days, "day")}.`
    : "No length of record would show it above luck.";
}

function tradesTile({ metrics }: RunResult, state: GateState): Tile {
  const name = "Closed trades";
  const value = count(metrics.trades);
  const limit = `of ${count(TRADES_GATE)}`;
  return {
    state,
    name,
    value,
    limit,
    picture: gateBar({ label: name, value: metrics.trades, gate: TRADES_GATE, text: `${value} ${limit}` }),
    words: "With fewer, one lucky trade can make the result.",
  };
}

function canaryTile({ honesty }: RunResult, state: GateState): Tile {
  const { decisions, moved, firstDifference: first } = honesty.canary;
  const name = "Look-ahead canary";
  if (state === "no data") {
    const words =
      honesty.canary.notRun ?? "The run made no decision that could be compared with the future cut off.";
    return { state, name, value: NO_DATA, limit: "", words };
  }
  const rerun = "Re-run with the future cut off, and again with the future poisoned.";
  const where =
    first === null ? "" : ` First: ${first.strategy}, ${first.symbol}, ${easternMoment(first.at)}.`;
  return {
    state,
    name,
    value: count(moved),
    limit: `of ${plural(decisions, "decision")} changed`,
    words:
      state === "pass"
        ? `${rerun} Not one decision moved.`
        : `${rerun} Decisions moved, so they had read it.${where}`,
    shape: state === "short" ? "void-tile" : "",
  };
}

/** Why a probability is missing, and what would bring it. */
function whyNoData(result: RunResult): string {
  const { observations } = result.honesty;
  if (!hasEnoughDays(result)) {
    return `It needs ${OBSERVATIONS_MIN} daily returns; this run has ${count(observations)}.`;
  }
  return "Equity did not move enough for a Sharpe ratio.";
}

const adjustmentWords: Readonly<Record<Adjustment, string>> = {
  raw: "as printed",
  split: "adjusted for splits",
  full: "adjusted for splits and dividends",
};

/** ` Prices as printed, dividends paid to positions.` */
function pricesWords({ prices }: RunResult): string {
  if (prices === undefined) return "";
  const how = prices.adjustments.map((adjustment) => adjustmentWords[adjustment]).join(", others ");
  const isMissing = prices.symbolsWithoutDividends > 0;
  const paid = isMissing ? ", dividends missing" : prices.arePaid ? ", dividends paid to positions" : "";
  return ` Prices ${how}${paid}.`;
}

/** Enough to tell two apart; the whole of it stands under Reproduction. What follows it, as `+split`, stays. */
const shortened = (digest: string): string => digest.replace(/[0-9a-f]{52}(?![0-9a-f])/, "");

function snapshotLine(result: RunResult): Markup {
  const { snapshot, scope } = result;
  const held = [
    plural(scope.symbols.length, "symbol"),
    plural(scope.bars, "bar"),
    plural(scope.sessions, "session"),
  ].join(", ");
  const name = html`<span class="mono">${shortened(snapshot)}</span>`;
  return html`<li><i class="g ok"></i>
<span><b>Data snapshot ${name}:</b> ${held}.${pricesWords(result)}</span></li>`;
}

/** What the data audit did: actions applied, actions refused, bars kept out. */
function dataLine({ actions, ticks }: RunResult): Markup {
  const { splits, dividends, spinoffs, refused, quarantinedBars } = actions;
  const applied = [
    plural(splits, "split"),
    plural(dividends, "dividend"),
    ...(spinoffs > 0 ? [plural(spinoffs, "spin-off")] : []),
  ].join(", ");
  const kept = [
    ...(refused > 0 ? [`${plural(refused, "action")} that the prices contradict`] : []),
    ...(quarantinedBars > 0 ? [`${plural(quarantinedBars, "bar")} that leapt without one`] : []),
  ];
  const isClean = kept.length === 0;
  const none = splits + dividends + spinoffs === 0;
  const lead = ticks === undefined ? "Corporate actions:" : "Quotes and trades as recorded:";
  const met = none ? "none met this run" : `${applied} applied to positions`;
  const out = isClean ? "nothing was kept out" : `kept out: ${kept.join(" and ")}, each in data-audit.csv`;
  const quoted =
    ticks === undefined
      ? `${met}; ${out}.`
      : `${plural(ticks.quotes, "quote")}, ${plural(ticks.trades, "trade")}; ` +
        `${count(ticks.setAside)} crossed ones set aside.`;
  return html`<li><i class="g ${isClean ? "ok" : "late"}"></i><span><b>${lead}</b> ${quoted}</span></li>`;
}

/** A warning with its first sentence bold, in full. */
function line(glyph: "ok" | "late", text: string): Markup {
  const [, lead = text, rest = ""] = /^(.{1,120}?[.:])\s+(.+)$/s.exec(text) ?? [];
  return html`<li><i class="g ${glyph}"></i><span><b>${lead}</b>${rest === "" ? "" : ` ${rest}`}</span></li>`;
}
