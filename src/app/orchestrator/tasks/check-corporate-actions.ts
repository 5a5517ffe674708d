/** An hour before the open: what has its ex-date today in the symbols of the run is fetched and told. */
import { counted, defineTask, done, failed, type TaskResult } from "../task.ts";
import type { TaskContext } from "../task-context.ts";
import { waitUntil } from "../wait-until.ts";

const WITHIN_MS = 30_000;

export const checkCorporateActions = defineTask({
  id: "check_corporate_actions",
  when: { kind: "clock", time: "08:30" },
  about: "Has ingest fetch splits, dividends and changes of name of what is held or watched (C-49).",
  timeoutMs: 60_000,
  retries: 3,
  backOffMs: 30_000,
  inputs: "corporate actions of the broker, through ingest",
  run,
});

async function run(context: TaskContext): Promise<TaskResult> {
  const { door, symbols } = context;
  await door.act({ verb: "checkActions", reason: "the check before the open" });
  let why = "ingest has told nothing yet";
  const areKnown = await waitUntil(context, WITHIN_MS, async () => {
    const { feed } = await door.status();
    why = feed?.actionsUnknown ?? why;
    return why === "" ? true : undefined;
  });
  return areKnown
    ? done(`the corporate actions of ${counted(symbols.length, "symbol")} are known`)
    : failed(
        `corporate actions are not known: ${why}; no minute is told and nothing is entered until they are`,
      );
}
