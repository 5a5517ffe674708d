/** `data-audit.csv` of a run: bars and corporate actions that its data kept out, each with rule and reason (DATA-4). */
import { join } from "node:path";
import { replaceFile } from "../adapters/durable-file.ts";
import type { DataFinding } from "../adapters/lake/raw-series.ts";

export function writeDataAudit(directory: string, findings: readonly DataFinding[]): void {
  const lines = findings.map(({ symbol, date, rule, reason }) => `${symbol},${date},${rule},"${reason}"`);
  replaceFile(join(directory, "data-audit.csv"), `${["symbol,date,rule,reason", ...lines].join("\n")}\n`);
}
