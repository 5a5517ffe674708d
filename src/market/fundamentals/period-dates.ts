/** Rules on a report's dates: they can be read, they have come, and nobody files before the period is over. */
import { type DayNumber, dayNumber, isoDate } from "../../domain/time.ts";
import type { FilingRule } from "./filing-rule.ts";

const FIRST = dayNumber(1990, 1, 1);
const LAST = dayNumber(2100, 1, 1);

const isDay = (day: number): boolean => day >= FIRST && day < LAST;
const shown = (day: number | undefined): string =>
  day === undefined ? "none" : isDay(day) ? isoDate(day as DayNumber) : "unreadable";

export const datesReadable: FilingRule = {
  id: "dates-readable",
  breaks: ({ periodEnd, filed }) => !isDay(periodEnd) || (filed !== undefined && !isDay(filed)),
  explain: ({ periodEnd, filed }) =>
    `period end ${shown(periodEnd)} and filing ${shown(filed)} must be dates from 1990 on, YYYY-MM-DD`,
};

export const datesNotInFuture: FilingRule = {
  id: "dates-not-in-future",
  breaks: ({ periodEnd, filed = periodEnd }, { today }) => Math.max(periodEnd, filed) > today,
  explain: ({ periodEnd, filed }, { today }) =>
    `period end ${shown(periodEnd)} or filing ${shown(filed)} is after today, ${isoDate(today)}`,
};

export const filedAfterPeriod: FilingRule = {
  id: "filed-after-period",
  breaks: ({ periodEnd, filed = periodEnd }) => filed < periodEnd,
  explain: ({ periodEnd, filed }) => `filed ${shown(filed)}, before its period was over, ${shown(periodEnd)}`,
};
