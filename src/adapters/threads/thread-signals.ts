/**
 * How threads share out the parts of a job: a few words of shared memory.
 *
 * Whoever is free claims a part by lowering UNCLAIMED, and only then reads what the job is: as a job ends when all of
 * its parts are done, what it says stands still from that moment on, and a thread that comes late, or slept through
 * any number of jobs, can never work on the wrong one.
 */

/** Words of the block: an Int32Array over shared memory, a cache line apart where two threads write. */
export const signalWords = 80;
/** Number of the job that is on; threads wait for it to change. */
const TURN = 0;
/** Threads that sleep until it does. */
const ASLEEP = 1;
/** Not 0: threads end. */
const STOP = 2;
/** What the job is: its kernel, by place in the registry; its board, by number; how many parts. */
const KERNEL = 3;
const BOARD = 4;
const PARTS = 5;
/** Parts that nobody has claimed yet. */
const UNCLAIMED = 32;
/** Parts that are done. */
const DONE = 48;
/** Not 0: the caller sleeps until all are. */
const CALLER_ASLEEP = 49;
/** Not 0: a part failed. */
const FAILED = 50;

/** A job of a tree's node is over in microseconds: looking again costs less than falling asleep. */
const LOOKS = 20_000;

export interface Job {
  readonly kernel: number;
  readonly board: number;
  readonly parts: number;
}

/** A job for all, in which the caller works too. Returns when all parts are done; false when one failed elsewhere. */
export function runJob(
  signals: Int32Array,
  { kernel, board, parts }: Job,
  runPart: (part: number) => void,
): boolean {
  Atomics.store(signals, KERNEL, kernel);
  Atomics.store(signals, BOARD, board);
  Atomics.store(signals, PARTS, parts);
  Atomics.store(signals, FAILED, 0);
  Atomics.store(signals, DONE, 0);
  Atomics.store(signals, UNCLAIMED, parts);
  Atomics.add(signals, TURN, 1);
  if (Atomics.load(signals, ASLEEP) > 0) Atomics.notify(signals, TURN);
  try {
    for (let part = claim(signals); part >= 0; part = claim(signals)) {
      runPart(part);
      Atomics.add(signals, DONE, 1);
    }
  } catch (error) {
    // What is not claimed yet is not done; what the others are at must end before anything else may begin.
    const left = Atomics.exchange(signals, UNCLAIMED, 0);
    awaitDone(signals, parts - left - 1);
    throw error;
  }
  awaitDone(signals, parts);
  return Atomics.load(signals, FAILED) === 0;
}

/** Works on parts of jobs until told to stop. `onFailure` is told what a part threw. */
export function serveJobs(
  signals: Int32Array,
  runPart: (kernel: number, board: number, part: number) => void,
  onFailure: (error: unknown) => void,
): void {
  for (;;) {
    const turn = Atomics.load(signals, TURN);
    if (Atomics.load(signals, STOP) !== 0) return;
    for (let part = claim(signals); part >= 0; part = claim(signals)) {
      try {
        runPart(Atomics.load(signals, KERNEL), Atomics.load(signals, BOARD), part);
      } catch (error) {
        onFailure(error);
        Atomics.store(signals, FAILED, 1);
      }
      Atomics.add(signals, DONE, 1);
      if (Atomics.load(signals, CALLER_ASLEEP) !== 0) Atomics.notify(signals, DONE);
    }
    awaitTurn(signals, turn);
  }
}

export function stopThreads(signals: Int32Array): void {
  Atomics.store(signals, STOP, 1);
  Atomics.add(signals, TURN, 1);
  Atomics.notify(signals, TURN);
}

/** The next part of the job that is on, in ascending order; -1 when there is none. */
function claim(signals: Int32Array): number {
  for (;;) {
    const unclaimed = Atomics.load(signals, UNCLAIMED);
    if (unclaimed <= 0) return -1;
    if (Atomics.compareExchange(signals, UNCLAIMED, unclaimed, unclaimed - 1) !== unclaimed) continue;
    return Atomics.load(signals, PARTS) - unclaimed;
  }
}

/** Looks for a while, then sleeps. */
function awaitTurn(signals: Int32Array, old: number): void {
  for (let look = 0; look < LOOKS; look++) if (Atomics.load(signals, TURN) !== old) return;
  Atomics.add(signals, ASLEEP, 1);
  // Returns at once when the turn has changed in the meantime.
  Atomics.wait(signals, TURN, old);
  Atomics.sub(signals, ASLEEP, 1);
}

function awaitDone(signals: Int32Array, parts: number): void {
  for (let look = 0; look < LOOKS; look++) if (Atomics.load(signals, DONE) === parts) return;
  Atomics.store(signals, CALLER_ASLEEP, 1);
  for (let done = Atomics.load(signals, DONE); done !== parts; done = Atomics.load(signals, DONE)) {
    Atomics.wait(signals, DONE, done);
  }
  Atomics.store(signals, CALLER_ASLEEP, 0);
}
