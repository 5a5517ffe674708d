/**
 * Seeds that once failed, kept for ever. A seed is a seed of the code that found it: when the engine decides otherwise
 * it becomes an ordinary one, and costs a few milliseconds.
 */
export interface RegressionSeed {
  readonly seed: number;
  readonly found: string;
}

export const regressionSeeds: readonly RegressionSeed[] = [
  { seed: 1, found: "an exit and the stop it replaces both traded; the venue now refuses (exitDoesNotWait)" },
  { seed: 2, found: "a leg's fill before its entry's halted the engine (legFillBeforeEntry)" },
  { seed: 11, found: "an entry that turns a position around met a failed exit (turnDoesNotWait)" },
  { seed: 118, found: "an entry's end before its fill orphaned its protective orders (endBeforeFill)" },
];
