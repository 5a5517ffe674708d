/**
 * Reference tables: numbers that no bar tells (a company's books, the pair of a stock, the VIX), as they were known
 * at an instant. A strategy declares the columns it reads; whoever knows them tells them as events (`ReferenceTold`),
 * so that a run, its replay and its parity read the same (EN-1).
 */
import type { SplitRatio } from "./corporate-action.ts";
import type { InstrumentId } from "./instrument.ts";
import { type SessionTable, sessionIndexAt } from "./session.ts";
import type { DayNumber, EpochMicros } from "./time.ts";

export interface ReferenceColumn {
  /** What a number of it means, with its unit, for people. */
  readonly meaning: string;
  /** Absent: a split leaves it as it is. */
  readonly unit?: "usd_per_share" | "shares";
}

export interface ReferenceTable<Column extends string = string> {
  readonly id: string;
  /** `market`: one row, the same for every instrument. */
  readonly scope: "market" | "instrument";
  readonly about: string;
  /** Sessions after the one that it was told for in which it may still be acted on; absent: one. */
  readonly holds?: number;
  /** What is older than that is not known any more, whoever reads it; absent: it stands until it is told again. */
  readonly fades?: true;
  readonly columns: Readonly<Record<Column, ReferenceColumn>>;
}

/** One column of one table, as a strategy declares it. */
export interface ReferenceRef {
  readonly table: ReferenceTable;
  readonly column: string;
  /** The strategy has an answer where nobody tells the table; absent: it enters nothing then, in a system that runs. */
  readonly isOptional?: true;
}

export const reference = <Column extends string>(
  table: ReferenceTable<Column>,
  column: Column,
): ReferenceRef => ({ table, column });

/** One that is made use of where it is told, and not waited for where it is not. */
export const optionalReference = <Column extends string>(
  table: ReferenceTable<Column>,
  column: Column,
): ReferenceRef => ({ table, column, isOptional: true });

/** Row of the session that a telling is for; that of its instant where it names none that there is. */
export function toldForRow(
  { at, session }: { readonly at: EpochMicros; readonly session?: DayNumber },
  sessions: SessionTable,
): number {
  const row = session === undefined ? -1 : sessions.date.indexOf(session);
  return row < 0 ? sessionIndexAt(sessions, at) : row;
}

export const holdsSessions = ({ holds = 1 }: ReferenceTable): number => holds;

/** Stands where a row of a market's table would name its instrument. */
export const MARKET_ROW = -1;

/** A split that a told number has in it already. */
export interface CountedSplit extends SplitRatio {
  readonly exDate: DayNumber;
}

/** Which shares a row counts in: those of the evening of `asOf`, and of later splits those of the list alone. */
export interface ShareBasis {
  readonly asOf: DayNumber;
  /** Each later than `asOf`; absent: none. */
  readonly splits?: readonly CountedSplit[] | undefined;
}

/** An instrument, or `MARKET_ROW`, and a value for each column in the order of the table; null: not known. */
export interface ReferenceRow {
  readonly instrument: InstrumentId | typeof MARKET_ROW;
  readonly values: readonly (number | null)[];
  /** Of columns with a unit. Absent: the shares of the moment that it is told. */
  readonly basis?: ShareBasis;
}
