/** What a table is told of its columns, and which rows of a long one stand on the screen. */
import type { Tone } from "../words/format.ts";

export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
  /** The figure that decides, or the first column. */
  readonly isStrong?: boolean;
  /** The full text, where names are cut. */
  readonly title?: string;
}

export interface Column<Row> {
  readonly id: string;
  /** With its unit: "P&L, USD". */
  readonly head: string;
  /** Figures stand at the right, in tabular numerals. */
  readonly isFigure?: boolean;
  /** CSS width; a long table needs one in each column but one. */
  readonly width?: string;
  /** Left out on phones. */
  readonly isWideOnly?: boolean;
  /** Quiet ink. */
  readonly isQuiet?: boolean;
  /**
   * In a long table its text may be cut off; whole it is in the cell's title. Left out: where there is no width, which
   * is where the text is long. Each cell that may be cut is a shape of its own to the painter, so that few should be.
   */
  readonly isCut?: boolean;
  /** May break into lines; never in a long table. */
  readonly wraps?: boolean;
  /** Empty for "not applicable". Left out: the table's `cell` snippet draws it. */
  readonly cell?: (row: Row) => string | Cell;
}

/** Figures never are: a figure without its end is another one. */
export const mayBeCut = <Row>({ isFigure, isCut, width }: Column<Row>): boolean =>
  isFigure !== true && (isCut ?? width === undefined);

/** From so many rows on only those in sight are in the document. */
export const longFrom = 200;
const beyond = 8;
/** What is drawn changes by so many rows at a time: a slow scroll draws seldom. */
const block = 12;

export interface Span {
  readonly from: number;
  /** Not included. */
  readonly to: number;
}

/** Rows to draw for what is in sight; some more on both sides, so that a fast scroll meets rows. */
export function rowsInSight(scrollTop: number, height: number, rowHeight: number, total: number): Span {
  const first = Math.floor((scrollTop / rowHeight - beyond) / block) * block;
  const last = Math.ceil(((scrollTop + height) / rowHeight + beyond) / block) * block;
  const from = Math.max(0, Math.min(first, total - 1));
  return { from, to: Math.max(from, Math.min(last, total)) };
}

/** As many as can ever be drawn at once, so that `index % slots` names each of them differently. */
export const slotsFor = (height: number, rowHeight: number): number =>
  Math.ceil(height / rowHeight) + 2 * beyond + 2 * block;

/**
 * Where a list that grew at its top is to stand, so that the first row in sight stays in place; undefined: as it is. At
 * the top new rows are wanted in sight, and a list in which that row is not where it should be is another list.
 */
export function heldTop<Key>(
  {
    scrollTop,
    rowHeight,
    grown,
  }: { readonly scrollTop: number; readonly rowHeight: number; readonly grown: number },
  first: Key | null,
  keyAt: (index: number) => Key | null,
): number | undefined {
  if (grown <= 0 || scrollTop < rowHeight || first === null) return undefined;
  return keyAt(Math.floor(scrollTop / rowHeight) + grown) === first
    ? scrollTop + grown * rowHeight
    : undefined;
}
