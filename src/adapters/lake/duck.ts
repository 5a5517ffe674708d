/**
 * DuckDB as a machine that turns files into typed arrays and back. No row objects: numbers come out of a
 * chunk's vector as the array that holds them, which is four times faster (STACK 3).
 *
 * `items` and `validity` of a vector are not part of the library's promised surface; `duck.test.ts` fails
 * first if they ever change.
 */
import {
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBVector,
} from "@duckdb/node-api";
import { InputError, InvariantError } from "../../domain/assert.ts";
import { type SeriesColumns, seriesColumnNames } from "./series-columns.ts";

/** Rows DuckDB hands over at a time, and the most an appended chunk may hold. */
const chunkRows = 2048;
/** Rows per Parquet row group: small enough that a month of minutes reads one or two groups. */
const rowGroupRows = 32_768;
const memoryLimit = "1GB";

/** Start of the first row wanted, and the first start not wanted any more; epoch micros. */
interface StartBounds {
  readonly from: number;
  readonly before: number;
}

interface NumberVector {
  readonly items: unknown;
  readonly validity: { readonly data: unknown; itemValid(row: number): boolean };
  flush(): void;
}

/**
 * One connection. A new query silently ends the stream of the one before, so a session is for one user at a
 * time, and asking it while it streams halts.
 */
export class DuckSession {
  readonly #connection: DuckDBConnection;
  #streaming = false;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  close(): void {
    this.#connection.closeSync();
  }

  async run(sql: string): Promise<void> {
    await this.#idle().run(sql);
  }

  /** Small answers only: rows as arrays of JSON values. */
  async rows(sql: string): Promise<unknown[][]> {
    return (await this.#idle().runAndReadAll(sql)).getRowsJson();
  }

  /** The answer in chunks of at most 2,048 rows, in order; memory stays that of one chunk. */
  async *chunks(sql: string): AsyncGenerator<DuckDBDataChunk> {
    const connection = this.#idle();
    this.#streaming = true;
    try {
      const result = await connection.stream(sql);
      for (;;) {
        const chunk = await result.fetchChunk();
        if (chunk === null || chunk.rowCount === 0) return;
        yield chunk;
      }
    } finally {
      this.#streaming = false;
    }
  }

  async append(table: string, columns: SeriesColumns): Promise<void> {
    const appender = await this.#idle().createAppender(table);
    const types = seriesColumnNames.map(() => DOUBLE);
    for (let from = 0; from < columns.ts.length; from += chunkRows) {
      const rows = Math.min(chunkRows, columns.ts.length - from);
      const chunk = DuckDBDataChunk.create(types, rows);
      for (const [j, name] of seriesColumnNames.entries()) {
        const vector = numberVector(chunk.getColumnVector(j));
        floatArray(vector.items).set(columns[name].subarray(from, from + rows));
        vector.flush();
      }
      appender.appendDataChunk(chunk);
    }
    appender.flushSync();
    appender.closeSync();
  }

  #idle(): DuckDBConnection {
    if (this.#streaming)
      throw new InvariantError("LK-3: a query was asked of a connection that is streaming");
    return this.#connection;
  }
}

export class Duck {
  readonly #instance: DuckDBInstance;

  private constructor(instance: DuckDBInstance) {
    this.#instance = instance;
  }

  /** `spillFolder` is where DuckDB may put what does not fit in its memory; created only when needed. */
  static async open(spillFolder: string): Promise<Duck> {
    const instance = await DuckDBInstance.create(":memory:", {
      threads: "1",
      memory_limit: memoryLimit,
      temp_directory: spillFolder,
      autoinstall_known_extensions: "false",
    });
    const duck = new Duck(instance);
    // Text without a zone means UTC here, wherever the machine stands.
    await duck.during((session) => session.run("SET GLOBAL TimeZone = 'UTC'"));
    return duck;
  }

  close(): void {
    this.#instance.closeSync();
  }

  /** A session of the caller's own; sessions do not disturb each other. */
  async during<Result>(work: (session: DuckSession) => Promise<Result>): Promise<Result> {
    const session = new DuckSession(await this.#instance.connect());
    try {
      return await work(session);
    } finally {
      session.close();
    }
  }

  /**
   * Rows of lake files, in the order of `files`. `from` and `before` bound the bar's start in epoch micros;
   * `rows` is what the catalog promises. Throws InputError when the files hold something else.
   */
  async readSeries(
    files: readonly string[],
    rows: number,
    bounds: Partial<StartBounds> = {},
  ): Promise<SeriesColumns> {
    const { from = Number.NEGATIVE_INFINITY, before = Number.POSITIVE_INFINITY } = bounds;
    const conditions = [
      ...(Number.isFinite(from) ? [`ts >= ${from}`] : []),
      ...(Number.isFinite(before) ? [`ts < ${before}`] : []),
    ];
    const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
    const list = files.map(readablePath).join(", ");
    const sql = `SELECT ts::DOUBLE, open, high, low, close, volume FROM read_parquet([${list}]) ${where}`;
    const columns = seriesColumnNames.map(() => new Float64Array(rows));
    let read = 0;
    await this.during(async (session) => {
      for await (const chunk of session.chunks(sql)) {
        if (read + chunk.rowCount > rows) throw notAsPromised(files, rows);
        for (const [j, column] of columns.entries()) column.set(floatItems(chunk.getColumnVector(j)), read);
        read += chunk.rowCount;
      }
    });
    if (conditions.length === 0 && read !== rows) throw notAsPromised(files, rows);
    const [ts, open, high, low, close, volume] = columns.map((column) => column.subarray(0, read));
    return { ts, open, high, low, close, volume } as SeriesColumns;
  }

  /** Writes rows as one Parquet file, zstd. The caller names it durably afterwards. */
  async writeSeries(path: string, columns: SeriesColumns): Promise<void> {
    const table = seriesColumnNames.map((name) => `${name} DOUBLE`).join(", ");
    await this.during(async (session) => {
      await session.run(`CREATE TEMP TABLE series_out (${table})`);
      await session.append("series_out", columns);
      await session.run(
        `COPY (SELECT ts::BIGINT AS ts, open, high, low, close, volume FROM series_out) TO ${quoted(path)}
         (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${rowGroupRows})`,
      );
    });
  }
}

/** Numbers of a DOUBLE vector; NaN where it is NULL. Valid until the next chunk is fetched. */
export function floatItems(vector: DuckDBVector): Float64Array {
  const { items, validity } = numberVector(vector);
  const numbers = floatArray(items);
  if (validity.data === null) return numbers;
  const copy = numbers.slice();
  for (let row = 0; row < copy.length; row++) if (!validity.itemValid(row)) copy[row] = Number.NaN;
  return copy;
}

/** Text of one cell; "" where it is NULL. */
export function textItem(vector: DuckDBVector, row: number): string {
  const item: unknown = vector.getItem(row);
  return typeof item === "string" ? item : "";
}

/** Only damage from outside can do it: files are named by content and written before the catalog names them. */
function notAsPromised(files: readonly string[], rows: number): InputError {
  const [first = ""] = files;
  const which = files.length === 1 ? first : `one of ${files.length} files from ${first}`;
  return new InputError(`${which}: not the ${rows} rows of the catalog; find it with \`data verify\``, 1);
}

function numberVector(vector: DuckDBVector): NumberVector {
  return vector as unknown as NumberVector;
}

function floatArray(items: unknown): Float64Array {
  if (items instanceof Float64Array) return items;
  throw new InvariantError("LK-1: a DOUBLE vector of this DuckDB release does not hold a Float64Array");
}

/** SQL string literal. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Literal for a file to read: DuckDB would take `*`, `?` and `[` in a name for a pattern. */
export function readablePath(path: string): string {
  return quoted(path.replaceAll(/[*?[]/g, "[$&]"));
}
