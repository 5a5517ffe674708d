/** Every gate with its value, its limit and what it said; the word says it, shape and colour repeat it. */
import {
  besideLimit,
  count,
  NO_DATA,
  number,
  percent,
  probability,
  probabilityOf,
  signed,
} from "../../../app/formats.ts";
import type { GateVerdict } from "../../../domain/model-version.ts";
import { note, panel } from "../../report/figures.ts";
import { html, type Markup } from "../../report/markup.ts";
import { across, disc } from "../../report/svg.ts";

const HEIGHT = 20;
/** Where the mark stands in a bar that begins at zero, so that the marks of all gates line up. */
const MARK_AT = 0.6;
/** Gates whose limit is zero: the figure that fills a side of the bar. */
const zeroReach: Readonly<Record<string, number>> = { rules: 1, skill: 0.1 };

type Write = (value: number, limit: number) => string;
const wholes: Write = (value) => count(value);
const shares: Write = (value, limit) => `${besideLimit(value * 100, limit * 100, 1)}%`;
const writers: Readonly<Record<string, Write>> = {
  maxDrawdown: shares,
  winRate: shares,
  trades: wholes,
  foresight: wholes,
  overlap: wholes,
  overfitting: probabilityOf,
  deflatedSharpe: probabilityOf,
  rules: (value) => signed(value, 2),
  skill: (value) => signed(value, 4),
};
const limits: Readonly<Record<string, (limit: number) => string>> = {
  maxDrawdown: (limit) => percent(limit, 0),
  winRate: (limit) => percent(limit, 0),
  overfitting: probability,
  deflatedSharpe: probability,
  sharpe: (limit) => number(limit, 2),
};

export function gatesPanel(gates: readonly GateVerdict[]): Markup {
  const passed = gates.filter((gate) => gate.passed).length;
  const rows = gates.map(row);
  const meta = `${passed} of ${gates.length} passed; one miss is enough to say no`;
  return panel(
    { title: "Gates", meta },
    html`<ul class="gates">${rows}</ul>${note(
      `The mark is the limit: a figure that must be above it has to fill the bar past the mark, one that must be below
has to stop short of it. Where the limit is zero the bar begins at the mark and ends 1 of Sharpe ratio or 0.1 of skill
from it. Figures of the walk are net of costs, of days that nothing was chosen on; leaks and skill are judged out of
fold within the last days to train.`,
    )}`,
  );
}

function row(verdict: GateVerdict): Markup {
  const { gate, title, value, limit, side, passed } = verdict;
  const write = writers[gate] ?? ((each: number, of: number) => besideLimit(each, of, 2));
  const text = isKnown(value) ? write(value, limit) : NO_DATA;
  const bound = `${side} ${(limits[gate] ?? count)(limit)}`;
  const glyph = passed ? "ok" : isKnown(value) ? "late" : "off";
  return html`<li class="gate-row${passed ? "" : " no"}"><span class="said"><i class="g ${glyph}"></i>${
    passed ? "passed" : "failed"
  }</span><span class="k">${capital(title)}</span>${bar(verdict, `${text}, must be ${bound}`)}<b class="num">${text}</b>
<span class="of">must be ${bound}</span></li>`;
}

/** Figures come as null from a file, where JSON has no NaN. */
const isKnown = (value: number | null): boolean => value !== null && Number.isFinite(value);

function bar({ gate, title, value, limit }: GateVerdict, words: string): Markup {
  const from = limit === 0 ? MARK_AT : 0;
  const to = isKnown(value) ? placeOf(value, limit, zeroReach[gate] ?? 1) : from;
  const left = Math.min(from, to);
  return html`<svg class="bar" width="100%" height="${HEIGHT}" role="img" aria-label="${title}: ${words}">
<rect class="track" y="6" width="100%" height="8" rx="1"/>
<rect class="fill" x="${across(left)}" y="6" width="${across(Math.abs(to - from))}" height="8" rx="1"/>
${disc({ x: MARK_AT, y: HEIGHT / 2 }, { radius: 4.5, isUpright: true })}</svg>`;
}

/** In [0, 1]; what is beyond the bar fills it. */
function placeOf(value: number, limit: number, reach: number): number {
  const place =
    limit === 0 ? MARK_AT + (value / reach) * (value > 0 ? 1 - MARK_AT : MARK_AT) : (value / limit) * MARK_AT;
  return Math.min(1, Math.max(0, place));
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
