/** Fifteen minutes before the close: what strategies of the day hold is closed, where the engine has not done it. */

import { counted, defineTask, done, failed, type TaskResult } from "../task.ts";
import type { TaskContext } from "../task-context.ts";
import { waitUntil } from "../wait-until.ts";

/** The engine closes by itself at the first bar of these minutes. */
const ENGINE_MS = 20_000;
const CLOSING_MS = 60_000;

export const closeIntradayPositions = defineTask({
  id: "close_intraday_positions",
  when: { kind: "phase", phase: "MARKET_CLOSE" },
  about: "Closes what intraday strategies hold where the engine has not, and waits until it is closed.",
  timeoutMs: 120_000,
  retries: 3,
  backOffMs: 5000,
  isIdempotent: false,
  inputs: "positions of execute, the horizon of each strategy",
  run,
  lookAfterCrash: async (context) => ((await heldToday(context)).length === 0 ? done(NOTHING) : undefined),
});

const NOTHING = "no strategy of the day holds anything";

/** Symbols that a strategy of the day holds. */
export async function heldToday({ door, intraday }: TaskContext): Promise<string[]> {
  const { snapshot } = await door.status();
  const held = snapshot.positions.filter(({ strategy, shares }) => intraday.has(strategy) && shares !== 0);
  return [...new Set(held.map(({ symbol }) => symbol))];
}

async function run(context: TaskContext): Promise<TaskResult> {
  const { door, date, session, now } = context;
  const flat = async () => ((await heldToday(context)).length === 0 ? true : undefined);
  const before = await heldToday(context);
  if (before.length === 0) return done(NOTHING, { closed: [] });
  if (now().at >= session.close)
    return failed(
      `${before.join(", ")} still held and the market is closed; flatten_intraday_positions pages if it stays so`,
    );
  if (await waitUntil(context, ENGINE_MS, flat))
    return done(`the engine has closed ${before.join(", ")}`, { closed: before });
  const left = await heldToday(context);
  for (const symbol of left)
    await door.act(
      { verb: "close", symbol, reason: "what is held for the day only" },
      `${date} close ${symbol}`,
    );
  if (await waitUntil(context, CLOSING_MS, flat))
    return done(`${counted(left.length, "position")} closed by the door: ${left.join(", ")}`, {
      closed: left,
    });
  return failed(`${(await heldToday(context)).join(", ")} still held after a minute; see: plimsoll orders`);
}
