/**
 * Gives out jobs and collects their outcomes. Truth is in the store: a word of a worker only says where to look, and
 * what was not heard is found by looking at everything again.
 *
 * JQ-1  Each job is answered once, with the outcome of its key, whatever dies and however often it is done.
 */
import { InputError } from "../../domain/assert.ts";
import type { Clock } from "../net/ports.ts";
import type { JobFrame } from "./job-frames.ts";
import type { JobOutcome, JobStore } from "./job-store.ts";

/** As it is given out; key, code and shared terms make a frame of it. */
export interface WantedJob {
  readonly kind: string;
  /** SHA-256 over all that its outcome depends on. */
  readonly key: string;
  readonly payload: unknown;
}

export interface JobOrder {
  readonly store: JobStore;
  readonly clock: Clock;
  readonly code: string;
  /** What every job of the order needs, once; undefined without. */
  readonly shared: unknown;
  readonly jobs: readonly WantedJob[];
  /** In no order; `index` is that of the job. What it throws ends the order. */
  readonly answered: (index: number, value: unknown) => void;
  /** A line for people: who gave what back, and that nobody works. */
  readonly tell: (line: string) => void;
  /** Takes back what is not done. */
  readonly signal?: AbortSignal | undefined;
}

/** After so long without a word all is looked at again. */
const SWEEP_MS = 10_000;
/** Nobody worked on anything for so long: the order ends; what is done is kept. */
export const PATIENCE_MS = 30 * 60_000;
/** At once on their way to the server. */
const LANES = 32;

/** Resolves when all are answered. Throws InputError (exit 1) on the first that failed, and when nobody works. */
export async function orderJobs(order: JobOrder): Promise<void> {
  if (order.jobs.length === 0) return;
  await new Coordinator(order).run();
}

class Coordinator {
  readonly #order: JobOrder;
  /** Jobs that are not answered, by key: one outcome may be of several. */
  readonly #open = new Map<string, readonly number[]>();
  readonly #told = new Set<string>();
  readonly #said = new Set<string>();
  #shared: string | null = null;
  #wake: () => void = () => undefined;
  #heardMs: number;
  #forgives = true;
  /** Who gave the order failed at an answer. */
  #isBroken = false;

  constructor(order: JobOrder) {
    this.#order = order;
    this.#heardMs = order.clock.now();
    for (const [index, { key }] of order.jobs.entries())
      this.#open.set(key, [...(this.#open.get(key) ?? []), index]);
  }

  async run(): Promise<void> {
    const { store, shared, signal, clock } = this.#order;
    store.onNote(({ kind, key, worker, reason = "" }) => {
      if (!this.#open.has(key)) return;
      if (kind === "unfit") return this.#sayOnce(`${worker} cannot do it: ${reason}`);
      this.#heardMs = clock.now();
      if (kind !== "done") return;
      this.#told.add(key);
      this.#wake();
    });
    signal?.addEventListener("abort", () => this.#wake(), { once: true });
    try {
      if (shared !== undefined) this.#shared = await store.putShared(shared);
      await this.#retry(() => this.#sweep());
      while (this.#open.size > 0) await this.#turn();
    } catch (error) {
      // Not waited for by anybody any more.
      await this.#cancelAll().catch(() => undefined);
      throw error;
    }
  }

  /** Waits for a word, or for the time to look at everything again. */
  async #turn(): Promise<void> {
    const { clock, signal } = this.#order;
    const quiet = Promise.withResolvers<void>();
    const timer = clock.timer(SWEEP_MS, quiet.resolve);
    this.#wake = quiet.resolve;
    if (this.#told.size === 0 && signal?.aborted !== true) await quiet.promise;
    timer.cancel();
    if (signal?.aborted === true) throw new InputError("cancelled; what is done is kept", 1);
    const told = [...this.#told];
    this.#told.clear();
    if (told.length > 0) await this.#retry(() => lanes(told, async (key) => void (await this.#settle(key))));
    else await this.#retry(() => this.#sweep());
    const silentMs = clock.now() - this.#heardMs;
    if (silentMs > PATIENCE_MS)
      throw new InputError(
        `no worker has done anything for ${PATIENCE_MS / 60_000} min; ${this.#open.size} jobs are open, ` +
          "what is done is kept; start one with: plimsoll worker",
        1,
      );
  }

  /** The server may be away for a while: what hangs on it is done at the next look, until the patience is over. */
  async #retry(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof InputError || this.#isBroken) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      this.#sayOnce(`the bus does not answer (${reason}); the queue is looked at again when it does`);
    }
  }

  /** Every open job is answered, or in the queue. What failed in an earlier order is tried again, once. */
  async #sweep(): Promise<void> {
    const { store, jobs, code, shared } = this.#order;
    if (this.#shared !== null && !(await store.holds(this.#shared))) {
      this.#sayOnce(
        "the server of the bus came back without what it held; all open jobs are put there again",
      );
      await store.putShared(shared);
    }
    await lanes([...this.#open], async ([key, indices]) => {
      if (await this.#settle(key, this.#forgives)) return;
      const { kind, payload } = jobs[indices[0]!]!;
      const frame: JobFrame = { kind, key, code, shared: this.#shared, payload };
      await store.publish(frame);
    });
    this.#forgives = false;
    if (this.#open.size > 0 && this.#order.clock.now() - this.#heardMs > 6 * SWEEP_MS)
      this.#sayOnce("no worker has taken a job for a minute; start one with: plimsoll worker");
  }

  async #settle(key: string, forgives = false): Promise<boolean> {
    const { store, code, answered } = this.#order;
    const outcome = await store.outcome(key);
    const indices = this.#open.get(key);
    if (outcome === undefined || indices === undefined) return indices === undefined;
    if (outcome.code !== code || (!outcome.ok && forgives)) {
      await store.forget(key);
      await store.setBegun(key, 0);
      return false;
    }
    if (!outcome.ok) throw failed(outcome);
    this.#open.delete(key);
    this.#heardMs = this.#order.clock.now();
    try {
      for (const index of indices) answered(index, outcome.value);
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
    return true;
  }

  #cancelAll(): Promise<void> {
    return lanes([...this.#open.keys()], (key) => this.#order.store.cancel(key));
  }

  #sayOnce(line: string): void {
    if (this.#said.has(line)) return;
    this.#said.add(line);
    this.#order.tell(line);
  }
}

const failed = ({ worker, reason }: JobOutcome & { readonly ok: false }): InputError =>
  new InputError(`a job failed on ${worker}: ${reason}`, 1);

/** Some at a time: the order of the list is that of their beginnings. */
async function lanes<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(LANES, items.length) }, lane));
}
