/** The parts that answer about errors, alerts, jobs and health, as far as this system has them. */
import { randomUUID } from "node:crypto";
import type { RunTerms } from "../../app/live/run-terms.ts";
import { alertsAnswer } from "../../app/monitor/alert-reads.ts";
import { errorsAnswer } from "../../app/monitor/error-reads.ts";
import { askMonitor, type MonitorAsk } from "../../app/monitor/monitor-asks.ts";
import { JobsReads } from "../../app/orchestrator/jobs-reads.ts";
import { InputError } from "../../domain/assert.ts";
import type { AlertsPort, ErrorsPort, RunningPorts } from "./ports.ts";

export interface PortPlaces {
  /** Of the run. */
  readonly root: string;
  /** What all runs share. */
  readonly base: string;
  readonly terms: RunTerms;
}

const ANSWER_WITHIN_MS = 3000;
/** As long as a channel may take, and a little. */
const TEST_WITHIN_MS = 25_000;
const ONE = { from: 0, limit: 1 } as const;

export const runningPorts = ({ root, terms }: PortPlaces): RunningPorts => ({
  errors: errorsPort(root),
  alerts: alertsPort(root),
  jobs: new JobsReads(root, terms),
});

const errorsPort = (root: string): ErrorsPort => ({
  read: ({ isOpen, ...page }) => errorsAnswer(root, { ...page, open: isOpen }),
  open: () => errorsAnswer(root, ONE).open,
  resolve: (error, by, reason) =>
    asked(root, { kind: "resolve", id: randomUUID(), by, reason, error }, ANSWER_WITHIN_MS),
  resolveAll: (errors, group, by, reason) => {
    const ask = { kind: "resolve-all" as const, id: randomUUID(), by, reason, group, errors: [...errors] };
    return asked(root, ask, ANSWER_WITHIN_MS);
  },
});

const alertsPort = (root: string): AlertsPort => ({
  read: (page) => alertsAnswer(root, page, Date.now()),
  open: () => alertsAnswer(root, { ...ONE, open: true }, Date.now()).total,
  acknowledge: (alert, by, reason) => {
    const incident = Number(alert);
    if (!Number.isSafeInteger(incident) || incident < 1)
      throw new InputError(`acknowledge-alert: there is no alert ${alert}`, 2);
    return asked(root, { kind: "acknowledge", id: randomUUID(), by, reason, incident }, ANSWER_WITHIN_MS);
  },
  test: (by, reason) => asked(root, { kind: "test", id: randomUUID(), by, reason }, TEST_WITHIN_MS),
});

/** Throws InputError (exit 3) when the monitor says no. */
async function asked(root: string, ask: MonitorAsk, withinMs: number): Promise<string> {
  const answer = await askMonitor(root, ask, withinMs);
  if (answer === undefined) return "It is written down; the monitor does it as soon as it answers.";
  if (answer.ok) return answer.text;
  throw new InputError(answer.text, 3);
}
