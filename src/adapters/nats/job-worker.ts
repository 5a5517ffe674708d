/**
 * Takes jobs and does them: the outcome is kept first, then the job leaves the queue, so a worker that dies at any
 * moment costs the work of one job and never its outcome.
 *
 * JQ-2  A job whose data or code a worker has not is given back for another; one that took three workers with it is
 *       answered as failed and tried no more.
 */
import type { Clock, TimerHandle } from "../net/ports.ts";
import { type JobFrame, type JobNote, readJob } from "./job-frames.ts";
import { ACK_WAIT_MS, type JobOutcome, type JobStore, type TakenJob } from "./job-store.ts";

/** This worker has not what a job needs: it goes back to the queue, with this reason. */
export class Unfit extends Error {
  override readonly name = "Unfit";
}

/** Resolves to plain JSON. Throws Unfit; whatever else it throws is the job's outcome. */
export type JobHandler = (job: JobFrame, shared: unknown, signal: AbortSignal) => Promise<unknown>;

export interface WorkerTerms {
  readonly store: JobStore;
  readonly clock: Clock;
  readonly code: string;
  /** Told in notes and outcomes. */
  readonly name: string;
  /** Jobs at once. */
  readonly lanes: number;
  readonly handlers: Readonly<Record<string, JobHandler>>;
  /** A line for people. */
  readonly tell: (line: string) => void;
  /** Ends it: what it is at goes back. */
  readonly signal: AbortSignal;
  /** It ends by itself when nothing came for so long; undefined: never. */
  readonly idleMs?: number | undefined;
}

const BEGUN_MAX = 3;
const LOOK_MS = 1000;
const WORKING_EVERY_MS = ACK_WAIT_MS / 3;
/** How long a job that this worker cannot do waits for another, and how long this one leaves the queue to others. */
const GIVEN_BACK_MS = 1000;
const STAND_ASIDE_MS = 2000;
const AWAY_MS = 1000;
const KEEP_TRIES = 30;

export interface WorkerCounts {
  done: number;
  failed: number;
  givenBack: number;
}

/** Resolves when it was told to end, or nothing came for long enough. */
export async function workJobs(terms: WorkerTerms): Promise<WorkerCounts> {
  const worker = new JobWorker(terms);
  await Promise.all(Array.from({ length: terms.lanes }, () => worker.lane()));
  return worker.counts;
}

class JobWorker {
  readonly counts: WorkerCounts = { done: 0, failed: 0, givenBack: 0 };
  readonly #terms: WorkerTerms;
  readonly #atWork = new Map<string, AbortController>();
  readonly #said = new Set<string>();
  #busyMs: number;
  #isAway = false;

  constructor(terms: WorkerTerms) {
    this.#terms = terms;
    this.#busyMs = terms.clock.now();
    terms.store.onCancelled((key) => this.#atWork.get(key)?.abort());
    terms.signal.addEventListener("abort", () => {
      for (const each of this.#atWork.values()) each.abort();
    });
  }

  async lane(): Promise<void> {
    const { store, signal, idleMs = Number.POSITIVE_INFINITY, clock, tell } = this.#terms;
    while (!signal.aborted && (this.#atWork.size > 0 || clock.now() - this.#busyMs < idleMs)) {
      try {
        const taken = await store.next(LOOK_MS);
        this.#isAway = false;
        if (taken === undefined) continue;
        this.#busyMs = clock.now();
        if (signal.aborted) taken.giveBack(0);
        else if (!(await this.#take(taken))) await this.#pause(STAND_ASIDE_MS);
        this.#busyMs = clock.now();
      } catch (error) {
        // Once per absence, however many lanes wait for the end of it.
        if (!this.#isAway) tell(`the bus does not answer: ${reasonText(error)}`);
        this.#isAway = true;
        await this.#pause(AWAY_MS);
      }
    }
  }

  /** False: it was none for this worker. */
  async #take(taken: TakenJob): Promise<boolean> {
    const { store, code, handlers, tell } = this.#terms;
    const job = readJob(taken.text);
    if (job === undefined || job.key !== taken.key) {
      tell("a job that is none of ours was thrown away");
      taken.drop();
      return true;
    }
    if ((await store.outcome(job.key)) !== undefined) return this.#settled(taken);
    const handler = handlers[job.kind];
    if (job.code !== code) return this.#giveBack(taken, `it is of code ${job.code}, this is ${code}`);
    if (handler === undefined) return this.#giveBack(taken, `nobody here does ${job.kind}`);
    const times = (await store.begun(job.key)) + 1;
    if (times > BEGUN_MAX) {
      const reason = `${BEGUN_MAX} workers ended in the middle of it`;
      await this.#keep(taken, { ok: false, reason });
      return true;
    }
    await store.setBegun(job.key, times);
    return await this.#work(taken, job, handler, times);
  }

  async #work(taken: TakenJob, job: JobFrame, handler: JobHandler, times: number): Promise<boolean> {
    const { store } = this.#terms;
    const stop = new AbortController();
    this.#atWork.set(job.key, stop);
    const beats = this.#beat(taken);
    try {
      const shared = job.shared === null ? undefined : await store.shared(job.shared);
      if (job.shared !== null && shared === undefined) {
        await store.setBegun(job.key, times - 1);
        return this.#giveBack(taken, "its shared terms are not in the store");
      }
      // What the store throws is no outcome of the job: only what its handler throws is one.
      const ended = await attempt(() => handler(job, shared, stop.signal));
      if (!stop.signal.aborted && ended.kind === "ended") {
        await this.#keep(taken, ended.outcome);
        return true;
      }
      await store.setBegun(job.key, times - 1);
      if (ended.kind === "unfit" && !stop.signal.aborted) return this.#giveBack(taken, ended.reason);
      taken.giveBack(0);
      return true;
    } finally {
      beats.cancel();
      this.#atWork.delete(job.key);
    }
  }

  /** Says every few seconds that it is still at it. */
  #beat(taken: TakenJob): { cancel(): void } {
    const { clock } = this.#terms;
    let timer: TimerHandle;
    const arm = () => {
      timer = clock.timer(WORKING_EVERY_MS, () => {
        taken.working();
        this.#note({ kind: "working", key: taken.key });
        arm();
      });
    };
    arm();
    return { cancel: () => timer.cancel() };
  }

  async #keep(taken: TakenJob, ended: Ended): Promise<void> {
    const { store, code, name, signal } = this.#terms;
    const outcome: JobOutcome = { ...ended, code, worker: name };
    // The server may be away for a moment, and what is done took long.
    for (let tries = 1; ; tries++) {
      try {
        await store.keep(taken.key, outcome);
        break;
      } catch (error) {
        if (tries === KEEP_TRIES || signal.aborted) throw error;
        await this.#pause(AWAY_MS);
      }
    }
    await store.setBegun(taken.key, 0);
    this.counts[ended.ok ? "done" : "failed"] += 1;
    await this.#settled(taken);
  }

  async #settled(taken: TakenJob): Promise<true> {
    await taken.done();
    this.#note({ kind: "done", key: taken.key });
    return true;
  }

  #giveBack(taken: TakenJob, reason: string): false {
    taken.giveBack(GIVEN_BACK_MS);
    this.counts.givenBack += 1;
    this.#note({ kind: "unfit", key: taken.key, reason });
    if (!this.#said.has(reason)) this.#terms.tell(`gives a job back: ${reason}`);
    this.#said.add(reason);
    return false;
  }

  #note(note: Omit<JobNote, "worker">): void {
    this.#terms.store.tell({ ...note, worker: this.#terms.name });
  }

  #pause(ms: number): Promise<void> {
    const { clock, signal } = this.#terms;
    const over = Promise.withResolvers<void>();
    const timer = clock.timer(ms, over.resolve);
    const ended = () => {
      timer.cancel();
      over.resolve();
    };
    if (signal.aborted) ended();
    signal.addEventListener("abort", ended, { once: true });
    return over.promise.finally(() => signal.removeEventListener("abort", ended));
  }
}

type Ended = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string };

type Attempt =
  | { readonly kind: "ended"; readonly outcome: Ended }
  | { readonly kind: "unfit"; readonly reason: string };

async function attempt(work: () => Promise<unknown>): Promise<Attempt> {
  try {
    return { kind: "ended", outcome: { ok: true, value: await work() } };
  } catch (error) {
    if (error instanceof Unfit) return { kind: "unfit", reason: error.message };
    return { kind: "ended", outcome: { ok: false, reason: reasonText(error) } };
  }
}

const REASON_MAX = 2000;
const reasonText = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, REASON_MAX);
