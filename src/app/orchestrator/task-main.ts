/**
 * Entry of a heavy task's process: root, task, session's date, when the attempt that crashed began, and whether
 * one did. It tells its result to the orchestrator and ends; without the orchestrator it ends at once.
 */
import { InputError } from "../../domain/assert.ts";
import { type DayNumber, parseIsoDate } from "../../domain/time.ts";
import { sessionOn } from "../../market/calendar.ts";
import { ControlClient } from "../live/control-client.ts";
import { stageContext } from "../live/stage-context.ts";
import { contextOf, controlDoor } from "./context-of.ts";
import { tasks } from "./task-registry.ts";
import { resultOf } from "./task-result.ts";

process.umask(0o077);
process.once("disconnect", () => {
  try {
    // What it has started, too: it leads a group of its own.
    process.kill(-process.pid, "SIGKILL");
  } finally {
    process.exit(1);
  }
});
const [root = "", id = "", date = "", crashedAt = "", after = ""] = process.argv.slice(2);
const task = tasks.find((one) => one.id === id);
const session = sessionOn(parseIsoDate(date) as DayNumber);
if (task === undefined || session === undefined) throw new InputError(`task ${id} of ${date}: there is none`);

const stage = stageContext("orchestrator", root);
const client = new ControlClient(root, stage.terms);
const context = contextOf(
  {
    stage,
    door: controlDoor(client),
    found: () => {
      throw new InputError(`${id}: a task of its own process writes no table`);
    },
  },
  {
    session,
    signal: new AbortController().signal,
    crashedAtMs: crashedAt === "" ? undefined : Number(crashedAt),
    memory: new Map(),
  },
);
const result = await resultOf(task, context, after === "crash");
client.close();
process.send?.(result, undefined, undefined, () => process.exit(0));
