/**
 * What a formula is made of: typed operators, each defined once. Prices never meet fractions: dollars per share become
 * a `ratio` by dividing two of them, so no formula adds dollars to percents (Montana 1995; QUANT n).
 *
 * An operator is either pointwise, or over the last bars of one argument, oldest first, or a crossing of two. None can
 * reach forward: a window ends at the current bar, a lag is at least one bar.
 */

/** `window` counts bars; `constant` is a plain number that only stands where an operator asks for one. */
export type Kind = "price" | "ratio" | "bool" | "window" | "constant";

/** Windows of bars that a formula may look back over. */
export const windows: readonly number[] = [2, 3, 5, 10, 20, 40, 60];

export interface Operator {
  readonly name: string;
  readonly args: readonly Kind[];
  readonly result: Kind;
  /** The order of its arguments means nothing. */
  readonly isCommutative?: boolean;
  /** In words; {0} and {1} stand for the arguments. */
  readonly words: string;
  readonly work:
    | { readonly kind: "point"; readonly of: (a: number, b: number) => number }
    /** Of x[from] to x[to - 1]; NaN where one of them is. `extra`: bars beyond the window that it looks back. */
    | { readonly kind: "window"; readonly extra: number; readonly over: Over }
    /** Of both arguments now and one bar before. */
    | { readonly kind: "cross" };
}

type Over = (x: Float64Array, from: number, to: number) => number;

/** A spread below this share of the mean is what rounding leaves of values that stand still. */
const STILL = 1e-12;

const truth = (is: boolean): number => (is ? 1 : 0);

/** Anything but 1 is false: a comparison with what is not known holds for nobody. */
const isTrue = (value: number): boolean => value === 1;

function mean(x: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let k = from; k < to; k++) sum += x[k]!;
  return sum / (to - from);
}

/** Linear weights, the newest the heaviest. */
function weighted(x: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let k = from; k < to; k++) sum += x[k]! * (k - from + 1);
  const n = to - from;
  return (2 * sum) / (n * (n + 1));
}

function highest(x: Float64Array, from: number, to: number): number {
  let best = x[from]!;
  for (let k = from; k < to; k++) {
    const value = x[k]!;
    if (Number.isNaN(value)) return Number.NaN;
    if (value > best) best = value;
  }
  return best;
}

function lowest(x: Float64Array, from: number, to: number): number {
  let best = x[from]!;
  for (let k = from; k < to; k++) {
    const value = x[k]!;
    if (Number.isNaN(value)) return Number.NaN;
    if (value < best) best = value;
  }
  return best;
}

/** Deviations of the newest from the mean of all; NaN where they stand still. */
function score(x: Float64Array, from: number, to: number): number {
  const centre = mean(x, from, to);
  let squares = 0;
  for (let k = from; k < to; k++) squares += (x[k]! - centre) * (x[k]! - centre);
  const spread = Math.sqrt(squares / (to - from - 1));
  return spread > STILL * Math.abs(centre) ? (x[to - 1]! - centre) / spread : Number.NaN;
}

/** Share of the others that the newest stands above, ties half, in [0, 1]. */
function rank(x: Float64Array, from: number, to: number): number {
  const newest = x[to - 1]!;
  let below = Number.isNaN(newest) ? Number.NaN : 0;
  for (let k = from; k < to - 1; k++) {
    const value = x[k]!;
    if (value < newest) below += 1;
    else if (value === newest) below += 0.5;
    else if (Number.isNaN(value)) return Number.NaN;
  }
  return below / (to - from - 1);
}

const oldest: Over = (x, from) => x[from]!;

const point = (of: (a: number, b: number) => number) => ({ kind: "point", of }) as const;
const over = (over: Over, extra = 0) => ({ kind: "window", extra, over }) as const;
const cross = { kind: "cross" } as const;
const ONE_PRICE = ["price", "window"] as const;
const ONE_RATIO = ["ratio", "window"] as const;
const TWO_PRICES = ["price", "price"] as const;
const TWO_RATIOS = ["ratio", "ratio"] as const;
const TO_LEVEL = ["ratio", "constant"] as const;
const TWO_BOOLS = ["bool", "bool"] as const;

function operator(
  name: string,
  args: readonly Kind[],
  result: Kind,
  work: Operator["work"],
  words: string,
): Operator {
  return { name, args, result, work, words };
}

const commutative = (one: Operator): Operator => ({ ...one, isCommutative: true });

export const operators: readonly Operator[] = [
  operator("sma", ONE_PRICE, "price", over(mean), "the mean of {0} over {1} bars"),
  operator("wma", ONE_PRICE, "price", over(weighted), "the weighted mean of {0} over {1} bars"),
  operator("highest", ONE_PRICE, "price", over(highest), "the highest of {0} in {1} bars"),
  operator("lowest", ONE_PRICE, "price", over(lowest), "the lowest of {0} in {1} bars"),
  operator("priceLag", ONE_PRICE, "price", over(oldest, 1), "{0} of {1} bars ago"),

  operator(
    "constant",
    ["constant"],
    "ratio",
    point((a) => a),
    "{0}",
  ),
  operator(
    "ratio",
    TWO_PRICES,
    "ratio",
    point((a, b) => (b > 0 ? a / b : Number.NaN)),
    "{0} over {1}",
  ),
  operator("priceScore", ONE_PRICE, "ratio", over(score), "the standard score of {0} within {1} bars"),
  operator("priceRank", ONE_PRICE, "ratio", over(rank), "the rank of {0} within {1} bars"),
  operator("mean", ONE_RATIO, "ratio", over(mean), "the mean of {0} over {1} bars"),
  operator("lag", ONE_RATIO, "ratio", over(oldest, 1), "{0} of {1} bars ago"),
  operator("score", ONE_RATIO, "ratio", over(score), "the standard score of {0} within {1} bars"),
  operator("rank", ONE_RATIO, "ratio", over(rank), "the rank of {0} within {1} bars"),
  commutative(
    operator(
      "add",
      TWO_RATIOS,
      "ratio",
      point((a, b) => a + b),
      "({0} plus {1})",
    ),
  ),
  operator(
    "subtract",
    TWO_RATIOS,
    "ratio",
    point((a, b) => a - b),
    "({0} less {1})",
  ),
  commutative(
    operator(
      "multiply",
      TWO_RATIOS,
      "ratio",
      point((a, b) => a * b),
      "({0} times {1})",
    ),
  ),
  commutative(operator("smaller", TWO_RATIOS, "ratio", point(Math.min), "the smaller of {0} and {1}")),
  commutative(operator("larger", TWO_RATIOS, "ratio", point(Math.max), "the larger of {0} and {1}")),
  operator(
    "negative",
    ["ratio"],
    "ratio",
    point((a) => -a),
    "minus {0}",
  ),
  operator(
    "magnitude",
    ["ratio"],
    "ratio",
    point((a) => Math.abs(a)),
    "the magnitude of {0}",
  ),

  operator(
    "above",
    TO_LEVEL,
    "bool",
    point((a, b) => truth(a > b)),
    "{0} is above {1}",
  ),
  operator(
    "below",
    TO_LEVEL,
    "bool",
    point((a, b) => truth(a < b)),
    "{0} is below {1}",
  ),
  operator(
    "greater",
    TWO_RATIOS,
    "bool",
    point((a, b) => truth(a > b)),
    "{0} is above {1}",
  ),
  operator(
    "over",
    TWO_PRICES,
    "bool",
    point((a, b) => truth(a > b)),
    "{0} is above {1}",
  ),
  operator("crossUp", TWO_RATIOS, "bool", cross, "{0} crossed above {1}"),
  operator("crossOver", TWO_PRICES, "bool", cross, "{0} crossed above {1}"),
  commutative(
    operator(
      "and",
      TWO_BOOLS,
      "bool",
      point((a, b) => truth(isTrue(a) && isTrue(b))),
      "({0} and {1})",
    ),
  ),
  commutative(
    operator(
      "or",
      TWO_BOOLS,
      "bool",
      point((a, b) => truth(isTrue(a) || isTrue(b))),
      "({0} or {1})",
    ),
  ),
  operator(
    "not",
    ["bool"],
    "bool",
    point((a) => truth(!isTrue(a))),
    "not ({0})",
  ),
];

/** Of both now and one bar before: the first has come above the second. */
export const crossed = (a: number, b: number, aBefore: number, bBefore: number): number =>
  truth(a > b && aBefore <= bBefore);

/** Bars that one step looks back over, the current one included. */
export const reach = (operator: Operator, window: number): number =>
  operator.work.kind === "window" ? window + operator.work.extra : operator.work.kind === "cross" ? 2 : 1;
