/**
 * Where claims on the account stand on the dates of a curve: a rule where one came, a band until it was gone, and
 * words where there is room (DESIGN 6.6). What has no room for words is in the table of claims.
 */
import type { RunClaim } from "../../app/run-result.ts";
import { claimName } from "./claim-names.ts";
import { easternTime } from "./eastern-time.ts";
import { html, type Markup } from "./markup.ts";
import { across, label, upright } from "./svg.ts";

export interface ClaimMark {
  /** Fractions along the sessions, from the start to the end of the claim. */
  readonly from: number;
  readonly to: number;
  readonly words: string;
  /** Row of its words above the plot; undefined for none. */
  readonly lane: number | undefined;
  /** Has room for its words on a phone, too. */
  readonly isMain: boolean;
}

export const LANE_HEIGHT = 13;
const LANES = 3;
/** Share of a wide plot that the words take, and of a narrow one. */
const WORDS_WIDE = 0.3;
const WORDS_NARROW = 0.75;
/** With more marks than this, those without words are ticks at the foot: full rules would hide the curve. */
const CROWD = 24;
const TICK_HEIGHT = 9;
/** Words that begin right of this stand left of their rule. */
const TURN_AT = 0.68;
const ranks = ["NORMAL", "SCALED", "NO_NEW_ENTRIES", "REDUCE_ONLY", "FLATTEN", "HALTED"];

export const isOfAccount = ({ strategy }: RunClaim): boolean => strategy === null;

/** In order of time. The strictest get their words first, then the earliest. */
export function claimMarks(claims: readonly RunClaim[], dates: readonly string[]): ClaimMark[] {
  if (dates.length === 0) return [];
  const placed = claims.filter(isOfAccount).map((claim) => {
    const from = placeOf(dates, easternTime(claim.since).slice(0, 10));
    const to = claim.ended === null ? 1 : placeOf(dates, easternTime(claim.ended).slice(0, 10));
    return { claim, from, to: Math.max(from, to) };
  });
  const wide = Array.from({ length: LANES }, (): Span[] => []);
  const narrow: Span[] = [];
  const laneOf = new Map<RunClaim, { lane: number; isMain: boolean }>();
  for (const { claim, from } of placed.toSorted((a, b) => rank(b.claim) - rank(a.claim) || a.from - b.from)) {
    const lane = wide.findIndex((taken) => isFree(taken, spanOf(from, WORDS_WIDE)));
    if (lane < 0) continue;
    wide[lane]?.push(spanOf(from, WORDS_WIDE));
    const isMain = lane === 0 && isFree(narrow, spanOf(from, WORDS_NARROW));
    if (isMain) narrow.push(spanOf(from, WORDS_NARROW));
    laneOf.set(claim, { lane, isMain });
  }
  return placed.map(({ claim, from, to }) => {
    const { lane, isMain = false } = laneOf.get(claim) ?? {};
    return { from, to, words: wordsOf(claim), lane, isMain };
  });
}

/** Pixels above the plot that the words need. */
export const roomFor = (marks: readonly ClaimMark[]): number =>
  marks.reduce((most, { lane }) => Math.max(most, lane === undefined ? 0 : (lane + 1) * LANE_HEIGHT), 0);

/** `top` and `bottom` of the plot in pixels; words stand above it. */
export function drawMarks(
  marks: readonly ClaimMark[],
  { top, bottom }: { readonly top: number; readonly bottom: number },
): Markup[] {
  const foot = marks.length > CROWD ? bottom - TICK_HEIGHT : top;
  const rules = marks.flatMap(({ from, to, lane }) => {
    const head = lane === undefined ? foot : top;
    const width = across(to - from);
    return [
      html`<rect class="barred" x="${across(from)}" y="${head}" width="${width}" height="${bottom - head}"/>`,
      upright(from, { top: lane === undefined ? foot : wordsAt(top, lane) - 8, bottom }, "fired"),
    ];
  });
  // Words come last: they stand over the rules that pass them.
  const words = marks.flatMap(({ from, words: text, lane, isMain }) => {
    if (lane === undefined) return [];
    const isTurned = from > TURN_AT;
    const place = { anchor: isTurned ? "end" : "start", dx: isTurned ? -4 : 4 } as const;
    const shape = isMain ? "fired-text" : "fired-text wide";
    return [label({ x: from, y: wordsAt(top, lane) }, text, { ...place, shape })];
  });
  return [...rules, ...words];
}

const wordsAt = (top: number, lane: number): number => top - 4 - lane * LANE_HEIGHT;

interface Span {
  readonly from: number;
  readonly to: number;
}

const spanOf = (x: number, width: number): Span =>
  x > TURN_AT ? { from: x - width, to: x } : { from: x, to: x + width };
const isFree = (taken: readonly Span[], { from, to }: Span): boolean =>
  taken.every((other) => to <= other.from || from >= other.to);
const rank = ({ level }: RunClaim): number => ranks.indexOf(level);

/** The close of the last session on or before a date, as a fraction. */
function placeOf(dates: readonly string[], date: string): number {
  const later = dates.findIndex((other) => other > date);
  return (later < 0 ? dates.length : later) / dates.length;
}

function wordsOf({ source: origin, since, ended }: RunClaim): string {
  const source = claimName(origin);
  const from = easternTime(since).slice(0, 10);
  if (ended === null) return `${source}, ${from} to the end`;
  const to = easternTime(ended).slice(0, 10);
  if (to === from) return `${source}, ${from}`;
  return `${source}, ${from} to ${to.slice(0, 5) === from.slice(0, 5) ? to.slice(5) : to}`;
}
