/** Reads a CSV of numbers by date: `date,<name>,<name>...`. For statistics, where files are small. */
import { InputError } from "../domain/assert.ts";
import { inputText } from "./input-text.ts";

export interface NumberTable {
  readonly names: readonly string[];
  readonly dates: readonly string[];
  /** One column per name. */
  readonly columns: readonly Float64Array[];
}

/** Every cell must be a finite number. Refuses with the line and the column. */
export function readNumberTable(path: string): NumberTable {
  const lines = readLines(path);
  const [head = "", ...body] = lines;
  const names = head.split(",").map((name) => name.trim());
  if (names.length < 2 || names[0]?.toLowerCase() !== "date") {
    throw new InputError(
      `--input ${path}: the first line must be date,NAME[,NAME...], got "${head.slice(0, 60)}"`,
    );
  }
  const twice = names.find((name, n) => names.indexOf(name) !== n);
  if (twice !== undefined)
    throw new InputError(`--input ${path}: two columns are named ${twice.slice(0, 40)}; rename one`);
  if (body.length === 0) throw new InputError(`--input ${path}: no rows under the header`, 1);
  const columns = names.slice(1).map(() => new Float64Array(body.length));
  const dates: string[] = [];
  for (const [row, line] of body.entries()) {
    const cells = line.split(",");
    if (cells.length !== names.length) {
      throw new InputError(
        `--input ${path}: line ${row + 2} has ${cells.length} cells, the header has ${names.length}`,
      );
    }
    dates.push(laterDate(path, row, dates.at(-1), (cells[0] ?? "").trim()));
    for (const [n, column] of columns.entries()) column[row] = finite(path, row, names[n + 1], cells[n + 1]);
  }
  return { names: names.slice(1), dates, columns };
}

const ISO_START = /^\d{4}-\d{2}-\d{2}/;

/** Newest first would turn every gain into a loss; other ways to write a date are taken as they come. */
function laterDate(path: string, row: number, before: string | undefined, date: string): string {
  const comparable = before !== undefined && ISO_START.test(before) && ISO_START.test(date);
  if (!comparable || date >= before) return date;
  const shown = date.slice(0, 30);
  throw new InputError(
    `--input ${path}: line ${row + 2}, date ${shown}: is before the line above; sort the oldest first`,
  );
}

/** By its name, or by the word it begins with: IGE finds `ige_adj_close` when no other column begins so. */
export function columnNamed(table: NumberTable, name: string, key: string): Float64Array {
  const wanted = name.toLowerCase();
  const names = table.names.map((each) => each.toLowerCase());
  const begins = names.flatMap((each, n) => (each.split(/[^a-z0-9]/)[0] === wanted ? [n] : []));
  const candidates = [
    table.names.indexOf(name),
    names.indexOf(wanted),
    begins.length === 1 ? (begins[0] ?? -1) : -1,
  ];
  const found = table.columns[candidates.find((n) => n >= 0) ?? -1];
  if (found === undefined)
    throw new InputError(
      `${key} "${name.slice(0, 40)}" is no column of the file; it has ${table.names.join(", ").slice(0, 200)}`,
    );
  return found;
}

function readLines(path: string): string[] {
  const text = inputText("--input", path);
  if (/[\0\uFFFD]/.test(text))
    throw new InputError(
      `--input ${path}: is not text in UTF-8; give a CSV file that begins with date,NAME[,NAME...]`,
    );
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (lines.length === 0) throw new InputError(`--input ${path}: the file is empty`, 1);
  return lines;
}

function finite(path: string, row: number, name: string | undefined, cell = ""): number {
  const value = cell.trim() === "" ? Number.NaN : Number(cell);
  if (Number.isFinite(value)) return value;
  throw new InputError(
    `--input ${path}: line ${row + 2}, column ${name}: "${cell.slice(0, 20)}" is not a number`,
  );
}
