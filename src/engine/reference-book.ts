/**
 * What the compute stage knows beside bars: reference tables as columns per instrument, as they were told.
 *
 * RB-1  Unknown is NaN: before a table is told, for what it does not list, and where it says null.
 * RB-2  What is told stands until it is told again; a whole table forgets what it does not list. What is told late of a
 *       session before the last one that was told of is no news.
 * RB-3  What is per share, or is shares, is shown in the shares of now: as it was told, and what it lacks (SO-1).
 * RB-4  A table that fades is not known any more once it is older than it holds: nobody obeys a press that has gone.
 */
import { InvariantError } from "../domain/assert.ts";
import type { CorporateActionEvent, ReferenceTold } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import {
  holdsSessions,
  MARKET_ROW,
  type ReferenceRef,
  type ReferenceRow,
  type ReferenceTable,
  toldForRow,
} from "../domain/reference-table.ts";
import type { SessionTable } from "../domain/session.ts";
import type { EpochMicros } from "../domain/time.ts";
import { AppliedActions, type ToldBasis } from "./applied-actions.ts";
import type { ActionFactors } from "./price-basis.ts";

interface Held {
  readonly table: ReferenceTable;
  /** Columns that somebody reads, by their place in the table. */
  readonly columns: Map<number, Column>;
  /** What was told last of each instrument, where a column follows splits. */
  readonly rows: Map<InstrumentId, ToldRow>;
  /** Row of the last session that it was told of. */
  toldFor: number;
  /** Of a table that fades: the last instant at which what was told may be acted on. */
  fadesAfter: number;
}

interface Column {
  readonly values: Float64Array;
  /** Absent: a split leaves it as it is. */
  readonly unit: "usd_per_share" | "shares" | undefined;
}

interface ToldRow extends ToldBasis {
  readonly values: ReferenceRow["values"];
}

export class ReferenceBook {
  readonly #instruments: number;
  readonly #sessions: SessionTable;
  readonly #held = new Map<string, Held>();
  readonly #applied = new AppliedActions();
  /** The first of all of them. */
  #nextFade = Number.POSITIVE_INFINITY;

  constructor(instruments: number, sessions: SessionTable) {
    this.#instruments = instruments;
    this.#sessions = sessions;
  }

  /** The live values by instrument. Throws InvariantError for a column that the table does not have. */
  column({ table, column }: ReferenceRef): Float64Array {
    const place = Object.keys(table.columns).indexOf(column);
    if (place < 0) throw new InvariantError(`RB-1: table ${table.id} has no column ${column}`);
    const { columns } = this.#heldOf(table);
    const known = columns.get(place);
    if (known !== undefined) return known.values;
    const values = new Float64Array(this.#instruments).fill(Number.NaN);
    columns.set(place, { values, unit: table.columns[column]?.unit });
    return values;
  }

  /** Tables that somebody reads. */
  get read(): readonly string[] {
    return [...this.#held.keys()];
  }

  told(told: ReferenceTold): void {
    const { table, rows, isWhole } = told;
    const held = this.#held.get(table);
    if (held === undefined) return;
    const toldFor = toldForRow(told, this.#sessions);
    if (toldFor < held.toldFor) return;
    held.toldFor = toldFor;
    this.#fade(held);
    if (isWhole === true) forget(held);
    const follows = [...held.columns.values()].some(({ unit }) => unit !== undefined);
    for (const row of rows) {
      for (const [place, { values }] of held.columns)
        show(values, row.instrument, row.values[place] ?? Number.NaN);
      if (!follows) continue;
      if (row.instrument !== MARKET_ROW) this.#keep(held, row.instrument, row);
      else for (let i = 0; i < this.#instruments; i++) this.#keep(held, i as InstrumentId, row);
    }
  }

  /** After a split or a dividend: what is per share, or is shares, follows as far as it does not count it already. */
  acted(event: CorporateActionEvent, factors: ActionFactors): void {
    const { instrument } = event;
    this.#applied.add(event, factors);
    for (const held of this.#held.values()) {
      const row = held.rows.get(instrument);
      if (row !== undefined) this.#restate(held, instrument, row);
    }
  }

  /** Before anybody decides at `at`. */
  pass(at: EpochMicros): void {
    if (at <= this.#nextFade) return;
    this.#nextFade = Number.POSITIVE_INFINITY;
    for (const held of this.#held.values()) {
      if (at > held.fadesAfter) {
        forget(held);
        held.fadesAfter = Number.POSITIVE_INFINITY;
      }
      this.#nextFade = Math.min(this.#nextFade, held.fadesAfter);
    }
  }

  #fade(held: Held): void {
    if (held.table.fades !== true) return;
    const last = held.toldFor + holdsSessions(held.table);
    held.fadesAfter = this.#sessions.close[last] ?? Number.POSITIVE_INFINITY;
    this.#nextFade = Math.min(this.#nextFade, held.fadesAfter);
  }

  #keep(held: Held, instrument: InstrumentId, { values, basis }: ReferenceRow): void {
    if (instrument >= this.#instruments) return;
    const row = { values, basis, applied: this.#applied.count(instrument) };
    held.rows.set(instrument, row);
    if (basis !== undefined) this.#restate(held, instrument, row);
  }

  #restate({ columns }: Held, instrument: InstrumentId, row: ToldRow): void {
    const lacking = this.#applied.lacking(instrument, row);
    for (const [place, { values, unit }] of columns) {
      if (unit === undefined) continue;
      let value = lacking === undefined ? Number.NaN : (row.values[place] ?? Number.NaN);
      for (const { price, shares } of lacking ?? []) value *= unit === "shares" ? shares : price;
      values[instrument] = value;
    }
  }

  #heldOf(table: ReferenceTable): Held {
    const held = this.#held.get(table.id);
    if (held !== undefined) return held;
    const [toldFor, fadesAfter] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    const made: Held = { table, columns: new Map(), rows: new Map(), toldFor, fadesAfter };
    this.#held.set(table.id, made);
    return made;
  }
}

function forget({ columns, rows }: Held): void {
  for (const { values } of columns.values()) values.fill(Number.NaN);
  rows.clear();
}

function show(values: Float64Array, instrument: ReferenceRow["instrument"], value: number): void {
  if (instrument === MARKET_ROW) values.fill(value);
  else if (instrument < values.length) values[instrument] = value;
}
