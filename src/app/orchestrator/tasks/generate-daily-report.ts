/** Half an hour after the close: the report of the day. */
import { defineTask } from "../task.ts";

const NONE = "not available yet: nobody writes daily reports here; by hand: plimsoll report daily";

export const generateDailyReport = defineTask({
  id: "generate_daily_report",
  when: { kind: "clock", time: "16:30" },
  about: "Writes the report of the day.",
  timeoutMs: 600_000,
  retries: 2,
  backOffMs: 30_000,
  lane: "child",
  inputs: "journal, ledger, alerts and tasks of the day",
  output: "a folder in reports/",
  missing: ({ dailyReport }) => (dailyReport === undefined ? NONE : undefined),
  run: async ({ dailyReport, date }) => dailyReport?.(date) ?? { state: "unavailable", text: NONE },
});
