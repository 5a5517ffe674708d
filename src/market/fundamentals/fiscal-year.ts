/** A fiscal year is called after the calendar year in which it ends, begins, or begins to be mostly: never another. */
import { civilDate, type DayNumber } from "../../domain/time.ts";
import type { FilingRule } from "./filing-rule.ts";

const yearOf = (day: number): number => civilDate(day as DayNumber).year;

export const fiscalYearSane: FilingRule = {
  id: "fiscal-year-sane",
  breaks: ({ fiscalYear, periodEnd }) =>
    fiscalYear !== undefined && !(Math.abs(fiscalYear - yearOf(periodEnd)) <= 1),
  explain: ({ fiscalYear, periodEnd }) =>
    `fiscal year ${fiscalYear} must be within one of ${yearOf(periodEnd)}, in which the period ends`,
};
