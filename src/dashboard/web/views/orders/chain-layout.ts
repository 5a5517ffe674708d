/**
 * The decision chain as rows: the name of each step, the time since the first one, which steps decide, and where the
 * chain ends. What was not sized or was denied ends there: what would have come later is absent, not greyed.
 */
import type { ChainStep } from "../../../contract/trading-answers.ts";
import { number } from "../../words/format.ts";
import { clockMs } from "../../words/time.ts";

const names: Readonly<Record<ChainStep["kind"], string>> = {
  bar: "Bar",
  features: "Features",
  signal: "Signal",
  vote: "Vote",
  size: "Size",
  gate: "Risk gate",
  order: "Order",
  fills: "Fills",
  slippage: "Slippage",
};

export interface ChainRow {
  readonly step: ChainStep;
  readonly name: string;
  /** Of the first step the time of day, of the others the time since it; empty where it is not known. */
  readonly when: string;
  /** Size and gate decide: their node is solid. */
  readonly isKey: boolean;
}

export function chainRows(steps: readonly ChainStep[]): ChainRow[] {
  const end = steps.findIndex(({ kind, isRefusal }) => isRefusal && (kind === "gate" || kind === "size"));
  const kept = end < 0 ? steps : steps.slice(0, end + 1);
  const first = kept.find(({ at }) => at !== null)?.at ?? null;
  const origin = first === null ? null : microsOf(first);
  let isFirst = true;
  return kept.map((step) => {
    const when = step.at === null ? "" : isFirst ? clockMs(step.at) : since(step.at, origin);
    if (step.at !== null) isFirst = false;
    return { step, name: names[step.kind], when, isKey: step.kind === "size" || step.kind === "gate" };
  });
}

/**
 * Microseconds since 1970 of an ISO instant, with up to six digits of a second. A double holds them exactly until the
 * year 2255.
 */
export function microsOf(at: string): number | null {
  const whole = Date.parse(at.replace(/\.\d+/, ""));
  if (!Number.isFinite(whole)) return null;
  const digits = /\.(\d+)/.exec(at)?.[1] ?? "";
  return whole * 1000 + Number(digits.slice(0, 6).padEnd(6, "0"));
}

function since(at: string, origin: number | null): string {
  const micros = microsOf(at);
  if (micros === null || origin === null) return "";
  const ms = (micros - origin) / 1000;
  if (ms < 0) return clockMs(at);
  if (ms === 0) return "same instant";
  if (ms < 10) return `+${number(ms, 2)} ms`;
  if (ms < 1000) return `+${number(ms, 0)} ms`;
  if (ms < 60_000) return `+${number(ms / 1000, 2)} s`;
  if (ms < 3_600_000)
    return `+${Math.floor(ms / 60_000)} m ${String(Math.floor((ms / 1000) % 60)).padStart(2, "0")} s`;
  return clockMs(at);
}

interface Fill {
  readonly shares: number;
  readonly price: number;
}

/** Weighted by shares; null without any. */
export function averageOf(fills: readonly Fill[]): number | null {
  const shares = fills.reduce((sum, fill) => sum + Math.abs(fill.shares), 0);
  if (!(shares > 0)) return null;
  return fills.reduce((sum, fill) => sum + Math.abs(fill.shares) * fill.price, 0) / shares;
}
