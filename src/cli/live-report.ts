/** The files and the report of a live run, made of its journals once it has ended. */
import { join } from "node:path";
import { replaceFile } from "../adapters/durable-file.ts";
import { type LiveReport, liveReport } from "../app/live/live-report.ts";
import { writeRunFiles } from "../app/run-files.ts";
import { loadReportFont } from "../research/report/font.ts";
import { renderReport } from "../research/report/report.ts";

/**
 * Writes the run files and report.html of the newest run below `root` into `out`. Throws InputError (exit 1) when there
 * is none, its record was altered, or it never saw a minute.
 */
export async function writeLiveReport(root: string, out: string): Promise<LiveReport> {
  const made = liveReport({ root });
  writeRunFiles(out, made.files);
  replaceFile(join(out, "report.html"), renderReport(made.report, loadReportFont()));
  return made;
}
