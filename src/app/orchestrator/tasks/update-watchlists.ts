/** After the close: what the next session watches, and why each symbol is in it. */
import { isoDate } from "../../../domain/time.ts";
import { counted, defineTask, done, failed, type TaskResult } from "../task.ts";
import type { TaskContext } from "../task-context.ts";

export const updateWatchlists = defineTask({
  id: "update_watchlists",
  when: { kind: "phase", phase: "AFTER_HOURS" },
  about:
    "Writes the next session's watchlist: the run's symbols, what is held, what was signalled, each with its reason.",
  timeoutMs: 30_000,
  retries: 3,
  inputs: "the run's symbols, positions of execute, signals of trades.db",
  output: "watchlist",
  run,
});

async function run(context: TaskContext): Promise<TaskResult> {
  const { symbols, session, nextSession, ledger, door, now, found } = context;
  if (nextSession === undefined)
    return failed("the calendar has no next session; a newer program knows more years");
  const { snapshot } = await door.status();
  const signalled = ledger.signalled(session.open, session.close + 1);
  const reasons = new Map<string, string[]>();
  const add = (symbol: string, reason: string) =>
    reasons.set(symbol, [...(reasons.get(symbol) ?? []), reason]);
  for (const symbol of symbols) add(symbol, "universe");
  for (const { symbol, strategy, shares } of snapshot.positions)
    add(symbol, `held: ${shares} by ${strategy}`);
  for (const [symbol, count] of signalled) add(symbol, counted(count, "signal"));
  const rows = [...reasons].map(([symbol, why]) => ({ symbol, reason: why.join("; "), made_at: now().at }));
  const date = isoDate(nextSession.date);
  found("watchlist", date, rows);
  return done(
    `${counted(rows.length, "symbol")} for ${date}: ${symbols.length} of the run, ` +
      `${snapshot.positions.length} held, ${signalled.size} signalled`,
    { session: date, symbols: rows.length, held: snapshot.positions.length, signalled: signalled.size },
  );
}
