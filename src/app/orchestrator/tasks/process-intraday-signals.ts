/** While trading: decisions keep coming as long as minutes come, and the ledger counts them. */

import { retireDrifted } from "../retire-drifted.ts";
import { counted, defineTask, done, failed, type TaskResult } from "../task.ts";
import type { TaskContext } from "../task-context.ts";

/** Minutes of the run after which a decision must have followed. */
const MINUTES = 5;

export const processIntradaySignals = defineTask({
  id: "process_intraday_signals",
  when: { kind: "beats", phase: "TRADING", everySeconds: 300 },
  about:
    "Checks that decisions follow the minutes that come, counts signals, orders and late decisions, and retires " +
    "models that have drifted.",
  timeoutMs: 15_000,
  inputs: "counts of execute, meta and signals of trades.db",
  run,
});

async function run(context: TaskContext): Promise<TaskResult> {
  const { door, ledger, memory, session, symbols, now } = context;
  const { snapshot, models } = await door.status();
  retireDrifted(context, models);
  const meta = ledger.meta();
  if (meta === undefined)
    return failed("the ledger has nothing of this run; is it running? see: plimsoll status");
  const [bars, decisions] = [memory.get("bars"), memory.get("decisions")];
  memory.set("bars", snapshot.bars);
  memory.set("decisions", meta.decisions);
  const signals = [...ledger.signalled(session.open, now().at + 1).values()].reduce((sum, n) => sum + n, 0);
  const output = { bars: snapshot.bars, ...meta, signals };
  const minutes = bars === undefined ? 0 : (snapshot.bars - bars) / Math.max(1, symbols.length);
  if (minutes >= MINUTES && meta.decisions === decisions)
    return failed(
      `${Math.floor(minutes)} minutes came and no decision followed; compute may hang: see its lines in the log`,
      output,
    );
  return done(
    `${counted(meta.decisions, "decision")} in the run, ${meta.staleDecisions} too late; ` +
      `${counted(signals, "signal")} today`,
    output,
  );
}
