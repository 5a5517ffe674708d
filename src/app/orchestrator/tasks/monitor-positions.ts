/** While trading: every stop that a position was entered with rests, and its market speaks. */

import { counted, defineTask, done, failed, type TaskResult } from "../task.ts";
import type { TaskContext } from "../task-context.ts";

/** An exit that is under way has taken its stop back; for so many beats that is no news. */
const BARE_BEATS = 2;

export const monitorPositions = defineTask({
  id: "monitor_positions",
  when: { kind: "beats", phase: "TRADING", everySeconds: 60 },
  about:
    "Warns of a position whose protective stop does not rest, and of one whose market told nothing for long.",
  timeoutMs: 15_000,
  inputs: "positions, stops and quotes of execute, the state of the feed, open trades of trades.db",
  run,
});

async function run({ door, ledger, params, memory, now }: TaskContext): Promise<TaskResult> {
  const { snapshot, feed } = await door.status();
  const withStop = ledger.entered();
  const bare: string[] = [];
  for (const { symbol, strategy, stop, shares } of snapshot.positions) {
    const key = `${strategy} ${symbol}`;
    // Who enters without a stop means it: the row of the round trip knows.
    const isBare = Number.isNaN(stop) && shares !== 0 && withStop.has(key);
    const beats = isBare ? (memory.get(key) ?? 0) + 1 : 0;
    memory.set(key, beats);
    if (beats >= BARE_BEATS) bare.push(`${symbol} of ${strategy}`);
  }
  const quoted = snapshot.positions.length === 0 ? [] : await door.market();
  const held = new Set(snapshot.positions.map(({ symbol }) => symbol));
  const oldest = now().at - params.staleMarkSeconds * 1_000_000;
  const isStale = ({ quotedAt }: { readonly quotedAt: string | null }) =>
    quotedAt !== null && Date.parse(quotedAt) * 1000 < oldest;
  const stale = quoted.filter((line) => held.has(line.symbol) && isStale(line)).map(({ symbol }) => symbol);
  const output = { positions: snapshot.positions.length, bare, stale };
  const problems = [
    ...(bare.length === 0 ? [] : [`no protective stop rests for ${bare.join(", ")}`]),
    ...(stale.length === 0 ? [] : [`no quote for ${params.staleMarkSeconds} s of ${stale.join(", ")}`]),
    ...(snapshot.positions.length > 0 && feed?.line !== "up"
      ? ["positions are held and no market data comes"]
      : []),
  ];
  if (problems.length > 0) return failed(`${problems.join("; ")}; see: plimsoll positions`, output);
  return done(
    `${counted(snapshot.positions.length, "position")}, each with the stop that it was entered with and its market`,
    output,
  );
}
