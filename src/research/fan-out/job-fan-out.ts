/** Jobs of a study done by workers on other machines, over the server that `bus.url` names. */
import { orderJobs } from "../../adapters/nats/job-coordinator.ts";
import { connectNats } from "../../adapters/nats/nats-connection.ts";
import { NatsJobStore } from "../../adapters/nats/nats-job-store.ts";
import type { NatsPlace } from "../../adapters/nats/nats-options.ts";
import { RealClock } from "../../adapters/net/real-clock.ts";
import { codeVersion } from "../../app/code-version.ts";
import type { JobFanOut } from "../walk-forward/recorded-jobs.ts";

export interface FanOutTerms {
  readonly place: NatsPlace;
  /** A line for people. */
  readonly tell: (line: string) => void;
  /** Takes back what is not done. */
  readonly signal: AbortSignal;
}

/** What the jobs have in common. */
export interface FanOutStudy<Outcome> {
  /** Names the handler. */
  readonly kind: string;
  /** Plain JSON that every job needs. */
  readonly shared: unknown;
  /** Judges what came from the network. Throws InputError for what is no outcome. */
  readonly read: (value: unknown) => Outcome;
}

export function fanOutJobs<Job, Outcome>(
  { place, tell, signal }: FanOutTerms,
  { kind, shared, read }: FanOutStudy<Outcome>,
): JobFanOut<Job, Outcome> {
  return async (jobs, answered) => {
    if (jobs.length === 0) return;
    const store = await NatsJobStore.open(await connectNats(place, { waits: false }));
    try {
      await orderJobs({
        ...{ store, clock: new RealClock(), code: codeVersion(), shared, tell, signal },
        jobs: jobs.map(({ job, key }) => ({ kind, key, payload: job })),
        answered: (index, value) => answered(index, read(value)),
      });
    } finally {
      await store.close();
    }
  };
}
