/** Near the close: the day's result by execute's own books and by the ledger. */

import { defineTask, done, failed, type TaskResult } from "../task.ts";
import type { TaskContext } from "../task-context.ts";
import { waitUntil } from "../wait-until.ts";

/** The ledger is a moment behind, and a minute may come between the two readings. */
const WITHIN_MS = 20_000;

export const calculateDailyPnl = defineTask({
  id: "calculate_daily_pnl",
  when: { kind: "phase", phase: "MARKET_CLOSE" },
  about: "Compares the day's result in the ledger with execute's own figure and keeps both.",
  needs: ["close_intraday_positions"],
  timeoutMs: 60_000,
  retries: 3,
  inputs: "execute's status, portfolio_daily of performance.db",
  output: "daily_pnl",
  run,
});

async function run(context: TaskContext): Promise<TaskResult> {
  const { door, ledger, params, date, now, found } = context;
  let seen: Figures | undefined;
  const agreed = await waitUntil(context, WITHIN_MS, async () => {
    const { snapshot } = await door.status();
    // Late, execute is in the next session already: then the day's own row has the last word.
    const isToday = snapshot.session.date === date;
    const day = ledger.days().find((each) => each.date === date);
    if (day?.pnl == null || day.equity === null) return undefined;
    const own = isToday ? snapshot.dayPnl : day.pnl;
    seen = { own, ledger: day.pnl, difference: own - day.pnl, equity: day.equity, isToday };
    return Math.abs(seen.difference) <= params.pnlDifference * day.equity ? seen : undefined;
  });
  if (seen === undefined)
    return failed(`the ledger has no result of ${date} yet; is it running? see: plimsoll status`);
  const { isToday, ...figures } = agreed ?? seen;
  found("daily_pnl", date, [{ ...figures, made_at: now().at }]);
  const text = `${dollars(figures.own)} by execute, ${dollars(figures.ledger)} by the ledger`;
  if (agreed === undefined)
    return failed(`the day's result differs: ${text}; rebuild the ledger: plimsoll journal project`, figures);
  return done(
    isToday ? `the day's result: ${text}` : `the day's result: ${dollars(figures.ledger)} by the ledger`,
    figures,
  );
}

interface Figures {
  readonly own: number;
  readonly ledger: number;
  readonly difference: number;
  readonly equity: number;
  readonly isToday: boolean;
}

const dollars = (value: number): string => `${value < 0 ? "-" : ""}$${Math.abs(value).toFixed(2)}`;
