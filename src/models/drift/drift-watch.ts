/**
 * Whether what a model is asked about, and what it says, is still like the rows it was fitted on, and whether what
 * comes of it is as it said (LEARN-9, QUANT b). Counts only: the verdict is a function of what was told, in its order.
 */
import { z } from "zod";
import { stabilityTerm } from "../../numerics/population-stability.ts";
import { type BinnedReference, binOf, type DriftReference } from "./drift-reference.ts";

export const driftParams = z.strictObject({
  /** The last entries that were asked about; nothing is said before there are so many. */
  entries: z.int().min(50).max(10_000),
  /** Population stability index above which a distribution has moved. */
  psi: z.number().positive().max(10),
  /** Share of the inputs that may have moved. */
  inputs: z.number().min(0).max(1),
  /** After so many closed trades the outcomes are judged anew. */
  trades: z.int().min(10).max(10_000),
  /** Chance to call a model worse than its base rate, in each such span, though its probabilities are true. */
  significance: z.number().gt(0).max(0.5),
  /** What conviction is multiplied by once the model is gone and the rules are alone. */
  demotedScale: z.number().gt(0).max(1),
});
export type DriftParams = z.infer<typeof driftParams>;

/** Certainty costs more than any number of trades can pay back: a probability counts as no surer than this. */
const SUREST = 0.999;

export class DriftWatch {
  readonly #reference: DriftReference;
  readonly #params: DriftParams;
  readonly #inputs: readonly BinWindow[];
  readonly #said: BinWindow;
  #asked = 0;
  #trades = 0;
  /** Logarithm of how much likelier the outcomes are under the base rate than under what the model said. */
  #evidence = 0;

  constructor(reference: DriftReference, params: DriftParams) {
    this.#reference = reference;
    this.#params = params;
    this.#inputs = reference.inputs.map((input) => new BinWindow(input, params.entries));
    this.#said = new BinWindow(reference.probability, params.entries);
  }

  /** One entry, with what the model read and said of it. Returns why it has drifted, in a person's words. */
  asked(inputs: ArrayLike<number>, probability: number): string | undefined {
    for (const [f, window] of this.#inputs.entries()) window.add(inputs[f] ?? Number.NaN);
    this.#said.add(probability);
    this.#asked += 1;
    const { entries, psi, inputs: most } = this.#params;
    if (this.#asked < entries) return undefined;
    const moved = this.#inputs.filter((window) => window.index() > psi);
    if (moved.length > most * this.#inputs.length) {
      const names = moved.slice(0, 3).map((window) => `${window.name} ${window.index().toFixed(2)}`);
      return (
        `${moved.length} of ${this.#inputs.length} inputs of the last ${entries} entries have moved ` +
        `(PSI above ${psi}: ${names.join(", ")})`
      );
    }
    const said = this.#said.index();
    return said > psi
      ? `what it says of the last ${entries} entries has moved (PSI ${said.toFixed(2)}, above ${psi})`
      : undefined;
  }

  /**
   * One closed trade, and what the model had said of its entry. Wald's sequential test of the base rate against the
   * model, one-sided: by Ville's inequality true probabilities are found wanting with at most the chance `significance`
   * in a span of `trades`, however often one looks (Wald 1945; Ville 1939).
   */
  closed(probability: number, paid: boolean): string | undefined {
    const { trades, significance } = this.#params;
    const { baseRate } = this.#reference;
    const sure = Math.min(SUREST, Math.max(1 - SUREST, probability));
    if (Number.isNaN(sure)) return undefined;
    if (this.#trades === trades) {
      this.#trades = 0;
      this.#evidence = 0;
    }
    this.#trades += 1;
    this.#evidence += paid ? Math.log(baseRate / sure) : Math.log((1 - baseRate) / (1 - sure));
    if (this.#evidence < -Math.log(significance)) return undefined;
    const worse = (this.#evidence / this.#trades).toFixed(3);
    return (
      `over ${this.#trades} closed trades its log loss is ${worse} above that of ` +
      `its base rate ${baseRate.toFixed(3)}, which chance alone does in fewer than ${significance} of runs`
    );
  }

  /** All that it goes by, for comparison. */
  state(): readonly number[] {
    const windows = [...this.#inputs, this.#said].flatMap((window) => window.state());
    return [this.#asked, this.#trades, this.#evidence, ...windows];
  }
}

/** The last values of one number, as counts per bin of its reference. */
class BinWindow {
  readonly #reference: BinnedReference;
  readonly #bins: Uint8Array;
  readonly #counts: Int32Array;
  /** Values seen; the place of the next is the rest of its division. */
  #seen = 0;

  constructor(reference: BinnedReference, size: number) {
    this.#reference = reference;
    this.#bins = new Uint8Array(size);
    this.#counts = new Int32Array(reference.edges.length + 2);
  }

  get name(): string {
    return this.#reference.name;
  }

  add(value: number): void {
    const place = this.#seen % this.#bins.length;
    if (this.#seen >= this.#bins.length) this.#count(this.#bins[place]!, -1);
    const bin = binOf(this.#reference, value);
    this.#bins[place] = bin;
    this.#count(bin, 1);
    this.#seen += 1;
  }

  /** Population stability index; 0 is no movement. */
  index(): number {
    const { shares, missing } = this.#reference;
    const size = Math.min(this.#seen, this.#bins.length);
    let sum = stabilityTerm(missing, this.#counts[shares.length]! / size);
    for (let bin = 0; bin < shares.length; bin++)
      sum += stabilityTerm(shares[bin]!, this.#counts[bin]! / size);
    return sum;
  }

  state(): number[] {
    return [this.#seen % this.#bins.length, ...this.#counts];
  }

  #count(bin: number, by: 1 | -1): void {
    this.#counts[bin] = this.#counts[bin]! + by;
  }
}
