/**
 * Threads that sum a trainer's histograms, a range of features each. The sums are those of one thread to the bit, as
 * no sum spans two features. The caller's thread takes a range too and waits for the others: training is one call.
 */
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { buildHistograms, type HistogramJob } from "../../learn/boosting/histogram-kernel.ts";
import type { HistogramWorkers } from "../../learn/boosting/tree-grower.ts";
import { awaitChange, DONE, STOP, signalWords, TURN } from "./thread-signals.ts";

export interface HistogramRange {
  readonly job: HistogramJob;
  readonly from: number;
  readonly to: number;
}

/** Of rows times features: below it a thread would wait longer for its part than it works. */
const LEAST_WORK = 50_000;
/** The kernel sums so many features at once. */
const AT_ONCE = 4;

export class HistogramThreads implements HistogramWorkers {
  readonly #signals = new Int32Array(new SharedArrayBuffer(4 * signalWords));
  readonly #ports: readonly MessagePort[];
  readonly #threads: readonly Worker[];

  /** `count`: threads in all, the caller's among them, from 1. `entry`: from the table of tasks. */
  constructor(count: number, entry: URL) {
    const started = Array.from({ length: count - 1 }, () => {
      const { port1, port2 } = new MessageChannel();
      const workerData = { signals: this.#signals, port: port2 };
      return { port: port1, thread: new Worker(entry, { workerData, transferList: [port2] }) };
    });
    this.#ports = started.map(({ port }) => port);
    this.#threads = started.map(({ thread }) => thread);
  }

  allocate(bytes: number): SharedArrayBuffer {
    return new SharedArrayBuffer(bytes);
  }

  build(job: HistogramJob, features: number): void {
    const others = this.#ports.length;
    if (others === 0 || (job.to - job.from) * features < LEAST_WORK) {
      buildHistograms(job, 0, features);
      return;
    }
    const each = AT_ONCE * Math.ceil(features / (AT_ONCE * (others + 1)));
    Atomics.store(this.#signals, DONE, 0);
    for (const [k, port] of this.#ports.entries()) {
      const from = Math.min(features, (k + 1) * each);
      const range: HistogramRange = { job, from, to: Math.min(features, from + each) };
      port.postMessage(range);
    }
    Atomics.add(this.#signals, TURN, 1);
    Atomics.notify(this.#signals, TURN);
    buildHistograms(job, 0, Math.min(features, each));
    for (let done = Atomics.load(this.#signals, DONE); done < others; )
      done = awaitChange(this.#signals, DONE, done);
  }

  async close(): Promise<void> {
    Atomics.store(this.#signals, STOP, 1);
    Atomics.add(this.#signals, TURN, 1);
    Atomics.notify(this.#signals, TURN);
    for (const port of this.#ports) port.close();
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }
}
