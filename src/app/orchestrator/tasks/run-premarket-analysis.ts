/** Before the open: how far each symbol that matters has moved over night, and what stands in the way of trading it. */
import type { MarketLine } from "../../live/market-lines.ts";
import { counted, defineTask, done, type TaskResult } from "../task.ts";
import type { TaskContext } from "../task-context.ts";

export const runPremarketAnalysis = defineTask({
  id: "run_premarket_analysis",
  when: { kind: "phase", phase: "PRE_MARKET" },
  about: "Writes of each symbol of the run the move since the close, its quote, and what is to be looked at.",
  catchUp: "skip",
  inputs: "marks and quotes of execute, what is held",
  output: "premarket",
  run,
});

async function run({ door, params, date, now, found }: TaskContext): Promise<TaskResult> {
  const [market, { snapshot }] = await Promise.all([door.market(), door.status()]);
  const held = new Set(snapshot.positions.map(({ symbol }) => symbol));
  const rows = market.map((line) => {
    const gap = gapOf(line);
    const flags = flagsOf(line, gap, params.gapFraction);
    const { symbol, mark: previous_close, bid, ask } = line;
    return {
      symbol,
      is_held: held.has(symbol) ? 1 : 0,
      previous_close,
      bid,
      ask,
      gap,
      flags: flags.join("; "),
    };
  });
  found(
    "premarket",
    date,
    rows.map((row) => ({ ...row, made_at: now().at })),
  );
  const flagged = rows.filter(({ flags }) => flags !== "").map(({ symbol }) => symbol);
  const known = rows.filter(({ gap }) => gap !== null).length;
  return done(
    `${counted(rows.length, "symbol")}, ${known} quoted, ${counted(flagged.length, "is", "are")} to be looked at` +
      `${flagged.length === 0 ? "" : `: ${flagged.slice(0, 10).join(", ")}`}`,
    { symbols: rows.length, quoted: known, flagged },
  );
}

/** The middle of the quote over the close before; null where one of them is not known. */
function gapOf({ mark, bid, ask }: MarketLine): number | null {
  return mark === null || bid === null || ask === null ? null : (bid + ask) / 2 / mark - 1;
}

function flagsOf({ isHalted, lock }: MarketLine, gap: number | null, limit: number): string[] {
  return [
    ...(gap !== null && Math.abs(gap) >= limit
      ? [`gap ${(gap * 100).toFixed(2)} %, ${(limit * 100).toFixed(2)} % is pointed out`]
      : []),
    ...(isHalted ? ["halted"] : []),
    ...(lock === null ? [] : [`locked: ${lock}`]),
  ];
}
