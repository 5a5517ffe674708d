/**
 * Regulatory fees of sales: they accrue over the day and are charged once in the night, the day's sum of each kind
 * rounded up to the cent. What has accrued can no longer be spent.
 */
import type { Money } from "../../domain/money.ts";
import type { DayNumber } from "../../domain/time.ts";
import { centsUp, type FeeRates, type FeeSchedule, feeRates, saleFees } from "../regulatory-fees.ts";

const MICROS_PER_CENT = 10_000;

export interface FeeCharge {
  readonly subType: "REG" | "TAF";
  readonly dollars: Money;
}

export class FeeAccrual {
  readonly #rates: readonly FeeRates[] | undefined;
  /** Dollars of the day, unrounded. */
  #sec = 0;
  #taf = 0;

  constructor(schedule: FeeSchedule | undefined) {
    this.#rates = schedule === undefined ? undefined : feeRates(schedule);
  }

  sold(day: DayNumber, shares: number, dollars: number): void {
    if (this.#rates === undefined) return;
    const { sec, taf } = saleFees(this.#rates, day, shares, dollars);
    this.#sec += sec;
    this.#taf += taf;
  }

  /** Micro-dollars. */
  get accrued(): Money {
    return ((centsUp(this.#sec) + centsUp(this.#taf)) * MICROS_PER_CENT) as Money;
  }

  get accruedTaf(): Money {
    return (centsUp(this.#taf) * MICROS_PER_CENT) as Money;
  }

  /** What the night charges; nothing has accrued after it. */
  charge(): FeeCharge[] {
    const charges: FeeCharge[] = [
      { subType: "REG", dollars: (centsUp(this.#sec) * MICROS_PER_CENT) as Money },
      { subType: "TAF", dollars: (centsUp(this.#taf) * MICROS_PER_CENT) as Money },
    ];
    this.#sec = 0;
    this.#taf = 0;
    return charges.filter(({ dollars }) => dollars > 0);
  }
}
