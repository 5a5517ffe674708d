/** An hour before the open: what has its ex-date today or tomorrow in the symbols of the run. */
import { defineTask } from "../task.ts";

const NONE = "not available yet: nobody fetches corporate actions here";

export const checkCorporateActions = defineTask({
  id: "check_corporate_actions",
  when: { kind: "clock", time: "08:30" },
  about: "Looks for splits, dividends and changes of name of what is held or watched.",
  timeoutMs: 60_000,
  retries: 3,
  backOffMs: 30_000,
  inputs: "corporate actions of the broker",
  missing: ({ corporateActions }) => (corporateActions === undefined ? NONE : undefined),
  run: async ({ corporateActions, symbols }) =>
    corporateActions?.(symbols) ?? { state: "unavailable", text: NONE },
});
