/** Rules on a record's place in the trading calendar (DATA-9). */
import { type EpochMicros, isoDate, isoInstant } from "../../domain/time.ts";
import { closureReason, isCalendarDay, sessionRowOn } from "../calendar.ts";
import type { Row, Rule } from "./rule.ts";

export const onSession: Rule<Row> = {
  id: "on-session",
  outcome: "reject",
  breaks: (row, { stamp }) => sessionRowOn(stamp.day(row.at)) < 0,
  explain: (row, { stamp }) => {
    const day = stamp.day(row.at);
    if (!isCalendarDay(day)) return `${isoDate(day)} is outside the calendar, 1990-01-01 to 2030-12-31`;
    return `${isoDate(day)} is no XNYS session: ${closureReason(day) ?? "weekend"}`;
  },
};

export const inTradingHours: Rule<Row> = {
  id: "in-trading-hours",
  outcome: "reject",
  breaks: (row, { stamp }) => !stamp.isInHours(row.at),
  explain: (row, { stamp }) =>
    `${stamp.name} ${isoInstant(row.at as EpochMicros)} is outside 04:00 to 20:00 in New York`,
};
