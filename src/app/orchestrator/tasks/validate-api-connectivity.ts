/** Before the open: every process runs, market data comes, the broker answers and takes our key. */
import { LOOK_TIMEOUT_MS } from "../../../engine/broker-duty.ts";
import { compareBooks, NO_ANSWER } from "../compare-books.ts";
import { defineTask, done, failed, type TaskResult } from "../task.ts";
import type { TaskContext } from "../task-context.ts";

/** Without these nothing is traded; a ledger or a page that is down bars nobody. */
const vital = ["ingest", "compute", "execute", "guardian"];
/**
 * What execute itself waits for a look, which is half a dozen questions one after the other. How fast each single
 * answer has to be for an entry is judged in execute all day long, and bars by itself.
 */
const LOOK_MOST_MS = LOOK_TIMEOUT_MS;

export const validateApiConnectivity = defineTask({
  id: "validate_api_connectivity",
  when: { kind: "phase", phase: "PRE_MARKET" },
  about:
    "Checks that all processes run, that market data comes and that the broker answers and takes the key.",
  timeoutMs: 60_000,
  retries: 200,
  backOffMs: 5000,
  isEssential: true,
  inputs: "run/active.json, execute's status, one comparison of the books",
  run,
});

async function run(context: TaskContext): Promise<TaskResult> {
  const down = context.processes().filter(({ id, state }) => vital.includes(id) && state !== "ready");
  const states = down.map(({ id, state }) => `${id} is ${state}`).join(", ");
  if (down.length > 0) return failed(`${states}; the supervisor starts it again, its log says why`);
  const { feed, brokerRefuses } = await context.door.status();
  if (brokerRefuses !== null)
    return failed(`the broker refuses our key (${brokerRefuses}); give it a new one: plimsoll doctor`);
  if (feed === undefined)
    return failed("ingest has told nothing of market data yet; see its lines in the log");
  if (feed.line !== "up")
    return failed(
      `the line to market data is ${feed.line} (${feed.reason}); check the network and the key: plimsoll doctor`,
    );
  if (feed.symbols === 0) return failed("market data is subscribed for no symbol; check live.symbols");
  const books = await compareBooks(context, "connectivity is checked before the open");
  // That the line to the broker is mute is what this task looks for.
  if (books.kind === "unknown") return failed(NO_ANSWER);
  if (books.kind === "differ")
    return done(`all lines are up; the books differ (${books.why}), which the next task is for`);
  const output = { roundTripMs: books.ms, symbols: feed.symbols, messageAgeMs: feed.messageAgeMs };
  return books.ms > LOOK_MOST_MS
    ? failed(
        `the broker took ${books.ms} ms for a look, ${LOOK_MOST_MS} are allowed; check the network`,
        output,
      )
    : done(`all lines are up; the broker answered a look in ${books.ms} ms`, output);
}
