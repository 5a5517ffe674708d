/**
 * Where a worker does the jobs of one kind of study over its own lake: each study's data are read once and stand in its
 * threads while somebody works on it. One study at a time stays in memory when nobody works on another.
 */
import { type JobHandler, Unfit } from "../../adapters/nats/job-worker.ts";
import type { StandingThreads } from "../../adapters/worker-pool.ts";
import { type Config, resultHash } from "../../app/config.ts";
import { InputError } from "../../domain/assert.ts";
import { jobKey } from "../walk-forward/job-record.ts";
import { type LoadedWalk, loadSetup, type SetupRequest } from "../walk-forward/load-setup.ts";

/** What the jobs of a study share. */
export interface Study {
  readonly config: Config;
  /** What a job's key depends on beside the job. */
  readonly facts: { readonly snapshot: string; readonly hash: string };
}

export interface StudyKind<Of extends Study, Job, Outcome> {
  /** Names the handler. */
  readonly kind: string;
  /** Throw InputError for what came from the network and is none. */
  readonly readStudy: (given: unknown) => Of;
  readonly readJob: (payload: unknown) => Job;
  readonly threads: (root: string, study: Of) => Promise<StandingThreads<Job, Outcome>>;
}

export class StudyWorkshop<Of extends Study, Job, Outcome> {
  readonly #kind: StudyKind<Of, Job, Outcome>;
  readonly #root: string;
  readonly #studies = new Map<
    string,
    { readonly threads: Promise<StandingThreads<Job, Outcome>>; users: number }
  >();

  constructor(kind: StudyKind<Of, Job, Outcome>, root: string) {
    this.#kind = kind;
    this.#root = root;
  }

  readonly handler: JobHandler = async (frame, given, signal) => {
    const study = this.#kind.readStudy(given);
    const job = this.#kind.readJob(frame.payload);
    if (jobKey({ facts: study.facts, job: frame.payload }) !== frame.key)
      throw new InputError(`the job's key is not that of its ${this.#kind.kind}`);
    const name = frame.shared ?? "";
    const threads = this.#enter(name, study);
    try {
      return await (await threads).run(job, signal);
    } finally {
      await this.#leave(name);
    }
  };

  async close(): Promise<void> {
    for (const name of [...this.#studies.keys()]) await this.#drop(name);
  }

  #enter(name: string, study: Of): Promise<StandingThreads<Job, Outcome>> {
    const known = this.#studies.get(name);
    if (known !== undefined) {
      known.users += 1;
      return known.threads;
    }
    for (const [other, { users }] of this.#studies) if (users === 0) void this.#drop(other);
    const threads = this.#kind.threads(this.#root, study);
    this.#studies.set(name, { threads, users: 1 });
    return threads;
  }

  async #leave(name: string): Promise<void> {
    const study = this.#studies.get(name);
    if (study === undefined) return;
    study.users -= 1;
    if (study.users > 0) return;
    // What could not be opened is tried anew: the data may have come meanwhile.
    const isOpen = await study.threads.then(
      () => true,
      () => false,
    );
    // Somebody may have come in while that was asked.
    if (study.users === 0 && (!isOpen || this.#studies.size > 1)) await this.#drop(name);
  }

  async #drop(name: string): Promise<void> {
    const study = this.#studies.get(name);
    this.#studies.delete(name);
    const threads = await study?.threads.catch(() => undefined);
    await threads?.close();
  }
}

/** From this lake what the study is made of. Throws Unfit where that is not here, InputError where it does not fit. */
export async function setupOfStudy(
  root: string,
  request: SetupRequest,
  { config, facts: { snapshot, hash } }: Study,
): Promise<LoadedWalk> {
  const loaded = await loadSetup(root, request).catch((error: unknown) => {
    if (error instanceof InputError)
      throw new Unfit(`data ${snapshot} is not in this lake: ${error.message}`);
    throw error;
  });
  if (loaded.snapshot !== snapshot)
    throw new Unfit(`it is of data ${snapshot}, this lake has ${loaded.snapshot}`);
  if (resultHash(config) !== hash) throw new InputError("the job's settings are not those of its hash");
  return loaded;
}
