/**
 * What is wrong with a column of feature values, before anyone trains or trades on it (FEAT-4, QUANT b). Flagged,
 * never clipped.
 */
import { OUTLIER_FLAG_Z, OUTLIER_SERIOUS_Z, OUTLIER_WINDOW, robustZ } from "../market/quality/outliers.ts";
import { SortedWindow } from "../market/quality/sorted-window.ts";

export interface FeatureQuality {
  readonly rows: number;
  /** Rows before the first value. */
  readonly warming: number;
  /** NaN after the first value: undefined then and there. */
  readonly missing: number;
  readonly infinite: number;
  /** All values are one and the same, or there is none. */
  readonly constant: boolean;
  /** Values beyond 8, and of these beyond 20, robust standard deviations of the trailing 252. */
  readonly outliers: number;
  readonly serious: number;
}

/** Values of one instrument at a time, in their order; the counts are of all of them together. */
export class FeatureWatch {
  readonly #window: SortedWindow[] = [];
  readonly #isWarm: boolean[] = [];
  #rows = 0;
  #warming = 0;
  #missing = 0;
  #infinite = 0;
  #outliers = 0;
  #serious = 0;
  #first = Number.NaN;
  #varies = false;

  add(instrument: number, value: number): void {
    this.#rows += 1;
    if (Number.isNaN(value)) {
      if (this.#isWarm[instrument] === true) this.#missing += 1;
      else this.#warming += 1;
      return;
    }
    this.#isWarm[instrument] = true;
    if (!Number.isFinite(value)) {
      this.#infinite += 1;
      return;
    }
    if (Number.isNaN(this.#first)) this.#first = value;
    else if (value !== this.#first) this.#varies = true;
    this.#judge(instrument, value);
  }

  get quality(): FeatureQuality {
    return {
      rows: this.#rows,
      warming: this.#warming,
      missing: this.#missing,
      infinite: this.#infinite,
      constant: !this.#varies,
      outliers: this.#outliers,
      serious: this.#serious,
    };
  }

  #judge(instrument: number, value: number): void {
    const window = this.#window[instrument] ?? new SortedWindow(OUTLIER_WINDOW);
    this.#window[instrument] = window;
    const z = Math.abs(robustZ(value, window) ?? 0);
    if (z > OUTLIER_FLAG_Z) this.#outliers += 1;
    if (z > OUTLIER_SERIOUS_Z) this.#serious += 1;
    window.push(value);
  }
}
