/** Every rule that a report must satisfy, in the order they are asked: dates first, as later rules rely on them. */
import { noConflictingVersion } from "./conflicting-versions.ts";
import { enterpriseValueNotNegative } from "./enterprise-value.ts";
import type { FilingRule } from "./filing-rule.ts";
import { cashFinite, cashNotNegative, debtFinite, debtNotNegative, ebitFinite } from "./finite-figures.ts";
import { fiscalYearSane } from "./fiscal-year.ts";
import { datesNotInFuture, datesReadable, filedAfterPeriod } from "./period-dates.ts";
import { marketCapPositive, revenuePositive, sharesPositive } from "./positive-figures.ts";

export const filingRules: readonly FilingRule[] = [
  datesReadable,
  datesNotInFuture,
  filedAfterPeriod,
  fiscalYearSane,
  revenuePositive,
  sharesPositive,
  marketCapPositive,
  ebitFinite,
  debtFinite,
  cashFinite,
  debtNotNegative,
  cashNotNegative,
  enterpriseValueNotNegative,
  noConflictingVersion,
];
