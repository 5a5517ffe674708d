/** Half an hour after the close: the report of the day, and its digest for people, once for each session. */
import { defineTask } from "../task.ts";

const NONE = "not available yet: nobody writes daily reports here; by hand: plimsoll report daily";

export const generateDailyReport = defineTask({
  id: "generate_daily_report",
  when: { kind: "clock", time: "16:30" },
  about: "Writes the report of the day, and has people told of it in a few lines, once.",
  timeoutMs: 600_000,
  retries: 2,
  backOffMs: 30_000,
  lane: "child",
  inputs: "journal, ledger, alerts and tasks of the day",
  output: "a page in reports/daily, the digest by mail and Slack",
  missing: ({ dailyReport }) => (dailyReport === undefined ? NONE : undefined),
  run: async ({ dailyReport, date }) => dailyReport?.(date) ?? { state: "unavailable", text: NONE },
});
