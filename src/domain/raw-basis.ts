/**
 * The way back from the prices of a run to the ones that were printed. Rules about the price of a share, such as "not
 * below five dollars", are about the printed one; a later split or dividend must not move it (C-42, DATA-6).
 */
import type { InstrumentId } from "./instrument.ts";
import type { EpochMicros } from "./time.ts";

/** From then on the printed price is the one of the run times `factor`; NaN where it is not known. */
export interface RawStep {
  readonly instrument: InstrumentId;
  /** Epoch micros; minus infinity for the first. */
  readonly from: EpochMicros;
  readonly factor: number;
}

/** An instrument without steps has printed prices. */
export class RawBasis {
  readonly #steps: ReadonlyMap<InstrumentId, readonly RawStep[]>;

  /** Steps of an instrument in order of time; of two at one instant the later counts. */
  constructor(steps: readonly RawStep[]) {
    this.#steps = Map.groupBy(steps, ({ instrument }) => instrument);
  }

  /** Times the price of the run; NaN where the printed one is not known. */
  factor(instrument: InstrumentId, at: EpochMicros): number {
    const steps = this.#steps.get(instrument);
    if (steps === undefined) return 1;
    return steps.findLast(({ from }) => from <= at)?.factor ?? Number.NaN;
  }
}
