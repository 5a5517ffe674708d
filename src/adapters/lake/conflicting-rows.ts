/**
 * Rows of one import that give the same bar other values. Equal rows are harmless duplicates; rows that differ mean
 * that one of them is wrong, and which one nobody here can know. The last stays, as with imports one after the
 * other, and all of them are written down (DATA-4).
 */
import type { Timeframe } from "../../domain/bars.ts";
import type { AuditFile } from "./audit-file.ts";
import { instantText } from "./instant-text.ts";
import { type SeriesColumns, seriesColumnNames } from "./series-columns.ts";

/** The rule's name in the audit list. */
export const CONFLICT_RULE = "conflicting-rows";

/** Where the rows came from. */
export interface ConflictScene {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly files: readonly string[];
}

/**
 * Notes each conflict of a series in the audit list: the rows that give way and the one that stays. `rows` in the
 * order they came. Returns how many rows gave way to others.
 */
export function noteConflicts(audit: AuditFile, scene: ConflictScene, rows: SeriesColumns): number {
  let lost = 0;
  for (const group of conflictingRows(rows)) {
    const stays = group.at(-1) ?? 0;
    const gone = group.filter((row) => !sameRow(rows, row, stays));
    lost += gone.length;
    for (const row of gone)
      note(audit, scene, rows, row, `gave way to close ${rows.close[stays]!}, which came later`);
    note(audit, scene, rows, stays, "stays: of rows that name one bar the last is taken");
  }
  return lost;
}

/** Rows that share an instant and differ, each group in the order they came, groups in order of time. */
function conflictingRows(rows: SeriesColumns): number[][] {
  const { ts } = rows;
  const isAscending = ts.every((at, row) => row === 0 || at > ts[row - 1]!);
  if (isAscending) return [];
  const order = new Uint32Array(ts.length).map((_, row) => row).sort((a, b) => ts[a]! - ts[b]! || a - b);
  const groups: number[][] = [];
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && ts[order[to]!] === ts[order[from]!]) to += 1;
    const group = [...order.subarray(from, to)];
    if (group.some((row) => !sameRow(rows, row, group[0] ?? row))) groups.push(group);
    from = to;
  }
  return groups;
}

function sameRow(rows: SeriesColumns, a: number, b: number): boolean {
  return seriesColumnNames.every((name) => rows[name][a] === rows[name][b]);
}

/** Rows are brought together by symbol, so their line is not known any more: symbol and time find them. */
function note(
  audit: AuditFile,
  scene: ConflictScene,
  rows: SeriesColumns,
  row: number,
  reason: string,
): void {
  const { symbol, timeframe, files } = scene;
  const { ts, open, high, low, close, volume } = rows;
  audit.note({
    file: files.length === 1 ? (files[0] ?? "") : `one of ${files.length} files from ${files[0]}`,
    row: "",
    symbol,
    timestamp: instantText(timeframe, ts[row]!),
    rule: CONFLICT_RULE,
    reason,
    raw: [open, high, low, close, volume].map((column) => String(column[row])),
  });
}
