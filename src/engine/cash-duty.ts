/**
 * Explains what moved the broker's cash without a trade: deposits, withdrawals, dividends, interest (RELIABILITY 3.3
 * "transfers mid-day", 3.4). The broker's record is read once at the beginning of a run and again when the two cashes
 * differ; each of its rows is booked once. Used by the duty to the broker alone.
 *
 * MC-1  What stood in the record when the run first looked is in its starting cash, and is never booked.
 * MC-2  A row is booked when all that are new make up the difference, or when it brings the two cashes nearer: one that
 *       an operator has booked already, or that was booked without its row, is passed over when it is read.
 * MC-3  A small difference that stands after the record was read is booked as a result, with a flag: fees are charged
 *       in cents of their own, and rows come late. A large one waits for an operator.
 */
import type { BrokerCash } from "../domain/broker.ts";
import type { CashMoved } from "../domain/events.ts";
import { type EpochMicros, MICROS_PER_DAY, MICROS_PER_MINUTE } from "../domain/time.ts";
import { type CashDifference, reconcileTerms } from "../execution/reconciliation-facts.ts";

/** Rows are dated by the day, and are written down days after it. */
const BACK_MICROS = 7 * MICROS_PER_DAY;
/** While a difference waits for an operator its row may still come. */
const AGAIN_MICROS = 5 * MICROS_PER_MINUTE;

export class CashDuty {
  readonly #known = new Set<string>();
  #isFirst = true;
  #isWanted = true;
  /** The record was read since the difference began. */
  #isRead = false;
  #readAt = 0;
  #ahead: number | undefined;

  /** From when on the record is wanted with the next look; undefined: it is not. */
  since(at: EpochMicros): EpochMicros | undefined {
    return this.#isWanted ? (Math.max(0, at - BACK_MICROS) as EpochMicros) : undefined;
  }

  /** Dollars by which the broker's cash is ahead of our books, where that waits for an operator. */
  get ahead(): number | undefined {
    return this.#ahead;
  }

  /** A look brought the record along: what is to be booked of it. `ahead`: the broker's cash less ours, dollars. */
  looked(rows: readonly BrokerCash[], ahead: number, at: EpochMicros): CashMoved[] {
    const fresh = rows.filter(({ id }) => !this.#known.has(id));
    for (const { id } of rows) this.#known.add(id);
    this.#isWanted = false;
    this.#isRead = true;
    this.#readAt = at;
    if (this.#isFirst) {
      this.#isFirst = false;
      return [];
    }
    return explaining(
      fresh.filter(({ kind }) => kind !== "other"),
      ahead,
    ).map(({ kind, word, symbol, dollars }) => {
      const reason = symbol === undefined ? word : `${word} ${symbol}`;
      return moved(at, dollars, reason, kind === "result");
    });
  }

  /** What a comparison found of the two cashes; returns what is to be booked of it. */
  compared(found: CashDifference | undefined, at: EpochMicros): CashMoved | undefined {
    this.#ahead = undefined;
    if (found === undefined) {
      this.#isRead = false;
      return undefined;
    }
    if (!this.#isRead || at - this.#readAt >= AGAIN_MICROS) this.#isWanted = true;
    else if (found.isStanding && found.isSmall) {
      this.#isRead = false;
      return moved(at, found.dollars, "not explained by the broker's record", true);
    }
    if (!found.isSmall && found.isStanding) this.#ahead = found.dollars;
    return undefined;
  }
}

/** Those that explain so many dollars. */
function explaining(rows: readonly BrokerCash[], ahead: number): readonly BrokerCash[] {
  const all = rows.reduce((sum, { dollars }) => sum + dollars, 0);
  if (Math.abs(ahead - all) <= reconcileTerms.cashDollars) return rows;
  let left = ahead;
  return rows.filter(({ dollars }) => {
    if (!(Math.abs(left - dollars) < Math.abs(left))) return false;
    left -= dollars;
    return true;
  });
}

const moved = (at: EpochMicros, dollars: number, reason: string, isResult: boolean): CashMoved => ({
  kind: "CashMoved",
  at,
  dollars,
  reason,
  ...(isResult ? { isResult } : {}),
});
