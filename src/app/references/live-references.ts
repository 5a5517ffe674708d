/**
 * What a running system is told before a session: the rows that the providers of a backtest over minute bars tell it at
 * that session's open, and no others. What is not of the day before is no answer (RN-1).
 */
import { InputError } from "../../domain/assert.ts";
import { MARKET_ROW, type ReferenceRow, type ReferenceTable } from "../../domain/reference-table.ts";
import { type DayNumber, isoDate } from "../../domain/time.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { sha256Hex } from "../../numerics/sha256.ts";
import type { ReferenceWorld } from "./reference-provider.ts";
import { referenceProviders } from "./registry.ts";

/** Its symbol is empty for the market's. */
export interface LiveRow extends Pick<ReferenceRow, "values" | "basis"> {
  readonly symbol: string;
}

/** Rows of one table by symbol. */
export interface LiveTable {
  readonly table: string;
  /** The session that they were told for first: today's, or that of the last formation. */
  readonly since: DayNumber;
  /**
   * Names what it says: what was told under it once is told. Rows that stand for several sessions are told once; of the
   * others a correction is another word.
   */
  readonly version: string;
  readonly rows: readonly LiveRow[];
  readonly isWhole: boolean;
}

/** A table of which nothing can be told, and why: a clause for people. */
export interface Untold {
  readonly table: string;
  readonly why: string;
}

export interface LiveReferences {
  readonly told: readonly LiveTable[];
  readonly untold: readonly Untold[];
}

export interface LiveReferenceWorld
  extends Pick<ReferenceWorld, "root" | "lake" | "config" | "instruments" | "sectors" | "filings"> {
  /** The first session of the run, and the one ahead. */
  readonly first: DayNumber;
  readonly session: DayNumber;
}

/** Never throws for what is missing. */
export async function liveReferences(
  world: LiveReferenceWorld,
  tables: readonly ReferenceTable[],
): Promise<LiveReferences> {
  const told: LiveTable[] = [];
  const untold: Untold[] = [];
  for (const table of tables) {
    try {
      told.push(await tableOf(world, table));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      untold.push({ table: table.id, why: error.message });
    }
  }
  return { told, untold };
}

async function tableOf(
  { first, session, ...world }: LiveReferenceWorld,
  { id, scope }: ReferenceTable,
): Promise<LiveTable> {
  const provider = referenceProviders.find(({ table }) => table.id === id);
  if (provider === undefined) throw new InputError("nobody tells it in this version");
  const sessions = xnysSessions();
  const since = provider.standsFrom?.({ sessions, first }, session) ?? session;
  const absent = { absent: "the regime detector tells it itself" };
  const span = { first: since, last: since, isLive: true };
  const known = await provider.tell({
    ...{ ...world, ...span, sessions, choice: {}, timeframe: "1m", regime: absent },
  });
  const open = sessions.open[sessions.date.indexOf(since)];
  const [last] = known.filter(({ at }) => at <= open!).slice(-1);
  if (last === undefined || last.at !== open) {
    const before = sessions.date[sessions.date.indexOf(since) - 1] as DayNumber;
    throw new InputError(`nothing of ${isoDate(before)} is known`);
  }
  const { symbols } = world.instruments;
  const rows = last.rows.map(({ instrument, ...row }) => ({
    symbol: scope === "market" || instrument === MARKET_ROW ? "" : (symbols[instrument] ?? ""),
    ...row,
  }));
  const of = `${id}:${isoDate(since)}`;
  const content = () => sha256Hex(JSON.stringify(rows)).slice(0, 12);
  const version = provider.standsFrom === undefined ? `${of}:${content()}` : of;
  return { table: id, since, version, isWhole: last.isWhole === true, rows };
}
