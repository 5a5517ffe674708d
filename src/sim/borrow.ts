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
import { type InstrumentId, SYMBOL_FORM } from "../domain/instrument.ts";
import { HALF_NANO_SHARE, usd } from "../domain/money.ts";
import type { DayNumber, EpochMicros } from "../domain/time.ts";

const rate = z.number().min(0).max(10);

export const borrowParams = z.strictObject({
  /** Fraction per year for whatever is not listed: general collateral. */
  generalCollateral: rate,
  /** Fraction per year by symbol. */
  rates: z.record(z.string().regex(SYMBOL_FORM), rate),
  /** Symbols that nobody lends but at a listed rate. */
  hardToBorrow: z.array(z.string().regex(SYMBOL_FORM)),
});
export type BorrowParams = z.infer<typeof borrowParams>;

const DAYS_PER_YEAR = 360;

/** Why a venue refuses such a sale. */
export const NOT_LENT = "hard to borrow: no rate is known, so nothing is lent";

/** Signed shares of the account: asked after a split, of which each lot is rounded by itself (CA-2). */
export type Held = (instrument: InstrumentId) => number;

export class BorrowBook {
  /** Fraction per year; NaN where nobody lends. */
  readonly #rate: Float64Array;
  readonly #shares: Float64Array;
  readonly #mark: Float64Array;
  #shorts = 0;
  #session = Number.NaN as DayNumber;
  readonly #held: Held | undefined;
  /** Split since anybody last looked: what is short of them now is the account's to say. */
  readonly #split: InstrumentId[] = [];

  /**
   * `symbols` by instrument; one without a name pays general collateral. `held` tells the signed shares of the account
   * after a split, of which each lot is rounded by itself (CA-2); without it the position is rounded as one lot.
   */
  constructor(instruments: number, symbols: readonly string[], params: BorrowParams, held?: Held) {
    this.#held = held;
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
    if (this.#split.length > 0) this.#askAgain();
    return this.#shorts > 0;
  }

  /** True when selling `shares` more would need shares that nobody lends. */
  refuses(instrument: InstrumentId, shares: number): boolean {
    if (this.#split.length > 0) this.#askAgain();
    return Number.isNaN(this.#rate[instrument]!) && this.#shares[instrument]! - shares < 0;
  }

  /** `session` is the one in which it traded. */
  filled(instrument: InstrumentId, signedShares: number, price: number, session: DayNumber): void {
    if (this.#split.length > 0) this.#askAgain();
    const before = this.#shares[instrument]!;
    const sum = before + signedShares;
    const after = Math.abs(sum) < HALF_NANO_SHARE ? 0 : sum;
    this.#shares[instrument] = after;
    this.#mark[instrument] = price;
    if (before < 0 === after < 0) return;
    // Nobody told the sessions while nothing was short.
    if (this.#shorts === 0) this.#session = session;
    this.#shorts += after < 0 ? 1 : -1;
  }

  /** The same position after a split; the mark follows. The account is asked once it has booked the split too. */
  rescale(instrument: InstrumentId, ratio: SplitRatio): void {
    if (this.#split.length > 0) this.#askAgain();
    this.#mark[instrument] = this.#mark[instrument]! / ratioOf(ratio);
    if (this.#held === undefined) this.#hold(instrument, splitOrderShares(this.#shares[instrument]!, ratio));
    else this.#split.push(instrument);
  }

  #askAgain(): void {
    for (const instrument of this.#split) this.#hold(instrument, this.#held?.(instrument) ?? 0);
    this.#split.length = 0;
  }

  /** Shares that rounding alone made short are charged from the session on that first knows of them. */
  #hold(instrument: InstrumentId, shares: number): void {
    const before = this.#shares[instrument]!;
    this.#shares[instrument] = shares;
    if (before < 0 === shares < 0) return;
    if (this.#shorts === 0) this.#session = Number.NaN as DayNumber;
    this.#shorts += shares < 0 ? 1 : -1;
  }

  mark({ columns: { instrument, close }, from, to }: BarBatch): void {
    for (let row = from; row < to; row++) this.#mark[instrument[row]!] = close[row]!;
  }

  /** The session that an instant belongs to; charges of the nights since the last one, one per short. */
  startSession(session: DayNumber, at: EpochMicros): readonly BorrowCharged[] {
    if (this.#split.length > 0) this.#askAgain();
    const days = session - this.#session;
    this.#session = session;
    if (this.#shorts === 0 || !(days > 0)) return [];
    const charges: BorrowCharged[] = [];
    for (let i = 0; i < this.#shares.length; i++) {
      const shares = this.#shares[i]!;
      const rate = this.#rate[i]!;
      if (shares >= 0 || !(rate > 0) || Number.isNaN(this.#mark[i]!)) continue;
      const dollars = usd((-shares * this.#mark[i]! * rate * days) / DAYS_PER_YEAR);
      charges.push({ kind: "BorrowCharged", at, instrument: i as InstrumentId, dollars });
    }
    return charges;
  }
}
