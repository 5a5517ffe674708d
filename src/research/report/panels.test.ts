/**
 * Goal    each panel says what the run did, with the figures of the run and how they were worked out.
 * Method  panels over hand-made results, read as a person would: rows and cells, no pixels.
 */
import { describe, expect, it } from "vitest";
import { sampleRun } from "../../../test/sample-run.ts";
import type { BlockedByRule, HandFill, RunClaim, RunCosts, RunResult } from "../../app/run-result.ts";
import { blockedPanel } from "./blocked-panel.ts";
import { claimMarks, drawMarks, roomFor } from "./claim-marks.ts";
import { claimsPanel } from "./claims-panel.ts";
import { costsPanel } from "./cost-bars.ts";
import { exposurePanel, monthTurnover } from "./exposure-panel.ts";
import { freePanel } from "./free-panel.ts";
import { handFillsPanel } from "./hand-fills-panel.ts";
import type { Markup } from "./markup.ts";
import { curvesOf } from "./series.ts";
import { sizesPanel } from "./sizes-panel.ts";
import { strategiesPanel } from "./strategies-panel.ts";
import { tradesPanel } from "./trades-panel.ts";

const sample = sampleRun({
  sessions: 800,
  seed: 5,
  drift: 0.0004,
  tradeCount: 30,
  trials: 3,
  strategies: ["mean_reversion", "reference_ema_cross"],
});
const { result } = sample;

/** Cells of each row as plain text; lines inside a cell are told apart by a slash. */
function rowsOf({ markup }: Markup): string[][] {
  return [...markup.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = ""]) =>
    [...row.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/gs)].map(([, cell = ""]) => textOf(cell)),
  );
}
const textOf = (markup: string) =>
  markup
    .replace(/<small>|<\/span>\s*<span class="ln">/g, " / ")
    .replace(/<[^>]+>/g, "")
    .replace(/\s+/g, " ")
    .trim();
const rowOf = (panel: Markup, name: string) => rowsOf(panel).find(([first]) => first?.startsWith(name));

describe("what the rules blocked", () => {
  const rule = (over: Partial<BlockedByRule>): BlockedByRule => ({
    rule: "open_risk",
    count: 3,
    shrunk: 2,
    notional: 9000,
    saved: 120.5,
    cost: 400,
    followed: 4,
    ...over,
  });
  const panel = blockedPanel([
    rule({}),
    rule({ rule: "permission:day_high_drawdown", notional: 12_000, saved: 2500, cost: 0, followed: 1 }),
  ]);

  it("shows saved and cost of each rule and their difference, the largest refusal first", () => {
    expect(rowsOf(panel).slice(1)).toEqual([
      ["day_high_drawdown / claim of an authority", "2,500", "0.00", "+2,500", "3", "2", "1", "12,000"],
      ["open_risk", "120.50", "400.00", "\u2212279.50", "3", "2", "4", "9,000"],
      ["Total", "2,621", "400.00", "+2,221", "6", "4", "5", "21,000"],
    ]);
  });

  it("says how it was worked out", () => {
    expect(textOf(panel.markup)).toContain("5 entries would have filled and are over.");
    expect(textOf(panel.markup)).toContain("at the close of its 20th bar");
  });

  it("says so when nothing was blocked", () => {
    expect(textOf(blockedPanel([]).markup)).toContain("Nothing was blocked.");
  });
});

describe("what trading cost", () => {
  const costs: RunCosts = {
    commission: 10,
    fees: 5,
    slippage: 60,
    spread: 30,
    drift: 20,
    impact: 10,
    borrow: 4,
  };
  const noIncome = { dividends: 0, cashInLieu: 0 };
  const steps = (panel: Markup) =>
    [
      ...panel.markup.matchAll(
        /<div class="cost-row (\w+)"><span>(.*?)<\/span>.*?<span class="num">(.*?)<\/span>/gs,
      ),
    ].map(([, shape, name, figure]) => [name, figure, shape]);

  it("goes from gross to net, one cause after another", () => {
    expect(steps(costsPanel(costs, noIncome, 921))).toEqual([
      ["Before costs", "1,000", "total"],
      ["Spread", "\u221230.00", "cost"],
      ["Drift on the way", "\u221220.00", "cost"],
      ["Impact", "\u221210.00", "cost"],
      ["Commission", "\u221210.00", "cost"],
      ["SEC and TAF fees", "\u22125.00", "cost"],
      ["Borrow", "\u22124.00", "cost"],
      ["Net", "921.00", "total"],
    ]);
  });

  it("shows dividends and cash for parts as income, before the costs", () => {
    const shown = steps(costsPanel(costs, { dividends: 50, cashInLieu: 0.5 }, 921));
    expect(shown.slice(0, 4)).toEqual([
      ["Prices alone", "949.50", "total"],
      ["Dividends", "+50.00", "income"],
      ["Cash for parts", "+0.50", "income"],
      ["Before costs", "1,000", "total"],
    ]);
  });

  it("names slippage whose cause nobody told, and slippage that was earned", () => {
    expect(steps(costsPanel({ ...costs, slippage: 70 }, noIncome, 911))).toContainEqual([
      "Slippage, not told",
      "\u221210.00",
      "cost",
    ]);
    expect(steps(costsPanel({ ...costs, spread: -5, slippage: 25 }, noIncome, 956))).toContainEqual([
      "Spread",
      "+5.00",
      "income",
    ]);
  });
});

describe("costs and no costs", () => {
  const free = {
    netResult: 1500,
    totalReturn: 0.015,
    cagr: 0.05,
    sharpe: 1.5,
    maxDrawdown: -0.1,
    orders: 9,
    fills: 8,
  };

  it("stand side by side with their difference", () => {
    const metrics = { ...result.metrics, cagr: 0.03, sharpe: 1.1, maxDrawdown: -0.12 };
    const panel = freePanel({ ...result, metrics, withoutCosts: free }, 900);
    expect(rowsOf(panel).slice(1)).toEqual([
      ["Net result, USD", "+900.00", "+1,500.00", "\u2212600.00"],
      ["CAGR", "+3.00%", "+5.00%", "\u22122.00 pt"],
      ["Sharpe", "1.10", "1.50", "\u22120.40"],
      ["Max drawdown", "\u221212.00%", "\u221210.00%", "\u22122.00 pt"],
    ]);
  });

  it("says why where there is nothing to compare", () => {
    const ticks = { quotes: 1, trades: 1, quoteRows: 1, setAside: 0 };
    const words = (of: RunResult) => textOf(freePanel(of, 0).markup);
    expect(words({ ...result, withoutCosts: null })).toContain("not repeated for free");
    expect(words({ ...result, withoutCosts: null, ticks })).toContain("recorded quotes");
  });
});

describe("what trading cost, by a flat figure", () => {
  const costs = { commission: 0, fees: 0, slippage: 5, spread: 5, drift: 0, impact: 0, borrow: 0 };
  const income = { dividends: 0, cashInLieu: 0 };
  const panel = (fills: number, isAuction: boolean) =>
    textOf(costsPanel(costs, income, 10, { fills, of: 50, bps: 1, isAuction }).markup);

  it("is told with how many fills paid it, or not at all when none did", () => {
    expect(panel(42, true)).toContain("42 of 50 fills, 84%, met an auction and paid a flat 1.00 bps");
    expect(panel(50, false)).toContain("50 of 50 fills, 100%, paid a flat 1.00 bps");
    expect(panel(0, true)).not.toContain("flat");
  });
});

describe("by strategy", () => {
  const [first, second] = result.strategies;
  const strategies = [
    {
      ...first!,
      netProfit: 300,
      costs: 30,
      sharpe: 0.5,
      maxDrawdown: -0.05,
      crossedShares: 12,
      judgedBy: null,
      winRate: 0.5,
    },
    {
      ...second!,
      netProfit: 100,
      costs: 10,
      sharpe: -0.2,
      maxDrawdown: -0.1,
      crossedShares: 12,
      judgedBy: null,
      winRate: 0.4,
    },
  ];

  it("shows shares of the result and of the costs, and what no strategy made", () => {
    const panel = strategiesPanel({ ...result, strategies }, 399.5);
    expect(rowOf(panel, "mean_reversion")).toEqual([
      "mean_reversion",
      "+300.00",
      "+75%",
      "50,000",
      "15",
      "50.0%",
      "0.50",
      "\u22125.00%",
      "30.00",
      "75%",
      "12",
    ]);
    expect(rowOf(panel, "no strategy")?.[1]).toBe("\u22120.50");
    expect(rowOf(panel, "Account")?.[1]).toBe("+399.50");
  });

  it("shows who got dividends and who paid for borrowed shares, and the account's sums, where there are any", () => {
    const income = [
      { ...strategies[0]!, dividends: 20, cashInLieu: 0.5, borrow: 0 },
      { ...strategies[1]!, dividends: -7.25, cashInLieu: 0, borrow: 3 },
    ];
    const panel = strategiesPanel({ ...result, strategies: income }, 399.5);
    const [head = []] = rowsOf(panel);
    const cells = ["Dividends, USD", "Of these borrow"].map((name) => head.indexOf(name));
    const of = (name: string) => cells.map((at) => rowOf(panel, name)?.[at]);
    expect(of("mean_reversion")).toEqual(["+20.50", "0.00"]);
    expect(of(strategies[1]!.strategy)).toEqual(["\u22127.25", "3.00"]);
    expect(of("Account")).toEqual(["+13.25", "3.00"]);
    const plain = textOf(strategiesPanel({ ...result, strategies }, 399.5).markup);
    expect(plain).not.toMatch(/Dividends, USD|Of these borrow/);
  });

  it("says how many trades behind Kelly's estimate nobody made", () => {
    const judgedBy = { trades: 250, onPaper: 128, paperTrades: 901 };
    const judged = [{ ...strategies[0]!, judgedBy }, strategies[1]!];
    const panel = strategiesPanel({ ...result, strategies: judged }, 400);
    expect(rowOf(panel, judged[0]!.strategy)?.at(-1)).toMatch(/^250.*128 on paper$/);
    expect(rowOf(panel, judged[1]!.strategy)?.at(-1)).toBe("");
    expect(textOf(strategiesPanel({ ...result, strategies }, 400).markup)).not.toContain("Judged by");
  });

  it("says how strategies met inside the account, and nothing of it when one is alone", () => {
    const words = textOf(strategiesPanel({ ...result, strategies }, 400).markup);
    expect(words).toContain("Strategies met inside the account for 420 shares worth 31,240.50 USD");
    expect(words).toContain("12 orders left for 25 wishes");
    const alone = { ...result, strategies: [{ ...strategies[0]!, crossedShares: 0 }] };
    expect(textOf(strategiesPanel(alone, 300).markup)).not.toMatch(/met inside|Crossed|Share /);
  });
});

it("what set the sizes: how often each constraint bound, and what it left without a share", () => {
  const panel = sizesPanel([
    { constraint: "kelly_cold", orders: 30, unsized: 2, onPaper: 0 },
    { constraint: "adv", orders: 10, unsized: 0, onPaper: 0 },
  ]);
  expect(rowsOf(panel).slice(1)).toEqual([
    ["kelly_cold / too few trades for Kelly yet", "30", "75.0%", "2"],
    ["adv / the usual daily volume", "10", "25.0%", "0"],
    ["Total", "40", "", "2"],
  ]);
  expect(textOf(sizesPanel([]).markup)).toContain("No size was set.");
});

it("what went on on paper stands under the wishes that were left without a share", () => {
  const panel = sizesPanel([
    { constraint: "kelly", orders: 30, unsized: 1200, onPaper: 1100 },
    { constraint: "adv", orders: 10, unsized: 4, onPaper: 0 },
  ]);
  expect(rowsOf(panel).map((row) => row.at(-1))).toEqual([
    "Left no share",
    "1,200 / 1,100 on paper",
    "4",
    "1,204 / 1,100 on paper",
  ]);
});

describe("claims", () => {
  const dates = Array.from({ length: 100 }, (_, n) =>
    new Date(Date.UTC(2015, 0, 5 + n)).toISOString().slice(0, 10),
  );
  const claim = (day: number, over: Partial<RunClaim> = {}): RunClaim => ({
    authority: "circuit_breakers",
    source: "day_loss",
    strategy: null,
    level: "REDUCE_ONLY",
    scalar: 1,
    reason: "3.10% of 3.00%",
    since: `${dates[day]}T20:00:00Z`,
    ended: `${dates[day + 5]}T20:00:00Z`,
    endedBy: "lapsed",
    ...over,
  });

  it("stand on the curve from the close of their day to the close of their end", () => {
    const [mark] = claimMarks([claim(9)], dates);
    expect(mark).toMatchObject({ from: 0.1, to: 0.15, lane: 0, isMain: true });
    expect(mark?.words).toBe("day_loss, 2015-01-14 to 01-19");
    expect(claimMarks([claim(9, { ended: null })], dates)[0]).toMatchObject({ to: 1 });
    expect(claimMarks([claim(9, { strategy: "mean_reversion" })], dates)).toEqual([]);
    expect(claimMarks([claim(9)], [])).toEqual([]);
  });

  it("have words that never run into each other, the strictest first", () => {
    const many = Array.from({ length: 12 }, (_, n) =>
      claim(20 + n, n === 11 ? { level: "HALTED", source: "halt" } : {}),
    );
    const marks = claimMarks(many, dates);
    expect(marks.length).toBe(12);
    expect(marks.at(-1)).toMatchObject({ lane: 0, isMain: true });
    const named = marks.filter(({ lane }) => lane !== undefined);
    expect(named.length).toBe(3);
    expect(new Set(named.map(({ lane }) => lane)).size).toBe(3);
    expect(roomFor(marks)).toBe(39);
    const drawn = drawMarks(marks, { top: 50, bottom: 200 }).map(({ markup }) => markup);
    expect(drawn.filter((markup) => markup.startsWith("<rect")).length).toBe(12);
    expect(drawn.filter((markup) => markup.startsWith("<text")).length).toBe(3);
  });

  it("are listed with level, times and end; those of single strategies are folded and dashed", () => {
    const panel = claimsPanel({
      events: [claim(3), claim(8, { strategy: "mean_reversion", ended: null, endedBy: null })],
      dropped: 2,
    });
    expect(rowsOf(panel)[1]).toEqual([
      "day_loss",
      "REDUCE_ONLY",
      "2015-01-08 15:00",
      "2015-01-13 15:00",
      "its time was over",
      "3.10% of 3.00%",
    ]);
    expect(panel.markup).toContain('<span class="chip lv3">REDUCE_ONLY</span>');
    expect(panel.markup).toMatch(/<details>.*chip scoped.*stands at the end/s);
    expect(textOf(panel.markup)).toContain("2 later claims did not fit");
    expect(textOf(claimsPanel({ events: [], dropped: 0 }).markup)).toContain("No breaker fired.");
  });
});

describe("exposure and turnover", () => {
  it("turnover of a month is half of what was traded over its last equity", () => {
    const dates = ["2015-01-30", "2015-02-02", "2015-02-03"];
    expect(monthTurnover(dates, [200, 100, 300], [1000, 900, 800])).toEqual([
      { from: 0, to: 1 / 3, turnover: 0.1 },
      { from: 1 / 3, to: 1, turnover: 0.25 },
    ]);
  });

  it("draws net beside gross only when they differ, and nothing when nothing was held", () => {
    const curves = curvesOf(sample);
    expect(exposurePanel(curves, 1).markup).toContain("Longs less shorts");
    const longOnly = exposurePanel({ ...curves, net: curves.gross }, 1);
    expect(longOnly.markup).toContain("No shorts: the net is the gross");
    const none = curves.gross.map(() => 0);
    const intraday = textOf(exposurePanel({ ...curves, gross: none }, 1).markup);
    expect(intraday).toMatch(/Flat at every close.*Turnover a month/);
    const idle = exposurePanel({ ...curves, gross: none, traded: none }, 1);
    expect(textOf(idle.markup)).toContain("Nothing was at stake.");
  });

  it("draws the limit where the gross came near it, and only names it where it did not", () => {
    const curves = curvesOf(sample);
    const highest = Math.max(...curves.gross);
    const near = exposurePanel(curves, highest * 1.5).markup;
    expect(near).toContain('class="limit"');
    const far = exposurePanel(curves, highest * 3).markup;
    expect(far).not.toContain('class="limit"');
    expect(textOf(far)).toMatch(/limit \d+% of equity/);
  });
});

describe("ten fills by hand", () => {
  const fill: HandFill = {
    at: "2015-03-02T14:30:00Z",
    order: 4,
    strategy: "mean_reversion",
    symbol: "AAPL",
    side: "sell",
    purpose: "stop_loss",
    shares: 100,
    unslipped: 50,
    price: 49.98,
    spread: 0.5,
    drift: 1.2,
    impact: 0.3,
    commission: 0,
    commissionPerShare: 0,
    fees: 0.14,
    rates: { from: "2015-02-14", secPerMillion: 18.4, tafPerShare: 0.000_119, tafCap: 5.95 },
  };

  it("show every number between the price and the fees", () => {
    expect(rowsOf(handFillsPanel([fill]))[1]).toEqual([
      "AAPL / order 4",
      "2015-03-02 / 09:30",
      "sell / stop loss",
      "100",
      "50",
      "0.50 / 1.00 bps",
      "1.20 / 2.40 bps",
      "0.30 / 0.60 bps",
      "49.98",
      "4,998",
      "SEC value \u00d7 18.40 / 1,000,000 = 0.091963, up to 0.10 / TAF 100 \u00d7 0.000119 = 0.0119, up to 0.02 " +
        "/ rates of 2015-02-14",
      "0.14",
    ]);
  });

  it("a large sale pays the cap, a purchase pays no fee, a commission is worked out", () => {
    const large = rowsOf(handFillsPanel([{ ...fill, shares: 100_000 }]))[1]?.at(-2);
    expect(large).toContain("TAF 100,000 \u00d7 0.000119 = 11.90, at most 5.95, up to 5.95");
    const bought = { ...fill, side: "buy", rates: null, commission: 0.5, commissionPerShare: 0.005 } as const;
    expect(rowsOf(handFillsPanel([bought]))[1]?.at(-2)).toBe(
      "commission 100 \u00d7 0.005 = 0.50none on a purchase",
    );
    expect(textOf(handFillsPanel([]).markup)).toContain("No fill to check.");
  });
});

it("trades have columns for dividends and crossings only when there are any", () => {
  const heads = (trades: typeof sample.trades) => rowsOf(tradesPanel(trades, result))[0];
  expect(heads(sample.trades)).not.toContain("Dividends");
  const paid = sample.trades.map((trade, n) => (n === 0 ? { ...trade, dividends: 3.5, crossed: 7 } : trade));
  expect(heads(paid)).toEqual(expect.arrayContaining(["Dividends", "Crossed", "Why in", "Why out"]));
});
