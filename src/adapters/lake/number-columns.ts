/** The numeric columns of any CSV or Parquet file, for statistics over what `features compute` wrote. */
import { InputError } from "../../domain/assert.ts";
import { type Duck, floatItems, readablePath } from "./duck.ts";
import { inspectFile, readingProblem, shownNames } from "./source-file.ts";

export interface NumberColumns {
  readonly rows: number;
  /** NaN where the file has no number. */
  readonly columns: ReadonlyMap<string, Float64Array>;
}

/** What tells rows apart rather than measures something. */
const KEYS = ["symbol", "timestamp", "date", "ts_ms"];

/** Throws InputError on a file that cannot be read or has no column of numbers. */
export async function readNumberColumns(duck: Duck, path: string): Promise<NumberColumns> {
  const file = await inspectFile(duck, path);
  const chosen = file.columns.filter(({ name }) => !KEYS.includes(name.toLowerCase()));
  const source =
    file.format === "parquet"
      ? `read_parquet(${readablePath(path)})`
      : `read_csv(${readablePath(path)}, header = true, all_varchar = true, auto_detect = false,
         delim = '${file.delimiter}', columns = {${file.columns.map(({ sql }) => `'${sql}': 'VARCHAR'`).join(", ")}})`;
  const cells = chosen.map(({ sql }) => `TRY_CAST(${sql} AS DOUBLE)`).join(", ");
  if (chosen.length === 0) throw noNumbers(path, shownNames(file.columns));
  const parts = chosen.map((): Float64Array[] => []);
  let rows = 0;
  const reading = duck.during(async (session) => {
    for await (const chunk of session.chunks(`SELECT ${cells} FROM ${source}`)) {
      rows += chunk.rowCount;
      for (const [j, part] of parts.entries()) part.push(floatItems(chunk.getColumnVector(j)).slice());
    }
  });
  await reading.catch((error: unknown) => {
    throw readingProblem(path, error);
  });
  const columns = new Map<string, Float64Array>();
  for (const [j, { name }] of chosen.entries()) {
    const values = joined(parts[j] ?? [], rows);
    if (values.some((value) => !Number.isNaN(value))) columns.set(name, values);
  }
  if (columns.size === 0) throw noNumbers(path, shownNames(file.columns));
  return { rows, columns };
}

const noNumbers = (path: string, names: string): InputError =>
  new InputError(`${path} has no column of numbers; it has ${names}`, 1);

function joined(parts: readonly Float64Array[], rows: number): Float64Array {
  const all = new Float64Array(rows);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
