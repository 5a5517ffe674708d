/** Tables of the terminal view: one line a row, figures never cut, columns dropped before they would be. */
import { exactly, type Piece, piece, type Row, rowWidth } from "./terminal-row.ts";

export interface ViewColumn<T> {
  readonly title: string;
  readonly align: "left" | "right";
  cell(item: T): Row;
  /** Stays only while the flexible column keeps at least this width; the most demanding goes first. Absent: stays. */
  readonly needs?: number;
  /** Makes this the flexible column: it takes what is left, may be cut, and goes when less than this is left. */
  readonly flexibleFrom?: number;
}

const GAP = 2;

/** A row of titles and a row per item, each at most `width` columns. */
export function viewTable<T>(columns: readonly ViewColumn<T>[], items: readonly T[], width: number): Row[] {
  const drafts = columns.map((column): Draft<T> => {
    const cells = items.map((item) => column.cell(item));
    const isFlexible = column.flexibleFrom !== undefined;
    return { column, cells, width: isFlexible ? 0 : Math.max(column.title.length, ...cells.map(rowWidth)) };
  });
  const kept = draftsThatFit(drafts, width);
  const left = roomLeft(kept, width);
  const line = (cellOf: (draft: Draft<T>) => Row): Row =>
    kept.flatMap((draft, n) => {
      const { flexibleFrom, align } = draft.column;
      const gap: Row = n === 0 ? [] : [piece(" ".repeat(GAP))];
      return [...gap, ...aligned(cellOf(draft), flexibleFrom === undefined ? draft.width : left, align)];
    });
  return [
    line(({ column }) => [piece(column.title, "quiet")]),
    ...items.map((_, i) => line(({ cells }) => cells[i] ?? [])),
  ];
}

interface Draft<T> {
  readonly column: ViewColumn<T>;
  readonly cells: readonly Row[];
  /** 0 for the flexible column. */
  readonly width: number;
}

function draftsThatFit<T>(drafts: readonly Draft<T>[], width: number): readonly Draft<T>[] {
  let kept = drafts;
  const demanding = drafts
    .filter(({ column }) => column.needs !== undefined)
    .toSorted((a, b) => (b.column.needs ?? 0) - (a.column.needs ?? 0));
  for (const draft of demanding) {
    if (roomLeft(kept, width) < (draft.column.needs ?? 0)) kept = kept.filter((other) => other !== draft);
  }
  const room = roomLeft(kept, width);
  return kept.filter(({ column }) => column.flexibleFrom === undefined || room >= column.flexibleFrom);
}

/** What the columns and the gaps between them leave to the flexible one. */
function roomLeft<T>(kept: readonly Draft<T>[], width: number): number {
  return kept.reduce((room, draft) => room - draft.width, width) - GAP * Math.max(0, kept.length - 1);
}

function aligned(row: Row, width: number, align: "left" | "right"): Row {
  const missing = width - rowWidth(row);
  const blank: Piece = piece(" ".repeat(Math.max(0, missing)));
  if (missing <= 0 || align === "left") return exactly(row, width);
  return [blank, ...row];
}
