/**
 * Keeps the tree the shape that ARCHITECTURE.md says it is. Runs in `npm test` too, so it cannot be
 * skipped. It matches text, not syntax, and errs towards refusing.
 *
 * Fails closed: a file in an unknown room is an error, and so is a run that found no files.
 */
import { globSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { banned, limits, type Room, rooms, vagueNames } from "./architecture.ts";

export interface SourceFile {
  /** Relative to the repository root, with forward slashes: `src/<room>/...`. */
  readonly path: string;
  readonly text: string;
}

/** Static, dynamic and type imports, re-exports, and worker or process entries given as URLs. */
const importPattern = /(?:[\s}*]from|\bimport|\bnew URL)\s*\(?\s*["']([\w@.#/][^"'\n]*)["']/g;
const isSupport = (path: string) => /\.(?:test|bench)\.ts$/.test(path);
const roomOf = (path: string): string => path.split("/")[1] ?? "";

export function tidy(files: readonly SourceFile[]): string[] {
  if (files.length === 0) return ["tidy found no files: is this the repository root?"];
  return files.flatMap((file) => [...checkShape(file), ...checkImports(file), ...checkPurity(file)]);
}

function checkShape({ path, text }: SourceFile): string[] {
  const lines = text.split("\n");
  const most = isSupport(path) ? limits.testLines : limits.lines;
  const wide = lines.findIndex((line) => line.length > limits.columns);
  return [
    ...(lines.length > most
      ? [`${path}: ${lines.length} lines, most is ${most}; split by responsibility`]
      : []),
    ...(wide >= 0 ? [`${path}:${wide + 1}: wider than ${limits.columns} columns`] : []),
    ...(opensWithComment(text) || isSupport(path)
      ? []
      : [`${path}: open with a comment saying what this is for`]),
    ...(/\/[^/]*[A-Z_ ][^/]*$/.test(path) ? [`${path}: file names are kebab-case`] : []),
    ...(vagueNames.test(posix.basename(path)) ? [`${path}: name it after what is inside`] : []),
    ...(/\bTODO(?!\(#\d+\))/.test(text) ? [`${path}: a TODO needs an issue, as TODO(#12)`] : []),
    ...(/\/index\.ts$/.test(path) ? [`${path}: no barrels; import the file that owns the name`] : []),
  ];
}

function opensWithComment(text: string): boolean {
  return /^(?:\/\*\*|<!--)/.test(text.replace(/^#!.*\n/, ""));
}

function checkImports({ path, text }: SourceFile): string[] {
  const from = roomOf(path);
  const room = rooms[from];
  if (room === undefined) return [`${path}: "${from}" is not a room in scripts/architecture.ts`];

  return [...text.matchAll(importPattern)].flatMap(([, target = ""]) => {
    if (!target.startsWith(".")) return checkPackage(path, from, room, target);
    const resolved = posix.join(posix.dirname(path), target);
    if (isSupport(path) && (resolved.startsWith("test/") || resolved.startsWith("scripts/"))) return [];
    return checkRoom(path, from, room, resolved);
  });
}

function checkPackage(path: string, from: string, room: Room, target: string): string[] {
  const allowed = room.packages.some(
    (name) => name === target || (name.endsWith("*") && target.startsWith(name.slice(0, -1))),
  );
  return allowed || isSupport(path) ? [] : [`${path}: ${from} may not use the package ${target}`];
}

function checkRoom(path: string, from: string, room: Room, resolved: string): string[] {
  const to = roomOf(resolved);
  if (to === from) return [];
  if (/\/internal\//.test(resolved)) return [`${path}: ${resolved} is private to ${to}`];
  const target = resolved.startsWith("src/") ? rooms[to] : undefined;
  const below = target !== undefined && target.rank < room.rank && (room.only?.includes(to) ?? true);
  return below ? [] : [`${path}: ${from} may not import ${target === undefined ? resolved : to}`];
}

function checkPurity({ path, text }: SourceFile): string[] {
  if (!rooms[roomOf(path)]?.pure || isSupport(path)) return [];
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|"(?:[^"\\\n]|\\.)*"/g, "");
  return banned.flatMap(([pattern, instead]) => {
    const hit = pattern.exec(code);
    return hit ? [`${path}: ${hit[0]} is banned in a pure room; use ${instead}`] : [];
  });
}

/** Every source file of the checkout, as tidy wants it. */
export function sourceFiles(root = "."): SourceFile[] {
  return globSync("src/**/*.{ts,svelte}", { cwd: root })
    .map((path) => path.replaceAll("\\", "/"))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(posix.join(root, path), "utf8") }));
}

if (import.meta.main) {
  const files = sourceFiles();
  const problems = tidy(files);
  for (const problem of problems) console.error(problem);
  console.error(`tidy: ${files.length} files, ${problems.length} problems`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
