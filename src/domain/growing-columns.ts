/**
 * Columns that grow by doubling, for records whose number is not known before the run: orders, fills,
 * trades, decisions. Appending costs a store; nothing is allocated per record.
 */

export class FloatColumn {
  #values: Float64Array;
  #length = 0;

  constructor(capacity = 256) {
    this.#values = new Float64Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): number {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length] = value;
    return this.#length++;
  }

  /** NaN past the end, as an absent number should be. */
  get(row: number): number {
    return row < this.#length ? this.#values[row]! : Number.NaN;
  }

  set(row: number, value: number): void {
    this.#values[row] = value;
  }

  /** The filled part. A view of live memory: copy it to keep it. */
  view(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
}

/** Rows of named float columns, appended together. */
export class ColumnTable<Name extends string> {
  readonly #columns: Readonly<Record<Name, FloatColumn>>;
  readonly #names: readonly Name[];

  constructor(names: readonly Name[], capacity = 256) {
    this.#names = names;
    this.#columns = Object.fromEntries(names.map((name) => [name, new FloatColumn(capacity)])) as Record<
      Name,
      FloatColumn
    >;
  }

  get names(): readonly Name[] {
    return this.#names;
  }

  get length(): number {
    const first = this.#names[0];
    return first === undefined ? 0 : this.#columns[first].length;
  }

  column(name: Name): FloatColumn {
    return this.#columns[name];
  }

  /** Every column as a view, in the order of the names: what a digest is taken over. */
  views(): Float64Array[] {
    return this.#names.map((name) => this.#columns[name].view());
  }
}
