/**
 * Dividends between ex-date and pay date: owed to the account, part of its worth, and no cash yet (CA-4). Used by
 * the execute stage. A run in which nothing is owed compares one number per batch.
 */
import type { Money } from "../domain/money.ts";
import type { EpochMicros } from "../domain/time.ts";

interface Due {
  readonly at: EpochMicros;
  readonly amount: Money;
}

export class Receivables {
  /** Ascending in time; those of one instant in the order in which they came. */
  #due: Due[] = [];
  /** When the next one is paid, epoch micros; infinite when nothing is owed. */
  next = Number.POSITIVE_INFINITY;

  /** `amount` is positive: what the account owes is never put off. */
  add(at: EpochMicros, amount: Money): void {
    const later = this.#due.findIndex((due) => due.at > at);
    this.#due.splice(later < 0 ? this.#due.length : later, 0, { at, amount });
    this.next = this.#due[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Takes out what is paid by now, micro-dollars. */
  take(now: EpochMicros): Money {
    const left = this.#due.findIndex((due) => due.at > now);
    const paid = this.#due.splice(0, left < 0 ? this.#due.length : left);
    this.next = this.#due[0]?.at ?? Number.POSITIVE_INFINITY;
    return paid.reduce((sum, { amount }) => sum + amount, 0) as Money;
  }
}
