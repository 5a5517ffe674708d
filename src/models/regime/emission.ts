/**
 * Log densities of a model's states, prepared once per set of parameters:
 *
 *   ln N(x; mu, Sigma) = constant - |W (x - mu)|^2 / 2,   W = L^-1,  Sigma = L L'
 *
 * Repair rule (QUANT c): where a pivot of the factor is not above 1e-10 of the mean variance, 1e-6 is added to every
 * variance and the factor is made again, as often as it takes; repairs are counted, because a model that needs
 * many is a sick one.
 */
import { InputError } from "../../domain/assert.ts";
import { factorCholesky, invertLowerTriangle } from "../../numerics/cholesky.ts";
import type { GaussianHmm } from "./gaussian-hmm.ts";

/** A pivot under this share of trace / d is none. */
const PIVOT_SHARE = 1e-10;
/** Added to every variance, in the unit of the inputs squared; they are standardised. */
const FLOOR = 1e-6;
/** The floor grows tenfold with every try: rounding of a large covariance may swallow it. */
const REPAIRS_MAX = 20;

export class Emission {
  readonly states: number;
  readonly inputs: number;
  /** How often a covariance had to be repaired since the last `prepare`. */
  repairs = 0;
  /** Lower triangles of W, one d x d table per state. */
  readonly whitening: Float64Array;
  /** ln of the density at the mean. */
  readonly constant: Float64Array;
  #means: Float64Array;
  readonly #away: Float64Array;

  constructor(hmm: GaussianHmm) {
    this.states = hmm.states;
    this.inputs = hmm.inputs;
    this.whitening = new Float64Array(hmm.covariances.length);
    this.constant = new Float64Array(hmm.states);
    this.#means = hmm.means;
    this.#away = new Float64Array(hmm.inputs);
    this.prepare(hmm);
  }

  /** Takes over other parameters of the same size; allocates nothing. */
  prepare({ means, covariances }: Pick<GaussianHmm, "means" | "covariances">): void {
    this.#means = means;
    this.repairs = 0;
    for (let state = 0; state < this.states; state++) this.#prepareState(state, covariances);
  }

  #prepareState(state: number, covariances: Float64Array): void {
    const size = this.inputs;
    const at = state * size * size;
    let trace = 0;
    for (let k = 0; k < size; k++) trace += covariances[at + k * size + k]!;
    let floor = 0;
    for (let tries = 0; ; tries++) {
      for (let k = at; k < at + size * size; k++) this.whitening[k] = covariances[k]!;
      for (let k = 0; k < size; k++) this.whitening[at + k * size + k]! += floor;
      const smallestPivot = PIVOT_SHARE * Math.max(0, trace / size + floor);
      if (factorCholesky(this.whitening, { at, size, smallestPivot })) break;
      if (tries === REPAIRS_MAX)
        throw new InputError(`covariances: that of state ${state} is none, and no repair makes it one`, 3);
      floor = floor === 0 ? FLOOR : floor * 10;
      this.repairs += 1;
    }
    let constant = -0.5 * size * Math.log(2 * Math.PI);
    for (let k = 0; k < size; k++) constant -= Math.log(this.whitening[at + k * size + k]!);
    this.constant[state] = constant;
    invertLowerTriangle(this.whitening, at, size);
  }

  /**
   * Writes ln p(x | state) of every state to `out` from `to` on, for the observation at `from`. -Infinity where x
   * is so far off that a double does not tell; NaN where x holds one.
   */
  logDensities(observations: Float64Array, from: number, out: Float64Array, to: number): void {
    const { states, inputs, whitening } = this;
    const away = this.#away;
    for (let state = 0; state < states; state++) {
      let distance = 0;
      for (let k = 0; k < inputs; k++) {
        away[k] = observations[from + k]! - this.#means[state * inputs + k]!;
        let z = 0;
        const row = (state * inputs + k) * inputs;
        for (let j = 0; j <= k; j++) z += whitening[row + j]! * away[j]!;
        distance += z * z;
      }
      out[to + state] = this.constant[state]! - 0.5 * distance;
    }
  }

  /** The same for whole rows of observations, as fast as it goes; a diagonal model has nothing below its diagonal. */
  logDensityRows(rows: Float64Array, out: Float64Array, kind: GaussianHmm["covariance"]): void {
    const { states, inputs, whitening } = this;
    const means = this.#means;
    const away = this.#away;
    for (let state = 0; state < states; state++) {
      const constant = this.constant[state]!;
      const mean = state * inputs;
      const table = mean * inputs;
      for (let from = 0, to = state; from < rows.length; from += inputs, to += states) {
        let distance = 0;
        for (let k = 0, row = table; k < inputs; k++, row += inputs) {
          const x = rows[from + k]! - means[mean + k]!;
          let z = x * whitening[row + k]!;
          if (kind === "full") {
            away[k] = x;
            for (let j = 0; j < k; j++) z += whitening[row + j]! * away[j]!;
          }
          distance += z * z;
        }
        out[to] = constant - 0.5 * distance;
      }
    }
  }
}
