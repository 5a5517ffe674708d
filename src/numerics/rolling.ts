/**
 * Mean and variance of the last n values, in constant time per value (QUANT a6).
 *
 *   d = new - old;  mean' = mean + d / n;  M2 += d * (new - mean' + old - mean)
 *
 * All of it about a reference near the values, the mean of the last exact recompute: a mean of 250 kept
 * whole would round at 3e-14 in each update, and M2 would gather that.
 *
 * Rounding gathers in M2, so the window is recomputed exactly, in two passes, every 256 updates, and at
 * once when M2 is small against what rounding may have left in it: against n * mean^2 (prices near 1e9
 * that move by cents), and against the largest M2 since the last exact one (an outlier that has just left
 * the window takes its M2 with it but not its rounding). A window of equal values has variance 0 exactly,
 * found by counting equals, not by arithmetic.
 *
 * NaN policy: a value that is not finite gives NaN for that step and leaves the state untouched; windows
 * count valid values. Until n have come the answers are NaN.
 */

/** Updates between exact recomputes. */
const RECOMPUTE_EVERY = 256;
/** QUANT a6: M2 under this share of n * mean^2 is recomputed. */
const SMALL_AGAINST_MEAN = 1e-10;
/** M2 under this share of its recent largest is recomputed: keeps 1e-11 relative after an outlier. */
const SMALL_AGAINST_PEAK = 1e-4;

/** Where each number stands in the state; the window follows as a ring. */
const AT = {
  /** The mean is reference + offset. */
  reference: 0,
  offset: 1,
  m2: 2,
  peakM2: 3,
  count: 4,
  head: 5,
  updates: 6,
  /** Length of the run of equal values that ends with the last one. */
  equals: 7,
  last: 8,
  /** 1 after a value that was refused. */
  refused: 9,
} as const;
const HEADER = 10;

/** Doubles of state that a window of `length` needs; all zeros are an empty window. */
export const momentsSize = (length: number): number => HEADER + length;

/**
 * Takes one value into the window of `length` values whose state begins at `base`. Many windows may share one
 * block, so that a feature keeps one array for all its instruments.
 */
export function slideMoments(s: Float64Array, base: number, length: number, value: number): void {
  const isRefused = !Number.isFinite(value);
  s[base + AT.refused] = isRefused ? 1 : 0;
  if (isRefused) return;

  const count = s[base + AT.count]!;
  s[base + AT.equals] = count > 0 && value === s[base + AT.last] ? s[base + AT.equals]! + 1 : 1;
  s[base + AT.last] = value;
  const head = s[base + AT.head]!;
  const slot = base + HEADER + head;
  const old = s[slot]!;
  // + 0 turns -0 into 0, which JSON cannot carry through a checkpoint.
  s[slot] = value + 0;
  s[base + AT.head] = head + 1 === length ? 0 : head + 1;

  if (count < length) {
    s[base + AT.count] = count + 1;
    if (count + 1 === length) recompute(s, base, length);
    return;
  }
  const reference = s[base + AT.reference]!;
  const before = s[base + AT.offset]!;
  const difference = value - old;
  const after = before + difference / length;
  const cross = value - reference - after + (old - reference - before);
  const m2 = Math.max(0, s[base + AT.m2]! + difference * cross);
  const updates = s[base + AT.updates]! + 1;
  s[base + AT.offset] = after;
  s[base + AT.m2] = m2;
  s[base + AT.updates] = updates;
  const peak = Math.max(m2, s[base + AT.peakM2]!);
  s[base + AT.peakM2] = peak;

  const mean = reference + after;
  const isFlat = s[base + AT.equals]! >= length;
  const isSmall = m2 < SMALL_AGAINST_MEAN * length * (mean * mean);
  const isRemnant = m2 < SMALL_AGAINST_PEAK * peak;
  if (isFlat || isSmall || isRemnant || updates >= RECOMPUTE_EVERY) recompute(s, base, length);
}

/** Mean of the window at `base`. NaN until it is full, and after a value that was refused. */
export function windowMean(s: Float64Array, base: number, length: number): number {
  return speaks(s, base, length) ? s[base + AT.reference]! + s[base + AT.offset]! : Number.NaN;
}

/** Divides by n. Never negative; exactly 0 for a flat window; NaN as the mean is. */
export function windowPopulationVariance(s: Float64Array, base: number, length: number): number {
  return speaks(s, base, length) ? s[base + AT.m2]! / length : Number.NaN;
}

/** Divides by n - 1; NaN as the mean is, and for a window of one. */
export function windowSampleVariance(s: Float64Array, base: number, length: number): number {
  return speaks(s, base, length) && length > 1 ? s[base + AT.m2]! / (length - 1) : Number.NaN;
}

function speaks(s: Float64Array, base: number, length: number): boolean {
  return s[base + AT.count]! === length && s[base + AT.refused]! === 0;
}

/** Two passes over the ring. */
function recompute(s: Float64Array, base: number, length: number): void {
  s[base + AT.updates] = 0;
  if (s[base + AT.equals]! >= length) {
    s[base + AT.reference] = s[base + AT.last]! + 0;
    s[base + AT.offset] = 0;
    s[base + AT.m2] = 0;
    s[base + AT.peakM2] = 0;
    return;
  }
  const from = base + HEADER;
  const to = from + length;
  let total = 0;
  for (let k = from; k < to; k++) total += s[k]!;
  const rough = total / length;
  let drift = 0;
  let m2 = 0;
  for (let k = from; k < to; k++) {
    const d = s[k]! - rough;
    drift += d;
    m2 += d * d;
  }
  // Takes out what the rounding of the rough mean put in.
  const exact = Math.max(0, m2 - (drift * drift) / length);
  s[base + AT.reference] = rough;
  s[base + AT.offset] = drift / length;
  s[base + AT.m2] = exact;
  s[base + AT.peakM2] = exact;
}
