/**
 * What one series cannot show and many can: a session whose rows were taken before its close, a session that
 * the source has lost for most symbols, symbols that end before the others (DATA-5).
 */
import type { Adjustment } from "../../domain/bars.ts";
import { type DayNumber, dayOf, type EpochMicros, isoDate, MICROS_PER_DAY } from "../../domain/time.ts";
import { sessionRowOn, xnysSessions } from "../../market/calendar.ts";
import type { QualitySeries } from "../../market/quality/series.ts";
import { type SnapshotSession, snapshotSessions } from "../../market/quality/snapshot.ts";
import type { LakeSeries } from "./catalog.ts";
import type { SeriesColumns } from "./series-columns.ts";

export interface CrossSeriesFinding {
  readonly kind: "unfinished-session" | "lost-session";
  readonly date: string;
  readonly source: string;
  readonly adjustment: Adjustment;
  /** Series concerned, and series that have or should have that session. */
  readonly series: number;
  readonly of: number;
  readonly detail: string;
}

/** Fewer series than this prove nothing about a day. */
const leastSeries = 5;
const lostShare = 0.5;
/** A series that stops this many sessions before the others was delisted, renamed or forgotten. */
const endedEarlySessions = 5;

/** Daily series of one source and adjustment, looked at side by side. */
export class DailyPanel {
  readonly source: string;
  readonly adjustment: Adjustment;
  readonly #series: QualitySeries[] = [];
  #snapshots: readonly SnapshotSession[] | undefined;
  #last = Number.NEGATIVE_INFINITY;

  constructor(source: string, adjustment: Adjustment) {
    this.source = source;
    this.adjustment = adjustment;
  }

  add({ symbol, to }: LakeSeries, { ts, open, high, low, close, volume }: SeriesColumns): void {
    this.#series.push({ symbol, key: ts.map((at) => at / MICROS_PER_DAY), open, high, low, close, volume });
    this.#last = Math.max(this.#last, dayOf(to as EpochMicros));
    this.#snapshots = undefined;
  }

  findings(): CrossSeriesFinding[] {
    return [...this.#unfinished().map((found) => this.#unfinishedFinding(found)), ...this.#lost()];
  }

  /** What the panel says about one of its series. `last` = the day of its last row. */
  remarksOn(symbol: string, last: DayNumber): string[] {
    const unfinished = this.#unfinished().filter(({ day }) => this.#hasRow(symbol, day));
    const missed = this.#series.length < leastSeries ? 0 : sessionsBetween(last, this.#last as DayNumber);
    return [
      ...unfinished.map(
        ({ day }) => `${isoDate(day)} looks taken before the close, as for all of ${this.source}`,
      ),
      ...(missed > endedEarlySessions
        ? [`ends ${missed} sessions before the others: delisted or renamed?`]
        : []),
    ];
  }

  #unfinished(): readonly SnapshotSession[] {
    this.#snapshots ??= snapshotSessions(this.#series);
    return this.#snapshots;
  }

  #unfinishedFinding({
    day,
    rows,
    grainKept,
    grainBroken,
    orderBroken,
    volumeRatio,
    marks,
  }: SnapshotSession): CrossSeriesFinding {
    const reasons = {
      grain: `${grainBroken} of ${grainKept} volumes are no whole hundreds, unlike on all days before`,
      order: `${orderBroken} of ${rows} bars are out of order`,
      volume: `half of the series stand under ${volumeRatio.toFixed(2)} of their usual volume`,
    };
    const detail = `rows look taken before the close: ${marks.map((mark) => reasons[mark]).join("; ")}`;
    return { kind: "unfinished-session", date: isoDate(day), ...this.#about(rows, rows), detail };
  }

  /** Sessions that more than half of the series which span them do not have. */
  #lost(): CrossSeriesFinding[] {
    const { date } = xnysSessions();
    const present = new Uint32Array(date.length);
    const spanning = new Int32Array(date.length + 1);
    for (const { key } of this.#series) {
      for (let i = 0; i < key.length; i++) {
        const row = sessionRowOn(key[i]! as DayNumber);
        if (row >= 0) present[row]! += 1;
      }
      const first = sessionRowOn(key[0]! as DayNumber);
      const last = sessionRowOn(key[key.length - 1]! as DayNumber);
      if (first < 0 || last < 0) continue;
      spanning[first]! += 1;
      spanning[last + 1]! -= 1;
    }
    const found: CrossSeriesFinding[] = [];
    let expected = 0;
    for (let row = 0; row < date.length; row++) {
      expected += spanning[row]!;
      const absent = expected - present[row]!;
      if (expected < leastSeries || absent <= lostShare * expected) continue;
      const detail = `${absent} of ${expected} series have no row: the source has lost the day`;
      found.push({
        kind: "lost-session",
        date: isoDate(date[row]! as DayNumber),
        ...this.#about(absent, expected),
        detail,
      });
    }
    return found;
  }

  #about(series: number, of: number): Pick<CrossSeriesFinding, "source" | "adjustment" | "series" | "of"> {
    return { source: this.source, adjustment: this.adjustment, series, of };
  }

  #hasRow(symbol: string, day: number): boolean {
    const series = this.#series.find((each) => each.symbol === symbol);
    if (series === undefined) return false;
    // An unfinished session is nearly always the last: look from the end.
    for (let row = series.key.length - 1; row >= 0 && series.key[row]! >= day; row--) {
      if (series.key[row] === day) return true;
    }
    return false;
  }
}

/** Sessions after `from` through `to`. */
function sessionsBetween(from: DayNumber, to: DayNumber): number {
  const first = sessionRowOn(from);
  const last = sessionRowOn(to);
  return first < 0 || last < 0 ? 0 : last - first;
}
