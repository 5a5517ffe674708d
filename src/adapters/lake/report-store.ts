/**
 * Earnings reports on disk: `data/earnings/reports.jsonl`, one on each line, by company and time. Replaced as a whole,
 * so that a crash leaves the old ones or the new ones.
 */
import { dirname, join } from "node:path";
import { z } from "zod";
import { InputError } from "../../domain/assert.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { compareReports, type EarningsReport } from "../../market/earnings-report.ts";
import { makeFolder, replaceFile, textIfThere } from "../durable-file.ts";
import type { LakePaths } from "./paths.ts";

const line = z.strictObject({
  symbol: z.string().min(1),
  at: z.int(),
  eps: z.number(),
  expected: z.number().optional(),
});

const reportsPath = ({ data }: Pick<LakePaths, "data">): string => join(data, "earnings", "reports.jsonl");

/** By company and time; none without a file. Throws InputError where it is damaged. */
export function readReports(paths: Pick<LakePaths, "data">): readonly EarningsReport[] {
  const path = reportsPath(paths);
  const text = textIfThere(path);
  if (text === undefined) return [];
  const lines = text.split("\n");
  try {
    if (lines.pop() !== "") throw new RangeError("no end");
    return lines.map((each) => {
      const { symbol, at, eps, expected = Number.NaN } = line.parse(JSON.parse(each));
      return { symbol, announcedAt: at as EpochMicros, eps, expected };
    });
  } catch {
    throw new InputError(`${path} is damaged; move it away and import the reports again`, 1);
  }
}

/** Puts reports to those that are there; of two of one company at one instant the later line holds. */
export function addReports(
  paths: Pick<LakePaths, "data">,
  reports: readonly EarningsReport[],
): { readonly added: number; readonly known: number } {
  const before = readReports(paths);
  const held = new Map([...before, ...reports].map((of) => [`${of.symbol} ${of.announcedAt}`, of]));
  const all = [...held.values()].toSorted(compareReports);
  const path = reportsPath(paths);
  makeFolder(dirname(path));
  replaceFile(path, all.map(lineOf).join(""));
  return { added: all.length - before.length, known: all.length };
}

const lineOf = ({ symbol, announcedAt, eps, expected }: EarningsReport): string =>
  `${JSON.stringify({ symbol, at: announcedAt, eps, ...(Number.isNaN(expected) ? {} : { expected }) })}\n`;
