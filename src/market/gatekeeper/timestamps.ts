/** Rules on a record's instant: it can be read, it has happened, and it follows the one before it (C-09). */
import { type EpochMicros, isoInstant } from "../../domain/time.ts";
import type { Row, Rule } from "./rule.ts";

export const timestampReadable: Rule<Row> = {
  id: "timestamp-readable",
  outcome: "reject",
  breaks: (row, { stamp }) => !stamp.isReadable(row.at),
  explain: (row, { stamp }) => `timestamp ${row.at} is no ${stamp.name} in whole micros from 1987 to 2030`,
};

/** A daily bar dated today is complete at the close: before it, it is a snapshot and refused here. */
export const timestampNotInFuture: Rule<Row> = {
  id: "timestamp-not-in-future",
  outcome: "reject",
  breaks: (row, { now, skewMicros, stamp }) => stamp.completeAt(row.at) > now + skewMicros,
  explain: (row, { now, stamp }) =>
    `complete at ${instant(stamp.completeAt(row.at))}, which is after now, ${instant(now)}`,
};

/** For bars, of which a series has one per instant. */
export const timestampNotRepeated: Rule<Row> = {
  id: "timestamp-not-repeated",
  outcome: "reject",
  breaks: (row) => row.at === row.previousAt,
  explain: (row) => `timestamp ${instant(row.at)} repeats the last accepted, ${instant(row.previousAt)}`,
};

/** Trades and quotes may share an instant; none may go back. */
export const timestampNotBackwards: Rule<Row> = {
  id: "timestamp-not-backwards",
  outcome: "reject",
  breaks: (row) => row.at < row.previousAt,
  explain: (row) => `timestamp ${instant(row.at)} is before the last accepted, ${instant(row.previousAt)}`,
};

function instant(at: number): string {
  return Number.isFinite(at) ? isoInstant(at as EpochMicros) : "never";
}
