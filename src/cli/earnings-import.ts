/** `plimsoll fundamentals import-earnings`: what companies said they earned, by the instant at which they said it. */
import { lakePaths } from "../adapters/lake/paths.ts";
import { addReports } from "../adapters/lake/report-store.ts";
import { asOnlyWriter } from "../adapters/lake/writer-lock.ts";
import { reportsOf } from "../app/earnings/report-rows.ts";
import { InputError } from "../domain/assert.ts";
import { type CliContext, tell } from "./context.ts";
import { csvRows } from "./csv-rows.ts";
import { inputText } from "./input-text.ts";

export async function importEarnings(context: CliContext, file: string): Promise<void> {
  const paths = lakePaths(context.root());
  const [header = [], ...rows] = csvRows(inputText("", file, "a CSV file"));
  if (rows.length === 0) throw new InputError(`${file}: no rows under the header`, 1);
  const reports = reportsOf(header, rows, file);
  const { added, known } = await asOnlyWriter(paths.lock, () => Promise.resolve(addReports(paths, reports)));
  const result = { read: reports.length, added, known };
  tell(context, result, () => `${result.read} reports read, ${added} of them new, ${known} known now`);
}
