/**
 * How much each sample may count when labels overlap in time (LEARN-2, QUANT d7; López de Prado 2018, chapter 4).
 *
 * A label is live at the bars (start, end]: at the bar of the decision nothing has been earned yet. All of it is
 * linear in samples and bars: the labels live at a bar come from a difference array, sums over a span from running
 * totals.
 */
import { InputError } from "../../domain/assert.ts";
import { numberWithin, sameLength, wholeWithin } from "../allowed.ts";
import { type LabelSpans, requireSpans } from "./label-spans.ts";

/** Labels live at each of the bars 0..bars-1. Throws InputError when a span is wrong or leaves those bars. */
export function concurrency(spans: LabelSpans, bars: number): Int32Array {
  requireSpans(spans);
  const change = new Int32Array(wholeWithin("bars", bars, { from: 0, to: 2 ** 31 - 1 }) + 1);
  for (let i = 0; i < spans.start.length; i++) {
    if (spans.start[i]! < 0 || spans.end[i]! >= bars) {
      throw new InputError(
        `spans of row ${i}, ${spans.start[i]} to ${spans.end[i]}, leave the bars 0 to ${bars - 1}`,
      );
    }
    change[spans.start[i]! + 1]! += 1;
    change[spans.end[i]! + 1]! -= 1;
  }
  for (let bar = 1; bar <= bars; bar++) change[bar]! += change[bar - 1]!;
  return change.subarray(0, bars);
}

/** Mean of 1 / concurrency over each label's bars, in (0, 1]; 1 for a label that is live at no bar. */
export function averageUniqueness(spans: LabelSpans, bars: number): Float64Array {
  const totals = runningShare(concurrency(spans, bars), () => 1);
  return Float64Array.from(spans.start, (start, i) => {
    const length = spans.end[i]! - start;
    return length === 0 ? 1 : (totals[spans.end[i]! + 1]! - totals[start + 1]!) / length;
  });
}

/**
 * Weights by how much return is a label's own, |sum of log return / concurrency| over its bars, scaled to mean 1.
 * `logReturns` by bar, the return that ends there. Throws InputError when one that a label needs is not a number, and
 * when nothing moved at all.
 */
export function returnAttribution(spans: LabelSpans, logReturns: Float64Array): Float64Array {
  const totals = runningShare(concurrency(spans, logReturns.length), (bar) => {
    if (Number.isFinite(logReturns[bar]!)) return logReturns[bar]!;
    throw new InputError(
      `logReturns ${logReturns[bar]} at bar ${bar}, where a label is live, is not a number`,
    );
  });
  const weights = Float64Array.from(spans.start, (start, i) =>
    Math.abs(totals[spans.end[i]! + 1]! - totals[start + 1]!),
  );
  return scaledToMeanOne(weights);
}

/** Weights by uniqueness alone, scaled to mean 1. */
export function uniquenessWeights(spans: LabelSpans, bars: number): Float64Array {
  return scaledToMeanOne(averageUniqueness(spans, bars));
}

/**
 * Weights that fall with age, linear in cumulative uniqueness: 1 for the newest row, `oldest` for the first, in [0,
 * 1]. Age counts in what was learned, not in days: a crowd of overlapping labels ages as one. Multiply them in.
 */
export function timeDecay(uniqueness: Float64Array, oldest: number): Float64Array {
  numberWithin("oldest", oldest, { from: 0, to: 1 });
  let total = 0;
  const age = uniqueness.map((value, i) => {
    total += i === 0 ? 0 : numberWithin(`uniqueness of row ${i}`, value, { from: 0, to: 1 });
    return total;
  });
  return age.map((value) => (total === 0 ? 1 : oldest + (1 - oldest) * (value / total)));
}

/** Weights of two kinds multiplied row by row and scaled to mean 1. */
export function combinedWeights(one: Float64Array, other: Float64Array): Float64Array {
  sameLength("weights", other.length, "weights", one.length);
  return scaledToMeanOne(one.map((value, i) => value * other[i]!));
}

/** Running totals of value / concurrency over the bars where a label is live; totals[b] is of the bars before b. */
function runningShare(live: Int32Array, valueAt: (bar: number) => number): Float64Array {
  const totals = new Float64Array(live.length + 1);
  for (let bar = 0; bar < live.length; bar++) {
    totals[bar + 1] = totals[bar]! + (live[bar]! > 0 ? valueAt(bar) / live[bar]! : 0);
  }
  return totals;
}

function scaledToMeanOne(weights: Float64Array): Float64Array {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i]!;
  if (weights.length > 0 && !(total > 0)) {
    throw new InputError(`weights add up to ${total}; at least one sample must count`);
  }
  const scale = weights.length / total;
  return weights.map((weight) => weight * scale);
}
