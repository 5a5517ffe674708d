/**
 * The SQL that reads a foreign file as bars: which of its columns plays which part, and how text, dates
 * and float32 become instants and doubles.
 *
 * A cell that cannot be read becomes NULL, never a guess; the raw text comes along, so that the row is
 * refused with what stood in it (DATA-4).
 */
import { InputError } from "../../domain/assert.ts";
import type { Timeframe } from "../../domain/bars.ts";
import { type DuckSession, quoted, readablePath } from "./duck.ts";
import { printable, type SourceColumn, type SourceFile, shownNames, stemOf } from "./source-file.ts";

export const barFields = ["open", "high", "low", "close", "volume"] as const;
type Role = "symbol" | "timestamp" | (typeof barFields)[number];
const roles = ["symbol", "timestamp", ...barFields] as const;

/** Role to the column that plays it, from `--columns`. `date` and `ts_ms` are other names of `timestamp`. */
export type ColumnMap = ReadonlyMap<Role, string>;

/** Columns of the answer, in order. Raw ones are text, NULL when the file holds real numbers. */
export const answer = { symbol: 0, ts: 1, fields: 2, rawTs: 7, rawFields: 8 } as const;

export interface RowQuery {
  readonly sql: string;
  /** Name of the table that lists lines with too many cells; undefined for Parquet. */
  readonly rejects: string | undefined;
  /** Times are whole numbers, read as epoch milliseconds. */
  readonly integerTime: boolean;
  /** What a person should know about how the file was read. */
  readonly notes: readonly string[];
}

/** `timestamp=ts_ms,close=adj_close`. Throws InputError on an unknown role or a missing equals sign. */
export function parseColumnMap(text: string): ColumnMap {
  const map = new Map<Role, string>();
  for (const part of text.split(",").filter((piece) => piece.trim() !== "")) {
    const [left = "", right = ""] = part.split("=").map((side) => side.trim());
    const name = left === "date" || left === "ts_ms" ? "timestamp" : left;
    const role = roles.find((known) => known === name);
    if (role === undefined || right === "") {
      throw new InputError(
        `--columns: ${printable(part)} is not NAME=COLUMN with NAME one of ${roles.join(", ")}; ` +
          'for example --columns "timestamp=ts_ms,close=adj_close"',
      );
    }
    map.set(role, right);
  }
  return map;
}

export function rowQuery(file: SourceFile, timeframe: Timeframe, map: ColumnMap, ordinal: number): RowQuery {
  const column = (role: Role, names: readonly string[]) => find(file, map.get(role), names);
  const time = required(file, "timestamp", column("timestamp", timeNames(timeframe)), timeNames(timeframe));
  const symbol = column("symbol", ["symbol"]);
  const [open, high, low, close, volume] = barFields.map((field) =>
    required(file, field, column(field, [field]), [field]),
  ) as [SourceColumn, SourceColumn, SourceColumn, SourceColumn, SourceColumn];

  const scale = adjustedCloseScale(file, map);
  const numbers = [open, high, low, close, volume, ...(scale === undefined ? [] : [scale])];
  const named = ["o", "h", "l", "c", "v", "plain"];
  const price = (name: string) =>
    scale === undefined ? name : `if(plain = c, ${name}, ${name} / plain * c)`;
  const symbolSql =
    symbol === undefined ? quoted(stemOf(file.path).toUpperCase()) : `upper(trim(${symbol.sql}::VARCHAR))`;
  const raws = [time, open, high, low, close, volume].map(rawSql);
  // Cells become numbers once, in the inner query: reading float32 as decimals is what costs.
  const inner = [
    `${symbolSql} AS s`,
    `${timeSql(file, time, timeframe)} AS t`,
    ...numbers.map((column, i) => `${numberSql(file, column)} AS ${named[i]}`),
    ...raws.map((raw, i) => `${raw} AS r${i}`),
  ];
  const sql = [
    `SELECT s, t, ${["o", "h", "l"].map(price).join(", ")}, c, v, ${raws.map((_, i) => `r${i}`).join(", ")}`,
    `FROM (SELECT ${inner.join(", ")} FROM ${tableSql(file, ordinal)})`,
  ].join(" ");
  return {
    sql,
    rejects: rejectsOf(file, ordinal),
    integerTime: /INT|DOUBLE|DECIMAL|FLOAT/.test(time.type),
    notes: [
      ...(symbol === undefined
        ? [`${file.path} has no symbol column: all rows are ${stemOf(file.path).toUpperCase()}`]
        : []),
      ...(scale === undefined ? [] : [`open, high and low were scaled by ${close.name}/${scale.name}`]),
    ],
  };
}

function timeNames(timeframe: Timeframe): readonly string[] {
  return timeframe === "1d" ? ["date", "timestamp", "ts_ms"] : ["timestamp", "ts_ms", "date"];
}

function find(
  file: SourceFile,
  mapped: string | undefined,
  names: readonly string[],
): SourceColumn | undefined {
  for (const wanted of mapped === undefined ? names : [mapped]) {
    const matches = file.columns.filter(({ name }) => name.toLowerCase() === wanted.toLowerCase());
    if (matches.length > 1)
      throw new InputError(`${file.path} has ${matches.length} columns named ${wanted}; rename all but one`);
    if (matches[0] !== undefined) return matches[0];
  }
  if (mapped === undefined) return undefined;
  throw new InputError(
    `--columns: ${file.path} has no column ${printable(mapped)}; it has ${shownNames(file.columns)}`,
  );
}

function required(
  file: SourceFile,
  role: Role,
  column: SourceColumn | undefined,
  names: readonly string[],
): SourceColumn {
  if (column !== undefined) return column;
  throw new InputError(
    `${file.path} has no column ${names.join(" or ")}; it has ${shownNames(file.columns)}; ` +
      `if one of them is meant, say --columns "${role}=NAME"`,
  );
}

/**
 * When `close` alone is mapped to an adjusted column beside a plain `close`, the other prices follow by the
 * same factor: a bar whose close was adjusted and whose low was not is no bar.
 * Computed as price / close * adjusted, which keeps low <= close <= high exactly.
 */
function adjustedCloseScale(file: SourceFile, map: ColumnMap): SourceColumn | undefined {
  const mapped = map.get("close");
  if (mapped === undefined || mapped.toLowerCase() === "close") return undefined;
  if (["open", "high", "low"].some((role) => map.has(role as Role))) return undefined;
  return file.columns.find(({ name }) => name.toLowerCase() === "close");
}

function numberSql(file: SourceFile, { name, sql, type }: SourceColumn): string {
  // Float32 as its shortest decimal: 116.6 was written, 116.59999847 is only how a float stores it.
  if (type === "FLOAT") return `${sql}::VARCHAR::DOUBLE`;
  if (type === "VARCHAR") return `TRY_CAST(trim(${sql}) AS DOUBLE)`;
  if (/^(DOUBLE|DECIMAL|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?)/.test(type)) return `${sql}::DOUBLE`;
  throw new InputError(`${file.path}: column ${printable(name)} holds ${type}; a number is needed`);
}

/** Epoch micros as DOUBLE; NULL when unreadable. */
function timeSql(file: SourceFile, { name, sql, type }: SourceColumn, timeframe: Timeframe): string {
  const intraday = timeframe !== "1d";
  if (type === "DATE" && intraday) {
    throw new InputError(
      `${file.path}: column ${printable(name)} holds dates; --timeframe ${timeframe} needs a time of day ` +
        '(say --columns "timestamp=NAME", or --timeframe 1d)',
    );
  }
  if (type === "DATE" || type.startsWith("TIMESTAMP")) return `epoch_us(${sql}::TIMESTAMPTZ)::DOUBLE`;
  if (type === "VARCHAR") {
    const text = `trim(${sql})`;
    const isNumber = `regexp_full_match(${text}, '-?[0-9]+')`;
    // A bare date has ten characters and no time of day.
    const readable = intraday ? `length(${text}) > 10` : `length(${text}) >= 8`;
    return (
      `CASE WHEN ${isNumber} THEN TRY_CAST(${text} AS DOUBLE) * 1000 ` +
      `WHEN ${readable} THEN epoch_us(TRY_CAST(${text} AS TIMESTAMPTZ))::DOUBLE END`
    );
  }
  if (/INT|DOUBLE|DECIMAL/.test(type)) return `${sql}::DOUBLE * 1000`;
  throw new InputError(
    `${file.path}: column ${printable(name)} holds ${type}; a date or epoch milliseconds are needed`,
  );
}

function rawSql({ sql, type }: SourceColumn): string {
  return type === "VARCHAR" ? sql : "NULL::VARCHAR";
}

export interface WideLine {
  /** Of the file, from 1. */
  readonly line: number;
  readonly reason: string;
  readonly text: string;
}

/** Lines of a CSV file that were not read: too many cells, an open quote. Asked in the session that read the rest. */
export async function linesSetAside(session: DuckSession, rejects: string | undefined): Promise<WideLine[]> {
  if (rejects === undefined) return [];
  const lines = await session.rows(
    `SELECT line::VARCHAR, any_value(error_message), any_value(csv_line)
     FROM ${rejects} GROUP BY line ORDER BY line`,
  );
  return lines.map(([line, message, content]) => ({
    line: Number(line),
    reason: `line ${line}: ${String(message)}`,
    text: String(content ?? "").trim(),
  }));
}

/** Name of the table of those lines; undefined for Parquet. */
export const rejectsOf = (file: SourceFile, ordinal: number): string | undefined =>
  file.format === "csv" ? `rejects_${ordinal}` : undefined;

/** The rows of a file as a table expression; refused lines of CSV go to `rejects_<ordinal>`. */
export function tableSql(file: SourceFile, ordinal: number): string {
  if (file.format === "parquet") return `read_parquet(${readablePath(file.path)})`;
  const columns = file.columns.map(({ sql }) => `'${sql}': 'VARCHAR'`).join(", ");
  return (
    `read_csv(${readablePath(file.path)}, columns = {${columns}}, auto_detect = false, header = true, ` +
    `delim = ${quoted(file.delimiter)}, quote = '"', escape = '"', null_padding = true, store_rejects = true, ` +
    `rejects_table = 'rejects_${ordinal}', rejects_scan = 'scans_${ordinal}')`
  );
}
