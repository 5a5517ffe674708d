/**
 * Before the open: fits the detector on the days before this session, or brings it up to them, and tells execute once
 * what they say (REGIME-1). Where it cannot, execute has heard nothing of the session and lets no new long through.
 */
import { defineTask, done, failed, type TaskResult } from "../task.ts";
import type { TaskContext } from "../task-context.ts";

const CURE = "no new long comes; bring the days up to date: plimsoll data import, then: plimsoll jobs run";

export const loadRegimeDetector = defineTask({
  id: "load_regime_detector",
  when: { kind: "phase", phase: "PRE_MARKET" },
  about: "Fits the regime detector on the days before the session and tells execute what it says of it.",
  lane: "child",
  timeoutMs: 300_000,
  retries: 3,
  backOffMs: 60_000,
  inputs: "daily closes of regime.index and the VIX",
  output: "regime_log",
  missing: ({ regimeReading }) =>
    regimeReading === undefined ? "no regime binds this run: see regime.enabled" : undefined,
  run,
});

async function run({ regimeReading, door, date }: TaskContext): Promise<TaskResult> {
  const reading = await regimeReading?.().catch((error: unknown) => String((error as Error).message));
  if (reading === undefined || typeof reading === "string") return failed(`${reading}; ${CURE}`);
  const { regime, bull, neutral, bear, vix, vixRegime } = reading;
  await door.act({ verb: "tellRegime", reading, reason: `the regime of ${date}` });
  if (regime === null)
    return failed(`the days before ${date} give no model, or the last one was not seen; ${CURE}`, reading);
  const chances = [bull, neutral, bear].map((p) => (p ?? Number.NaN).toFixed(3)).join(", ");
  const ofVix = vix === null ? "the VIX is not known" : `the VIX at ${vix.toFixed(2)} is ${vixRegime}`;
  return done(`${date} is ${regime}: Bull, Neutral, Bear have ${chances}; ${ofVix}`, reading);
}
