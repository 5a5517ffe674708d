/**
 * Times alternatives side by side: they take turns in one thread, and the best turn of each counts, in CPU seconds of
 * this thread. Other load makes a wall clock slower, and a long turn more often than a short one; CPU time stays
 * comparable (PERFORMANCE.md). It is counted in steps of a few milliseconds, so a short contestant runs several
 * times a turn, and a turn too short to tell only says how often the next one runs.
 */

/** Milliseconds that a turn should last at least. */
const TURN_MS = 100;
const REPEATS_MAX = 400;

export interface Timed<Result> {
  /** Seconds of the best turn. */
  readonly seconds: number;
  /** Of the first turn: cold code, as a single command pays it. */
  readonly firstSeconds: number;
  readonly result: Result;
}

export function takeTurns<Result>(
  contestants: Readonly<Record<string, () => Result>>,
  turns: number,
): Record<string, Timed<Result>> {
  const timed: Record<string, Timed<Result> & { readonly isTold: boolean }> = {};
  for (let turn = 0; turn < turns; turn++) {
    for (const [name, run] of Object.entries(contestants)) {
      const known = timed[name];
      const last = known?.seconds ?? Number.POSITIVE_INFINITY;
      const repeats = Math.min(REPEATS_MAX, Math.max(1, Math.ceil(TURN_MS / 1e3 / Math.max(last, 1e-6))));
      const before = cpuSeconds();
      let result = run();
      for (let n = 1; n < repeats; n++) result = run();
      const took = cpuSeconds() - before;
      const seconds = took / repeats;
      const isTold = repeats === REPEATS_MAX || took >= TURN_MS / 2e3;
      const best = known?.isTold === true ? known.seconds : Number.POSITIVE_INFINITY;
      timed[name] = {
        seconds: isTold ? Math.min(seconds, best) : Number.isFinite(best) ? best : seconds,
        firstSeconds: known?.firstSeconds ?? seconds,
        isTold: isTold || known?.isTold === true,
        result,
      };
    }
  }
  return timed;
}

function cpuSeconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}
