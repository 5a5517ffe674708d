/** Earnings reports on disk: `data/earnings/reports.jsonl`, one on each line, by company and time. */
import { join } from "node:path";
import { z } from "zod";
import type { EpochMicros } from "../../domain/time.ts";
import { compareReports, type EarningsReport } from "../../market/earnings-report.ts";
import { readLines, replaceLines } from "./line-file.ts";
import type { LakePaths } from "./paths.ts";

const line = z.strictObject({
  symbol: z.string().min(1),
  at: z.int(),
  eps: z.number(),
  expected: z.number().optional(),
});

const reportsPath = ({ data }: Pick<LakePaths, "data">): string => join(data, "earnings", "reports.jsonl");

/** By company and time; none without a file. Throws InputError where it is damaged. */
export const readReports = (paths: Pick<LakePaths, "data">): readonly EarningsReport[] =>
  readLines(reportsPath(paths), "reports", (json) => {
    const { symbol, at, eps, expected = Number.NaN } = line.parse(json);
    return { symbol, announcedAt: at as EpochMicros, eps, expected };
  });

/** Puts reports to those that are there; of two of one company at one instant the later line holds. */
export function addReports(
  paths: Pick<LakePaths, "data">,
  reports: readonly EarningsReport[],
): { readonly added: number; readonly known: number } {
  const before = readReports(paths);
  const held = new Map([...before, ...reports].map((of) => [`${of.symbol} ${of.announcedAt}`, of]));
  const all = [...held.values()].toSorted(compareReports);
  replaceLines(reportsPath(paths), all, jsonOf);
  return { added: all.length - before.length, known: all.length };
}

const jsonOf = ({ symbol, announcedAt, eps, expected }: EarningsReport) => ({
  ...{ symbol, at: announcedAt, eps },
  ...(Number.isNaN(expected) ? {} : { expected }),
});
