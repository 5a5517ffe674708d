/** Goal: what the page says about itself is so, of a demo as of a backtest, of one trial as of many. */
import { describe, expect, it } from "vitest";
import { sampleRun } from "../../../test/sample-run.ts";
import type { ReportInput, RunClaim, RunResult } from "../../app/run-result.ts";
import { blockedPanel } from "./blocked-panel.ts";
import { claimsPanel } from "./claims-panel.ts";
import { equityChart } from "./curve-charts.ts";
import { renderReport } from "./report.ts";
import { curvesOf } from "./series.ts";

const sample = sampleRun({ sessions: 300, seed: 6, drift: 0.0004, tradeCount: 40, trials: 7 });
const words = (markup: string) =>
  markup.replace(/<style>[\s\S]*?<\/style>|<[^>]+>/g, " ").replace(/\s+/g, " ");
function page(input: ReportInput, change: (result: RunResult) => Partial<RunResult> = () => ({})): string {
  return words(renderReport({ ...input, result: { ...input.result, ...change(input.result) } }, { css: "" }));
}

describe("trials", () => {
  const counted = (over: Partial<RunResult["honesty"]>) =>
    page(sample, ({ honesty }) => ({ honesty: { ...honesty, ...over } }));

  it("are counted with the scope of the count, and say how many of them measure luck", () => {
    expect(counted({})).toContain(
      "7 trials with this strategy in this lake\u2019s record, this one included.",
    );
    expect(counted({ trialsCompared: 4 })).toContain("4 of them ran long enough for a Sharpe ratio.");
    expect(counted({})).not.toContain("long enough for a Sharpe ratio. Luck");
    const two = sampleRun({ ...shape, strategies: ["a", "b"] });
    expect(page(two)).toContain("7 trials with any of these strategies in this lake");
  });

  it("are named among what makes the page again, and the same bytes are promised for no more than is so", () => {
    expect(page(sample)).toContain("Record of trials 7 trials, 7 long enough for a Sharpe ratio");
    expect(page(sample)).toContain(
      "This page and result.json are so while the record of trials says the same",
    );
  });
});
const shape = { sessions: 300, seed: 6, drift: 0.0004, tradeCount: 40, trials: 7 };

describe("a demo", () => {
  const short = sampleRun({ ...shape, sessions: 1 });
  const demo = (input: ReportInput) =>
    page(input, ({ honesty }) => ({
      mode: "demo",
      honesty: {
        ...honesty,
        trials: 0,
        uncounted: "Not counted: no trial.",
        canary: { ...honesty.canary, decisions: 0, notRun: "Not run: a demo." },
      },
    }));

  it("is called one, counts no trial and says that the canary was not run", () => {
    for (const text of [demo(short), demo(sample)]) {
      expect(text).toContain("Plimsoll demo bt-");
      expect(text).not.toContain("Plimsoll backtest");
      expect(text).toContain("Not counted: no trial.");
      expect(text).not.toMatch(/\d+ trials? (?:with|counted|was|were)/);
      expect(text).toContain("Not run: a demo.");
      expect(text).not.toMatch(/decision that could be compared|compared no decision/);
    }
  });

  it("of one session says that there is no curve, not that nothing was at stake", () => {
    expect(demo(short)).toContain("No curve of one session.");
    expect(demo(short)).not.toContain("Nothing was at stake");
  });
});

it("a fall within a session is in the headline figure of an intraday run, and closes are called closes", () => {
  const text = page(sample, ({ metrics, scope }) => ({
    scope: { ...scope, timeframe: "1m" },
    metrics: { ...metrics, maxDrawdown: -0.01, maxDrawdownBars: -0.0213, timeInMarket: 0.197 },
  }));
  expect(text).toContain("Max drawdown, any bar \u22122.13%");
  expect(text).toContain("Max drawdown, at session closes \u22121.00%");
  expect(text).toContain("held something at 20% of bars");
  expect(page(sample)).not.toContain("any bar");
});

it("the adjustment of the prices is stated, and missing dividends with it", () => {
  const basis = { adjustments: ["split"], symbols: 2, symbolsWithoutDividends: 2, arePaid: false } as const;
  expect(page(sample, () => ({ prices: basis }))).toContain("Prices adjusted for splits, dividends missing.");
  const paid = { adjustments: ["raw"], symbols: 2, symbolsWithoutDividends: 0, arePaid: true } as const;
  expect(page(sample, () => ({ prices: paid }))).toContain("Prices as printed, dividends paid to positions.");
});

it("the kill switch has one name in every table, and one claim is not several", () => {
  const claim: RunClaim = {
    authority: "kill_switch",
    source: "operator",
    strategy: null,
    level: "FLATTEN",
    scalar: 1,
    reason: "kill switch: the file is there",
    since: "2015-01-14T20:00:00Z",
    ended: null,
    endedBy: null,
  };
  const panel = claimsPanel({ events: [claim, { ...claim, source: "x", strategy: "a" }], dropped: 0 }).markup;
  expect(words(panel)).toMatch(/kill switch FLATTEN/);
  expect(panel).not.toMatch(/>operator</);
  expect(words(panel)).toContain("1 claim on the account, 1 on a single strategy");
  expect(panel).toContain("<summary>1 claim on a single strategy</summary>");
  const blocked = blockedPanel([
    { rule: "permission:operator", count: 1, shrunk: 0, notional: 1, saved: 0, cost: 0, followed: 0 },
  ]);
  expect(words(blocked.markup)).toContain("kill switch claim of an authority");
});

it("no grid line of the equity is left without its figure", () => {
  for (let seed = 1; seed <= 12; seed++) {
    const curves = curvesOf(sampleRun({ ...shape, seed }));
    const { markup } = equityChart(curves, { isVoid: false });
    const lines = [...markup.matchAll(/<line class="grid" x1="0" x2="100%" y1="([\d.]+)"/g)].map(([, y]) =>
      Number(y),
    );
    const figures = [...markup.matchAll(/<text[^>]* y="([\d.]+)"[^>]*>[\d.]+\u00d7/g)].map(([, y]) =>
      Number(y),
    );
    expect(lines.length).toBeGreaterThan(0);
    for (const y of lines)
      expect(
        figures.some((at) => Math.abs(at - 3.5 - y) < 0.2),
        `${seed} ${y}`,
      ).toBe(true);
  }
});
