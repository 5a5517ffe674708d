/**
 * The minute bars around a decision, out of execute's own journal: what the decision was made on. Entries have no index
 * by time, but they are in its order, so the place is found by halving.
 */
import { MICROS_PER_MINUTE } from "../../../domain/time.ts";
import type { BarPoint } from "../../contract/trading-answers.ts";
import { instant } from "../known.ts";
import type { ReadDatabase } from "../read-database.ts";

interface Place {
  readonly run: string;
  readonly instrument: number;
  /** Exchange micros. */
  readonly at: number;
}

const BEFORE = 40 * MICROS_PER_MINUTE;
const AFTER = 20 * MICROS_PER_MINUTE;
/** Entries between: a busy hour has some thousands. */
const ENTRIES_MAX = 50_000;

type BarCells = readonly [
  instrument: number,
  open: number,
  high: number,
  low: number,
  close: number,
  volume: number,
];

export function barsAround(journal: ReadDatabase, { run, instrument, at }: Place): BarPoint[] {
  const found = journal.first("SELECT number, entries FROM runs WHERE run = ?", run);
  if (found === undefined || instrument < 0) return [];
  const [number, entries] = [Number(found.number), Number(found.entries)];
  const from = firstFrom(journal, number, entries, at - BEFORE);
  const to = Math.min(from + ENTRIES_MAX, firstFrom(journal, number, entries, at + AFTER));
  const rows = journal.all(
    `SELECT payload FROM entries WHERE run = ? AND sequence >= ? AND sequence < ? AND part = 'input'
       AND payload LIKE 'event%' AND payload LIKE '%"kind":"BarsClosed"%' ORDER BY sequence`,
    number,
    from,
    to,
  );
  return rows.flatMap(({ payload }) => barOf(String(payload), instrument));
}

function barOf(payload: string, instrument: number): BarPoint[] {
  const event = JSON.parse(payload.slice(payload.indexOf("{"))) as {
    readonly at: number;
    readonly rows: readonly BarCells[];
  };
  const row = event.rows.find(([of]) => of === instrument);
  const at = instant(event.at);
  if (row === undefined || at === null) return [];
  const [, open, high, low, close, volume] = row;
  return [{ at, open, high, low, close, volume }];
}

/** Sequence of the first entry at or after an instant. */
function firstFrom(journal: ReadDatabase, run: number, entries: number, at: number): number {
  let low = 0;
  let high = entries;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = journal.first("SELECT at FROM entries WHERE run = ? AND sequence = ?", run, middle);
    if (row !== undefined && Number(row.at) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
