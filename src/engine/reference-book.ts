/**
 * What the compute stage knows beside bars: reference tables as columns per instrument, as they were told.
 *
 * RB-1  Unknown is NaN: before a table is told, for what it does not list, and where it says null.
 * RB-2  What is told stands until it is told again; a whole table forgets what it does not list.
 * RB-3  A table that fades is not known any more once it is older than it holds: nobody obeys a press that has gone.
 */
import { InvariantError } from "../domain/assert.ts";
import type { ReferenceTold } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import {
  holdsSessions,
  MARKET_ROW,
  type ReferenceRef,
  type ReferenceTable,
  toldForRow,
} from "../domain/reference-table.ts";
import type { SessionTable } from "../domain/session.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { ActionFactors } from "./price-basis.ts";

interface Held {
  readonly table: ReferenceTable;
  /** Columns that somebody reads, by their place in the table. */
  readonly columns: Map<number, Float64Array>;
  /** Of a table that fades: the last instant at which what was told may be acted on. */
  fadesAfter: number;
}

export class ReferenceBook {
  readonly #instruments: number;
  readonly #sessions: SessionTable;
  readonly #held = new Map<string, Held>();
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
    if (known !== undefined) return known;
    const made = new Float64Array(this.#instruments).fill(Number.NaN);
    columns.set(place, made);
    return made;
  }

  /** Tables that somebody reads. */
  get read(): readonly string[] {
    return [...this.#held.keys()];
  }

  told(told: ReferenceTold): void {
    const { table, rows, isWhole } = told;
    const held = this.#held.get(table);
    if (held === undefined) return;
    if (held.table.fades === true) {
      const last = toldForRow(told, this.#sessions) + holdsSessions(held.table);
      held.fadesAfter = this.#sessions.close[last] ?? Number.POSITIVE_INFINITY;
      this.#nextFade = Math.min(this.#nextFade, held.fadesAfter);
    }
    for (const [place, values] of held.columns) {
      if (isWhole === true) values.fill(Number.NaN);
      for (const { instrument, values: row } of rows) {
        const value = row[place] ?? Number.NaN;
        if (instrument === MARKET_ROW) values.fill(value);
        else if (instrument < values.length) values[instrument] = value;
      }
    }
  }

  /** Before anybody decides at `at`. */
  pass(at: EpochMicros): void {
    if (at <= this.#nextFade) return;
    this.#nextFade = Number.POSITIVE_INFINITY;
    for (const held of this.#held.values()) {
      if (at > held.fadesAfter) {
        for (const values of held.columns.values()) values.fill(Number.NaN);
        held.fadesAfter = Number.POSITIVE_INFINITY;
      }
      this.#nextFade = Math.min(this.#nextFade, held.fadesAfter);
    }
  }

  /** After a split or a dividend: what is per share, or is shares, follows. */
  rescale(instrument: InstrumentId, { price, shares }: ActionFactors): void {
    for (const { table, columns } of this.#held.values()) {
      const units = Object.values(table.columns).map(({ unit }) => unit);
      for (const [place, values] of columns) {
        const unit = units[place];
        if (unit !== undefined) values[instrument]! *= unit === "shares" ? shares : price;
      }
    }
  }

  #heldOf(table: ReferenceTable): Held {
    const held = this.#held.get(table.id);
    if (held !== undefined) return held;
    const made: Held = { table, columns: new Map(), fadesAfter: Number.POSITIVE_INFINITY };
    this.#held.set(table.id, made);
    return made;
  }
}
