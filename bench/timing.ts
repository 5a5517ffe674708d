/**
 * Times alternatives side by side: they take turns, one thread each, and the best CPU time of each counts.
 * Other load on the machine then hits all of them, and the ratio holds (PERFORMANCE.md).
 */

export interface Timed<Result> {
  /** Seconds of CPU of this thread in the best turn. */
  readonly seconds: number;
  /** Of the first turn: cold code, as a single command pays it. */
  readonly firstSeconds: number;
  readonly result: Result;
}

export function takeTurns<Result>(
  contestants: Readonly<Record<string, () => Result>>,
  turns: number,
): Record<string, Timed<Result>> {
  const timed: Record<string, Timed<Result>> = {};
  for (let turn = 0; turn < turns; turn++) {
    for (const [name, run] of Object.entries(contestants)) {
      const before = process.threadCpuUsage();
      const result = run();
      const used = process.threadCpuUsage(before);
      const seconds = (used.user + used.system) / 1e6;
      const known = timed[name];
      timed[name] = {
        seconds: Math.min(seconds, known?.seconds ?? Number.POSITIVE_INFINITY),
        firstSeconds: known?.firstSeconds ?? seconds,
        result,
      };
    }
  }
  return timed;
}
