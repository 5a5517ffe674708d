/**
 * A strategy in a file of the user's own: read, named by its hash, loaded, and asked under a time limit. The file is
 * one, and imports `plimsoll/strategy` alone: what it decides by is in the view, and its hash is all of it (STRAT-3).
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire, registerHooks } from "node:module";
import { extname } from "node:path";
import { pathToFileURL } from "node:url";
import { InputError } from "../domain/assert.ts";
import type { EpochMicros } from "../domain/time.ts";
import { guarded } from "../strategies/guarded.ts";
import type { StrategyModule } from "../strategies/strategy.ts";
import type { DecisionLimit } from "./decision-limit.ts";
import { watchedDecisions } from "./decision-watch.ts";

/** What such a file imports. */
const DOOR = "plimsoll/strategy";
const BEHIND = new URL("../strategies/your-own.ts", import.meta.url).href;
/** Where nobody stops one decision alone, the process ends after one this long: a minute and up to a quarter more. */
const WATCH_MS = 60_000;
/** Bytes; a strategy is a page or two. */
const LARGEST = 256 * 1024;
const FORMATS: Readonly<Record<string, string>> = {
  ".ts": "module-typescript",
  ".mts": "module-typescript",
  ".js": "module",
  ".mjs": "module",
};

export interface StrategyFile {
  readonly sha256: string;
  readonly text: string;
}

/** Throws InputError (exit 2) naming `key` for what is not there or no such file. */
export function readStrategyFile(path: string, key: string): StrategyFile {
  if (FORMATS[extname(path)] === undefined)
    throw new InputError(`config: ${key} = ${path}: must be a file of ${Object.keys(FORMATS).join(", ")}`);
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : String(error);
    throw new InputError(`config: ${key} = ${path}: ${why}; make one with: plimsoll strategy new NAME`);
  }
  if (bytes.length > LARGEST)
    throw new InputError(
      `config: ${key} = ${path}: has ${bytes.length} bytes; a strategy has at most ${LARGEST}`,
    );
  const text = bytes.toString("utf8");
  const other = importsOf(text).find((name) => name !== DOOR);
  if (other !== undefined)
    throw new InputError(
      `config: ${key} = ${path}: imports ${other}; a strategy is one file, which may import ${DOOR}`,
    );
  return { sha256: createHash("sha256").update(bytes).digest("hex"), text };
}

const IMPORT = /^[ \t]*(?:import|export)\b[^"'`;]*?\bfrom\s*["']([^"'\n]+)["']/gm;
const BARE = /^[ \t]*import\s*["']([^"'\n]+)["']/gm;
const LATER = /\b(?:import|require)\s*\(\s*([^)\n]*)\)/g;

function importsOf(text: string): readonly string[] {
  return [IMPORT, BARE, LATER].flatMap((form) => [...text.matchAll(form)].map(([, name = ""]) => name));
}

/** By path: Node keeps what it has loaded, whatever became of the file. */
const loaded = new Map<string, { readonly sha256: string; readonly module: StrategyModule }>();

/**
 * The strategy of a file that was read as `sha256`. A decision that takes a minute ends the process, with a line: no
 * result hangs on how fast the machine is.
 * Throws InputError (exit 2) naming `key` for a file that does not export what it must.
 */
export function loadStrategyFile(
  path: string,
  { sha256 }: Pick<StrategyFile, "sha256">,
  key: string,
): StrategyModule {
  let known = loaded.get(path);
  if (known === undefined) {
    known = { sha256, module: strategyOf(required(path, path, key), `config: ${key} = ${path}`) };
    if (readStrategyFile(path, key).sha256 !== sha256)
      throw new InputError(`config: ${key} = ${path}: was changed while it was read; try again`);
    loaded.set(path, known);
  }
  if (known.sha256 !== sha256)
    throw new InputError(`config: ${key} = ${path}: was changed since this program began; start it again`);
  const { module } = known;
  const call = watchedDecisions(module.id, WATCH_MS);
  return { ...module, bind: (params) => guarded(module.bind(params), { call }) };
}

/**
 * The same for a run that trades: a decision beyond `limit` throws, but for those that a record holds. Each load is a
 * strategy of its own, and so is each one that is enabled again: what the file keeps beside its declared memory is of
 * one run, and none of it outlives a decision that was stopped half way.
 */
export function loadTradingStrategy(
  path: string,
  { text }: StrategyFile,
  key: string,
  limit: DecisionLimit,
): StrategyModule {
  const anew = () => strategyOf(requiredAnew(path, text, key), `config: ${key} = ${path}`);
  const module = anew();
  const call = (decide: () => void, at: EpochMicros) => limit.run(module.id, decide, at);
  const repeat = watchedDecisions(module.id, WATCH_MS);
  return {
    ...module,
    bind: (params) => guarded(module.bind(params), { call, repeat, anew: () => anew().bind(params) }),
  };
}

function strategyOf(exports: unknown, where: string): StrategyModule {
  const { strategy } = exports as { readonly strategy?: Partial<StrategyModule> };
  const wrong =
    typeof strategy !== "object" || strategy === null
      ? "it exports no `strategy`"
      : typeof strategy.bind !== "function" || typeof strategy.id !== "string"
        ? "its `strategy` was not made by defineStrategy"
        : undefined;
  if (wrong !== undefined)
    throw new InputError(`${where}: ${wrong}; it must say: export const strategy = defineStrategy({ ... })`);
  return strategy as StrategyModule;
}

/** `from`: its path, or a place of its text. */
function required(from: string, path: string, key: string): unknown {
  hookOnce();
  try {
    return createRequire(import.meta.url)(from);
  } catch (error) {
    const why = (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).replaceAll(
      /\s+/g,
      " ",
    );
    throw new InputError(`config: ${key} = ${path}: cannot be loaded (${why.trim().slice(0, 300)})`);
  }
}

/** Files as they were read, by the places where Node is told that they lie, while it loads them. */
const texts = new Map<string, { readonly text: string; readonly format: string }>();
let places = 0;

/** One place is loaded once. */
function requiredAnew(path: string, text: string, key: string): unknown {
  const place = `${pathToFileURL(path).href}/${++places}`;
  texts.set(place, { text, format: FORMATS[extname(path)] ?? "module" });
  try {
    return required(place, path, key);
  } finally {
    texts.delete(place);
  }
}

let isHooked = false;

/** The door is the same wherever the file lies; and it is a module, whatever package it lies in. */
function hookOnce(): void {
  if (isHooked) return;
  isHooked = true;
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === DOOR) return { url: BEHIND, format: "module-typescript", shortCircuit: true };
      const format = texts.get(specifier)?.format;
      if (format !== undefined) return { url: specifier, format, shortCircuit: true };
      return next(specifier, context);
    },
    load(url, context, next) {
      const read = texts.get(url);
      if (read === undefined) return next(url, context);
      return { format: read.format, source: read.text, shortCircuit: true };
    },
  });
}
