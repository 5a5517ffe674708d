/**
 * In which values of a unit, until when, and above which result of each strategy no breaker can act: a valuation
 * inside costs a few comparisons instead of asking every breaker (RISK-2).
 *
 * CR-1  A range may be too narrow, never too wide: every bound keeps a margin beyond the rounding of the figures
 *       that the breakers compare, and a bound that is no number is calm for nothing.
 */

/** How far the value may rise above a height before the range is worked out anew. */
const HEADROOM = 1.001;
/** Far above what rounding does to a quotient of doubles, far below what an account moves by. */
const MARGIN = 1e-9;

export class CalmRange {
  /** Dollars per unit: calm strictly between. */
  above = Number.NEGATIVE_INFINITY;
  below = Number.POSITIVE_INFINITY;
  /** Epoch micros, exclusive. */
  until = Number.NEGATIVE_INFINITY;
  /** Dollars won by each strategy: calm strictly above; -Infinity where nobody asks. */
  readonly floors: Float64Array;
  /** True when a floor is asked for. */
  hasFloors = false;

  constructor(strategies: number) {
    this.floors = new Float64Array(strategies).fill(Number.NEGATIVE_INFINITY);
  }

  /** Everything is calm until somebody says otherwise. */
  open(): void {
    this.above = Number.NEGATIVE_INFINITY;
    this.below = Number.POSITIVE_INFINITY;
    this.until = Number.POSITIVE_INFINITY;
    this.floors.fill(Number.NEGATIVE_INFINITY);
    this.hasFloors = false;
  }

  /** Nothing is calm: everybody is asked at the next valuation. */
  close(): void {
    this.until = Number.NEGATIVE_INFINITY;
  }

  /** Epoch micros: at this instant somebody wants to be asked. */
  endAt(instant: number): void {
    this.until = Math.min(this.until, instant);
  }

  /** Calm until the value has fallen by the fraction from its height, which may rise with the value. */
  untilFallenFrom(height: number, fraction: number): void {
    if (!(height > 0)) {
      this.close();
      return;
    }
    this.below = Math.min(this.below, height * HEADROOM);
    this.above = Math.max(this.above, height * HEADROOM * (1 - fraction + MARGIN));
  }

  /** Calm until the value is no more than the fraction below its height again. */
  untilRecoveredTo(height: number, fraction: number): void {
    this.below = Math.min(this.below, height * (1 - fraction - MARGIN));
    if (!(height > 0)) this.close();
  }

  /** Calm until the strategy has lost so many dollars of what it had won at `base`. */
  untilLost(strategy: number, base: number, dollars: number): void {
    const floor = base - dollars + MARGIN * (Math.abs(base) + Math.abs(dollars));
    this.floors[strategy] = Number.isNaN(floor) ? Number.POSITIVE_INFINITY : floor;
    this.hasFloors = true;
  }
}

/** The height that the value is a fraction below; NaN when all of it is lost. */
export const heightOf = (value: number, fractionBelow: number): number =>
  fractionBelow < 1 ? value / (1 - fractionBelow) : Number.NaN;
