/**
 * Judges the rows of a foreign file one chunk at a time and sorts them: good ones to their series, bad ones
 * to the audit list. Nothing is allocated for a good row but its place in the columns.
 */
import type { DuckDBDataChunk, DuckDBVector } from "@duckdb/node-api";
import { InputError } from "../../domain/assert.ts";
import { type Timeframe, timeframeSeconds } from "../../domain/bars.ts";
import {
  type DayNumber,
  type EpochMicros,
  isoDate,
  isoInstant,
  MICROS_PER_DAY,
  MICROS_PER_SECOND,
} from "../../domain/time.ts";
import { importedBars } from "../../market/gatekeeper/registry.ts";
import { barStartStamp, sessionDateStamp } from "../../market/gatekeeper/stamps.ts";
import { ACCEPTED, BarGatekeeper, SCHEMA_RULE } from "../../market/gatekeeper.ts";
import type { AuditFile } from "./audit-file.ts";
import { floatItems, textItem } from "./duck.ts";
import { answer, barFields, type RowQuery } from "./row-query.ts";
import type { SeriesCollector } from "./series-collector.ts";
import type { SourceFile } from "./source-file.ts";

/** Whole numbers below this, read as epoch milliseconds, would lie before March 1973: they are seconds. */
const leastIntegerMicros = 1e14;
/** New York's midnight is 04:00 or 05:00 UTC; four hours earlier no bar of the next session exists. */
const newYorkMidnightMicros = 4 * 3600 * MICROS_PER_SECOND;
/** A bar begins on a whole multiple of its length; a row elsewhere is a bar of another length. */
const GRID_RULE = "timeframe-grid";
export const symbolPattern = /^[A-Z0-9^][A-Z0-9.^/=_-]{0,23}$/;
/**
 * A file may list a series backwards or twice: rows are brought into order afterwards and the last of equal
 * instants wins, counted as a duplicate. In a live stream the same would be a fault, so the channel has rules.
 */
const rulesOfStreams: ReadonlySet<string> = new Set(["timestamp-not-repeated", "timestamp-not-backwards"]);
const fileBars = {
  ...importedBars,
  id: "bars.files",
  rules: importedBars.rules.filter(({ id }) => !rulesOfStreams.has(id)),
};

interface RawCells {
  readonly vectors: readonly DuckDBVector[];
  readonly values: readonly Float64Array[];
}

export class RowIntake {
  readonly #gatekeeper: BarGatekeeper;
  readonly #audit: AuditFile;
  readonly #collector: SeriesCollector;
  readonly #isDaily: boolean;
  /** Gatekeeper's series number, or -1 for a text that is no symbol. */
  readonly #series = new Map<string, number>();
  readonly #timeframe: Timeframe;
  readonly #barMicros: number;
  /** Per series, the instant of its last daily row that came with a time of day. */
  readonly #instantOf = new Map<number, { readonly session: number; readonly instant: number }>();
  readonly #notes = new Set<string>();
  #offGrid = 0;
  #accepted = 0;
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;

  constructor(timeframe: Timeframe, now: EpochMicros, audit: AuditFile, collector: SeriesCollector) {
    this.#isDaily = timeframe === "1d";
    this.#timeframe = timeframe;
    this.#barMicros = timeframeSeconds[timeframe] * MICROS_PER_SECOND;
    const stamp = this.#isDaily ? sessionDateStamp : barStartStamp(this.#barMicros);
    this.#gatekeeper = new BarGatekeeper({ channel: fileBars, stamp, skewMicros: 0, symbols: [] });
    this.#gatekeeper.tellTime(now);
    this.#audit = audit;
    this.#collector = collector;
  }

  /** What a person should know about how times were read. */
  get notes(): readonly string[] {
    return [...this.#notes];
  }

  /** First and last instant accepted; undefined when nothing was. */
  get range(): { readonly from: number; readonly to: number } | undefined {
    return this.#accepted === 0 ? undefined : { from: this.#from, to: this.#to };
  }

  /** `firstRow` numbers the chunk's first row within its file, from 1. */
  take(chunk: DuckDBDataChunk, file: SourceFile, query: RowQuery, firstRow: number): void {
    const vectors = Array.from({ length: chunk.columnCount }, (_, j) => chunk.getColumnVector(j));
    const symbols = vectors[answer.symbol];
    if (symbols === undefined) return;
    const values = vectors.slice(answer.ts, answer.fields + barFields.length).map(floatItems);
    const [times, open, high, low, close, volume] = values as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    if (firstRow === 1) this.#noteZone(vectors, file);
    const refuse = (row: number, symbol: string, rule: string, reason: string) =>
      this.#refuse({ vectors, values }, row, { file: file.path, row: firstRow + row, symbol, rule, reason });
    for (let row = 0; row < chunk.rowCount; row++) {
      const symbol = textItem(symbols, row);
      const series = this.#seriesOf(symbol);
      const ts = this.#isDaily ? sessionMidnight(times[row]!) : times[row]!;
      const unreadable = series < 0 ? symbolReason(symbol) : timeReason(ts, row, vectors, query);
      if (unreadable !== undefined) {
        refuse(row, symbol, SCHEMA_RULE, unreadable);
        continue;
      }
      if (ts % this.#barMicros !== 0) {
        this.#offGrid += 1;
        refuse(
          row,
          symbol,
          GRID_RULE,
          `${isoInstant(ts as EpochMicros)} is no start of a ${this.#timeframe} bar`,
        );
        continue;
      }
      if (times[row]! !== ts) this.#checkOnePerSession(file, symbol, series, times[row]!, ts);
      const broken = this.#gatekeeper.checkRow(
        series,
        ts,
        open[row]!,
        high[row]!,
        low[row]!,
        close[row]!,
        volume[row]!,
      );
      if (broken === ACCEPTED) {
        this.#accept(ts);
        this.#collector.add(symbol, ts, open[row]!, high[row]!, low[row]!, close[row]!, volume[row]!);
        continue;
      }
      const unreadableCell = file.format === "csv" ? cellReason({ vectors, values }, row) : undefined;
      if (unreadableCell !== undefined) refuse(row, symbol, SCHEMA_RULE, unreadableCell);
      else {
        const { rule, reason } = this.#gatekeeper.audit(broken, series);
        refuse(row, symbol, rule, reason);
      }
    }
  }

  /**
   * Throws InputError when most rows of a file lie off the timeframe's grid: the bars have another length,
   * and the few that fit would pass for what they are not.
   */
  endFile(file: SourceFile, rows: number): void {
    const offGrid = this.#offGrid;
    this.#offGrid = 0;
    this.#instantOf.clear();
    if (offGrid * 2 <= rows) return;
    throw new InputError(
      `${file.path}: ${offGrid} of ${rows} rows do not start a ${this.#timeframe} bar; ` +
        "give the --timeframe the file really has, nothing was imported",
    );
  }

  /** Daily rows stamped with different times of one session are intraday bars under a wrong --timeframe. */
  #checkOnePerSession(
    file: SourceFile,
    symbol: string,
    series: number,
    instant: number,
    session: number,
  ): void {
    const last = this.#instantOf.get(series);
    this.#instantOf.set(series, { session, instant });
    if (last?.session !== session || last.instant === instant) return;
    throw new InputError(
      `${file.path}: ${symbol} has bars at ${isoInstant(last.instant as EpochMicros)} and ` +
        `${isoInstant(instant as EpochMicros)}, one session; with --timeframe 1d there is one bar a session: ` +
        "give the --timeframe the file really has, nothing was imported",
    );
  }

  #noteZone(vectors: readonly DuckDBVector[], file: SourceFile): void {
    const time = vectors[answer.rawTs];
    const text = time === undefined ? "" : textItem(time, 0).trim();
    if (this.#isDaily || !/\d:\d\d(:\d\d(\.\d+)?)?$/.test(text) || /[+-]\d\d:?\d\d$/.test(text)) return;
    this.#notes.add(`${file.path} has times without a zone (${text}): they were read as UTC`);
  }

  #accept(ts: number): void {
    this.#accepted += 1;
    if (ts < this.#from) this.#from = ts;
    if (ts > this.#to) this.#to = ts;
  }

  #seriesOf(symbol: string): number {
    const known = this.#series.get(symbol);
    if (known !== undefined) return known;
    const series = symbolPattern.test(symbol) ? this.#gatekeeper.addSeries(symbol) : -1;
    this.#series.set(symbol, series);
    return series;
  }

  #refuse(
    { vectors, values }: RawCells,
    row: number,
    about: { file: string; row: number; symbol: string; rule: string; reason: string },
  ): void {
    const raw = barFields.map((_, j) => {
      const vector = vectors[answer.rawFields + j];
      const text = vector === undefined ? "" : textItem(vector, row);
      const value = values[1 + j]?.[row];
      return text !== "" || value === undefined || Number.isNaN(value) ? text : String(value);
    });
    const time = vectors[answer.rawTs];
    const text = time === undefined ? "" : textItem(time, row);
    this.#audit.add({ ...about, timestamp: text === "" ? this.#timeText(values[0]?.[row]) : text, raw });
  }

  #timeText(ts: number | undefined): string {
    if (ts === undefined || !Number.isFinite(ts)) return "";
    if (Math.abs(ts) > 8e15) return String(ts);
    return this.#isDaily
      ? isoDate(Math.floor(ts / MICROS_PER_DAY) as DayNumber)
      : isoInstant(ts as EpochMicros);
  }
}

/**
 * Midnight UTC of the session an instant belongs to. Sources stamp daily bars with a bare date, with New
 * York's midnight or with the close; all three name one session.
 */
function sessionMidnight(ts: number): number {
  if (ts % MICROS_PER_DAY === 0) return ts;
  return Math.floor((ts - newYorkMidnightMicros) / MICROS_PER_DAY) * MICROS_PER_DAY;
}

function symbolReason(symbol: string): string {
  return symbol === ""
    ? "symbol is empty"
    : `symbol "${symbol.slice(0, 40)}" is not 1 to 24 of A-Z 0-9 . ^ / = _ -`;
}

function timeReason(
  ts: number,
  row: number,
  vectors: readonly DuckDBVector[],
  query: RowQuery,
): string | undefined {
  const isPlausible = Math.abs(ts) >= leastIntegerMicros;
  if (isPlausible) return undefined;
  const vector = vectors[answer.rawTs];
  const text = vector === undefined ? "" : textItem(vector, row).trim();
  if (Number.isNaN(ts)) {
    if (text === "") return "timestamp is empty";
    return `timestamp "${text.slice(0, 40)}" is no ISO 8601 date or time and no epoch milliseconds`;
  }
  const wasNumber = query.integerTime || /^-?\d+$/.test(text);
  return wasNumber
    ? `timestamp ${ts / 1000} read as epoch milliseconds lies before 1973: are these seconds?`
    : undefined;
}

/** The first cell that is no number, in a file of text. "NaN" is a number here; the gatekeeper refuses it. */
function cellReason({ vectors, values }: RawCells, row: number): string | undefined {
  for (const [j, field] of barFields.entries()) {
    const value = values[1 + j]?.[row];
    const vector = vectors[answer.rawFields + j];
    if (value === undefined || vector === undefined || !Number.isNaN(value)) continue;
    const text = textItem(vector, row).trim();
    if (text === "") return `${field} is empty`;
    if (!/^[+-]?nan$/i.test(text)) return `${field} "${text.slice(0, 40)}" is no number`;
  }
  return undefined;
}
