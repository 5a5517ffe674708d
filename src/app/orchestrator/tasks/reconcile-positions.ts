/** Half an hour after the close: the broker, execute and the ledger hold the same. */
import { compareBooks, NO_ANSWER } from "../compare-books.ts";
import { counted, defineTask, done, failed, type TaskResult, unjudged } from "../task.ts";
import type { TaskContext } from "../task-context.ts";
import { waitUntil } from "../wait-until.ts";

const WITHIN_MS = 10_000;
const SHARES = 1e-6;

export const reconcilePositions = defineTask({
  id: "reconcile_positions",
  when: { kind: "clock", time: "16:30" },
  about: "Compares execute's books with the broker's, and the ledger's positions with execute's.",
  needs: ["flatten_intraday_positions"],
  timeoutMs: 60_000,
  retries: 5,
  backOffMs: 10_000,
  inputs: "the broker's books through execute, positions of trades.db",
  run,
});

async function run(context: TaskContext): Promise<TaskResult> {
  const books = await compareBooks(context, "positions are compared after the close");
  if (books.kind === "unknown") return unjudged(NO_ANSWER);
  if (books.kind === "differ")
    return failed(`our books and the broker's do not agree: ${books.why}; see: plimsoll status`);
  let differences: string[] = [];
  const agreed = await waitUntil(context, WITHIN_MS, async () => {
    differences = await differing(context);
    return differences.length === 0 ? true : undefined;
  });
  if (!agreed)
    return failed(
      `the ledger holds otherwise: ${differences.join(", ")}; rebuild it: plimsoll journal project`,
    );
  const { snapshot } = await context.door.status();
  return done(`the broker, execute and the ledger agree: ${counted(snapshot.positions.length, "position")}`);
}

async function differing({ door, ledger }: TaskContext): Promise<string[]> {
  const own = new Map<string, number>();
  for (const { symbol, shares } of (await door.status()).snapshot.positions)
    own.set(symbol, (own.get(symbol) ?? 0) + shares);
  const booked = ledger.positions();
  return [...new Set([...own.keys(), ...booked.keys()])].flatMap((symbol) => {
    const [here, there] = [own.get(symbol) ?? 0, booked.get(symbol) ?? 0];
    return Math.abs(here - there) > SHARES ? [`${symbol} ${there} instead of ${here}`] : [];
  });
}
