/** What was known of a company on a day: the newest report that had been filed by then, and no later one. */
import type { DayNumber } from "../../domain/time.ts";
import { FILING_DAYS, type Filing } from "./filing.ts";

export interface KnownFiling {
  readonly filing: Filing;
  /** When it was filed, or must have been. */
  readonly filed: DayNumber;
  /** First day on which it may be used. */
  readonly knownFrom: DayNumber;
}

/** Ends of one year that two sources call differently lie this close, in days. */
const SAME_PERIOD_DAYS = 15;

/**
 * The annual reports of one symbol by the day on which they became known. Figures are those of `source`; the day of
 * filing may be told by any source's report on the same year. The day after the filing, or 90 days after the year's
 * end where nobody tells it.
 */
export function knownFilings(ofSymbol: readonly Filing[], source: string): readonly KnownFiling[] {
  const annual = ofSymbol.filter(({ form }) => form === "annual");
  return annual
    .filter((filing) => filing.source === source)
    .map((filing): KnownFiling => {
      const filed = filing.filed ?? filedElsewhere(filing, annual);
      const assumed = (filing.periodEnd + FILING_DAYS) as DayNumber;
      const knownFrom = filed === undefined ? assumed : ((filed + 1) as DayNumber);
      return { filing, filed: filed ?? assumed, knownFrom };
    })
    .toSorted((a, b) => a.knownFrom - b.knownFrom || a.filing.periodEnd - b.filing.periodEnd);
}

/** The first filing of the same year: a later one may restate it, and what is known then was not known before. */
function filedElsewhere(filing: Filing, annual: readonly Filing[]): DayNumber | undefined {
  return annual
    .filter(({ periodEnd }) => Math.abs(periodEnd - filing.periodEnd) <= SAME_PERIOD_DAYS)
    .flatMap(({ filed }) => (filed === undefined ? [] : [filed]))
    .toSorted((a, b) => a - b)[0];
}

/** Of `known`, what stands on `day`: the newest year, in its last version. */
export function standingOn(known: readonly KnownFiling[], day: DayNumber): KnownFiling | undefined {
  return known
    .filter(({ knownFrom }) => knownFrom <= day)
    .toSorted((a, b) => a.filing.periodEnd - b.filing.periodEnd || a.knownFrom - b.knownFrom)
    .at(-1);
}
