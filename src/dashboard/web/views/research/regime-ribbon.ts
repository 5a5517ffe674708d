/** The regime log as a ribbon over time: each entry holds until the next one, the last one until now. */
import type { ResearchAnswer } from "../../../contract/running-answers.ts";

type Entry = ResearchAnswer["regime"][number];

export interface RegimeSpan {
  readonly regime: string;
  readonly from: string;
  readonly to: string;
  /** Of the ribbon, 0 to 1. */
  readonly x: number;
  readonly width: number;
  readonly look: "calm" | "middle" | "bad";
}

export interface VixPoint {
  readonly x: number;
  readonly vix: number;
}

export interface Ribbon {
  readonly spans: readonly RegimeSpan[];
  readonly vix: readonly VixPoint[];
  readonly from: string;
  readonly to: string;
}

const MODEL_WORDS = /^(?:bull|neutral|bear|none)$/i;

/** Null without entries. */
export function regimeRibbon(log: readonly Entry[], now: number): Ribbon | null {
  const entries = log
    .map((entry) => ({ ...entry, ms: Date.parse(entry.at) }))
    .filter(({ ms }) => Number.isFinite(ms))
    .toSorted((a, b) => a.ms - b.ms);
  const first = entries[0];
  if (first === undefined) return null;
  const end = Math.max(now, (entries.at(-1) as { ms: number }).ms + 1);
  const toX = (ms: number) => (ms - first.ms) / (end - first.ms);
  const spans: RegimeSpan[] = [];
  // The model's words make the ribbon; those of the VIX and of the fast exit stand in the table.
  const ofModel = entries.filter(({ regime }) => MODEL_WORDS.test(regime));
  const told = ofModel.length > 0 ? ofModel : entries;
  told.forEach(({ ms, regime, at }, k) => {
    const until = told[k + 1]?.ms ?? end;
    const last = spans.at(-1);
    const to = new Date(until).toISOString();
    if (last?.regime === regime) {
      spans[spans.length - 1] = { ...last, to, width: toX(until) - last.x };
    } else {
      spans.push({ regime, from: at, to, x: toX(ms), width: toX(until) - toX(ms), look: lookOf(regime) });
    }
  });
  const vix = entries.flatMap((entry) => (entry.vix === null ? [] : [{ x: toX(entry.ms), vix: entry.vix }]));
  return { spans, vix, from: first.at, to: new Date(end).toISOString() };
}

/** What bars or bears is hatched, whatever it is called; what is neither calm nor bad stands between. */
function lookOf(regime: string): RegimeSpan["look"] {
  if (/bear|none|crisis|extreme|panic|high/i.test(regime)) return "bad";
  return /bull|calm|normal|low/i.test(regime) ? "calm" : "middle";
}

/**
 * The VIX as a line of steps in a box of 1 by 1 from the top left: a reading holds until the next one. Empty when there
 * is none.
 */
export function vixPath(points: readonly VixPoint[], low: number, high: number): string {
  const y = (vix: number) => ((high - vix) / (high - low || 1)).toFixed(4);
  return points
    .map(({ x, vix }, k) => (k === 0 ? `M${x.toFixed(4)} ${y(vix)}` : `H${x.toFixed(4)}V${y(vix)}`))
    .concat(points.length > 0 ? ["H1"] : [])
    .join("");
}
