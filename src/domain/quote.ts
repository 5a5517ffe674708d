/** What the market says between bars: the best bid and offer, and single trades (DATA-1). */
import type { InstrumentId } from "./instrument.ts";
import type { EpochMicros } from "./time.ts";

/**
 * The best bid and offer that stand from `at` on. Dollars per share and shares; a side that nobody quotes is
 * NaN with size 0.
 */
export interface Quote {
  readonly at: EpochMicros;
  readonly instrument: InstrumentId;
  readonly bid: number;
  readonly bidSize: number;
  readonly ask: number;
  readonly askSize: number;
}

/** One trade as printed: dollars per share and shares. */
export interface TradePrint {
  readonly at: EpochMicros;
  readonly instrument: InstrumentId;
  readonly price: number;
  readonly size: number;
}
