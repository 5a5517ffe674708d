/** The queue of jobs without a server, in virtual time: redelivery, words that are lost, a server that is away. */
import { type JobFrame, type JobNote, jobText } from "../src/adapters/nats/job-frames.ts";
import {
  ACK_WAIT_MS,
  type JobOutcome,
  type JobStore,
  type TakenJob,
} from "../src/adapters/nats/job-store.ts";
import type { VirtualClock } from "../src/adapters/net/virtual-clock.ts";

interface Waiting {
  readonly text: string;
  /** Nobody gets it before. */
  freeAt: number;
  deliveries: number;
}

/** What all who use one server see. */
export class MemoryServer {
  readonly clock: VirtualClock;
  readonly queue = new Map<string, Waiting>();
  readonly outcomes = new Map<string, JobOutcome>();
  readonly values = new Map<string, unknown>();
  readonly begun = new Map<string, number>();
  readonly listeners = new Set<(note: JobNote) => void>();
  readonly cancelled = new Set<(key: string) => void>();
  isAway = false;
  losesNotes = false;
  published = 0;
  kept = 0;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  /** Comes back with an empty store. */
  empty(): void {
    for (const each of [this.queue, this.outcomes, this.values, this.begun]) each.clear();
  }

  /** A line of somebody's own. `isDead`: whoever has it does nothing more, and says nothing. */
  store(isDead: () => boolean = () => false): JobStore {
    const reached = () => {
      if (this.isAway || isDead()) throw new Error("no answer");
    };
    return {
      isConnected: !this.isAway,
      publish: async (job: JobFrame) => {
        reached();
        if (this.queue.has(job.key)) return;
        this.published += 1;
        this.queue.set(job.key, { text: jobText(job), freeAt: 0, deliveries: 0 });
      },
      next: (withinMs) => this.#next(withinMs, isDead),
      cancel: async (key) => {
        reached();
        this.queue.delete(key);
        for (const each of this.cancelled) each(key);
      },
      onCancelled: (heard) => void this.cancelled.add(heard),
      outcome: async (key) => {
        reached();
        return this.outcomes.get(key);
      },
      keep: async (key, outcome) => {
        reached();
        this.kept += 1;
        this.outcomes.set(key, JSON.parse(JSON.stringify(outcome)) as JobOutcome);
      },
      forget: async (key) => void this.outcomes.delete(key),
      putShared: async (value) => {
        this.values.set("shared", value);
        return "0".repeat(64);
      },
      holds: async () => this.values.has("shared"),
      shared: async () => this.values.get("shared"),
      begun: async (key) => this.begun.get(key) ?? 0,
      setBegun: async (key, times) => void this.begun.set(key, times),
      tell: (note) => {
        if (!this.losesNotes && !isDead()) for (const each of this.listeners) each(note);
      },
      onNote: (heard) => void this.listeners.add(heard),
      close: async () => undefined,
    };
  }

  async #next(withinMs: number, isDead: () => boolean): Promise<TakenJob | undefined> {
    const now = this.clock.now();
    const found = isDead() ? undefined : [...this.queue].find(([, { freeAt }]) => freeAt <= now);
    if (found === undefined || this.isAway) {
      const over = Promise.withResolvers<void>();
      // Who is dead asks no more.
      if (!isDead()) this.clock.timer(withinMs, over.resolve);
      await over.promise;
      return undefined;
    }
    const [key, waiting] = found;
    waiting.freeAt = now + ACK_WAIT_MS;
    waiting.deliveries += 1;
    return {
      key,
      text: waiting.text,
      done: async () => void this.queue.delete(key),
      giveBack: (afterMs) => {
        waiting.freeAt = this.clock.now() + afterMs;
      },
      working: () => {
        if (!isDead()) waiting.freeAt = this.clock.now() + ACK_WAIT_MS;
      },
      drop: () => void this.queue.delete(key),
    };
  }
}
