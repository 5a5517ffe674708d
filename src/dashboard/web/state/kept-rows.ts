/**
 * Rows of a long list that grows at its top. They are kept by their place from the end, which does not change when new
 * ones come: what is on the screen keeps its rows until it is asked again, whichever page of the answer came first.
 */
export class KeptRows<Row> {
  #rows = new Map<number, Row>();
  total = 0;

  at(index: number): Row | null {
    return this.#rows.get(this.total - 1 - index) ?? null;
  }

  /** Rows `from` on of an answer. A list that became shorter is another list: nothing of the old one stays. */
  take(from: number, total: number, rows: readonly Row[]): void {
    if (total < this.total) this.#rows.clear();
    this.total = total;
    for (const [k, row] of rows.entries()) this.#rows.set(total - 1 - from - k, row);
  }

  /** True when all that there is of them is here. */
  has(from: number, to: number): boolean {
    for (let index = from; index < Math.min(to, this.total); index++)
      if (!this.#rows.has(this.total - 1 - index)) return false;
    return true;
  }

  /** What is far from the sight is forgotten: it is asked again when it comes into it. */
  keepOnly(from: number, to: number): void {
    for (const place of this.#rows.keys()) {
      const index = this.total - 1 - place;
      if (index < from || index >= to) this.#rows.delete(place);
    }
  }

  clear(): void {
    this.#rows.clear();
    this.total = 0;
  }
}
