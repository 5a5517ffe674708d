/** Where an axis puts its ticks: round figures, at most five, and the dates along the bottom. */
import { yearMonth } from "../../app/formats.ts";

const TICKS_MAX = 5;
/** A ratio of highest to lowest under which a log axis looks linear and takes linear ticks. */
const NEARLY_LINEAR = 1.6;
const LOG_MANTISSAS = [
  [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8],
  [1, 1.5, 2, 3, 5, 7],
  [1, 2, 5],
  [1, 3],
  [1],
] as const;

/** Multiples of 1, 2, 2.5 or 5 times a power of ten within [low, high]; both finite, low under high. */
export function roundTicks(low: number, high: number, most = TICKS_MAX): number[] {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  for (const factor of [1, 2, 2.5, 5, 10, 20]) {
    const step = factor * power;
    const first = Math.ceil(low / step - 1e-9);
    const last = Math.floor(high / step + 1e-9);
    if (last - first + 1 > most) continue;
    // Multiplying and then cutting the float noise keeps 0.3 from printing as 0.30000000000000004.
    return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  }
  return [];
}

/** Ticks of a log axis, low above zero. */
export function logTicks(low: number, high: number): number[] {
  if (high / low < NEARLY_LINEAR) return roundTicks(low, high);
  for (const mantissas of LOG_MANTISSAS) {
    const ticks = powersOfTen(low, high)
      .flatMap((power) => mantissas.map((mantissa) => Number((mantissa * power).toPrecision(12))))
      .filter((tick) => tick >= low && tick <= high);
    if (ticks.length <= TICKS_MAX) return ticks;
  }
  return powersOfTen(low, high).filter((_, i, all) => i % Math.ceil(all.length / TICKS_MAX) === 0);
}

/** Places needed to tell neighbouring ticks apart, 0 to 4. */
export function placesFor(ticks: readonly number[]): number {
  for (let places = 0; places < 4; places += 1) {
    if (ticks.every((tick) => Math.abs(tick - Number(tick.toFixed(places))) < 1e-9)) return places;
  }
  return 4;
}

export interface DateMark {
  /** Fraction of the way along the sessions. */
  readonly x: number;
  readonly text: string;
  /** Shown on narrow screens too. */
  readonly isMain: boolean;
}

const MARKS_MAX = 16;
const MAIN_MARKS_MAX = 5;
/** Nearer to the next mark than this, a mark's words would run into it. */
const CLEARANCE = 0.05;

/**
 * The first session of each month, quarter or year, or each few days: the finest that fits. The mark of a
 * period stands at the close before its first session, where its change begins.
 */
export function dateMarks(dates: readonly string[]): DateMark[] {
  const periods: ((date: string) => string)[] = [
    yearMonth,
    (date) =>
      `${date.slice(0, 4)}-${String(Math.floor((Number(date.slice(5, 7)) - 1) / 3) * 3 + 1).padStart(2, "0")}`,
    (date) => date.slice(0, 4),
  ];
  if (new Set(dates.map(yearMonth)).size < 3) return thinned(everyFew(dates));
  for (const period of periods) {
    const marks = firstOfEach(dates, period);
    if (marks.length <= MARKS_MAX) return thinned(marks);
  }
  const years = firstOfEach(dates, (date) => date.slice(0, 4));
  const stride = Math.ceil(years.length / MARKS_MAX);
  return thinned(years.filter((mark) => Number(mark.text) % stride === 0));
}

type Place = Omit<DateMark, "isMain">;

function firstOfEach(dates: readonly string[], period: (date: string) => string): Place[] {
  return dates.flatMap((date, i) => {
    const name = period(date);
    const isFirst = i === 0 || name !== period(dates[i - 1] ?? "");
    const x = i / dates.length;
    // Words stand right of their mark: those of a period that has just begun would have no room.
    return isFirst && x <= 1 - CLEARANCE ? [{ x, text: name }] : [];
  });
}

/** Days are marked where they close: at their point of the curve. */
function everyFew(dates: readonly string[]): Place[] {
  const stride = Math.max(1, Math.ceil(dates.length / 8));
  return dates.flatMap((date, i) =>
    i % stride === 0 ? [{ x: (i + 1) / dates.length, text: date.slice(5) }] : [],
  );
}

function thinned(marks: readonly Place[]): DateMark[] {
  const clear = marks.filter(({ x }, i) => (marks[i + 1]?.x ?? Number.POSITIVE_INFINITY) - x >= CLEARANCE);
  const stride = Math.ceil(clear.length / MAIN_MARKS_MAX);
  return clear.map((mark, i) => ({ ...mark, isMain: i % stride === 0 }));
}

function powersOfTen(low: number, high: number): number[] {
  const from = Math.floor(Math.log10(low));
  return Array.from({ length: Math.ceil(Math.log10(high)) - from + 1 }, (_, i) => 10 ** (from + i));
}
