/**
 * Goal: docs/INVARIANTS.md and the code name the same rules, so that an id in a halt's message or a comment can be
 * looked up. Method: every id the code writes has a row, and every id of a row is written where the row says.
 */
import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");
/** Two capitals and a number are an invariant of ours; the specification's ids have one capital or more than two. */
const ID = /\b[A-Z]{2}-\d+\b/g;

const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const sources = globSync("src/**/*.ts", { cwd: ROOT })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => !path.endsWith(".test.ts"))
  .toSorted();
const cited = new Map(sources.map((path) => [path, new Set(read(path).match(ID) ?? [])]));

interface Row {
  readonly ids: readonly string[];
  readonly keptIn: readonly string[];
}

/** `NU-1..3, MB-1` are NU-1, NU-2, NU-3 and MB-1. */
function idsOf(cell: string): string[] {
  return cell.split(", ").flatMap((part) => {
    const [, family, first, last = first] = /^([A-Z]{2})-(\d+)(?:\.\.(\d+))?$/.exec(part.trim()) ?? [];
    if (family === undefined) throw new Error(`${part} is no id and no range of ids`);
    const count = Number(last) - Number(first) + 1;
    return Array.from({ length: count }, (_, n) => `${family}-${Number(first) + n}`);
  });
}

function rowsOf(text: string): Row[] {
  const lines = text.split("\n").filter((line) => /^\| [A-Z]{2}-/.test(line));
  return lines.map((line) => {
    const [, ids = "", , keptIn = ""] = line.split("|");
    return { ids: idsOf(ids), keptIn: [...keptIn.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path) };
  });
}

const rows = rowsOf(read("docs/INVARIANTS.md"));
const listed = rows.flatMap(({ ids }) => ids);

const files = (path: string): string[] =>
  statSync(join(ROOT, path)).isDirectory() ? sources.filter((file) => file.startsWith(path)) : [path];

describe("the list of invariants", () => {
  it("has every id that a file of src/ writes", () => {
    const known = new Set(listed);
    const missing = [...cited].flatMap(([path, ids]) =>
      [...ids].filter((id) => !known.has(id)).map((id) => `${id} in ${path}`),
    );
    expect(cited.size).toBeGreaterThan(200);
    expect(missing).toEqual([]);
  });

  it("has every id once", () => {
    expect(listed.filter((id, n) => listed.indexOf(id) !== n)).toEqual([]);
  });

  it("every id is written in one of the files that its row names", () => {
    const absent = rows.flatMap(({ ids, keptIn }) => {
      const written = keptIn.flatMap(files).map((file) => cited.get(file));
      return ids.filter((id) => !written.some((found) => found?.has(id)));
    });
    expect(rows.length).toBeGreaterThan(60);
    expect(absent).toEqual([]);
  });
});
