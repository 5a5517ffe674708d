/** Answers about health: what the supervisor and the monitor wrote down, and execute's own figures if it tells them. */
import type { ControlQuestion } from "../../app/live/control-client.ts";
import type { ControlAnswer } from "../../app/live/control-words.ts";
import type { RunTerms } from "../../app/live/run-terms.ts";
import { statusOf } from "../../app/live/status-answer.ts";
import { healthReads } from "../../app/monitor/health-reads.ts";
import { InputError } from "../../domain/assert.ts";
import { ABLE_GOAL } from "../../ops/able-minutes.ts";
import type { EngineMetrics } from "../../ops/metrics/engine-metrics.ts";
import type { HealthAnswer } from "../contract/running-answers.ts";
import { ableLine, recordLines } from "./health-records.ts";
import type { HealthPort } from "./ports.ts";

const ANSWER_WITHIN_MS = 1000;

export interface HealthTerms {
  readonly root: string;
  readonly terms: Pick<RunTerms, "killSwitch">;
  readonly ask: (question: ControlQuestion, withinMs: number) => Promise<ControlAnswer>;
}

export const healthPort = ({ root, terms, ask }: HealthTerms): HealthPort => ({
  read: async (): Promise<HealthAnswer> => {
    const [told, answered] = await Promise.all([heard(ask, "metrics"), heard(ask, "status")]);
    const metrics = told?.kind === "told" ? (told.value as EngineMetrics) : undefined;
    const status = answered === undefined ? undefined : statusOf(answered);
    const { findings: _, ...reads } = healthReads(root, terms, metrics, Date.now());
    return { ...reads, records: recordLines(root, { metrics, status }), able: ableLine(root, ABLE_GOAL) };
  },
});

/** Undefined while execute does not answer: then its figures are missing and everything else is told. */
async function heard(
  ask: HealthTerms["ask"],
  verb: "metrics" | "status",
): Promise<ControlAnswer | undefined> {
  try {
    return await ask({ verb }, ANSWER_WITHIN_MS);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return undefined;
  }
}
