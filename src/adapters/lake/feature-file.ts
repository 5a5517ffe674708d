/** Rows of features as a file that appears whole or not at all: CSV, or Parquet made of it. */
import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, extname } from "node:path";
import { InputError } from "../../domain/assert.ts";
import { type DayNumber, isoDate } from "../../domain/time.ts";
import { flushFile, flushFolder, makeFolder, unfinishedMark } from "../durable-file.ts";
import { outputFile } from "../output-place.ts";
import { type Duck, floatItems, quoted, readablePath, textItem } from "./duck.ts";

const flushCharacters = 1 << 18;

/** `at` is the printed instant; NaN values become empty cells. */
export type TakeRow = (symbol: string, at: string, values: Float64Array) => void;

type Produce = (take: TakeRow) => void | Promise<void>;

/**
 * Writes the rows that `produce` hands over. `out` ends in `.csv` or `.parquet`; the database is opened for the
 * latter only. Returns the number of rows. Throws InputError on another ending or a folder.
 */
export async function writeFeatures(
  duck: () => Promise<Duck>,
  out: string,
  names: readonly string[],
  produce: Produce,
): Promise<number> {
  const target = checkedTarget(out);
  makeFolder(dirname(target));
  const beside = `${target}${unfinishedMark}${process.pid}`;
  try {
    const rows = await writeText(beside, names, produce);
    if (target.endsWith(".parquet")) await toParquet(await duck(), beside, names);
    flushFile(beside);
    renameSync(beside, target);
    flushFolder(dirname(target));
    return rows;
  } finally {
    rmSync(beside, { force: true });
  }
}

function checkedTarget(out: string): string {
  if (![".csv", ".parquet"].includes(extname(out))) {
    throw new InputError(`--out ${out}: must end in .csv or .parquet`);
  }
  return outputFile(out, "features.csv");
}

async function writeText(path: string, names: readonly string[], produce: Produce): Promise<number> {
  const file = openSync(path, "w", 0o600);
  let pending = `symbol,timestamp,${names.join(",")}\n`;
  let rows = 0;
  try {
    await produce((symbol, at, values) => {
      pending += `${symbol},${at}`;
      for (let k = 0; k < values.length; k++) pending += Number.isNaN(values[k]!) ? "," : `,${values[k]!}`;
      pending += "\n";
      rows += 1;
      if (pending.length < flushCharacters) return;
      writeSync(file, pending);
      pending = "";
    });
    writeSync(file, pending);
  } finally {
    closeSync(file);
  }
  return rows;
}

async function toParquet(duck: Duck, text: string, names: readonly string[]): Promise<void> {
  const columns = ["symbol", "timestamp", ...names].map(
    (name, n) => `${quoted(name)}: '${n < 2 ? "VARCHAR" : "DOUBLE"}'`,
  );
  const parquet = `${text}.parquet`;
  try {
    await duck.during((session) =>
      session.run(
        `COPY (SELECT * FROM read_csv(${readablePath(text)}, header = true, auto_detect = false, delim = ',',
         columns = {${columns.join(", ")}})) TO ${quoted(parquet)} (FORMAT parquet, COMPRESSION zstd)`,
      ),
    );
    renameSync(parquet, text);
  } finally {
    rmSync(parquet, { force: true });
  }
}

export interface FeatureExport {
  /** Parquet files of a feature set. */
  readonly files: readonly string[];
  readonly names: readonly string[];
  readonly from: DayNumber | undefined;
  readonly to: DayNumber | undefined;
  readonly out: string;
}

/** Stored rows, in order of time, then symbol, as one file. Returns the number of rows. */
export async function exportFeatures(
  duck: () => Promise<Duck>,
  { files, names, from, to, out }: FeatureExport,
): Promise<number> {
  // Instants are ISO text, so that a date is a prefix and texts compare as times do.
  const bounds = [
    ...(from === undefined ? [] : [`left("timestamp", 10) >= ${quoted(isoDate(from))}`]),
    ...(to === undefined ? [] : [`left("timestamp", 10) <= ${quoted(isoDate(to))}`]),
  ];
  const columns = ["symbol", "timestamp", ...names].map((name) => `"${name}"`).join(", ");
  const source = `read_parquet([${files.map(readablePath).join(", ")}])`;
  const where = bounds.length === 0 ? "" : `WHERE ${bounds.join(" AND ")}`;
  const sql = `SELECT ${columns} FROM ${source} ${where} ORDER BY "timestamp", symbol`;
  const values = new Float64Array(names.length);
  return writeFeatures(duck, out, names, async (take) => {
    const engine = await duck();
    await engine.during(async (session) => {
      for await (const chunk of session.chunks(sql)) {
        const [symbols, instants] = [chunk.getColumnVector(0), chunk.getColumnVector(1)];
        const numbers = names.map((_, k) => floatItems(chunk.getColumnVector(k + 2)));
        for (let row = 0; row < chunk.rowCount; row++) {
          for (const [k, column] of numbers.entries()) values[k] = column[row]!;
          take(textItem(symbols, row), textItem(instants, row), values);
        }
      }
    });
  });
}
