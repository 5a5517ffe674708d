/**
 * Sums gradients and hessians by bin: where training spends its time.
 *
 * A kernel over shared arrays: a caller hands out ranges of features, and since no sum spans two features the result
 * has the same bits however the ranges are cut and whoever computes them.
 */
import { CODES } from "./feature-bins.ts";

/** Rows that go through all features before the next: their gradients stay in the nearest cache. */
const BLOCK = 1024;

export interface HistogramJob {
  /** Codes of all training rows, feature-major, `rowCount` to a feature. */
  readonly codes: Uint8Array;
  readonly rowCount: number;
  /** Row numbers; the node's are rows[from..to). */
  readonly rows: Int32Array;
  readonly from: number;
  readonly to: number;
  /** Gradient and hessian alternating, in the order of the node's rows: pair k - from belongs to rows[k]. */
  readonly gradients: Float64Array;
  /** 1 where a feature takes part in this tree. */
  readonly isUsed: Uint8Array;
  /** Out: gradient and hessian sums alternating, 2 x 256 to a feature. */
  readonly sums: Float64Array;
  /** Out: rows, 256 to a feature; undefined when nobody asks. */
  readonly counts: Int32Array | undefined;
}

/** Fills the histograms of features [fromFeature, toFeature). Always in row order. */
export function buildHistograms(job: HistogramJob, fromFeature: number, toFeature: number): void {
  job.sums.fill(0, 2 * CODES * fromFeature, 2 * CODES * toFeature);
  job.counts?.fill(0, CODES * fromFeature, CODES * toFeature);
  for (let from = job.from; from < job.to; from += BLOCK) {
    const to = Math.min(job.to, from + BLOCK);
    for (let feature = fromFeature; feature < toFeature; feature++) {
      if (job.isUsed[feature] === 0) continue;
      if (feature + 3 < toFeature && areUsed(job.isUsed, feature)) {
        if (job.counts === undefined) addFourSums(job, feature, from, to);
        else addFourSumsAndCounts(job, job.counts, feature, from, to);
        feature += 3;
        continue;
      }
      addSums(job, feature, from, to);
      if (job.counts !== undefined) addCounts(job, job.counts, feature, from, to);
    }
  }
}

function areUsed(isUsed: Uint8Array, feature: number): boolean {
  return isUsed[feature + 1] === 1 && isUsed[feature + 2] === 1 && isUsed[feature + 3] === 1;
}

/**
 * Four features at a time read each row's number and gradients once: two fifths less time than one by one. A slot sees
 * the same additions in the same order either way.
 */
function addFourSums(job: HistogramJob, feature: number, from: number, to: number): void {
  const { codes, rows, gradients, sums, rowCount } = job;
  const base = feature * rowCount;
  const offset = 2 * CODES * feature;
  let pair = 2 * (from - job.from);
  for (let k = from; k < to; k++) {
    const at = base + rows[k]!;
    const gradient = gradients[pair]!;
    const hessian = gradients[pair + 1]!;
    pair += 2;
    const first = offset + (codes[at]! << 1);
    const second = offset + 2 * CODES + (codes[at + rowCount]! << 1);
    const third = offset + 4 * CODES + (codes[at + 2 * rowCount]! << 1);
    const fourth = offset + 6 * CODES + (codes[at + 3 * rowCount]! << 1);
    sums[first] = sums[first]! + gradient;
    sums[first + 1] = sums[first + 1]! + hessian;
    sums[second] = sums[second]! + gradient;
    sums[second + 1] = sums[second + 1]! + hessian;
    sums[third] = sums[third]! + gradient;
    sums[third + 1] = sums[third + 1]! + hessian;
    sums[fourth] = sums[fourth]! + gradient;
    sums[fourth + 1] = sums[fourth + 1]! + hessian;
  }
}

/** As addFourSums, and the rows too. */
function addFourSumsAndCounts(
  job: HistogramJob,
  counts: Int32Array,
  feature: number,
  from: number,
  to: number,
): void {
  const { codes, rows, gradients, sums, rowCount } = job;
  const base = feature * rowCount;
  const offset = CODES * feature;
  let pair = 2 * (from - job.from);
  for (let k = from; k < to; k++) {
    const at = base + rows[k]!;
    const gradient = gradients[pair]!;
    const hessian = gradients[pair + 1]!;
    pair += 2;
    const first = offset + codes[at]!;
    const second = offset + CODES + codes[at + rowCount]!;
    const third = offset + 2 * CODES + codes[at + 2 * rowCount]!;
    const fourth = offset + 3 * CODES + codes[at + 3 * rowCount]!;
    sums[2 * first] = sums[2 * first]! + gradient;
    sums[2 * first + 1] = sums[2 * first + 1]! + hessian;
    sums[2 * second] = sums[2 * second]! + gradient;
    sums[2 * second + 1] = sums[2 * second + 1]! + hessian;
    sums[2 * third] = sums[2 * third]! + gradient;
    sums[2 * third + 1] = sums[2 * third + 1]! + hessian;
    sums[2 * fourth] = sums[2 * fourth]! + gradient;
    sums[2 * fourth + 1] = sums[2 * fourth + 1]! + hessian;
    counts[first] = counts[first]! + 1;
    counts[second] = counts[second]! + 1;
    counts[third] = counts[third]! + 1;
    counts[fourth] = counts[fourth]! + 1;
  }
}

function addSums(job: HistogramJob, feature: number, from: number, to: number): void {
  const { codes, rows, gradients, sums } = job;
  const base = feature * job.rowCount;
  const offset = 2 * CODES * feature;
  let pair = 2 * (from - job.from);
  for (let k = from; k < to; k++) {
    const slot = offset + (codes[base + rows[k]!]! << 1);
    sums[slot] = sums[slot]! + gradients[pair]!;
    sums[slot + 1] = sums[slot + 1]! + gradients[pair + 1]!;
    pair += 2;
  }
}

function addCounts(job: HistogramJob, counts: Int32Array, feature: number, from: number, to: number): void {
  const { codes, rows } = job;
  const base = feature * job.rowCount;
  const offset = CODES * feature;
  for (let k = from; k < to; k++) {
    const slot = offset + codes[base + rows[k]!]!;
    counts[slot] = counts[slot]! + 1;
  }
}
