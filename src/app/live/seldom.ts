/** Whoever hammers at a door must not fill the record with refusals, nor hide in them what else happened. */
const MOST = 30;
const WITHIN_MS = 60_000;

export class Seldom {
  #at: readonly number[] = [];
  #dropped = 0;

  /**
   * What is added to the line, empty or how many before it were not written down; undefined: this one is not either.
   * `nowMs`: monotonic.
   */
  admit(nowMs: number): string | undefined {
    this.#at = this.#at.filter((at) => nowMs - at < WITHIN_MS);
    if (this.#at.length >= MOST) {
      this.#dropped += 1;
      return undefined;
    }
    this.#at = [...this.#at, nowMs];
    const more = this.#dropped === 0 ? "" : `; ${this.#dropped} more like this were not written down`;
    this.#dropped = 0;
    return more;
  }
}
