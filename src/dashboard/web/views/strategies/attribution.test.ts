import { describe, expect, test } from "vitest";
import { dayBoard, dumbbells, moneySpan, waterfall } from "./attribution.ts";

const row = (id: string, dayPnl: number | null, totalPnl: number | null = 0, allocation = 0.5) => ({
  id,
  isEnabled: true,
  allocation,
  horizon: "intraday",
  held: "",
  decides: "",
  positions: 0,
  maxPositions: 10,
  dayPnl,
  totalPnl,
  trades: 0,
  winRate: null,
  profitFactor: null,
  sharpe: null,
  maxDrawdown: null,
});

describe("where today came from", () => {
  test("each step begins where the one before ended, and the total begins at zero", () => {
    const steps = waterfall([row("a", -50), row("b", 100), row("c", 0), row("d", null)]);
    expect(steps.map(({ name, from, to }) => [name, from, to])).toEqual([
      ["b", 0, 100],
      ["a", 100, 50],
      ["Day", 0, 50],
    ]);
  });

  test("nothing made and nothing lost is no picture", () => {
    expect(waterfall([row("a", 0), row("b", null)])).toEqual([]);
  });

  test("the axis holds zero", () => {
    expect(moneySpan([5, 10], 0)).toEqual({ low: 0, high: 10 });
    expect(moneySpan([-5, -10], 0)).toEqual({ low: -10, high: 0 });
    expect(moneySpan([], 0)).toEqual({ low: 0, high: 1 });
  });
});

describe("allocation against result", () => {
  test("shares are of what moved, so that a loss is a negative share and a net near zero is none", () => {
    const [a, b] = dumbbells([row("a", 0, 300, 0.6), row("b", 0, -100, 0.4)]);
    expect(a).toMatchObject({ name: "a", earned: 0.75 });
    expect(a?.difference).toBeCloseTo(0.15);
    expect(b).toMatchObject({ name: "b", earned: -0.25 });
  });

  test("without any result nothing is said to have been earned", () => {
    expect(dumbbells([row("a", 0, null)])[0]).toMatchObject({ earned: null, difference: null });
  });
});

describe("days and strategies", () => {
  const days = [
    { date: "2026-11-18", strategy: "a", netPnl: 5 },
    { date: "2026-11-17", strategy: "a", netPnl: -3 },
    { date: "2026-11-18", strategy: "b", netPnl: 40 },
    { date: "2026-11-17", strategy: "b", netPnl: null },
  ];

  test("dates rise, strategies by the money they moved, a missing day is not a zero", () => {
    const board = dayBoard(days);
    expect(board.dates).toEqual(["2026-11-17", "2026-11-18"]);
    expect(board.lines).toEqual([
      { name: "b", days: [null, 40], total: 40 },
      { name: "a", days: [-3, 5], total: 2 },
    ]);
    expect(board.sum).toEqual({ name: "All", days: [-3, 45], total: 42 });
    expect(board.most).toBe(40);
  });

  test("only the newest days are shown", () => {
    expect(dayBoard(days, 1).dates).toEqual(["2026-11-18"]);
    expect(dayBoard(days, 1).sum.total).toBe(45);
  });

  test("nothing known is an empty board", () => {
    expect(dayBoard([])).toEqual({
      dates: [],
      lines: [],
      sum: { name: "All", days: [], total: null },
      most: 0,
    });
  });
});
