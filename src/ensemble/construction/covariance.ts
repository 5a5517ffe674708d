/**
 * Covariances of asset returns, shrunk towards something simpler: what a few hundred days say of many pairs is mostly
 * noise, and an optimiser finds exactly that noise. All matrices are n x n, row-major, in the square of the returns'
 * unit. Source: QUANT j; Ledoit and Wolf 2003 (one factor), 2004a (identity), 2004b (constant correlation).
 */
import { InputError } from "../../domain/assert.ts";

/** Returns by row: `rows` periods of `assets` columns, row-major, fractions. */
export interface ReturnsPanel {
  readonly rows: number;
  readonly assets: number;
  readonly values: Float64Array;
}

export interface ShrunkCovariance {
  readonly matrix: Float64Array;
  /** Weight of the target, in [0, 1]. */
  readonly shrinkage: number;
}

export const shrinkageTargets = ["identity", "constant_correlation", "single_factor", "none"] as const;
export type ShrinkageTarget = (typeof shrinkageTargets)[number];

/** Throws InputError for a hole (a NaN never reaches a covariance), too few rows, or an asset that never moves. */
export function covarianceOf(panel: ReturnsPanel, target: ShrinkageTarget): ShrunkCovariance {
  const centred = checked(panel);
  switch (target) {
    case "identity":
      return towardsIdentity(centred);
    case "constant_correlation":
      return towardsConstantCorrelation(centred);
    case "single_factor":
      return towardsOneFactor(centred);
    case "none":
      return { matrix: products(centred, centred.rows - 1), shrinkage: 0 };
  }
}

interface Centred extends ReturnsPanel {
  /** Less each column's mean. */
  readonly values: Float64Array;
}

function checked({ rows, assets, values }: ReturnsPanel): Centred {
  if (rows < 3) throw new InputError(`returns: ${rows} rows; at least 3 are needed for a covariance`);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new InputError(
      `returns: row ${Math.floor(bad / assets) + 1}, column ${(bad % assets) + 1} is ${values[bad]}; ` +
        "every asset needs a finite return in every row",
    );
  const centred = values.slice();
  for (let i = 0; i < assets; i++) {
    let sum = 0;
    for (let t = 0; t < rows; t++) sum += values[t * assets + i]!;
    let moves = false;
    for (let t = 0; t < rows; t++) {
      centred[t * assets + i]! -= sum / rows;
      moves ||= values[t * assets + i] !== values[i];
    }
    if (!moves)
      throw new InputError(`returns: column ${i + 1} never changes; a covariance needs assets that move`);
  }
  return { rows, assets, values: centred };
}

/** X' X / divisor. */
function products({ rows, assets: n, values }: Centred, divisor: number): Float64Array {
  const matrix = new Float64Array(n * n);
  for (let t = 0; t < rows; t++)
    for (let i = 0; i < n; i++) {
      const own = values[t * n + i]!;
      for (let j = i; j < n; j++) matrix[i * n + j]! += own * values[t * n + j]!;
    }
  for (let i = 0; i < n; i++)
    for (let j = i; j < n; j++) {
      matrix[i * n + j]! /= divisor;
      matrix[j * n + i] = matrix[i * n + j]!;
    }
  return matrix;
}

const blend = (sample: Float64Array, target: Float64Array, shrinkage: number): ShrunkCovariance => ({
  matrix: sample.map((value, k) => shrinkage * target[k]! + (1 - shrinkage) * value),
  shrinkage,
});

const within01 = (value: number): number => Math.max(0, Math.min(1, value));

/** Mean variance on the diagonal, zero elsewhere. */
function towardsIdentity(centred: Centred): ShrunkCovariance {
  const { rows, assets: n, values } = centred;
  const sample = products(centred, rows);
  let trace = 0;
  for (let i = 0; i < n; i++) trace += sample[i * n + i]!;
  const mu = trace / n;
  const target = new Float64Array(n * n);
  for (let i = 0; i < n; i++) target[i * n + i] = mu;
  const distance = squares(sample, target) / n;
  // Mean squared distance of one period's products from the sample: how much of it is noise.
  let noise = 0;
  let ofSample = 0;
  for (const value of sample) ofSample += value * value;
  for (let t = 0; t < rows; t++) {
    let norm = 0;
    for (let i = 0; i < n; i++) norm += values[t * n + i]! ** 2;
    noise += norm * norm;
  }
  noise = (noise / rows - ofSample) / (rows * n);
  const shrinkage = distance === 0 ? 0 : Math.min(noise, distance) / distance;
  return blend(sample, target, shrinkage);
}

/** Each asset's own variance, and the mean correlation for every pair. */
function towardsConstantCorrelation(centred: Centred): ShrunkCovariance {
  const { rows, assets: n, values } = centred;
  const sample = products(centred, rows - 1);
  const plain = products(centred, rows);
  const deviation = Float64Array.from({ length: n }, (_, i) => Math.sqrt(sample[i * n + i]!));
  const correlation = (i: number, j: number) => sample[i * n + j]! / (deviation[i]! * deviation[j]!);
  let sum = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) if (i !== j) sum += correlation(i, j);
  const mean = n === 1 ? 0 : sum / (n * (n - 1));
  const target = sample.map((value, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    return i === j ? value : mean * deviation[i]! * deviation[j]!;
  });
  let [pi, rho] = [0, 0];
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const k = i * n + j;
      let [fourth, third] = [0, 0];
      for (let t = 0; t < rows; t++) {
        const [a, b] = [values[t * n + i]!, values[t * n + j]!];
        fourth += a * a * b * b;
        third += a * a * a * b;
      }
      const ofPair = fourth / rows - 2 * plain[k]! * sample[k]! + sample[k]! ** 2;
      pi += ofPair;
      if (i === j) {
        rho += ofPair;
        continue;
      }
      const own = sample[i * n + i]!;
      const theta = third / rows - plain[i * n + i]! * sample[k]! - plain[k]! * own + own * sample[k]!;
      rho += mean * (deviation[j]! / deviation[i]!) * theta;
    }
  return blend(sample, target, within01((pi - rho) / squares(sample, target) / rows));
}

/** One factor, the mean of all assets, explains every covariance. */
function towardsOneFactor(centred: Centred): ShrunkCovariance {
  const { rows, assets: n, values } = centred;
  const sample = products(centred, rows);
  const market = Float64Array.from({ length: rows }, (_, t) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[t * n + i]!;
    return sum / n;
  });
  let variance = 0;
  for (const value of market) variance += (value * value) / rows;
  const beta = Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let t = 0; t < rows; t++) sum += values[t * n + i]! * market[t]!;
    return sum / rows;
  });
  const target = sample.map((value, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    return i === j ? value : (beta[i]! * beta[j]!) / variance;
  });
  let [pi, rho] = [0, 0];
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const k = i * n + j;
      let [own, withMarket, both] = [0, 0, 0];
      for (let t = 0; t < rows; t++) {
        const [a, b, m] = [values[t * n + i]!, values[t * n + j]!, market[t]!];
        own += a * a * b * b;
        withMarket += a * a * b * m;
        both += a * b * m * m;
      }
      const ofPair = own / rows - sample[k]! ** 2;
      pi += ofPair;
      if (i === j) {
        rho += ofPair;
        continue;
      }
      const first = withMarket / rows - beta[i]! * sample[k]!;
      const third = both / rows - variance * sample[k]!;
      rho += (2 * first * beta[j]!) / variance - (third * beta[i]! * beta[j]!) / variance ** 2;
    }
  return blend(sample, target, within01((pi - rho) / squares(sample, target) / rows));
}

function squares(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k]! - b[k]!) ** 2;
  return sum;
}
