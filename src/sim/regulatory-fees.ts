/**
 * US regulatory fees on sales, by the date they were in force (QUANT m).
 *
 * Rates are configuration: the schedule given to `regulatoryFee` decides. A date before the first row
 * pays the first row's rate, so that an unknown past is never free.
 */
import { z } from "zod";
import type { Money } from "../domain/money.ts";
import { type DayNumber, parseIsoDate } from "../domain/time.ts";

const isoDate = z
  .string()
  .refine((text) => parseIsoDate(text) !== undefined, { error: "must be YYYY-MM-DD" });

export const feeSchedule = z
  .array(
    z.strictObject({
      /** First session the row applies to. */
      from: isoDate,
      /** SEC section 31: dollars per million dollars sold. */
      secPerMillion: z.number().min(0).max(1_000_000),
      /** FINRA trading activity fee: dollars per share sold, and the most per trade. */
      tafPerShare: z.number().min(0).max(1),
      tafCap: z.number().min(0).max(1_000_000),
    }),
  )
  .min(1)
  .refine((rows) => new Set(rows.map(({ from }) => from)).size === rows.length, {
    error: "two rows begin on the same date; keep one",
  });
export type FeeSchedule = z.infer<typeof feeSchedule>;

export interface FeeRates {
  readonly from: DayNumber;
  readonly secPerMillion: number;
  readonly tafPerShare: number;
  readonly tafCap: number;
}

/** Ascending by date, dates parsed once. */
export function feeRates(schedule: FeeSchedule): readonly FeeRates[] {
  return schedule
    .map(({ from, ...rates }) => ({ from: parseIsoDate(from) as DayNumber, ...rates }))
    .toSorted((a, b) => a.from - b.from);
}

/** What one sale owes the SEC and FINRA, dollars, unrounded. `rates` ascend by date: the last in force decides. */
export function saleFees(rates: readonly FeeRates[], date: DayNumber, shares: number, dollars: number) {
  let row = rates[0]!;
  for (const candidate of rates) if (candidate.from <= date) row = candidate;
  return {
    sec: (dollars * row.secPerMillion) / 1_000_000,
    taf: Math.min(shares * row.tafPerShare, row.tafCap),
  };
}

/**
 * Both fees of one sale, each rounded up to the cent as brokers do, in micro-dollars. `rates` ascend by
 * date and are few: the last row in force decides.
 */
export function regulatoryFee(
  rates: readonly FeeRates[],
  date: DayNumber,
  shares: number,
  dollars: number,
): Money {
  const { sec, taf } = saleFees(rates, date, shares, dollars);
  return ((centsUp(sec) + centsUp(taf)) * 10_000) as Money;
}

/** Whole cents, rounded up; a hair above a cent is the cent itself, and nothing is 0, not -0. */
export function centsUp(dollars: number): number {
  return Math.max(0, Math.ceil(dollars * 100 - 1e-9));
}
