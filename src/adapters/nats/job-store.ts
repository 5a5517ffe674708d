/**
 * The queue as those see it who give out work and those who do it. One job of a key is in it at a time, it stays there
 * until it is done, and its outcome is kept by its key: who asks twice gets the first answer.
 */
import type { JobFrame, JobNote } from "./job-frames.ts";

/** How a job ended, whoever did it. */
export type JobOutcome =
  | { readonly ok: true; readonly code: string; readonly worker: string; readonly value: unknown }
  | { readonly ok: false; readonly code: string; readonly worker: string; readonly reason: string };

/** A job that nobody else has until it is given back or not heard of for `ACK_WAIT_MS`. */
export interface TakenJob {
  readonly key: string;
  /** As it came from the network: not judged yet. */
  readonly text: string;
  /** Its outcome is kept: it leaves the queue. */
  done(): Promise<void>;
  /** Another may take it after so long. */
  giveBack(afterMs: number): void;
  /** Still at it. */
  working(): void;
  /** Is none of ours: it leaves the queue without an outcome. */
  drop(): void;
}

export interface JobStore {
  /** Does nothing where a job of the key waits or is being done. */
  publish(job: JobFrame): Promise<void>;
  /** Undefined when there was none for so long. */
  next(withinMs: number): Promise<TakenJob | undefined>;
  /** Takes it out of the queue; whoever is at it is told. */
  cancel(key: string): Promise<void>;
  onCancelled(heard: (key: string) => void): void;
  outcome(key: string): Promise<JobOutcome | undefined>;
  keep(key: string, outcome: JobOutcome): Promise<void>;
  forget(key: string): Promise<void>;
  /** What many jobs share, kept by its content. Resolves to its name. */
  putShared(value: unknown): Promise<string>;
  /** False where it was never put, or the server has lost it. */
  holds(name: string): Promise<boolean>;
  /** Undefined where it is not there, or not what its name says. */
  shared(name: string): Promise<unknown>;
  /** How often the job was begun by workers that did not come to an end with it. */
  begun(key: string): Promise<number>;
  setBegun(key: string, times: number): Promise<void>;
  /** Lost where nobody listens: a hint, and nothing hangs on it. */
  tell(note: JobNote): void;
  onNote(heard: (note: JobNote) => void): void;
  /** False while the server cannot be reached. */
  readonly isConnected: boolean;
  close(): Promise<void>;
}

/** A worker that is silent for so long is dead for the queue: its jobs go to others. */
export const ACK_WAIT_MS = 15_000;
