/** `data-audit.csv` of a run: bars and corporate actions that its data kept out, each with rule and reason (DATA-4). */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../adapters/durable-file.ts";
import type { DataFinding } from "../adapters/lake/raw-series.ts";
import { type DayNumber, isoDate } from "../domain/time.ts";

/** Those of a run from that day on: what was kept out of the bars before it, which only warm up, was never in it. */
export const findingsFrom = (findings: readonly DataFinding[], from: DayNumber): readonly DataFinding[] =>
  findings.filter(({ date }) => date >= isoDate(from));

/** Without findings there is no file, also where an earlier run left one. */
export function writeDataAudit(directory: string, findings: readonly DataFinding[]): void {
  const path = join(directory, "data-audit.csv");
  if (findings.length === 0) {
    rmSync(path, { force: true });
    return;
  }
  const lines = findings.map(({ symbol, date, rule, reason }) => `${symbol},${date},${rule},"${reason}"`);
  replaceFile(path, `${["symbol,date,rule,reason", ...lines].join("\n")}\n`);
}
