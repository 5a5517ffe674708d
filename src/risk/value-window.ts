/**
 * The values of a unit in the time that has just gone by, for whoever measures a loss within minutes (C-28). Adding
 * one costs two stores and allocates nothing once the window is as large as it gets; it is searched only when the
 * bound on its peak says that something may be wrong.
 */
import { z } from "zod";

const FIRST_CAPACITY = 512;

const saved = z
  .strictObject({
    /** Instants and values, oldest first. */
    at: z.array(z.number()),
    value: z.array(z.number()),
    peak: z.number(),
  })
  .refine(({ at, value }) => at.length === value.length, { error: "as many values as instants" });

export class ValueWindow {
  readonly #span: number;
  /** Instant and value by turns, oldest first. */
  #cells = new Float64Array(2 * FIRST_CAPACITY);
  /** Cells in use. */
  #end = 0;
  /** No value of the window is higher. The one that was so high may have left: then `findPeak` tells. */
  peak = 0;

  /** `span` in microseconds, positive: a value exactly as old is still in the window. */
  constructor(span: number) {
    this.#span = span;
  }

  /** What `save` of a window looks like, and how it becomes one again. */
  static saved(span: number): z.ZodType<ValueWindow> {
    return z.any().transform((given, context) => {
      const parsed = saved.safeParse(given);
      if (!parsed.success) {
        for (const { path, message } of parsed.error.issues)
          context.addIssue({ code: "custom", path, message });
        return z.NEVER;
      }
      const window = new ValueWindow(span);
      parsed.data.at.forEach((at, n) => {
        window.push(at, parsed.data.value[n] ?? Number.NaN);
      });
      window.peak = parsed.data.peak;
      return window;
    });
  }

  /** Dollars per unit, a number, at `at`, which never goes back. */
  push(at: number, value: number): void {
    if (this.#end === this.#cells.length) this.#makeRoom(at);
    const end = this.#end;
    this.#cells[end] = at;
    this.#cells[end + 1] = value;
    this.#end = end + 2;
    if (value > this.peak) this.peak = value;
  }

  /** Searches the window for its highest value, which then is the bound; the newest is always one of them. */
  findPeak(): number {
    const from = this.#cells[this.#end - 2]! - this.#span;
    let highest = Number.NEGATIVE_INFINITY;
    for (let n = this.#end - 2; n >= 0 && this.#cells[n]! >= from; n -= 2)
      highest = Math.max(highest, this.#cells[n + 1]!);
    this.peak = highest;
    return highest;
  }

  /** Forgets all but the newest value. */
  keepNewest(): void {
    this.#cells.copyWithin(0, this.#end - 2, this.#end);
    this.#end = 2;
    this.peak = this.#cells[1]!;
  }

  toJSON(): z.infer<typeof saved> {
    const at: number[] = [];
    const value: number[] = [];
    for (let n = this.#firstSince(this.#cells[this.#end - 2]! - this.#span); n < this.#end; n += 2) {
      at.push(this.#cells[n]!);
      value.push(this.#cells[n + 1]!);
    }
    return { at, value, peak: this.peak };
  }

  /** Drops what has left the window at `now`; what then still fills half of the room needs more of it. */
  #makeRoom(now: number): void {
    const first = this.#firstSince(now - this.#span);
    const kept = this.#cells.subarray(first, this.#end);
    const cells =
      kept.length * 2 > this.#cells.length ? new Float64Array(this.#cells.length * 2) : this.#cells;
    cells.set(kept);
    this.#cells = cells;
    this.#end = kept.length;
  }

  #firstSince(from: number): number {
    let first = this.#end;
    while (first > 0 && this.#cells[first - 2]! >= from) first -= 2;
    return first;
  }
}
