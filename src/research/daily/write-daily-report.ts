/** Makes the report of a day and writes its page: for the command, and for whoever runs it each evening. */
import { dirname, join } from "node:path";
import { makeFolder, replaceFile } from "../../adapters/durable-file.ts";
import { type DailyChoice, dailyReport } from "../../app/daily/daily-report.ts";
import type { DailyReport } from "../../app/daily/daily-terms.ts";
import { keepRecord, keptRecord } from "../../app/live/kept-records.ts";
import { anchorText, recordHeads } from "../../app/live/record-proof.ts";
import { isoDate } from "../../domain/time.ts";
import { loadReportFont } from "../report/font.ts";
import { type DailyDigest, dailyDigest } from "./daily-digest.ts";
import { dailyPage } from "./daily-page.ts";

export interface WrittenDay {
  readonly file: string;
  readonly report: DailyReport;
  readonly digest: DailyDigest;
}

/** Throws what `dailyReport` throws. An older report of the same day is replaced. */
export function writeDailyReport({
  out,
  ...choice
}: DailyChoice & { readonly out?: string | undefined }): WrittenDay {
  const report = dailyReport(choice);
  const file = out ?? join(choice.root, "reports", "daily", `${isoDate(choice.date)}.html`);
  makeFolder(dirname(file));
  replaceFile(file, dailyPage(report, loadReportFont()));
  if (out === undefined) keepAble(choice.root, report);
  const heads = recordHeads(choice.root);
  return {
    file,
    report,
    digest: dailyDigest(report, { file, ...(heads === undefined ? {} : { anchor: anchorText(heads) }) }),
  };
}

/** For the health page: of the newest session that was reported. A demo is judged by itself (`able-record.ts`). */
function keepAble(root: string, { run, mode, session, able }: DailyReport): void {
  const before = keptRecord(root, "able");
  const isSame = before?.mode === mode && (mode !== "demo" || before.run === run);
  if (before !== undefined && isSame && before.date > session.date) return;
  const { fraction, goal, days, scheduled } = able;
  keepRecord(root, "able", {
    ...{ at: session.asOf, ok: true, run, mode, date: session.date, fraction, goal },
    ...{ sessions: days.length, lostMinutes: scheduled - able.able },
  });
}
