/**
 * What a sync remembers beside the lake, in `<root>/sync`: which days of a series were answered whole, every switch of
 * sources, and the bars that two sources told differently. Losing it costs requests: the lake itself is never in it.
 */
import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { makeFolder, replaceFile } from "../../adapters/durable-file.ts";
import type { ListedSeries } from "../../adapters/lake/lake.ts";
import type { DayNumber } from "../../domain/time.ts";

export interface DaySpan {
  /** Both included. */
  readonly from: DayNumber;
  readonly to: DayNumber;
}

/** What stood in the lake when the days were answered: a series that was changed since is asked for anew. */
const entry = z.strictObject({
  bars: z.int().min(0),
  from: z.string(),
  to: z.string(),
  days: z.array(z.tuple([z.int(), z.int()])),
});
const covered = z.strictObject({ version: z.literal(1), series: z.record(z.string(), entry) });
type Covered = z.infer<typeof covered>;

/** A log is cut to its newer half beyond this. */
const LOG_MOST_BYTES = 4 * 2 ** 20;

export class SyncRecord {
  readonly #folder: string;
  readonly #covered: Covered;
  #setAside: Set<string> | undefined;

  constructor(root: string) {
    this.#folder = join(root, "sync");
    this.#covered = readCovered(join(this.#folder, "covered.json"));
  }

  /** Where a source's answer lies until the lake has it. What a killed sync left is removed. */
  emptyIncoming(): string {
    const folder = join(this.#folder, "incoming");
    rmSync(folder, { recursive: true, force: true });
    makeFolder(folder);
    return folder;
  }

  removeIncoming(): void {
    rmSync(join(this.#folder, "incoming"), { recursive: true, force: true });
  }

  /** Days of a series that need not be asked for, ascending. `series`: as the lake has it now. */
  answered(key: string, series: ListedSeries | undefined): readonly DaySpan[] {
    const known = this.#covered.series[key];
    if (known === undefined || !isAsKnown(known, series)) return [];
    return known.days.map(([from, to]) => ({ from: from as DayNumber, to: to as DayNumber }));
  }

  /** Days answered whole, besides those before; `series`: as the lake has it after them. */
  cover(key: string, series: ListedSeries | undefined, spans: readonly DaySpan[]): void {
    const days = joined(spans).map(({ from, to }): [number, number] => [from, to]);
    const now = { bars: series?.bars ?? 0, from: series?.from ?? "", to: series?.to ?? "", days };
    if (JSON.stringify(this.#covered.series[key]) === JSON.stringify(now)) return;
    this.#covered.series[key] = now;
    replaceFile(join(this.#folder, "covered.json"), `${JSON.stringify(this.#covered)}\n`);
  }

  /** One line of `events.jsonl`. */
  event(at: string, event: object): void {
    this.#append("events.jsonl", { at, ...event });
  }

  /** One line of `quarantine.jsonl`, which has each only once; returns where that lies. */
  quarantine(at: string, row: object): string {
    const path = join(this.#folder, "quarantine.jsonl");
    this.#setAside ??= new Set(linesOf(path).map((line) => line.replace(/^\{"at":"[^"]*",/, "{")));
    const text = JSON.stringify(row);
    if (this.#setAside.has(text)) return path;
    this.#setAside.add(text);
    return this.#append("quarantine.jsonl", { at, ...row });
  }

  #append(name: string, row: object): string {
    makeFolder(this.#folder);
    const path = join(this.#folder, name);
    if (existsSync(path) && statSync(path).size > LOG_MOST_BYTES) renameSync(path, `${path}.1`);
    appendFileSync(path, `${JSON.stringify(row)}\n`, { mode: 0o600 });
    return path;
  }
}

const linesOf = (path: string): string[] =>
  existsSync(path)
    ? readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line !== "")
    : [];

/** What cannot be read is no memory: everything is asked for again. */
function readCovered(path: string): Covered {
  try {
    return covered.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return { version: 1, series: {} };
  }
}

function isAsKnown(known: z.infer<typeof entry>, series: ListedSeries | undefined): boolean {
  if (series === undefined) return known.bars === 0;
  return known.bars === series.bars && known.from === series.from && known.to === series.to;
}

/** Ascending, without overlap; days that touch are one span. */
export function joined(spans: readonly DaySpan[]): DaySpan[] {
  const whole: DaySpan[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = whole.at(-1);
    if (last === undefined || span.from > last.to + 1) whole.push(span);
    else whole[whole.length - 1] = { from: last.from, to: Math.max(last.to, span.to) as DayNumber };
  }
  return whole;
}

/** Days of `wanted` that are in none of `known`. */
export function without(wanted: DaySpan, known: readonly DaySpan[]): DaySpan[] {
  let from = wanted.from as number;
  const gaps: DaySpan[] = [];
  for (const span of joined(known)) {
    if (span.to < from || span.from > wanted.to) continue;
    if (span.from > from) gaps.push({ from: from as DayNumber, to: (span.from - 1) as DayNumber });
    from = span.to + 1;
  }
  if (from <= wanted.to) gaps.push({ from: from as DayNumber, to: wanted.to });
  return gaps;
}
