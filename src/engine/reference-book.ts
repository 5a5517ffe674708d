/**
 * What the compute stage knows beside bars: reference tables as columns per instrument, as they were told.
 *
 * RB-1  Unknown is NaN: before a table is told, for what it does not list, and where it says null.
 * RB-2  What is told stands until it is told again; a whole table forgets what it does not list.
 */
import { InvariantError } from "../domain/assert.ts";
import type { ReferenceTold } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { MARKET_ROW, type ReferenceRef, type ReferenceTable } from "../domain/reference-table.ts";
import type { ActionFactors } from "./price-basis.ts";

interface Held {
  readonly table: ReferenceTable;
  /** Columns that somebody reads, by their place in the table. */
  readonly columns: Map<number, Float64Array>;
}

export class ReferenceBook {
  readonly #instruments: number;
  readonly #held = new Map<string, Held>();

  constructor(instruments: number) {
    this.#instruments = instruments;
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

  told({ table, rows, isWhole }: ReferenceTold): void {
    const held = this.#held.get(table);
    if (held === undefined) return;
    for (const [place, values] of held.columns) {
      if (isWhole === true) values.fill(Number.NaN);
      for (const { instrument, values: row } of rows) {
        const value = row[place] ?? Number.NaN;
        if (instrument === MARKET_ROW) values.fill(value);
        else if (instrument < values.length) values[instrument] = value;
      }
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
    const made: Held = { table, columns: new Map() };
    this.#held.set(table.id, made);
    return made;
  }
}
