/**
 * What it costs to be short (QUANT m, C-24): notional x rate / 360 for every calendar day that a short position is
 * carried over, at the last close. A symbol that is hard to borrow and has no known rate cannot be shorted at all.
 *
 * Days are counted between sessions, trade date to trade date: with both legs settling a day later, the number of
 * days is the same but around weekends, where a day more or less evens out.
 */
import { z } from "zod";
import type { BarBatch } from "../domain/bars.ts";
import { ratioOf, type SplitRatio, splitOrderShares } from "../domain/corporate-action.ts";
import type { BorrowCharged } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { usd } from "../domain/money.ts";
import type { DayNumber, EpochMicros } from "../domain/time.ts";

const rate = z.number().min(0).max(10);

export const borrowParams = z.strictObject({
  /** Fraction per year for whatever is not listed: general collateral. */
  generalCollateral: rate,
  /** Fraction per year by symbol. */
  rates: z.record(z.string(), rate),
  /** Symbols that nobody lends but at a listed rate. */
  hardToBorrow: z.array(z.string().min(1).max(24)),
});
export type BorrowParams = z.infer<typeof borrowParams>;

const DAYS_PER_YEAR = 360;

/** Why a venue refuses such a sale. */
export const NOT_LENT = "hard to borrow: no rate is known, so nothing is lent";

export class BorrowBook {
  /** Fraction per year; NaN where nobody lends. */
  readonly #rate: Float64Array;
  readonly #shares: Float64Array;
  readonly #mark: Float64Array;
  #shorts = 0;
  #session = Number.NaN as DayNumber;

  /** `symbols` by instrument; one without a name pays general collateral. */
  constructor(instruments: number, symbols: readonly string[], params: BorrowParams) {
    const { generalCollateral, rates, hardToBorrow } = params;
    const hard = new Set(hardToBorrow);
    this.#shares = new Float64Array(instruments);
    this.#mark = new Float64Array(instruments).fill(Number.NaN);
    this.#rate = Float64Array.from({ length: instruments }, (_, i) => {
      const symbol = symbols[i] ?? "";
      return rates[symbol] ?? (hard.has(symbol) ? Number.NaN : generalCollateral);
    });
  }

  /** Whether anything is short: only then do sessions and marks matter. */
  get isActive(): boolean {
    return this.#shorts > 0;
  }

  /** True when selling `shares` more would need shares that nobody lends. */
  refuses(instrument: InstrumentId, shares: number): boolean {
    return Number.isNaN(this.#rate[instrument]!) && this.#shares[instrument]! - shares < 0;
  }

  /** `session` is the one in which it traded. */
  filled(instrument: InstrumentId, signedShares: number, price: number, session: DayNumber): void {
    const before = this.#shares[instrument]!;
    const sum = before + signedShares;
    const after = Math.abs(sum) < 5e-10 ? 0 : sum;
    this.#shares[instrument] = after;
    this.#mark[instrument] = price;
    if (before < 0 === after < 0) return;
    // Nobody told the sessions while nothing was short.
    if (this.#shorts === 0) this.#session = session;
    this.#shorts += after < 0 ? 1 : -1;
  }

  /**
   * The same position after a split, whole shares rounded towards zero as the account's are; the mark follows. Where
   * several strategies hold a part each, their lots may come to a share less (CA-2).
   */
  rescale(instrument: InstrumentId, ratio: SplitRatio): void {
    const before = this.#shares[instrument]!;
    const after = splitOrderShares(before, ratio);
    this.#shares[instrument] = after;
    this.#mark[instrument] = this.#mark[instrument]! / ratioOf(ratio);
    if (before < 0 && !(after < 0)) this.#shorts -= 1;
  }

  mark({ columns: { instrument, close }, from, to }: BarBatch): void {
    for (let row = from; row < to; row++) this.#mark[instrument[row]!] = close[row]!;
  }

  /** The session that an instant belongs to; charges of the nights since the last one, one per short. */
  startSession(session: DayNumber, at: EpochMicros): readonly BorrowCharged[] {
    const days = session - this.#session;
    this.#session = session;
    if (this.#shorts === 0 || !(days > 0)) return [];
    const charges: BorrowCharged[] = [];
    for (let i = 0; i < this.#shares.length; i++) {
      const shares = this.#shares[i]!;
      const rate = this.#rate[i]!;
      if (shares >= 0 || !(rate > 0)) continue;
      const dollars = usd((-shares * this.#mark[i]! * rate * days) / DAYS_PER_YEAR);
      charges.push({ kind: "BorrowCharged", at, instrument: i as InstrumentId, dollars });
    }
    return charges;
  }
}
