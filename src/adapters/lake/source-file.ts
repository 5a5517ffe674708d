/**
 * Looks into a file that a person wants to import: is it there, is it CSV or Parquet, which columns has
 * it. Every way of being wrong ends in one line that says what was found and what is needed.
 */
import { closeSync, openSync, readFileSync, readSync, type Stats, statSync } from "node:fs";
import { basename, extname } from "node:path";
import { gunzipSync, constants as zlib } from "node:zlib";
import { InputError } from "../../domain/assert.ts";
import { reasonOf } from "../durable-file.ts";
import { type Duck, readablePath } from "./duck.ts";

export interface SourceColumn {
  /** As the file spells it. */
  readonly name: string;
  /** How to say it in SQL. */
  readonly sql: string;
  /** DuckDB's type; VARCHAR for every column of a CSV file. */
  readonly type: string;
}

export interface SourceFile {
  readonly path: string;
  readonly format: "csv" | "parquet";
  readonly columns: readonly SourceColumn[];
  /** What stands between the cells of a CSV file. */
  readonly delimiter: string;
}

const headBytes = 1 << 16;
const delimiters = [",", ";", "\t", "|"] as const;
/** Most columns or characters that an error line repeats. */
const shownColumns = 20;

export async function inspectFile(duck: Duck, path: string): Promise<SourceFile> {
  const head = readHead(path);
  const isParquet = head.subarray(0, 4).toString("latin1") === "PAR1";
  if (isParquet || /^\.(parquet|pq)$/i.test(extname(path))) return inspectParquet(duck, path);
  return inspectCsv(path, head);
}

/** File name without folder and endings: the symbol of a file that has no symbol column. */
export function stemOf(path: string): string {
  return basename(path).replace(/(\.(csv|txt|tsv|parquet|pq))?(\.gz)?$/i, "");
}

/** Column names as an error shows them. */
export function shownNames(columns: readonly SourceColumn[]): string {
  const names = columns.slice(0, shownColumns).map(({ name }) => printable(name));
  return columns.length > shownColumns
    ? `${names.join(", ")}, ... (${columns.length} in all)`
    : names.join(", ");
}

/** Cut and stripped of what could disturb a terminal. */
export function printable(text: string): string {
  const clean = text.replaceAll(/[^\x20-\x7e]/g, "?");
  return clean.length > 40 ? `${clean.slice(0, 40)}...` : clean;
}

const READING_ERROR = /^(Invalid|Invalid Input|IO|Conversion|Out of Range|Serialization) Error: /;

/** A database error that the file is to blame for, as one line naming it; any other error as it came. */
export function readingProblem(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !READING_ERROR.test(error.message)) return error;
  const [first = "", , detail = ""] = error.message.replace(READING_ERROR, "").split("\n");
  const why = first.startsWith("CSV Error on Line") ? `${first}: ${detail}` : first;
  return new InputError(
    `${path} cannot be read to its end: ${printableLine(why)}; nothing was done with it`,
    1,
  );
}

const printableLine = (text: string): string =>
  text
    .replaceAll(/[^\x20-\x7e]/g, "?")
    .slice(0, 200)
    .trim();

/** First sentence of a database error, without the SQL it quotes. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split("\n")[0] ?? text).replace(/^[\w ]+ Error: /, "").trim();
}

/** All of a file that is text; the same words as for the others where it is none. */
export function readWhole(path: string): string {
  readHead(path);
  return readFileSync(path, "utf8").replace(/^\uFEFF/, "");
}

function readHead(path: string): Buffer {
  const stat = statOf(path);
  if (stat === undefined) throw new InputError(`${path}: no such file`);
  if (stat.isDirectory())
    throw new InputError(`${path} is a folder; name the files, for example ${path}/*.csv`);
  if (stat.size === 0) throw new InputError(`${path} is empty (0 bytes); nothing was imported`, 1);
  const head = Buffer.alloc(headBytes);
  try {
    const file = openSync(path, "r");
    try {
      return head.subarray(0, readSync(file, head, 0, head.length, 0));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new InputError(`${path} cannot be read: ${firstLine(error)}`, 1);
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw new InputError(`${path} cannot be read (${reasonOf(error)}); name another file`);
  }
}

async function inspectParquet(duck: Duck, path: string): Promise<SourceFile> {
  let described: unknown[][];
  try {
    described = await duck.during((session) =>
      session.rows(`DESCRIBE SELECT * FROM read_parquet(${readablePath(path)})`),
    );
  } catch (error) {
    throw new InputError(`${path} is not a readable Parquet file: ${firstLine(error)}`, 1);
  }
  const columns = described.map(([name, type]) => ({
    name: String(name),
    sql: `"${String(name).replaceAll('"', '""')}"`,
    type: String(type),
  }));
  return { path, format: "parquet", columns, delimiter: "" };
}

function inspectCsv(path: string, head: Buffer): SourceFile {
  const text = headText(path, head);
  const line = text.replace(/^\ufeff/, "").split(/\r\n|\n|\r/)[0] ?? "";
  const delimiter = delimiters.toSorted((a, b) => cells(line, b).length - cells(line, a).length)[0] ?? ",";
  const columns = cells(line, delimiter).map((name, i) => ({ name, sql: `c${i}`, type: "VARCHAR" }));
  return { path, format: "csv", columns, delimiter };
}

function headText(path: string, head: Buffer): string {
  try {
    const isGzip = head[0] === 0x1f && head[1] === 0x8b;
    const bytes = isGzip ? gunzipSync(head, { finishFlush: zlib.Z_SYNC_FLUSH }) : head;
    // The last bytes may be half a character; `stream` leaves them out instead of refusing them.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    if (text.includes("\0")) throw new Error("it holds zero bytes");
    return text;
  } catch {
    throw new InputError(`${path} is neither CSV text in UTF-8 nor Parquet`, 1);
  }
}

/** Cells of a header line. Quotes may surround a name; a doubled quote inside stands for one. */
function cells(line: string, delimiter: string): string[] {
  const found: string[] = [];
  let cell = "";
  let quotedCell = false;
  for (let i = 0; i < line.length; i++) {
    const character = line[i] ?? "";
    if (character === '"' && quotedCell && line[i + 1] === '"') {
      cell += '"';
      i++;
    } else if (character === '"') quotedCell = !quotedCell;
    else if (character === delimiter && !quotedCell) {
      found.push(cell.trim());
      cell = "";
    } else cell += character;
  }
  return [...found, cell.trim()];
}
