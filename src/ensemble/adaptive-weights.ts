/**
 * Shares of the capital that follow what strategies have earned lately (SIZE-3): a strategy's allocation times
 * 1 + k · score, within bounds; the score is its trailing annual Sharpe ratio of daily results, shrunk towards 0 by how
 * few of them there are. What the winners gain is taken from all, so that the shares never sum to more than before.
 *
 * DW-1  No share is below `low` or above `high` times its allocation before the sum is brought back, none is above
 *       twice its allocation ever, and their sum is never more than the sum of the allocations.
 * DW-2  A day's shares are made of the days before it, and stay as they are until the next day.
 *
 * Source of the shrinkage: the posterior mean of a normal mean with a normal prior at 0 that weighs as many days as
 * `prior` says (Jorion 1986 has the same form for a whole portfolio).
 */
import { z } from "zod";

const SESSIONS_PER_YEAR = 252;
/** With fewer daily results a share is the allocation. */
const SESSIONS_MIN = 20;

export const adaptiveParams = z
  .strictObject({
    enabled: z.boolean().default(false),
    /** Sessions that are looked back at. */
    sessions: z.int().min(SESSIONS_MIN).max(2520).default(126),
    /** Sessions that the prior, a Sharpe ratio of 0, weighs. */
    prior: z.int().min(0).max(10_000).default(126),
    /** How much a shrunk Sharpe ratio of 1 adds. */
    k: z.number().min(0).max(5).default(0.5),
    low: z.number().min(0.1).max(1).default(0.5),
    high: z.number().min(1).max(2).default(1.5),
  })
  .refine(({ low, high }) => low <= high, { error: "must be at most high", path: ["low"] });
export type AdaptiveParams = z.infer<typeof adaptiveParams>;

/**
 * The annual Sharpe ratio of daily returns, shrunk towards 0; 0 for fewer than 20 of them and where they do not vary.
 */
export function shrunkSharpe(daily: readonly number[], prior: number): number {
  const count = daily.length;
  if (count < SESSIONS_MIN) return 0;
  let sum = 0;
  for (const value of daily) sum += value;
  const mean = sum / count;
  let squares = 0;
  for (const value of daily) squares += (value - mean) * (value - mean);
  const deviation = Math.sqrt(squares / (count - 1));
  if (!(deviation > 0)) return 0;
  return (mean / deviation) * Math.sqrt(SESSIONS_PER_YEAR) * (count / (count + prior));
}

/** Multiples of the allocations, in their order: 1 is the allocation itself. */
export function adaptiveMultiples(
  allocations: readonly number[],
  scores: readonly number[],
  { k, low, high }: Pick<AdaptiveParams, "k" | "low" | "high">,
): number[] {
  const wanted = scores.map((score) => Math.min(high, Math.max(low, 1 + k * score)));
  let before = 0;
  let after = 0;
  for (const [n, allocation] of allocations.entries()) {
    before += allocation;
    after += allocation * (wanted[n] ?? 1);
  }
  const back = after > before ? before / after : 1;
  return wanted.map((multiple) => multiple * back);
}

/** The multiples of a run, day by day. */
export class AdaptiveWeights {
  readonly #allocations: readonly number[];
  readonly #params: AdaptiveParams;
  /** Returns on the account's equity, by strategy, oldest first. */
  readonly #daily: number[][];
  /** Dollars won since the start: as of the last look, and at the end of the last session. */
  readonly #won: Float64Array;
  readonly #wonBefore: Float64Array;
  #equity = Number.NaN;
  #multiples: readonly number[];

  constructor(allocations: readonly number[], params: AdaptiveParams) {
    this.#allocations = allocations;
    this.#params = params;
    this.#daily = allocations.map(() => []);
    this.#won = new Float64Array(allocations.length);
    this.#wonBefore = new Float64Array(allocations.length);
    this.#multiples = allocations.map(() => 1);
  }

  /** Of the allocation, in the order of the strategies. */
  get multiples(): readonly number[] {
    return this.#multiples;
  }

  /** A session begins: what was seen last is what the one before has made of it. */
  startSession(): void {
    if (Number.isNaN(this.#equity)) return;
    const { sessions, prior } = this.#params;
    for (const [s, daily] of this.#daily.entries()) {
      const made = this.#won[s]! - this.#wonBefore[s]!;
      this.#wonBefore[s] = this.#won[s]!;
      daily.push(this.#equity > 0 ? made / this.#equity : 0);
      if (daily.length > sessions) daily.shift();
    }
    const scores = this.#daily.map((daily) => shrunkSharpe(daily, prior));
    this.#multiples = adaptiveMultiples(this.#allocations, scores, this.#params);
  }

  /** The account as it stands: equity, and what each strategy has won since the start, dollars; NaN: not known now. */
  see(equity: number, won: (strategy: number) => number): void {
    this.#equity = equity;
    for (let s = 0; s < this.#won.length; s++) {
      const now = won(s);
      if (!Number.isNaN(now)) this.#won[s] = now;
    }
  }
}
