/**
 * How threads share out the parts of a job: a few words of shared memory.
 *
 * Each thread has a run of parts of its own, the same in every job of as many parts, so that it finds what it wrote
 * last in its own cache; who is through with them takes from the others. A part is claimed by lowering a count, and
 * only then is it read what the job is: as a job ends when all of its parts are done, what it says stands still from
 * that moment on, and a thread that comes late, or slept through any number of jobs, can never work on the wrong one.
 */

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
/** How many threads there are, the caller's among them. */
const THREADS = 6;
/** Parts that are done. */
const DONE = 16;
/** Not 0: the caller sleeps until all are. */
const CALLER_ASLEEP = 17;
/** Not 0: a part failed. */
const FAILED = 18;
/** By thread: its parts that nobody has claimed yet. A cache line apart, as another thread writes each. */
const UNCLAIMED = 32;
const LINE = 16;

/** The caller's thread; the others count from 1. */
const CALLER = 0;

/** A job of a tree's node is over in microseconds: looking again costs less than falling asleep. */
const LOOKS = 20_000;

/** The block for so many threads. */
export function makeSignals(threads: number): Int32Array {
  const signals = new Int32Array(new SharedArrayBuffer(4 * (UNCLAIMED + LINE * threads)));
  signals[THREADS] = threads;
  return signals;
}

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
  for (let thread = 0; thread < signals[THREADS]!; thread++) {
    const own = firstPart(signals, thread + 1) - firstPart(signals, thread);
    Atomics.store(signals, UNCLAIMED + LINE * thread, own);
  }
  Atomics.add(signals, TURN, 1);
  if (Atomics.load(signals, ASLEEP) > 0) Atomics.notify(signals, TURN);
  try {
    for (let part = claim(signals, CALLER); part >= 0; part = claim(signals, CALLER)) {
      runPart(part);
      Atomics.add(signals, DONE, 1);
    }
  } catch (error) {
    // What is not claimed yet is not done; what the others are at must end before anything else may begin.
    let left = 0;
    for (let thread = 0; thread < signals[THREADS]!; thread++) {
      left += Atomics.exchange(signals, UNCLAIMED + LINE * thread, 0);
    }
    awaitDone(signals, parts - left - 1);
    throw error;
  }
  awaitDone(signals, parts);
  return Atomics.load(signals, FAILED) === 0;
}

/** Works on parts of jobs until told to stop. `thread`: from 1. `onFailure` is told what a part threw. */
export function serveJobs(
  signals: Int32Array,
  thread: number,
  runPart: (kernel: number, board: number, part: number) => void,
  onFailure: (error: unknown) => void,
): void {
  for (;;) {
    const turn = Atomics.load(signals, TURN);
    if (Atomics.load(signals, STOP) !== 0) return;
    for (let part = claim(signals, thread); part >= 0; part = claim(signals, thread)) {
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

/** The next part of the job that is on, the thread's own first; -1 when there is none. */
function claim(signals: Int32Array, thread: number): number {
  const threads = signals[THREADS]!;
  for (let k = 0; k < threads; k++) {
    const owner = (thread + k) % threads;
    const word = UNCLAIMED + LINE * owner;
    for (let left = Atomics.load(signals, word); left > 0; left = Atomics.load(signals, word)) {
      if (Atomics.compareExchange(signals, word, left, left - 1) !== left) continue;
      return firstPart(signals, owner + 1) - left;
    }
  }
  return -1;
}

/** Where the parts of a thread begin, in the job that is on. */
function firstPart(signals: Int32Array, thread: number): number {
  return Math.floor((thread * Atomics.load(signals, PARTS)) / signals[THREADS]!);
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
