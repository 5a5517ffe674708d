/**
 * The values of a unit in the time that has just gone by, for whoever measures a loss within minutes (C-28). Adding
 * one costs two stores and allocates nothing once the window is as large as it gets; it is searched only when the
 * bound on its peak says that something may be wrong.
 */
import { z } from "zod";

const FIRST_CAPACITY = 64;

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
  #at = new Float64Array(FIRST_CAPACITY);
  #value = new Float64Array(FIRST_CAPACITY);
  #length = 0;
  /** No value of the window is higher. It may have left: then the window is searched again. */
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

  /** Dollars per unit at `at`, which never goes back. */
  push(at: number, value: number): void {
    if (this.#length === this.#at.length) this.#makeRoom(at);
    this.#at[this.#length] = at;
    this.#value[this.#length] = value;
    this.#length += 1;
    if (value > this.peak) this.peak = value;
  }

  /** Searches the window for its highest value, which then is the bound; the newest is always one of them. */
  findPeak(): number {
    const from = this.#at[this.#length - 1]! - this.#span;
    let highest = Number.NEGATIVE_INFINITY;
    for (let n = this.#length - 1; n >= 0 && this.#at[n]! >= from; n--)
      if (this.#value[n]! > highest) highest = this.#value[n]!;
    this.peak = highest;
    return highest;
  }

  /** Forgets all but the newest value. */
  keepNewest(): void {
    const newest = this.#length - 1;
    this.#at[0] = this.#at[newest]!;
    this.#value[0] = this.#value[newest]!;
    this.#length = 1;
    this.peak = this.#value[0]!;
  }

  toJSON(): z.infer<typeof saved> {
    const first = this.#firstSince(this.#at[this.#length - 1]! - this.#span);
    return {
      at: Array.from(this.#at.subarray(first, this.#length)),
      value: Array.from(this.#value.subarray(first, this.#length)),
      peak: this.peak,
    };
  }

  /** Drops what has left the window at `now`; what then still fills half of the room needs more of it. */
  #makeRoom(now: number): void {
    const first = this.#firstSince(now - this.#span);
    const kept = this.#length - first;
    const grows = kept * 2 > this.#at.length;
    const at = grows ? new Float64Array(this.#at.length * 2) : this.#at;
    const value = grows ? new Float64Array(this.#at.length * 2) : this.#value;
    at.set(this.#at.subarray(first, this.#length));
    value.set(this.#value.subarray(first, this.#length));
    this.#at = at;
    this.#value = value;
    this.#length = kept;
  }

  #firstSince(from: number): number {
    let first = 0;
    while (first < this.#length && this.#at[first]! < from) first += 1;
    return first;
  }
}
