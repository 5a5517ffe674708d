/** At the open: what is halted or locked, and whose quote is wide. */

import { counted, defineTask, done, failed, type TaskResult } from "../task.ts";
import type { TaskContext } from "../task-context.ts";

export const checkOpeningConditions = defineTask({
  id: "check_opening_conditions",
  when: { kind: "phase", phase: "MARKET_OPEN" },
  about: "Lists what is halted, locked or quoted wide at the open; fails where no market data comes.",
  timeoutMs: 20_000,
  retries: 2,
  catchUp: "skip",
  inputs: "quotes, halts and locks of execute, the state of the feed",
  run,
});

async function run({ door, params }: TaskContext): Promise<TaskResult> {
  const [market, { feed, snapshot }] = await Promise.all([door.market(), door.status()]);
  if (feed?.line !== "up")
    return failed(
      `no market data at the open: ${feed?.reason ?? "ingest says nothing"}; see: plimsoll status`,
    );
  const named = (lines: typeof market) => lines.map(({ symbol }) => symbol);
  const halted = named(market.filter(({ isHalted }) => isHalted));
  const locked = named(market.filter(({ lock }) => lock !== null));
  const wide = named(
    market.filter(
      ({ bid, ask }) =>
        bid !== null && ask !== null && (2 * (ask - bid)) / (ask + bid) > params.openingSpreadFraction,
    ),
  );
  const { level } = snapshot.permission;
  const text =
    `${counted(market.length, "symbol")}: ${halted.length} halted, ${locked.length} locked, ` +
    `${wide.length} quoted wide; permission ${level}`;
  return done(text, { halted, locked, wide, level });
}
