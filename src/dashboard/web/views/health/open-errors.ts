/**
 * The open errors of the page, read once and then kept up by what is new: lines never change but for being resolved, so
 * a question every five seconds needs the newest ones only. When the counts do not fit, all are read again.
 */
import type { ErrorLine, ErrorsAnswer } from "../../../contract/running-answers.ts";

/** Lines asked for at once, and kept at most: what is older is found in the list of all lines. */
export const askedLines = 500;
export const keptLines = 5000;

export class OpenErrors {
  /** Newest first. */
  #lines: ErrorLine[] = [];
  #total = 0;

  get lines(): readonly ErrorLine[] {
    return this.#lines;
  }

  /** Of all open ones, the kept and the others. */
  get total(): number {
    return this.#total;
  }

  /**
   * Takes an answer that was asked with `from`. Returns from where to ask next, null when all are known.
   */
  take(from: number, answer: ErrorsAnswer): number | null {
    const open = answer.rows.filter(({ resolvedAt }) => resolvedAt === null);
    this.#total = answer.total;
    if (from === 0 && !this.#continues(open)) this.#lines = [];
    const known = new Set(open.map(({ id }) => id));
    this.#lines = [...this.#lines.filter(({ id }) => !known.has(id)), ...open]
      .toSorted((a, b) => b.id - a.id)
      .slice(0, keptLines);
    const have = this.#lines.length;
    if (have > answer.total) {
      this.#lines = open.toSorted((a, b) => b.id - a.id);
      return open.length < answer.total ? open.length : null;
    }
    return have < Math.min(answer.total, keptLines) && answer.rows.length > 0 ? have : null;
  }

  /** What this page has just resolved needs no answer to be gone. */
  drop(ids: readonly number[]): void {
    const gone = new Set(ids);
    this.#lines = this.#lines.filter(({ id }) => !gone.has(id));
    this.#total = Math.max(this.#lines.length, this.#total - ids.length);
  }

  /** The newest lines overlap with what is known, or nothing was known. */
  #continues(open: readonly ErrorLine[]): boolean {
    const newest = this.#lines[0];
    return newest === undefined || open.some(({ id }) => id === newest.id);
  }
}
