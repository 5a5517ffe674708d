/**
 * The expectation step for three states, scaled instead of in logarithms, unrolled, without a single allocation.
 *
 * Each day's densities are divided by the largest of the three and its forward probabilities by their sum c, so the
 * likelihood is the product of both (Rabiner 1989, V.A). The product of the c is taken as it is and its logarithm
 * only when it gets small: two exponentials a day are all that is left of the transcendental functions.
 *
 * Scaling loses what a double cannot hold: a state of probability 1e-400 that a later day would prove right. Where
 * a c gets near that, or the backward pass finds that it mattered, the answer is NaN and the caller takes the step
 * in logarithms. Inside these bounds what is lost is below 1e-100 of the likelihood.
 */
import type { GaussianHmm } from "../../models/regime/gaussian-hmm.ts";
import type { Expectation } from "./expectation.ts";

const SMALLEST = 1e-100;
const LARGEST = 1e100;

export class ExpectationOfThree {
  /** Densities over the day's largest, T x 3. */
  readonly #scaled: Float64Array;
  /** Sum of the forward probabilities of the day before scaling. */
  readonly #scale: Float64Array;

  constructor(days: number) {
    this.#scaled = new Float64Array(3 * days);
    this.#scale = new Float64Array(days);
  }

  /** T x 3, row-major: the caller writes ln p(x_t | state) here before `expect`, which overwrites it. */
  get densities(): Float64Array {
    return this.#scaled;
  }

  /** Fills `found` and returns the log-likelihood; NaN where scaling does not hold it: `found` is of no use then. */
  expect({ start, transition }: GaussianHmm, found: Expectation): number {
    const peaks = scaleDensities(this.#scaled);
    const product = forwardOfThree(start, transition, this.#scaled, this.#scale, found.gamma);
    if (Number.isNaN(product)) return Number.NaN;
    if (!backwardOfThree(transition, this.#scaled, this.#scale, found)) return Number.NaN;
    return peaks + product;
  }
}

/** Makes densities of log densities, each over the day's largest; the sum of what was taken off. */
function scaleDensities(table: Float64Array): number {
  let total = 0;
  for (let row = 0; row < table.length; row += 3) {
    const a = table[row]!;
    const b = table[row + 1]!;
    const c = table[row + 2]!;
    const ab = a > b ? a : b;
    const peak = ab > c ? ab : c;
    total += peak;
    table[row] = a === peak ? 1 : Math.exp(a - peak);
    table[row + 1] = b === peak ? 1 : Math.exp(b - peak);
    table[row + 2] = c === peak ? 1 : Math.exp(c - peak);
  }
  return total;
}

/** Filtered probabilities to `alpha`, their sums before scaling to `scale`; ln of the product of these, or NaN. */
function forwardOfThree(
  start: Float64Array,
  transition: Float64Array,
  scaled: Float64Array,
  scale: Float64Array,
  alpha: Float64Array,
): number {
  const [a00 = 0, a01 = 0, a02 = 0, a10 = 0, a11 = 0, a12 = 0, a20 = 0, a21 = 0, a22 = 0] = transition;
  let p = start[0]!;
  let q = start[1]!;
  let r = start[2]!;
  let product = 1;
  let logs = 0;
  for (let t = 0, row = 0; t < scale.length; t++, row += 3) {
    const x = p * scaled[row]!;
    const y = q * scaled[row + 1]!;
    const z = r * scaled[row + 2]!;
    const sum = x + y + z;
    // Also for NaN. The largest density is 1, so a sum is small only where that state was all but impossible.
    if (!(sum > SMALLEST)) return Number.NaN;
    scale[t] = sum;
    const inverse = 1 / sum;
    const i = x * inverse;
    const j = y * inverse;
    const k = z * inverse;
    alpha[row] = i;
    alpha[row + 1] = j;
    alpha[row + 2] = k;
    p = i * a00 + j * a10 + k * a20;
    q = i * a01 + j * a11 + k * a21;
    r = i * a02 + j * a12 + k * a22;
    product *= sum;
    if (product < SMALLEST) {
      logs += Math.log(product);
      product = 1;
    }
  }
  return logs + Math.log(product);
}

/** Turns the filtered probabilities in `gamma` into smoothed ones and sums up; false where a double cannot hold it. */
function backwardOfThree(
  transition: Float64Array,
  scaled: Float64Array,
  scale: Float64Array,
  { gamma, moves, mass }: Expectation,
): boolean {
  const [a00 = 0, a01 = 0, a02 = 0, a10 = 0, a11 = 0, a12 = 0, a20 = 0, a21 = 0, a22 = 0] = transition;
  const last = gamma.length - 3;
  // Backward probabilities of the day after; the sums below leave out the transition, a factor they all share.
  let p = 1;
  let q = 1;
  let r = 1;
  let [m00, m01, m02, m10, m11, m12, m20, m21, m22] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  let w0 = gamma[last]!;
  let w1 = gamma[last + 1]!;
  let w2 = gamma[last + 2]!;
  for (let row = last - 3, t = scale.length - 1; row >= 0; row -= 3, t--) {
    const inverse = 1 / scale[t]!;
    const x = scaled[row + 3]! * p * inverse;
    const y = scaled[row + 4]! * q * inverse;
    const z = scaled[row + 5]! * r * inverse;
    const i = gamma[row]!;
    const j = gamma[row + 1]!;
    const k = gamma[row + 2]!;
    m00 += i * x;
    m01 += i * y;
    m02 += i * z;
    m10 += j * x;
    m11 += j * y;
    m12 += j * z;
    m20 += k * x;
    m21 += k * y;
    m22 += k * z;
    p = a00 * x + a01 * y + a02 * z;
    q = a10 * x + a11 * y + a12 * z;
    r = a20 * x + a21 * y + a22 * z;
    if (!(p + q + r < LARGEST)) return false;
    const g0 = i * p;
    const g1 = j * q;
    const g2 = k * r;
    gamma[row] = g0;
    gamma[row + 1] = g1;
    gamma[row + 2] = g2;
    w0 += g0;
    w1 += g1;
    w2 += g2;
  }
  mass[0] = w0;
  mass[1] = w1;
  mass[2] = w2;
  moves.set([
    m00 * a00,
    m01 * a01,
    m02 * a02,
    m10 * a10,
    m11 * a11,
    m12 * a12,
    m20 * a20,
    m21 * a21,
    m22 * a22,
  ]);
  return true;
}
