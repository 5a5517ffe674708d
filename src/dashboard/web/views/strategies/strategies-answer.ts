/** The first sentence of Strategies: how many work, with how much of the capital, and who is held back. */
import type { StrategiesAnswer } from "../../../contract/trading-answers.ts";
import { percent } from "../../words/format.ts";

type StrategyRow = StrategiesAnswer["rows"][number];

export interface StrategiesSentence {
  readonly answer: string;
  readonly because: string;
}

export function strategiesSentence(rows: readonly StrategyRow[]): StrategiesSentence {
  const on = rows.filter(({ isEnabled }) => isEnabled);
  if (rows.length === 0) return { answer: "No strategy is configured.", because: "" };
  if (on.length === 0) return { answer: "No strategy is enabled: nothing will be entered.", because: "" };
  const held = on.filter((row) => row.held !== "");
  const allocated = on.reduce((sum, { allocation }) => sum + allocation, 0);
  const off = rows.length - on.length;
  const strategies = on.length === 1 ? "strategy" : "strategies";
  const names = held.map(({ id }) => id).join(", ");
  const answer =
    held.length === 0
      ? `${on.length} ${on.length === 1 ? "strategy works" : "strategies work"}, none is held back.`
      : `${held.length} of ${on.length} ${strategies} ${held.length === 1 ? "is" : "are"} held back: ${names}.`;
  const because = `Allocations sum to ${percent(allocated, 0)}${off > 0 ? `; ${off} off` : ""}.`;
  return { answer, because };
}

/** Held back first, then those that work by their allocation, those that are off last. */
export const strategyOrder = (rows: readonly StrategyRow[]): StrategyRow[] =>
  rows.toSorted((a, b) => place(a) - place(b) || b.allocation - a.allocation || (a.id < b.id ? -1 : 1));

const place = ({ isEnabled, held }: StrategyRow): number => (!isEnabled ? 2 : held === "" ? 1 : 0);
