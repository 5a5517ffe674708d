/** Which sector a symbol is of: a CSV of symbol,sector, kept in the lake's folder once it was given. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../../adapters/durable-file.ts";
import { InputError } from "../../domain/assert.ts";

const place = (root: string): string => join(root, "data", "sectors.csv");

/** Of the file that was kept; none where none was. Not point in time: a sector is what the file says it is. */
export function keptSectors(root: string): ReadonlyMap<string, string> {
  let text: string;
  try {
    text = readFileSync(place(root), "utf8");
  } catch {
    return new Map();
  }
  return new Map(text.split("\n").flatMap((line) => (line === "" ? [] : [pairOf(line)])));
}

export function keepSectors(root: string, sectors: ReadonlyMap<string, string>): void {
  const lines = [...sectors].sort(([a], [b]) => (a < b ? -1 : 1)).map((pair) => `${pair.join(",")}\n`);
  replaceFile(place(root), lines.join(""));
}

/** `rows` under a header with the columns symbol and sector, or gics_sector; others are left alone. */
export function sectorsOf(key: string, rows: readonly (readonly string[])[]): ReadonlyMap<string, string> {
  const [head = [], ...body] = rows;
  const names = head.map((name) => name.trim().toLowerCase());
  const [symbol, sector] = [
    names.indexOf("symbol"),
    names.findIndex((name) => /^(gics_)?sector$/.test(name)),
  ];
  if (symbol < 0 || sector < 0)
    throw new InputError(`${key}: needs the columns symbol,sector; it has ${names.join(",").slice(0, 80)}`);
  const sectors = new Map<string, string>();
  for (const [n, row] of body.entries()) {
    const [name, of] = [row[symbol]?.trim().toUpperCase() ?? "", row[sector]?.trim() ?? ""];
    if (name === "" || /[\n,]/.test(name)) throw new InputError(`${key}: line ${n + 2} has no symbol`);
    if (of !== "") sectors.set(name, of.replaceAll(/[\r\n]+/g, " "));
  }
  if (sectors.size === 0) throw new InputError(`${key}: names no sector`, 1);
  return sectors;
}

function pairOf(line: string): readonly [string, string] {
  const comma = line.indexOf(",");
  return [line.slice(0, comma), line.slice(comma + 1)];
}
