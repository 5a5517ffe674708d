/** Wrong files for every reader: cut off, damaged, with columns missing or swapped, and cells that are no numbers. */
import { mkdirSync, symlinkSync } from "node:fs";
import { Duck } from "../src/adapters/lake/duck.ts";
import type { Rng } from "../src/numerics/rng.ts";
import { drawn, pick, type WrongCase } from "./wrong-case.ts";

interface Shape {
  readonly header: readonly string[];
  readonly row: (n: number) => readonly string[];
}

const day = (n: number) => `2024-01-${String(n + 8).padStart(2, "0")}`;
const bars: Shape = {
  header: ["symbol", "date", "open", "high", "low", "close", "volume"],
  row: (n) => ["ZZZ", day(n), "10", "12", "9", String(10 + n / 10), "1000"],
};
const minutes: Shape = {
  header: ["symbol", "timestamp", "open", "high", "low", "close", "volume"],
  row: (n) => ["ZZZ", `2024-01-08T15:0${n}:00Z`, "10", "12", "9", "11", "1000"],
};
const actions: Shape = {
  header: ["symbol", "ex_date", "kind", "new_shares", "old_shares", "cash_per_share", "reference"],
  row: (n) => [
    "ZZZ",
    day(n),
    ...(n % 2 === 0 ? ["split", "2", "1", "0", ""] : ["dividend", "1", "1", "0.5", "20"]),
  ],
};
const numbers: Shape = {
  header: ["date", "a", "b"],
  row: (n) => [day(n), String(0.01 * (n - 2)), String(0.02 * (2 - n))],
};

interface Reader {
  readonly name: string;
  readonly shape: Shape;
  readonly args: (file: string) => readonly string[];
}

const words = (text: string) => (file: string) =>
  text.split(" ").map((word) => (word === "FILE" ? file : word));
const readers: readonly Reader[] = [
  { name: "bars", shape: bars, args: words("data import FILE --timeframe 1d --adjustment split") },
  {
    name: "bars again",
    shape: bars,
    args: words("data import FILE --timeframe 1d --adjustment raw --source other"),
  },
  { name: "minutes", shape: minutes, args: words("data import FILE --timeframe 1m --adjustment raw") },
  { name: "actions", shape: actions, args: words("data import-actions FILE") },
  {
    name: "features",
    shape: bars,
    args: words("features compute --input FILE --features macd,rsi_14 --out OUT.csv"),
  },
  { name: "drift", shape: numbers, args: words("features drift --reference FILE --current numbers.csv") },
  { name: "drift now", shape: numbers, args: words("features drift --reference numbers.csv --current FILE") },
  { name: "metrics", shape: numbers, args: words("stats metrics --input FILE") },
  { name: "metrics of prices", shape: numbers, args: words("stats metrics --prices --input FILE") },
  { name: "psr", shape: numbers, args: words("stats psr --input FILE") },
  { name: "dsr", shape: numbers, args: words("stats dsr --input FILE") },
  { name: "mintrl", shape: numbers, args: words("stats mintrl --input FILE") },
  { name: "quotes", shape: minutes, args: words("data import FILE --timeframe tick --kind quotes") },
  { name: "trades", shape: minutes, args: words("data import FILE --timeframe tick --kind trades") },
];

/** A good file of the shape, so that a test can see the readers accept it. */
export const goodNumbers = csv(table(numbers));

function table({ header, row }: Shape): string[][] {
  return [[...header], ...Array.from({ length: 5 }, (_, n) => [...row(n)])];
}

function csv(rows: readonly (readonly string[])[], delimiter = ",", end = "\n"): string {
  return rows.map((cells) => `${cells.join(delimiter)}${end}`).join("");
}

const strangeCells = [
  "",
  " ",
  "NaN",
  "nan",
  "inf",
  "-inf",
  "Infinity",
  "-1",
  "0",
  "-0",
  "1e309",
  "-1e309",
  "1e-320",
  "1e15",
  "n/a",
  "null",
  "1,5",
  "$10",
  "10%",
  "0x10",
  "=1+1",
  "'; DROP TABLE bars; --",
  '"',
  '"open',
  "\0",
  "\u001b[31m",
  "\u2028",
  "٣",
  "0000-00-00",
  "2024-02-30",
  "1066-10-14",
  "9999-12-31",
  "2999-01-01T00:00:00Z",
  "-999999999999999999",
  "99999999999999999999999",
  "x".repeat(100_000),
  "9".repeat(100_000),
  "../../../etc/passwd",
  "NUL",
  "split",
  "spinoff",
];

type Change = (rng: Rng, rows: string[][]) => string | Uint8Array;

/** Fine where only some rows are refused, or where the change did not matter. */
const changes: Readonly<Record<string, Change>> = {
  "a strange cell": (rng, rows) => {
    const row = rows[1 + rng.integer(rows.length - 1)] ?? [];
    row[rng.integer(row.length)] = pick(rng, strangeCells);
    return csv(rows);
  },
  "a strange column": (rng, rows) => {
    const [column, cell] = [rng.integer(rows[0]?.length ?? 1), pick(rng, strangeCells)];
    for (const row of rows.slice(1)) row[column] = cell;
    return csv(rows);
  },
  "strange cells all over": (rng, rows) =>
    csv(rows.map((row, n) => (n === 0 ? row : row.map(() => pick(rng, strangeCells))))),
  "a column missing": (rng, rows) => {
    const column = rng.integer(rows[0]?.length ?? 1);
    return csv(rows.map((row) => row.filter((_, n) => n !== column)));
  },
  "a name of the header changed": (rng, rows) => {
    const header = rows[0] ?? [];
    header[rng.integer(header.length)] = pick(rng, [
      "",
      "warp",
      "CLOSE",
      "x".repeat(5000),
      "\u001b[2J",
      "a b",
      "'",
    ]);
    return csv(rows);
  },
  "a duplicated name": (rng, rows) => {
    const header = rows[0] ?? [];
    header[rng.integer(header.length)] = pick(rng, header);
    return csv(rows);
  },
  "two columns swapped": (rng, rows) => {
    const [a, b] = [rng.integer(rows[0]?.length ?? 1), rng.integer(rows[0]?.length ?? 1)];
    for (const row of rows.slice(1)) [row[a], row[b]] = [row[b] ?? "", row[a] ?? ""];
    return csv(rows);
  },
  "no header": (_, rows) => csv(rows.slice(1)),
  "a header alone": (_, rows) => csv(rows.slice(0, 1)),
  "the header twice": (_, rows) => csv([rows[0] ?? [], ...rows]),
  "the header in the middle": (_, rows) => csv([...rows, rows[0] ?? [], ...rows.slice(1)]),
  "mixed line ends": (rng, rows) =>
    rows.map((row) => row.join(",") + pick(rng, ["\n", "\r\n", "\r", "\n\n"])).join(""),
  "no last line end": (_, rows) => csv(rows).trimEnd(),
  "a byte order mark": (_, rows) => `\ufeff${csv(rows)}`,
  "two byte order marks": (_, rows) => `\ufeff\ufeff${csv(rows)}`,
  "another delimiter": (rng, rows) => csv(rows, pick(rng, [";", "\t", "|", " ", ":", ",,"])),
  "quotes all over": (_, rows) => csv(rows.map((row) => row.map((cell) => `"${cell}"`))),
  "an open quote": (rng, rows) => csv(rows).replace(pick(rng, rows[2] ?? ["1"]), '"'),
  "zero bytes": (rng, rows) => spliced(rng, csv(rows), "\0\0"),
  "bytes that are no UTF-8": (rng, rows) => {
    const bytes = Buffer.from(csv(rows));
    bytes[rng.integer(bytes.length)] = pick(rng, [0xff, 0xfe, 0xc0, 0x80]);
    return Uint8Array.from(bytes);
  },
  "UTF-16": (_, rows) => Uint8Array.from(Buffer.from(`\ufeff${csv(rows)}`, "utf16le")),
  "cut off": (rng, rows) => csv(rows).slice(0, rng.integer(csv(rows).length)),
  "a piece missing": (rng, rows) => {
    const text = csv(rows);
    const at = rng.integer(text.length);
    return text.slice(0, at) + text.slice(at + 1 + rng.integer(30));
  },
  "a row too long": (rng, rows) => {
    rows[1 + rng.integer(rows.length - 1)]?.push(...Array.from({ length: 1 + rng.integer(50) }, () => "1"));
    return csv(rows);
  },
  "a row too short": (rng, rows) => {
    rows[1 + rng.integer(rows.length - 1)]?.splice(1);
    return csv(rows);
  },
  "rows backwards": (_, rows) => csv([rows[0] ?? [], ...rows.slice(1).toReversed()]),
  "rows twice": (_, rows) => csv([...rows, ...rows.slice(1)]),
  "two thousand columns": (_, rows) =>
    csv(rows.map((row) => [...row, ...Array.from({ length: 2000 }, (_, n) => `c${n}`)])),
  "one line of commas": () => ",".repeat(3000),
  "blank lines": () => "\n\n\n\r\n",
  blanks: () => "   ",
  "a page of the web": () => "<!DOCTYPE html><html><body>404 Not Found</body></html>\n",
  JSON: () => '{"symbol":"ZZZ","date":"2024-01-02"}\n',
  "gzip of garbage": () => Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 9, 9, 9, 9, 9, 9]),
  "a cut gzip": () => Uint8Array.from([0x1f, 0x8b]),
  "Parquet by its head only": () => `PAR1${"\0".repeat(60)}PAR1`,
  "one byte": () => "a",
  nothing: () => "",
  "random bytes": (rng) => Uint8Array.from({ length: 300 }, () => rng.integer(256)),
};

function spliced(rng: Rng, text: string, piece: string): string {
  const at = rng.integer(text.length);
  return text.slice(0, at) + piece + text.slice(at);
}

const names = (file: string, reader: Reader): (string | RegExp)[] => [
  file,
  "--input",
  /all \d+ (?:rows|actions) were rejected/,
  ...(reader.name.startsWith("drift") ? ["--reference"] : []),
  ...(/psr|dsr|mintrl|metrics/.test(reader.name) ? ["--prices", "stats ", "column "] : []),
];

function changed(rng: Rng): WrongCase {
  const reader = pick(rng, readers);
  const what = pick(rng, Object.keys(changes));
  const file = pick(rng, [
    "in.csv",
    "in.csv",
    "in.csv",
    "in.txt",
    "in.csv.gz",
    "in.parquet",
    "in'put.csv",
    "in [1]*.csv",
  ]);
  const content = changes[what]?.(rng, table(reader.shape)) ?? "";
  return {
    what: `${reader.name} of ${file}: ${what}`,
    args: reader.args(file),
    files: { [file]: content },
    names: names(file, reader),
    mayBeFine: true,
  };
}

const noFiles: Readonly<Record<string, (path: string) => void>> = {
  "a folder": (path) => mkdirSync(path),
  "a link to itself": (path) => symlinkSync(path, path),
  "a link to nowhere": (path) => symlinkSync(`${path}.gone`, path),
  missing: () => {},
};

function noFile(rng: Rng): WrongCase {
  const reader = pick(rng, readers);
  const what = pick(rng, Object.keys(noFiles));
  const file = pick(rng, ["odd.csv", "odd.parquet", "odd"]);
  const make = noFiles[what];
  const files = make === undefined ? {} : { [file]: make };
  return {
    what: `${reader.name} of ${what}`,
    args: reader.args(file),
    files,
    names: [file],
    absent: ["OUT.csv"],
  };
}

/** What DuckDB says the rows are, and whether an import of them may go well. */
const parquetSql: Readonly<Record<string, string>> = {
  quotes:
    "'ZZZ' AS symbol, 1709562600000 + i AS ts_ms, 10.0 AS bid, 100 AS bid_size, 10.1 AS ask, 200 AS ask_size",
  trades: "'ZZZ' AS symbol, 1709562600000 + i AS ts_ms, 10.0 AS price, 100 AS size",
  "negative prices": "'ZZZ' AS symbol, 1709562600000 + i AS ts_ms, -10.0 AS price, 100 AS size",
  "prices that are no numbers":
    "'ZZZ' AS symbol, 1709562600000 + i AS ts_ms, 'NaN'::DOUBLE AS price, 100 AS size",
  "prices that are text": "'ZZZ' AS symbol, 1709562600000 + i AS ts_ms, 'ten' AS price, 100 AS size",
  "prices that are lists": "'ZZZ' AS symbol, 1709562600000 + i AS ts_ms, [10.0] AS price, [100] AS size",
  "bids that are text":
    "'ZZZ' AS symbol, 1709562600000 + i AS ts_ms, 'x' AS bid, 1 AS bid_size, 1 AS ask, 1 AS ask_size",
  "times that are text": "'ZZZ' AS symbol, 'soon' AS ts_ms, 10.0 AS price, 100 AS size",
  "times that are dates": "'ZZZ' AS symbol, DATE '2024-03-04' AS ts_ms, 10.0 AS price, 100 AS size",
  "times beyond all calendars": "'ZZZ' AS symbol, 9000000000000000 + i AS ts_ms, 10.0 AS price, 100 AS size",
  "times before all calendars": "'ZZZ' AS symbol, -9000000000000000 + i AS ts_ms, 10.0 AS price, 100 AS size",
  "nothing but nulls":
    "NULL::VARCHAR AS symbol, NULL::BIGINT AS ts_ms, NULL::DOUBLE AS price, NULL::DOUBLE AS size",
  "symbols that climb": "'../../x' AS symbol, 1709562600000 + i AS ts_ms, 10.0 AS price, 100 AS size",
  "symbols that are numbers": "7 AS symbol, 1709562600000 + i AS ts_ms, 10.0 AS price, 100 AS size",
  "no size": "'ZZZ' AS symbol, 1709562600000 + i AS ts_ms, 10.0 AS price",
  "sizes beyond all books": "'ZZZ' AS symbol, 1709562600000 + i AS ts_ms, 10.0 AS price, 1e300 AS size",
  bars: "'ZZZ' AS symbol, DATE '2024-01-08' + i::INTEGER AS date, 10.0 AS open, 12.0 AS high, 9.0 AS low, 11.0 AS close, 5 AS volume",
  "bars of text":
    "'ZZZ' AS symbol, 'x' AS date, 'a' AS open, 'b' AS high, 'c' AS low, 'd' AS close, 'e' AS volume",
  "bars of lists":
    "'ZZZ' AS symbol, [1] AS date, [1] AS open, [1] AS high, [1] AS low, [1] AS close, [1] AS volume",
  "bars of flags":
    "'ZZZ' AS symbol, true AS date, true AS open, true AS high, true AS low, true AS close, true AS volume",
  actions:
    "'ZZZ' AS symbol, DATE '2024-01-08' AS ex_date, 'split' AS kind, 2 AS new_shares, 1 AS old_shares, 0 AS cash_per_share, NULL AS reference",
  "actions of lists":
    "'ZZZ' AS symbol, [1] AS ex_date, [1] AS kind, 2 AS new_shares, 1 AS old_shares, 0 AS cash_per_share, 1 AS reference",
};
export type ParquetBytes = Readonly<Record<string, Uint8Array>>;

/** Every shape as the bytes of a file, in a folder that the caller removes. */
export async function parquetShapes(
  folder: string,
  read: (path: string) => Uint8Array,
): Promise<ParquetBytes> {
  const duck = await Duck.open(folder);
  const shapes: Record<string, Uint8Array> = {};
  for (const [name, sql] of Object.entries(parquetSql)) {
    const path = `${folder}/shape.parquet`;
    await duck.during((session) =>
      session.run(`COPY (SELECT ${sql} FROM range(4) AS t(i)) TO '${path}' (FORMAT parquet)`),
    );
    shapes[name] = read(path);
  }
  duck.close();
  return shapes;
}

function damagedParquet(rng: Rng, shapes: ParquetBytes): WrongCase {
  const what = pick(rng, Object.keys(shapes));
  const bytes = Uint8Array.from(shapes[what] ?? []);
  const damage = pick(rng, ["whole", "whole", "cut", "byte", "bytes", "doubled", "headless"]);
  if (damage === "byte" || damage === "bytes")
    for (let n = 0; n < (damage === "byte" ? 1 : 40); n++)
      bytes[rng.integer(bytes.length)] = rng.integer(256);
  const content = {
    cut: bytes.slice(0, rng.integer(bytes.length)),
    doubled: Uint8Array.from([...bytes, ...bytes]),
    headless: bytes.slice(4),
  }[damage];
  const reader = pick(rng, [...readers.filter(({ name }) => /quotes|trades/.test(name)), ...readers]);
  const file = "in.parquet";
  return {
    what: `${reader.name} of Parquet with ${what}, ${damage}`,
    args: reader.args(file),
    files: { [file]: content ?? bytes },
    names: names(file, reader),
    mayBeFine: true,
  };
}

export function wrongFiles(rng: Rng, count: number, shapes: ParquetBytes): WrongCase[] {
  return drawn(rng, count, (own) => {
    const kind = own.uniform();
    if (kind < 0.6) return changed(own);
    return kind < 0.9 ? damagedParquet(own, shapes) : noFile(own);
  });
}
