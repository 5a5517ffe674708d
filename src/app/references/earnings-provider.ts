/**
 * The last earnings report of each company, session by session, from the first that could act on it to the sixtieth
 * after it: the drift after a report lasts about as long (Bernard, Thomas 1989).
 */
import { lakePaths } from "../../adapters/lake/paths.ts";
import { readReports } from "../../adapters/lake/report-store.ts";
import { InputError } from "../../domain/assert.ts";
import type { ReferenceTold } from "../../domain/events.ts";
import type { InstrumentId } from "../../domain/instrument.ts";
import type { ReferenceRow } from "../../domain/reference-table.ts";
import type { DayNumber, EpochMicros } from "../../domain/time.ts";
import { type Surprise, surprisesOf } from "../../market/earnings-report.ts";
import { earningsTable } from "../../market/references/earnings.ts";
import { askedAt, knownAfter, type ReferenceProvider, type ReferenceWorld } from "./reference-provider.ts";

/** Sessions after which a report is told no more. */
const TOLD_SESSIONS = 60;
/** From the announcement to our knowing of it, as for any story. */
const LATENCY = 60_000_000;

export const earningsProvider: ReferenceProvider = {
  table: earningsTable,
  tell(world) {
    const reports = readReports(lakePaths(world.root));
    if (reports.length === 0)
      throw new InputError("there are no earnings reports: plimsoll fundamentals import-earnings FILE");
    const bySymbol = Map.groupBy(reports, ({ symbol }) => symbol);
    const instants = instantsOf(world);
    const asked = instants.map((at) => askedAt(at, world));
    const rows = instants.map((): ReferenceRow[] => []);
    for (const [n, symbol] of world.instruments.symbols.entries())
      listed(n as InstrumentId, surprisesOf(bySymbol.get(symbol) ?? []), asked, rows);
    const start = knownAfter((world.first - 1) as DayNumber, world) ?? 0;
    const told = instants.flatMap((at, n): ReferenceTold[] =>
      at < start
        ? []
        : [{ kind: "ReferenceTold", at, table: earningsTable.id, rows: rows[n]!, isWhole: true }],
    );
    return Promise.resolve(world.isLive || told.some(({ rows: known }) => known.length > 0) ? told : []);
  },
};

/** Puts the rows of one company to those of each instant. */
function listed(
  instrument: InstrumentId,
  surprises: readonly Surprise[],
  instants: readonly EpochMicros[],
  rows: readonly ReferenceRow[][],
): void {
  let next = 0;
  let last: Surprise | undefined;
  let since = 0;
  for (const [n, at] of instants.entries()) {
    since += 1;
    for (; next < surprises.length && surprises[next]!.announcedAt + LATENCY <= at; next++) {
      last = surprises[next];
      since = 0;
    }
    // What was known before the first instant is as old as nobody has counted.
    if (last === undefined || since > TOLD_SESSIONS || (n === 0 && since === 0)) continue;
    const { surprise } = last;
    rows[n]!.push({ instrument, values: [Number.isNaN(surprise) ? null : surprise, since] });
  }
}

/** When each session's reports are told: enough of them before the run to know how old each is. */
function instantsOf(world: ReferenceWorld): readonly EpochMicros[] {
  const { date } = world.sessions;
  const first = Math.max(0, date.findIndex((day) => day >= world.first) - TOLD_SESSIONS - 2);
  const instants: EpochMicros[] = [];
  for (let n = first; n < date.length && date[n]! <= world.last; n++) {
    const at = knownAfter(date[n] as DayNumber, world);
    if (at !== undefined) instants.push(at);
  }
  return instants;
}
