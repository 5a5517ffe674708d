/**
 * Which rows may be trained on beside given test rows (LEARN-3, QUANT d2; López de Prado 2018, chapter 7).
 *
 * For each contiguous block of test rows, from bar s of its first decision to bar e where its last label is known, a
 * row is dropped when its own span meets [s, e], both ends included, and when it comes after the block and is decided
 * no later than e + embargo. The embargo is for what labels do not show: features that look back into the test, and
 * returns that are correlated in time. Each block is purged by itself: with several, the rows between them stay.
 */
import { InputError } from "../../domain/assert.ts";
import { wholeWithin } from "../allowed.ts";
import { type LabelSpans, longestSpan, requireSpans } from "../labels/label-spans.ts";

/** Rows by number, ascending. */
export interface Split {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

export interface PurgeTerms {
  /** Bars after a test block's last label in which no training row may be decided, from 0 up. */
  readonly embargo: number;
  /** Bars that features look back; the embargo is at least this long. 0 leaves it as it is. */
  readonly lookback: number;
}

/** Rows from `from` up to but without `to`. */
export interface Block {
  readonly from: number;
  readonly to: number;
}

/**
 * QUANT d2: 1 % of the bars that decisions cover, rounded up (a small set must not end up without one), and at least
 * the longest label. Throws InputError on bad spans.
 */
export function defaultEmbargo(spans: LabelSpans): number {
  requireSpans(spans);
  const rows = spans.start.length;
  const bars = rows === 0 ? 0 : spans.start[rows - 1]! - spans.start[0]! + 1;
  return Math.max(Math.ceil(0.01 * bars), longestSpan(spans));
}

/** Throws InputError unless both terms are whole and from 0 up, and the spans are in order. */
export function requirePurge(spans: LabelSpans, { embargo, lookback }: PurgeTerms): void {
  requireSpans(spans);
  wholeWithin("embargo", embargo, { from: 0, to: 2 ** 30 });
  wholeWithin("lookback", lookback, { from: 0, to: 2 ** 30 });
}

/**
 * The split with these test blocks, which ascend and do not overlap; blocks that touch drop the same rows as one block
 * in their place. Throws InputError naming `name` when nothing is left to train on. Linear in rows for each block.
 */
export function purgedSplit(
  name: string,
  spans: LabelSpans,
  blocks: readonly Block[],
  terms: PurgeTerms,
): Split {
  const { start, end } = spans;
  const rows = start.length;
  const quiet = Math.max(terms.embargo, terms.lookback);
  const dropped = new Uint8Array(rows);
  for (const { from, to } of blocks) {
    const first = start[from]!;
    let last = end[from]!;
    for (let i = from; i < to; i++) last = Math.max(last, end[i]!);
    dropped.fill(1, from, to);
    // Earlier rows start at or before the block, so they meet it when they end in it or after it. Ends are in no
    // order.
    for (let i = 0; i < from; i++) if (end[i]! >= first) dropped[i] = 1;
    for (let i = to; i < rows && start[i]! <= last + quiet; i++) dropped[i] = 1;
  }
  const train = rowsWhere(dropped, 0);
  if (train.length === 0) {
    throw new InputError(
      `${name}: purging leaves no row to train on; take fewer folds, shorter labels or a smaller embargo (${quiet})`,
    );
  }
  return { train, test: rowsOf(blocks) };
}

/**
 * Bounds of `folds` parts of `rows`, the first ones a row longer when it does not come out even (numpy array_split).
 */
export function foldBlocks(rows: number, folds: number): Block[] {
  wholeWithin("folds", folds, { from: 2, to: Math.max(2, rows) });
  if (rows < folds) throw new InputError(`folds ${folds} need at least as many rows; there are ${rows}`);
  const size = Math.floor(rows / folds);
  const longer = rows % folds;
  return Array.from({ length: folds }, (_, k) => {
    const from = k * size + Math.min(k, longer);
    return { from, to: from + size + (k < longer ? 1 : 0) };
  });
}

function rowsOf(blocks: readonly Block[]): Int32Array {
  const rows = new Int32Array(blocks.reduce((count, { from, to }) => count + to - from, 0));
  let at = 0;
  for (const { from, to } of blocks) for (let i = from; i < to; i++) rows[at++] = i;
  return rows;
}

function rowsWhere(flags: Uint8Array, value: number): Int32Array {
  let count = 0;
  for (let i = 0; i < flags.length; i++) if (flags[i] === value) count += 1;
  const rows = new Int32Array(count);
  let at = 0;
  for (let i = 0; i < flags.length; i++) if (flags[i] === value) rows[at++] = i;
  return rows;
}
