/**
 * Goal: the page is one file that asks nobody for anything, says nothing that is not a figure, cannot be
 * injected, and is the same bytes for the same run. Method: whole pages over every kind of run.
 */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { sampleRun, withDeadCanary } from "../../../test/sample-run.ts";
import type { ReportInput, RunMetrics } from "../../app/run-result.ts";
import { loadReportFont } from "./font.ts";
import { renderReport } from "./report.ts";

const font = { css: "@font-face{font-family:x}" };
const normal = sampleRun({
  sessions: 1765,
  seed: 4,
  drift: 0.0004,
  tradeCount: 486,
  trials: 214,
  strategies: ["mean_reversion", "pairs_trading"],
  warnings: ["31% of profit came from 9 of 486 trades. Without them the Sharpe is 0.71."],
});

/** Every figure that may be missing is missing. */
function withoutFigures(input: ReportInput): ReportInput {
  const { result } = input;
  const names = Object.keys(result.metrics) as (keyof RunMetrics)[];
  const metrics = Object.fromEntries(names.map((name) => [name, Number.NaN])) as unknown as RunMetrics;
  const honesty = { ...result.honesty, psr: Number.NaN, dsr: Number.NaN, expectedMaxSharpe: Number.NaN };
  return {
    ...input,
    result: {
      ...result,
      metrics: { ...metrics, trades: 0, profitFactor: Number.POSITIVE_INFINITY },
      benchmark: null,
      honesty: { ...honesty, minTrackRecord: Number.NaN },
    },
    daily: { ...input.daily, benchmark: [] },
  };
}

const empty = sampleRun({ sessions: 63, seed: 4, drift: 0, tradeCount: 0, trials: 1 });
const noSession: ReportInput = {
  ...withoutFigures(empty),
  daily: { date: [], equity: [], benchmark: [], gross: [], net: [], traded: [] },
};
const gapped: ReportInput = {
  ...normal,
  daily: {
    ...normal.daily,
    equity: normal.daily.equity.map((value, i) => (i > 400 && i < 420 ? Number.NaN : value)),
  },
};

const runs: readonly (readonly [string, ReportInput])[] = [
  ["normal", normal],
  ["losing", sampleRun({ sessions: 800, seed: 7, drift: -0.0009, tradeCount: 300, trials: 12 })],
  ["empty", empty],
  ["one day", sampleRun({ sessions: 1, seed: 3, drift: 0.002, tradeCount: 3, trials: 1 })],
  ["six days", sampleRun({ sessions: 6, seed: 3, drift: 0.002, tradeCount: 3, trials: 1 })],
  ["canary failed", withDeadCanary(normal)],
  ["no figure at all", withoutFigures(normal)],
  ["no session", noSession],
  ["a gap in equity", gapped],
  [
    "ruined",
    {
      ...normal,
      daily: { ...normal.daily, equity: normal.daily.equity.map((value, i) => (i > 900 ? 0 : value)) },
    },
  ],
];

/** What a reader can see or hear, without style and script. */
const visible = (page: string) => page.replace(/<style>[\s\S]*?<\/style>|<script>[\s\S]*?<\/script>/g, "");

describe.each(runs)("%s", (_, input) => {
  const page = renderReport(input, font);

  it("shows no figure that is none", () => {
    expect(visible(page)).not.toMatch(/NaN|undefined|Infinity|null|\[object/);
  });

  it("gives the same bytes again", () => {
    expect(renderReport(structuredClone(input), font)).toBe(page);
  });

  it("keeps the order of DESIGN 9", () => {
    const places = [
      "<h1>",
      'class="verdict',
      "<h2>Honesty",
      'class="kp"',
      "<h2>Months",
      "<h2>Rolling Sharpe",
      "<h2>Costs and no costs",
      "<h2>Exposure and turnover",
      "<h2>What trading cost",
      "<h2>What the rules blocked",
      "<h2>What set the sizes",
      "<h2>When breakers barred entries",
      "<h2>By strategy",
      "<h2>Trades",
      "<h2>Ten fills by hand",
      "<h2>Reproduction",
    ].map((part) => page.indexOf(part));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  it("opens and closes every element", () => {
    const open = new Map<string, number>();
    for (const [, slash, name = "", rest = ""] of visible(page).matchAll(/<(\/?)([a-z][a-z0-9]*)([^>]*)>/g)) {
      if (rest.endsWith("/") || name === "meta") continue;
      open.set(name, (open.get(name) ?? 0) + (slash === "/" ? -1 : 1));
    }
    expect([...open].filter(([, depth]) => depth !== 0)).toEqual([]);
  });
});

describe("one self-contained file", () => {
  const page = renderReport(normal, loadReportFont());
  const withoutFont = page.replace(/base64,[A-Za-z0-9+/=]+/, "");

  it("asks no host for anything", () => {
    expect(withoutFont).not.toMatch(/https?:|\/\/\w|@import|\bsrc=|\bhref=/i);
    expect([...withoutFont.matchAll(/url\(([^)]*)\)/g)].map(([, target]) => target)).toEqual([
      "data:font/woff2;",
    ]);
  });

  it("allows exactly its own style and script, by hash, and styles nothing in the markup", () => {
    const hash = (text: string) => createHash("sha256").update(text).digest("base64");
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? "";
    const script = /<script>([\s\S]*?)<\/script>/.exec(page)?.[1] ?? "";
    expect(page).toContain("default-src 'none'");
    expect(page).toContain(`style-src 'sha256-${hash(style)}'`);
    expect(page).toContain(`script-src 'sha256-${hash(script)}'`);
    expect(visible(page)).not.toMatch(/\sstyle=|\son\w+=/);
    expect(page).not.toContain("unsafe");
  });

  it("carries the font with its notice", () => {
    expect(page).toContain("d09GMg");
    expect(page).toContain("SIL Open Font License");
  });
});

it("text from data is text, never markup", () => {
  const evil = `<script>alert("x")</script><img src=x onerror='y'>`;
  const { result } = normal;
  const page = renderReport(
    {
      ...withDeadCanary(normal),
      result: {
        ...result,
        runId: evil,
        snapshot: evil,
        reproduce: evil,
        scope: {
          ...result.scope,
          strategies: [{ id: evil, params: { [evil]: evil }, allocation: 1 }],
          symbols: [evil],
          profile: evil,
        },
        benchmark: result.benchmark && { ...result.benchmark, label: evil },
        honesty: {
          ...result.honesty,
          warnings: [evil],
          canary: {
            passed: false,
            decisions: 9,
            moved: 1,
            firstDifference: { at: evil, strategy: evil, symbol: evil },
          },
        },
        blocked: [{ rule: evil, count: 1, shrunk: 0, notional: 1, saved: 1, cost: 2, followed: 1 }],
        sizes: [{ constraint: evil, orders: 1, unsized: 1, onPaper: 0 }],
        claims: {
          events: [
            {
              authority: evil,
              source: evil,
              strategy: null,
              level: evil,
              scalar: 1,
              reason: evil,
              since: evil,
              ended: evil,
              endedBy: "lapsed",
            },
          ],
          dropped: 0,
        },
        strategies: [
          {
            strategy: evil,
            capital: 1,
            netProfit: 1,
            trades: 1,
            winRate: 1,
            sharpe: 1,
            maxDrawdown: 0,
            costs: 1,
            borrow: 0,
            dividends: 0,
            cashInLieu: 0,
            crossedShares: 0,
            judgedBy: null,
          },
        ],
      },
      daily: { ...normal.daily, date: normal.daily.date.map((date, i) => (i === 3 ? evil : date)) },
      trades: normal.trades.map((trade) => ({
        ...trade,
        symbol: evil,
        strategy: evil,
        closedAt: evil,
        whyIn: evil,
        whyOut: evil,
      })),
      handFills: normal.handFills.map((fill) => ({ ...fill, at: evil, symbol: evil, purpose: evil })),
    },
    font,
  );
  expect([...page.matchAll(/<script/g)]).toHaveLength(1);
  expect(page).not.toContain("<img");
  expect(page).not.toMatch(/onerror='/);
  expect(page).toContain("&#60;script&#62;");
});

describe("what the page says", () => {
  it("a dead canary draws its curve dashed under the words, and no gate passes", () => {
    const page = renderReport(withDeadCanary(normal), font);
    expect(page).toContain('<path class="run void"');
    expect(page).toContain(">Look-ahead found: figures are void</text>");
    expect(page).toContain("0 of 5 gates passed");
    expect(renderReport(normal, font)).not.toContain('class="run void"');
  });

  it("a losing run is stamped and shown losing", () => {
    const page = renderReport(
      sampleRun({ sessions: 800, seed: 7, drift: -0.0009, tradeCount: 300, trials: 12 }),
      font,
    );
    const [, stamp, headline] =
      /<div class="stamp">(.*?)<\/div>\s*<div class="tx"><b>(.*?)<\/b>/.exec(page) ?? [];
    expect(stamp).toBe("Failed");
    expect(headline).toMatch(/^It lost [\d.]+% a year after costs\.$/);
  });

  it("a profit factor without a loss is said in words", () => {
    const { result } = normal;
    const metrics = { ...result.metrics, profitFactor: Number.POSITIVE_INFINITY };
    expect(renderReport({ ...normal, result: { ...result, metrics } }, font)).toContain("no losing trade");
  });

  it("a short run says why figures are missing", () => {
    const page = renderReport(
      sampleRun({ sessions: 6, seed: 3, drift: 0.002, tradeCount: 3, trials: 1 }),
      font,
    );
    expect(page).toContain("It needs 20 daily returns; this run has 6.");
    expect(page).toContain("It needs 147 daily returns, 126 for the first point; this run has 6.");
    expect(page).toContain("linear scale, growth of 1");
  });

  it("draws the drawdown against the limit that the run had, not the default", () => {
    const limits = { gross: 1, drawdown: 0.12, drawdownScalar: 0.25 };
    const page = renderReport({ ...normal, result: { ...normal.result, limits } }, font);
    expect(page).toContain("12% under the high");
    expect(page).toContain("positions shrink to 25% at 12%");
    expect(page).not.toContain("15% under the high");
  });

  it("growth of more than a year is log scale and says so", () => {
    expect(renderReport(normal, font)).toContain("log scale, growth of 1");
  });

  it("equity that reached zero is not drawn on a log scale", () => {
    const ruined = {
      ...normal,
      daily: { ...normal.daily, equity: normal.daily.equity.map((value, i) => (i > 900 ? 0 : value)) },
    };
    expect(renderReport(ruined, font)).toContain("linear scale, growth of 1");
  });

  it("a gap breaks the line instead of bridging it", () => {
    const path = /<path class="run" d="([^"]*)"\/><\/svg><\/svg><svg class="axis"/;
    const line = (input: ReportInput) =>
      (path.exec(renderReport(input, font))?.[1] ?? "").split("M").length - 1;
    expect(line(normal)).toBe(1);
    expect(line(gapped)).toBe(2);
  });

  it("lists the last 20 trades, the best and the worst, and says where the rest is", () => {
    const page = renderReport(normal, font);
    expect(page).toContain("last 20 of 486, all in trades.csv");
    const best = Math.max(...normal.trades.map(({ pnl }) => pnl));
    expect(page).toContain(`+${best.toFixed(2).replace(/\B(?=(\d{3})+\.)/g, ",")}`);
    const trades = page.slice(page.indexOf("<h2>Trades"), page.indexOf("<h2>Ten fills"));
    expect([...trades.matchAll(/<td class="name">(?:AAPL|MSFT)<small>/g)]).toHaveLength(30);
  });

  it("shows every warning in full", () => {
    const page = renderReport(normal, font);
    expect(page).toContain(
      "<b>31% of profit came from 9 of 486 trades.</b> Without them the Sharpe is 0.71.",
    );
  });
});
