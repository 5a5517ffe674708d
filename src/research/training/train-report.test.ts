/**
 * Goal    the page says what the training showed and nothing kinder: every gate with what it said, windows that went by
 *         rules alone, what is missing; it asks nobody for anything, runs no text of others, and is the same bytes for
 *         the same training.
 * Method  whole pages of a made-up training, with and without a last model.
 */
import { describe, expect, it } from "vitest";
import { gateVerdict } from "../../learn/promotion/gate-verdict.ts";
import { trainReport } from "./train-report.ts";
import { parseTraining } from "./training-config.ts";
import type { LastModel } from "./training-result.ts";
import type { WalkResult } from "./walk-result.ts";
import type { WalkSeries } from "./walk-series.ts";

const font = { css: "@font-face{font-family:x}" };
const sessions = 300;
const dates = Array.from({ length: sessions }, (_, day) =>
  new Date(Date.UTC(2015, 0, 5) + day * 86_400_000).toISOString().slice(0, 10),
);
const series: WalkSeries = {
  dates,
  models: Float64Array.from(dates, (_, day) => 0.0006 + 0.004 * Math.sin(day)),
  rules: Float64Array.from(dates, (_, day) => 0.0004 + 0.005 * Math.sin(day)),
  ...{ symbols: 245, survivorsOnly: true },
  costs: { slippage: "modelled", fixedBps: 5, spreadBps: 2, impact: 0.7 },
};

const window = (day: number, why: string | null): WalkResult["windows"][number] => ({
  train: ["2014-01-06", "2014-12-31"],
  test: [dates[day]!, dates[day + 62]!],
  ...{ chosen: 1, skill: why === null ? 0.021 : -0.0123, areaUnderCurve: 0.55, events: 503 },
  ...{ sharpeTest: 0.1, trades: 45, why },
});

const asked = (side: "above" | "below") => (gate: string, title: string, value: number, limit: number) =>
  gateVerdict({ gate, title, value, limit, side });
const [above, below] = [asked("above"), asked("below")];
const gates = [
  above("sharpe", "out-of-sample Sharpe ratio", 1.2, 1),
  below("maxDrawdown", "largest drawdown", 0.25, 0.1),
  above("deflatedSharpe", "deflated Sharpe probability", 0.9497, 0.95),
  above("rules", "Sharpe ratio above rules alone", 0.31, 0),
  above("moon", "a gate of later days <b>", Number.NaN, 3),
] as const;

const result: WalkResult = {
  ...{
    runId: "tn-1",
    strategy: "swing_trend_following",
    snapshot: "5afe",
    configHash: "c0",
    codeVersion: "1",
  },
  training: parseTraining({ strategy: "swing_trend_following", name: "a.b", bars: {} }, "test"),
  ...{ from: dates[0]!, to: dates.at(-1)!, sessions, entries: 3021, features: ["rsi_14", "natr_14"] },
  candidates: [{ leavesMost: 5 }, { leavesMost: 9 }],
  search: [
    { coordinates: [0.1], budget: 5, value: -0.01 },
    { coordinates: [0.2], budget: 5, value: 0.0234 },
    { coordinates: [0.3], budget: 5, value: null },
  ],
  verdict: {
    ...{ sharpe: 1.2, maxDrawdown: -0.25, totalReturn: 0.21, trades: 400, winRate: 0.5, overfitting: 0.2 },
    ...{ deflatedSharpe: 0.9497, counted: 37, passed: false, gates: [], reasons: [] },
  },
  gates,
  rules: { sharpe: 0.89, totalReturn: 0.12 },
  windows: [window(0, null), window(63, "nothing learned, skill -0.0123 out of fold <i>"), window(126, null)],
};

const bin = (said: number, came: number, rows: number) => ({ said, came, rows, from: said, to: said });
const last: LastModel = {
  ...{ model: "a.b@1", why: null },
  trained: { from: "2015-01-05", to: "2015-12-31", settings: { leavesMost: 9 } },
  fit: {
    figures: {
      ...{
        events: 900,
        baseRate: 0.48,
        areaUnderCurve: 0.6,
        skill: 0.02,
        brier: 0.24,
        calibrationError: 0.03,
      },
      ...{ rounds: 12, followed: 0.4, meanNet: 0.001, meanNetFollowed: 0.003 },
    },
    reliability: { brier: 0.24, calibrationError: 0.03, bins: [bin(0.41, 0.39, 411), bin(0.62, 0.66, 489)] },
    threshold: 0.53,
  },
  leaks: {
    ...{ findings: [], overlapping: 0 },
    shuffled: {
      ...{ score: 0.6, shuffledMean: 0.501, shuffledDeviation: 0.01, pValue: 0.048, isAtChance: true },
    },
  },
  importance: Array.from({ length: 20 }, (_, n) => ({ feature: `f_${n}<script>`, share: (20 - n) / 100 })),
};
const none: LastModel = {
  ...{ model: null, why: "20 entries are too few", trained: null, fit: null, leaks: null, importance: [] },
};

const page = (of: LastModel | null = last, change: Partial<WalkResult> = {}) =>
  trainReport({ result: { ...result, ...change }, last: of, series }, font);
/** What a reader sees, without tags and with single spaces. */
const read = (html: string): string =>
  html
    .replace(/^.*<body>/s, "")
    .replace(/<script>.*?<\/script>/gs, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ");

describe("verdict and gates", () => {
  it("has every gate with its value, its limit and what it said, in words", () => {
    const text = read(page());
    for (const words of [
      "passed Out-of-sample Sharpe ratio 1.20 must be above 1.00",
      "failed Largest drawdown 25.0% must be below 10%",
      "failed Deflated Sharpe probability 0.9497 must be above 0.950",
      "passed Sharpe ratio above rules alone +0.31 must be above 0",
      "failed A gate of later days &#60;b&#62; no data must be above 3",
    ])
      expect(text).toContain(words);
  });

  it.each([
    ["one miss", gates, last, "Not promotable", "3 of 5 gates failed: largest drawdown"],
    ["no miss", [gates[0]], last, "Promotable", "plimsoll models promote a.b@1"],
    ["no miss and no model", [gates[0]], none, "Not promotable", "no model: 20 entries are too few."],
    ["a walk alone", [gates[0]], null, "Walk passes", "plimsoll train learns"],
    [
      "a leak",
      [below("overlap", "overlapping rows", 3, 1)],
      last,
      "Not promotable",
      "every figure here is void",
    ],
  ])("%s decides the stamp", (_, asked, of, stamp, words) => {
    const text = read(page(of, { gates: asked }));
    expect(text).toContain(`${stamp} `);
    expect(text).toContain(words);
    if (stamp !== "Promotable") expect(text).not.toContain(" Promotable ");
  });
});

describe("what it shows", () => {
  it("says which windows went by rules alone, and why", () => {
    const text = read(page());
    expect(text).toContain("2 windows of 3 with a model, rules alone in 1");
    expect(text).toMatch(/rules alone 503 0\.550 \u22120\.0123 1\.59 45 nothing learned/);
    // Its shape differs, too: a stem in each of the three lanes.
    expect(page().match(/<rect class="stem"/g)?.length).toBe(3);
    expect(page().match(/<rect class="block"/g)?.length).toBe(6);
  });

  it("marks the best trial, the bins' rows and the fifteen features that are read most", () => {
    const text = read(page());
    for (const words of ["best +0.0234, trial 2", "1 trial failed", "411", "489", "The 15 largest of 20"])
      expect(text).toContain(words);
    expect(text).toContain("f_14");
    expect(text).not.toContain("f_15");
  });

  it("growth ends where the returns say", () => {
    const end = series.rules.reduce((wealth, each) => wealth * (1 + each), 1);
    expect(page()).toContain(`class="end-other" x="0%"`);
    expect(read(page())).toContain(`${end.toFixed(2)}\u00d7`);
  });

  it("says what is counted and what is not in it", () => {
    const text = read(page());
    for (const words of [
      "37 trials with this strategy",
      "Survivors only:",
      "5afe",
      "Costs assumed, not measured:",
    ])
      expect(text).toContain(words);
  });

  it.each([
    ["without a model of the last days", none, "20 entries are too few."],
    ["of a walk alone", null, "A walk alone learns none"],
  ])("a page %s says so in the panels that need one", (_, of, words) => {
    expect(read(page(of)).split(words).length - 1).toBeGreaterThanOrEqual(2);
  });
});

describe("the file", () => {
  it.each([
    ["with a model", last],
    ["without", none],
    ["of a walk", null],
  ])("%s needs no network, runs no text of others, and is the same again", (_, of) => {
    const html = page(of);
    expect(html).toBe(page(of));
    expect(html).not.toMatch(/(?:src|href)=|url\((?!data:)|https?:|NaN|undefined|Infinity/);
    expect(html).not.toMatch(/<i>|<script>"|_\d<script|days <b>/);
    expect(html.match(/<script>/g)?.length).toBe(1);
    expect(html).not.toContain(" style=");
  });
});
