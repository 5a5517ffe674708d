/**
 * What each strategy has earned on the trades it closed, as far as sizing may know: fills up to now and nothing
 * later. The edge is estimated when someone asks and kept until the next trade closes.
 */
import { type Edge, edgeOf, type KellyParams } from "./kelly.ts";
import { type PerformanceParams, performanceWeight } from "./performance-weight.ts";

export class TrackRecord {
  readonly #kelly: KellyParams;
  readonly #trailing: PerformanceParams;
  /** Net returns, oldest first: as many as the longer look-back needs, and at most as many again. */
  readonly #returns: number[][];
  readonly #edges: (Edge | undefined)[];

  constructor(strategies: number, kelly: KellyParams, trailing: PerformanceParams) {
    this.#kelly = kelly;
    this.#trailing = trailing;
    this.#returns = Array.from({ length: strategies }, () => []);
    this.#edges = new Array<Edge | undefined>(strategies).fill(undefined);
  }

  /** A trade was closed with this net profit, as a fraction of what its entry cost. */
  closed(strategy: number, netReturn: number): void {
    const returns = this.#returns[strategy] as number[];
    const needed = Math.max(this.#kelly.window, this.#trailing.trades);
    if (returns.length >= 2 * needed) returns.splice(0, returns.length - needed);
    returns.push(netReturn);
    this.#edges[strategy] = undefined;
  }

  edge(strategy: number): Edge {
    const known = this.#edges[strategy];
    if (known !== undefined) return known;
    const edge = edgeOf(Float64Array.from(this.#of(strategy).slice(-this.#kelly.window)), this.#kelly);
    this.#edges[strategy] = edge;
    return edge;
  }

  /** In (0, 1]. */
  weight(strategy: number): number {
    return performanceWeight(this.#of(strategy), this.#trailing);
  }

  #of(strategy: number): readonly number[] {
    return this.#returns[strategy] as number[];
  }
}
