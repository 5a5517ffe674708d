/**
 * Walk-forward validation (LEARN-3, QUANT d4): train on a window, leave the length of a label, test on what follows,
 * step on. Nothing is ever trained on its future.
 *
 * With a step shorter than the test, as in 252/63/21, rows are tested up to three times and the windows' results are
 * not independent: take the stitched rows for an equity curve, and errors that allow for it across windows.
 */
import { InputError } from "../../domain/assert.ts";
import { wholeWithin } from "../allowed.ts";
import { type LabelSpans, requireSpans } from "../labels/label-spans.ts";
import type { Block, Split } from "./purging.ts";

/** All in bars. */
export interface WalkForwardTerms {
  readonly train: number;
  readonly test: number;
  readonly step: number;
  /** Left out between train and test: the length of a label, from 0 up. */
  readonly gap: number;
}

/** Bars, from `from` up to but without `to`. */
export interface WalkForwardWindow {
  readonly train: Block;
  readonly test: Block;
  /** The first step of the test: put together they cover every bar once. Never longer than the test. */
  readonly stitched: Block;
}

/**
 * The complete windows over `bars` bars, floor((bars - train - gap - test) / step) + 1 of them; a tail that fills no
 * window is not tested. Throws InputError on bad terms and when not one window fits.
 */
export function walkForwardWindows(bars: number, terms: WalkForwardTerms): WalkForwardWindow[] {
  const { train, test, step, gap } = terms;
  for (const [key, value] of Object.entries({ train, test, step })) {
    wholeWithin(key, value, { from: 1, to: 2 ** 30 });
  }
  wholeWithin("gap", gap, { from: 0, to: 2 ** 30 });
  const count = Math.floor((bars - train - gap - test) / step) + 1;
  if (!(count >= 1)) {
    throw new InputError(`bars ${bars} hold no window of train ${train}, gap ${gap}, test ${test}`);
  }
  return Array.from({ length: count }, (_, i) => {
    const from = i * step;
    const tested = from + train + gap;
    return {
      train: { from, to: from + train },
      test: { from: tested, to: tested + test },
      stitched: { from: tested, to: tested + Math.min(step, test) },
    };
  });
}

export interface WalkForwardSplit extends Split {
  /** Those of `test` that belong to the stitched history. */
  readonly stitched: Int32Array;
}

/**
 * The windows as rows of a sample table, counted from its first decision. Beside the gap, a row whose own label
 * reaches into the test is purged, however long that label is. Throws InputError as above, on bad spans, and when a
 * window has no row to train on or none to test.
 */
export function walkForward(spans: LabelSpans, terms: WalkForwardTerms): WalkForwardSplit[] {
  requireSpans(spans);
  const { start, end } = spans;
  const first = start[0] ?? 0;
  const bars = start.length === 0 ? 0 : start[start.length - 1]! - first + 1;
  return walkForwardWindows(bars, terms).map((window, w) => {
    const testFrom = first + window.test.from;
    const train = rowsStarting(start, first, window.train).filter((row) => end[row]! < testFrom);
    const test = rowsStarting(start, first, window.test);
    if (train.length === 0 || test.length === 0) {
      throw new InputError(
        `window ${w + 1}: ${train.length} rows to train on and ${test.length} to test; none is empty`,
      );
    }
    return { train, test, stitched: rowsStarting(start, first, window.stitched) };
  });
}

function rowsStarting(start: Int32Array, first: number, { from, to }: Block): Int32Array {
  const low = lowerBound(start, first + from);
  const high = lowerBound(start, first + to);
  return Int32Array.from({ length: high - low }, (_, i) => low + i);
}

/** The first row whose start is at least `bar`. */
function lowerBound(start: Int32Array, bar: number): number {
  let low = 0;
  let high = start.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (start[middle]! < bar) low = middle + 1;
    else high = middle;
  }
  return low;
}
