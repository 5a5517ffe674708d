/**
 * Watches decisions that may never return, from a thread of its own: the thread that waits for them can do nothing.
 * It costs two stores a decision, where stopping one by the clock of V8 costs a fifth of a millisecond; and it can only
 * end the whole process, which is right for a backtest and for nothing that trades.
 */
import { Worker } from "node:worker_threads";

/** What crosses the thread's door. The count is odd while a decision is being made. */
export interface WatchTerms {
  readonly count: Int32Array<SharedArrayBuffer>;
  readonly limitMs: number;
  readonly line: string;
}

/** Runs decisions; begun with the first of them. Writes a line and ends the process when one takes longer. */
export function watchedDecisions(name: string, limitMs: number): (decide: () => void) => void {
  const count = new Int32Array(new SharedArrayBuffer(4));
  const silence = `has not returned from a decision for ${limitMs / 1000} s`;
  const line = `plimsoll: strategy ${name} ${silence}; mend it, or run without it`;
  let isWatched = false;
  return (decide) => {
    if (!isWatched) begin({ count, limitMs, line });
    isWatched = true;
    Atomics.add(count, 0, 1);
    try {
      decide();
    } finally {
      Atomics.add(count, 0, 1);
    }
  };
}

/** Nobody waits for it: it ends with the thread that it watches. */
function begin(terms: WatchTerms): void {
  const worker = new Worker(new URL("./decision-watch-worker.ts", import.meta.url), { workerData: terms });
  worker.unref();
}
