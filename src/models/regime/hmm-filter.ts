/**
 * Filtered state probabilities day by day, in O(K^2) time and O(K) memory (QUANT c):
 *
 *   p_pred = A' p;   p = p_pred * exp(b) / sum
 *
 * It keeps p and nothing else, so a restart with the saved state goes on bit for bit, and what it says of a day
 * cannot know a later one.
 */
import { InputError } from "../../domain/assert.ts";
import { logSumExp } from "../../numerics/log-sum-exp.ts";
import { Emission } from "./emission.ts";
import type { GaussianHmm } from "./gaussian-hmm.ts";

/** Plain JSON: P(state | all days so far), K numbers; null before the first day. */
export type FilterState = readonly number[] | null;

/** How far saved probabilities may be from adding up to 1. */
const SUM_TOLERANCE = 1e-9;

export class HmmFilter {
  /** P(state | all days so far), K numbers, owned by the filter and overwritten each day; NaN before the first. */
  readonly probabilities: Float64Array;
  /** ln p(x_t | x_1..x_{t-1}) of the last day: how expected it was; 0 after a day without a reading. */
  logDensity = 0;
  readonly #hmm: GaussianHmm;
  readonly #emission: Emission;
  readonly #densities: Float64Array;
  readonly #predicted: Float64Array;

  constructor(hmm: GaussianHmm) {
    this.#hmm = hmm;
    this.#emission = new Emission(hmm);
    this.#densities = new Float64Array(hmm.states);
    this.#predicted = new Float64Array(hmm.states);
    this.probabilities = new Float64Array(hmm.states).fill(Number.NaN);
  }

  /**
   * Takes the observation of one day, d numbers from `from` on. A day that holds a NaN, or is so far off that no
   * state has a density for it, was not seen: time passes, the states move on, nothing is learned.
   */
  update(observations: Float64Array, from: number): void {
    this.#predict();
    const { states } = this.#hmm;
    const { probabilities } = this;
    this.#emission.logDensities(observations, from, this.#densities, 0);
    // In logarithms to the end: the one state that is possible may have a probability of 1e-300.
    for (let j = 0; j < states; j++) this.#densities[j]! += Math.log(this.#predicted[j]!);
    const total = logSumExp(this.#densities, 0, states);
    const isSeen = Number.isFinite(total);
    this.logDensity = isSeen ? total : 0;
    for (let j = 0; j < states; j++) {
      probabilities[j] = isSeen ? Math.exp(this.#densities[j]! - total) : this.#predicted[j]!;
    }
  }

  save(): FilterState {
    return Number.isNaN(this.probabilities[0]!) ? null : Array.from(this.probabilities);
  }

  /** Goes on from a saved state. Throws InputError unless it is K probabilities that add up to 1, or null. */
  load(saved: unknown): void {
    if (saved === null) {
      this.probabilities.fill(Number.NaN);
      return;
    }
    const { states } = this.#hmm;
    const given = Array.isArray(saved) ? saved : [];
    const areProbabilities = given.every((p) => typeof p === "number" && p >= 0 && p <= 1);
    const total = areProbabilities ? given.reduce((a: number, b: number) => a + b, 0) : Number.NaN;
    if (given.length !== states || !(Math.abs(total - 1) <= SUM_TOLERANCE)) {
      throw new InputError(
        `filter state ${JSON.stringify(saved)}: allowed are ${states} probabilities that add up to 1, or null`,
        3,
      );
    }
    this.probabilities.set(given);
  }

  #predict(): void {
    const { states, start, transition } = this.#hmm;
    if (Number.isNaN(this.probabilities[0]!)) {
      this.#predicted.set(start);
      return;
    }
    for (let j = 0; j < states; j++) {
      let p = 0;
      for (let i = 0; i < states; i++) p += this.probabilities[i]! * transition[i * states + j]!;
      this.#predicted[j] = p;
    }
  }
}
