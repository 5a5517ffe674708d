/** Words that threads of one job share. One Int32Array over shared memory, a word each. */
export const signalWords = 3;
/** Number of the job that is on; threads wait for it to change. */
export const TURN = 0;
/** Threads that are done with it. */
export const DONE = 1;
/** Not 0: threads end. */
export const STOP = 2;

/** A job of a tree's node is over in microseconds: looking again costs less than falling asleep. */
const LOOKS = 20_000;

/** Returns when the word is no longer `old`: looks for a while, then sleeps. */
export function awaitChange(signals: Int32Array, word: number, old: number): number {
  for (let look = 0; look < LOOKS; look++) {
    const now = Atomics.load(signals, word);
    if (now !== old) return now;
  }
  for (;;) {
    Atomics.wait(signals, word, old);
    const now = Atomics.load(signals, word);
    if (now !== old) return now;
  }
}
