/**
 * Many jobs on all cores, each on record as soon as it is done: work that is cut off goes on where it was, and its
 * answers are the same whatever the number of workers (BACK-3).
 */
import { runTasks } from "../../adapters/worker-pool.ts";
import { JobRecord, jobKey } from "./job-record.ts";

export interface JobTerms {
  readonly workers: number;
  /** File of finished jobs. */
  readonly record: string;
  /** All that an answer depends on beside the job: data, configuration, code. */
  readonly facts: unknown;
  readonly progress: (done: number, all: number) => void;
}

export interface JobPlaces<Job, Outcome> {
  /** Thread entry, from the table of tasks. */
  readonly entry: URL;
  /** What every thread is given once. */
  readonly shared: () => unknown;
  /** The same in this thread. */
  readonly here: (job: Job) => Outcome;
  /** On other machines, where that is wanted. */
  readonly fanOut?: JobFanOut<Job, Outcome> | undefined;
}

/** Has jobs done elsewhere; `answered` hears each outcome as it comes, in no order. */
export type JobFanOut<Job, Outcome> = (
  jobs: readonly { readonly job: Job; readonly key: string }[],
  answered: (index: number, outcome: Outcome) => void,
) => Promise<void>;

/** Answers in the order of the jobs, which are plain JSON as their answers are. */
export async function recordedJobs<Job, Outcome>(
  { workers, record: path, facts, progress }: JobTerms,
  jobs: readonly Job[],
  { entry, shared, here, fanOut }: JobPlaces<Job, Outcome>,
): Promise<Outcome[]> {
  const record = new JobRecord<Outcome>(path);
  try {
    const keys = jobs.map((job) => jobKey({ facts, job }));
    const open = jobs.flatMap((job, k) =>
      record.get(keys[k]!) === undefined ? [{ job, key: keys[k]! }] : [],
    );
    let done = jobs.length - open.length;
    progress(done, jobs.length);
    const keep = (index: number, outcome: Outcome) => {
      record.keep(open[index]!.key, outcome);
      done += 1;
      progress(done, jobs.length);
    };
    if (fanOut !== undefined) {
      await fanOut(open, keep);
    } else if (workers === 1 || open.length <= 1) {
      for (const [index, { job }] of open.entries()) keep(index, here(job));
    } else {
      const tasks = open.map(({ job }) => job);
      await runTasks<Job, Outcome>(entry, shared(), tasks, workers, keep);
    }
    return keys.map((key) => record.get(key)!);
  } finally {
    record.close();
  }
}
