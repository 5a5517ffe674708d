/**
 * Times alternatives side by side: they take turns in one thread, and the best turn of each counts. Other load
 * on the machine can only make a turn slower, so with enough turns the best ones are comparable and the ratio
 * holds (PERFORMANCE.md). CPU time would be fairer still, but a thread's is counted in steps of 4 ms here.
 */

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
  const timed: Record<string, Timed<Result>> = {};
  for (let turn = 0; turn < turns; turn++) {
    for (const [name, run] of Object.entries(contestants)) {
      const before = process.hrtime.bigint();
      const result = run();
      const seconds = Number(process.hrtime.bigint() - before) / 1e9;
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
