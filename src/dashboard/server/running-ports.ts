/** The parts that answer about errors, alerts, jobs and health, as far as this system has them. */
import type { RunTerms } from "../../app/live/run-terms.ts";
import { JobsReads } from "../../app/orchestrator/jobs-reads.ts";
import type { RunningPorts } from "./ports.ts";

export interface PortPlaces {
  /** Of the run. */
  readonly root: string;
  /** What all runs share. */
  readonly base: string;
  readonly terms: RunTerms;
}

export const runningPorts = ({ root, terms }: PortPlaces): RunningPorts => ({
  jobs: new JobsReads(root, terms),
});
