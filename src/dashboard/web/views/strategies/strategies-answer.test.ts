import { expect, test } from "vitest";
import { strategiesSentence, strategyOrder } from "./strategies-answer.ts";

const row = (id: string, change: { isEnabled?: boolean; held?: string; allocation?: number } = {}) => ({
  id,
  isEnabled: true,
  allocation: 0.5,
  horizon: "days",
  held: "",
  decides: "",
  positions: 0,
  maxPositions: 1,
  dayPnl: null,
  totalPnl: null,
  trades: 0,
  winRate: null,
  profitFactor: null,
  sharpe: null,
  maxDrawdown: null,
  ...change,
});

test("who is held back is said first, and how much of the capital is at work", () => {
  expect(strategiesSentence([])).toMatchObject({ answer: "No strategy is configured." });
  expect(strategiesSentence([row("a", { isEnabled: false })]).answer).toContain("nothing will be entered");
  expect(strategiesSentence([row("a"), row("b")])).toEqual({
    answer: "2 strategies work, none is held back.",
    because: "Allocations sum to 100%.",
  });
  const held = [row("a", { held: "3 losses" }), row("b", { isEnabled: false, allocation: 0.3 })];
  expect(strategiesSentence(held)).toEqual({
    answer: "1 of 1 strategy is held back: a.",
    because: "Allocations sum to 50%; 1 off.",
  });
});

test("held back first, then by allocation, those that are off last", () => {
  const rows = [
    row("off", { isEnabled: false, held: "x" }),
    row("small", { allocation: 0.1 }),
    row("big"),
    row("held", { held: "x", allocation: 0.05 }),
  ];
  expect(strategyOrder(rows).map(({ id }) => id)).toEqual(["held", "big", "small", "off"]);
});
