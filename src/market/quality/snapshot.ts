/**
 * Finds the session whose rows were taken before its close: an import that ran during the day (DATA-5).
 *
 * One series cannot tell an unfinished day from a quiet one; many series together can, by three marks.
 *
 *   grain    Some vendors publish final volumes in whole hundreds and running ones to the share. Where most
 *            series kept whole hundreds for a month and nearly all of those break with it on one day, and do not
 *            stay broken, that day is unfinished. The surest mark, where a file has the habit.
 *   order    High, low and last are read from different clocks, so closes escape their range, all on one day.
 *   volume   Half the series under a fifth of their usual volume on a full session. The quietest full session of
 *            2006 to 2020, 2008-12-26, stood at 0.27, so this sees only snapshots of the first hours.
 *
 * A snapshot of a file without the habit, taken in the afternoon, with sound ranges, is not seen: nothing in the
 * rows tells it apart. The gatekeeper's rule that a session must be over is the guard while importing.
 */
import type { DayNumber } from "../../domain/time.ts";
import { isEarlyClose } from "../calendar.ts";
import { isOhlcOrdered } from "../gatekeeper/bar-values.ts";
import type { QualitySeries } from "./series.ts";
import { SortedWindow } from "./sorted-window.ts";

/** Fewer series than this prove nothing about a day. */
export const SNAPSHOT_SERIES_MIN = 5;
const USUAL_SESSIONS = 20;
const WHOLE_LOT = 100;
/** Of the rows of a day, in the habit; and of those, broken. A few series keep whole hundreds by chance. */
const GRAIN_KEPT_SHARE_MIN = 0.5;
const GRAIN_BROKEN_SHARE_MIN = 0.9;
const ORDER_BROKEN_ROWS_MIN = 3;
const ORDER_BROKEN_SHARE_MIN = 0.01;
/** The day's rate of broken ranges over that of all other days. */
const ORDER_BROKEN_RATIO_MIN = 20;
const VOLUME_RATIO_MAX = 0.2;

export interface SnapshotSession {
  readonly day: DayNumber;
  /** Rows on that day. */
  readonly rows: number;
  /** Series that kept whole hundreds through the sessions before, and how many of them broke it. */
  readonly grainKept: number;
  readonly grainBroken: number;
  /** Rows whose open or close lies outside low to high. */
  readonly orderBroken: number;
  /** Median over series of volume to the median of the 20 sessions before; NaN when no series has 20. */
  readonly volumeRatio: number;
  /** Which marks it bears; never empty. */
  readonly marks: readonly ("grain" | "order" | "volume")[];
}

/** Tallies of one day over all series. */
interface DayTally {
  rows: number;
  grainKept: number;
  grainBroken: number;
  orderBroken: number;
  readonly volumeRatios: number[];
}

/** Days that look unfinished, ascending. Series are daily, their keys day numbers in ascending order. */
export function snapshotSessions(series: readonly QualitySeries[]): SnapshotSession[] {
  const tallies = new Map<number, DayTally>();
  for (const each of series) tallySeries(each, tallies);
  const days = [...tallies.keys()].toSorted((a, b) => a - b);
  let rowsInAll = 0;
  let orderBrokenInAll = 0;
  for (const tally of tallies.values()) {
    rowsInAll += tally.rows;
    orderBrokenInAll += tally.orderBroken;
  }
  return days.flatMap((day) => {
    const tally = tallies.get(day);
    if (tally === undefined || tally.rows < SNAPSHOT_SERIES_MIN) return [];
    const volumeRatio = median(tally.volumeRatios);
    const elsewhere = (orderBrokenInAll - tally.orderBroken + 1) / (rowsInAll - tally.rows + 1);
    const marks: SnapshotSession["marks"][number][] = [];
    if (isGrainBroken(tally)) marks.push("grain");
    if (isOrderBroken(tally, elsewhere)) marks.push("order");
    const isThin = tally.volumeRatios.length >= SNAPSHOT_SERIES_MIN && volumeRatio < VOLUME_RATIO_MAX;
    if (isThin && !isEarlyClose(day as DayNumber)) marks.push("volume");
    const { rows, grainKept, grainBroken, orderBroken } = tally;
    const found = { day: day as DayNumber, rows, grainKept, grainBroken, orderBroken, volumeRatio, marks };
    return marks.length > 0 ? [found] : [];
  });
}

/** The last day of all series, when it looks unfinished; undefined when it does not. */
export function lastSessionSnapshot(series: readonly QualitySeries[]): SnapshotSession | undefined {
  const last = Math.max(...series.map((each) => each.key[each.key.length - 1] ?? -Infinity));
  return snapshotSessions(series).find(({ day }) => day === last);
}

function isGrainBroken({ rows, grainKept, grainBroken }: DayTally): boolean {
  if (grainKept < SNAPSHOT_SERIES_MIN || grainKept < GRAIN_KEPT_SHARE_MIN * rows) return false;
  return grainBroken >= GRAIN_BROKEN_SHARE_MIN * grainKept;
}

function isOrderBroken({ orderBroken, rows }: DayTally, rateElsewhere: number): boolean {
  if (orderBroken < ORDER_BROKEN_ROWS_MIN) return false;
  const rate = orderBroken / rows;
  return rate >= ORDER_BROKEN_SHARE_MIN && rate >= ORDER_BROKEN_RATIO_MIN * rateElsewhere;
}

function tallySeries(series: QualitySeries, tallies: Map<number, DayTally>): void {
  const { key, open, high, low, close, volume } = series;
  const usual = new SortedWindow(USUAL_SESSIONS);
  /** Rows in a row, up to the one before, whose volume was whole hundreds. */
  let wholeRun = 0;
  for (let row = 0; row < key.length; row += 1) {
    const shares = volume[row]!;
    const isWhole = shares % WHOLE_LOT === 0;
    const tally = tallyOf(tallies, key[row]!);
    tally.rows += 1;
    if (!isOhlcOrdered(open[row]!, high[row]!, low[row]!, close[row]!)) tally.orderBroken += 1;
    if (wholeRun >= USUAL_SESSIONS) {
      tally.grainKept += 1;
      if (!isWhole && !staysBroken(volume, row)) tally.grainBroken += 1;
    }
    const usually = usual.median();
    if (usual.size === USUAL_SESSIONS && usually > 0) tally.volumeRatios.push(shares / usually);
    wholeRun = isWhole ? wholeRun + 1 : 0;
    if (Number.isFinite(shares)) usual.push(shares);
  }
}

/** A vendor that starts to count odd lots breaks the habit for good; a snapshot only on its day. */
function staysBroken(volume: ArrayLike<number>, row: number): boolean {
  return row + 1 < volume.length && volume[row + 1]! % WHOLE_LOT !== 0;
}

function tallyOf(tallies: Map<number, DayTally>, day: number): DayTally {
  const known = tallies.get(day);
  if (known !== undefined) return known;
  const fresh: DayTally = { rows: 0, grainKept: 0, grainBroken: 0, orderBroken: 0, volumeRatios: [] };
  tallies.set(day, fresh);
  return fresh;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
