/** Whether a limit may be set to a value for a while: towards the strict side only. */
import type { RiskAnswer } from "../../contract/trading-answers.ts";

export type Overridable = RiskAnswer["overridable"][number];

/** Empty: it may. */
export function overrideTrouble({ label, value, tightens }: Overridable, wanted: number | null): string {
  if (wanted === null || !Number.isFinite(wanted)) return "Enter a number.";
  if (wanted < 0) return `${label}: ${wanted} is below 0.`;
  if (wanted === value) return `${label} is ${value} now: nothing would change.`;
  const isStricter = tightens === "down" ? wanted < value : wanted > value;
  if (isStricter) return "";
  const side = tightens === "down" ? "less" : "more";
  return `${label}: only ${side} than ${value} is stricter. What loosens is changed in the configuration.`;
}

export const lengths: readonly (readonly [seconds: number, words: string])[] = [
  [1800, "30 minutes"],
  [3600, "1 hour"],
  [4 * 3600, "4 hours"],
  [24 * 3600, "24 hours"],
];
