/**
 * How long news travels to us and an order travels back (BACK-1, QUANT m): log-normal, because delays have a
 * floor and a long tail. A delay is a function of the seed and the order, so it does not depend on what else was
 * drawn: the same order waits the same time in every re-run.
 */
import { z } from "zod";
import { type Timeframe, timeframeSeconds } from "../domain/bars.ts";
import { createRng } from "../numerics/rng.ts";

export const latencyParams = z
  .strictObject({
    enabled: z.boolean(),
    /** The fastest and the slowest twentieth of all delays lie beyond these; each way, milliseconds. */
    lowMs: z.number().positive().max(60_000),
    highMs: z.number().positive().max(60_000),
    seed: z.int().min(0),
  })
  .refine(({ lowMs, highMs }) => lowMs < highMs, { error: "lowMs must be below highMs", path: ["lowMs"] });
export type LatencyParams = z.infer<typeof latencyParams>;

/** Distance of the 95 % point from the median of a normal distribution, in standard deviations. */
const SPREAD_95 = 1.644_853_626_951_472;

export class Latency {
  readonly #params: LatencyParams;
  readonly #mu: number;
  readonly #sigma: number;

  constructor(params: LatencyParams) {
    this.#params = params;
    this.#mu = (Math.log(params.lowMs) + Math.log(params.highMs)) / 2;
    this.#sigma = Math.log(params.highMs / params.lowMs) / (2 * SPREAD_95);
  }

  /** From the market event to us, for the decision behind an order; milliseconds. */
  feedMs(order: number): number {
    return this.#draw("feed", order);
  }

  /** From us to the venue; `message` tells a cancel or a replacement from the order itself. */
  orderMs(order: number, message = "place"): number {
    return this.#draw(message, order);
  }

  /** Market event to arrival of the order it caused. */
  totalMs(order: number): number {
    return this.feedMs(order) + this.orderMs(order);
  }

  /** The same as a share of a bar's length; at most all of it. */
  shareOfBar(order: number, timeframe: Timeframe): number {
    if (!this.#params.enabled) return 0;
    return Math.min(1, this.totalMs(order) / 1000 / timeframeSeconds[timeframe]);
  }

  #draw(way: string, order: number): number {
    const { enabled, seed } = this.#params;
    if (!enabled) return 0;
    return Math.exp(this.#mu + this.#sigma * createRng(seed, `latency/${way}/${order}`).normal());
  }
}
