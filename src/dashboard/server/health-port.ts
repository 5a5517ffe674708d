/** Answers about health: what the supervisor and the monitor wrote down, and execute's own figures if it tells them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ControlQuestion } from "../../app/live/control-client.ts";
import type { ControlAnswer } from "../../app/live/control-words.ts";
import type { RunTerms } from "../../app/live/run-terms.ts";
import { healthReads } from "../../app/monitor/health-reads.ts";
import { InputError } from "../../domain/assert.ts";
import type { EngineMetrics } from "../../ops/metrics/engine-metrics.ts";
import type { HealthAnswer } from "../contract/running-answers.ts";
import type { HealthPort } from "./ports.ts";

const ANSWER_WITHIN_MS = 1000;
const ABLE_GOAL = 0.995;

export interface HealthTerms {
  readonly root: string;
  readonly terms: Pick<RunTerms, "killSwitch">;
  readonly ask: (question: ControlQuestion, withinMs: number) => Promise<ControlAnswer>;
}

export const healthPort = ({ root, terms, ask }: HealthTerms): HealthPort => ({
  read: async (): Promise<HealthAnswer> => {
    const { findings: _, ...reads } = healthReads(root, terms, await engineOf(ask), Date.now());
    return {
      ...reads,
      records: [recordOf(root, "backup", "Backup"), recordOf(root, "drill", "Restore drill")],
      // Reckoned by the daily report over whole sessions; nothing of it is known in between.
      able: { fraction: null, goal: ABLE_GOAL, sessions: 0, lostMinutes: null },
    };
  },
});

/** Undefined while execute does not answer: then its figures are missing and everything else is told. */
async function engineOf(ask: HealthTerms["ask"]): Promise<EngineMetrics | undefined> {
  try {
    const answer = await ask({ verb: "metrics" }, ANSWER_WITHIN_MS);
    return answer.kind === "told" ? (answer.value as EngineMetrics) : undefined;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return undefined;
  }
}

/** What the task left in `run/<id>.json`. */
function recordOf(root: string, id: "backup" | "drill", label: string): HealthAnswer["records"][number] {
  try {
    const { at, ok } = JSON.parse(readFileSync(join(root, "run", `${id}.json`), "utf8")) as {
      readonly at?: unknown;
      readonly ok?: unknown;
    };
    const when = typeof at === "string" ? at : "at an unknown time";
    return ok === true
      ? { id, label, state: "ok", text: when }
      : { id, label, state: "down", text: `failed, ${when}` };
  } catch {
    return { id, label, state: "off", text: "none yet in this run" };
  }
}
