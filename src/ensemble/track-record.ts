/**
 * What each strategy has earned on the trades it closed, as far as sizing may know: fills up to now and nothing
 * later. The edge is estimated when someone asks and kept until the next trade closes.
 */
import { type Edge, edgeOf, type KellyParams } from "./kelly.ts";
import { type PerformanceParams, performanceWeight } from "./performance-weight.ts";

/** Closed trades that Kelly judges a strategy by. */
export interface RecordBasis {
  readonly trades: number;
  /** Of those, without money. */
  readonly onPaper: number;
  /** Closed on paper since the start, those that are looked at no more included. */
  readonly paperTrades: number;
}

export class TrackRecord {
  readonly #kelly: KellyParams;
  readonly #trailing: PerformanceParams;
  /** Net returns that Kelly looks at, oldest first, behind older ones. */
  readonly #returns: number[][];
  /** Beside each of them: whether it was made on paper. */
  readonly #onPaper: boolean[][];
  /** Net returns of trades with money, oldest first, as far back as is asked: what was not earned weighs nothing up. */
  readonly #earned: number[][];
  /** Of the whole run, per strategy. */
  readonly #paperTrades: Uint32Array;
  readonly #edges: (Edge | undefined)[];

  constructor(strategies: number, kelly: KellyParams, trailing: PerformanceParams) {
    this.#kelly = kelly;
    this.#trailing = trailing;
    this.#returns = Array.from({ length: strategies }, () => []);
    this.#onPaper = Array.from({ length: strategies }, () => []);
    this.#earned = Array.from({ length: strategies }, () => []);
    this.#paperTrades = new Uint32Array(strategies);
    this.#edges = new Array<Edge | undefined>(strategies).fill(undefined);
  }

  /** A trade was closed with this net profit, as a fraction of what its entry cost; on paper: no money was in it. */
  closed(strategy: number, netReturn: number, onPaper = false): void {
    const { window } = this.#kelly;
    keep(window, this.#returns[strategy] as number[], netReturn);
    keep(window, this.#onPaper[strategy] as boolean[], onPaper);
    if (onPaper) this.#paperTrades[strategy] = this.#paperTrades[strategy]! + 1;
    else keep(this.#trailing.trades, this.#earned[strategy] as number[], netReturn);
    this.#edges[strategy] = undefined;
  }

  /** What the estimate of a strategy rests on now. */
  basis(strategy: number): RecordBasis {
    const marks = last(this.#kelly.window, this.#onPaper[strategy] as boolean[]);
    const onPaper = marks.filter(Boolean).length;
    return { trades: marks.length, onPaper, paperTrades: this.#paperTrades[strategy]! };
  }

  edge(strategy: number): Edge {
    const known = this.#edges[strategy];
    if (known !== undefined) return known;
    const returns = last(this.#kelly.window, this.#returns[strategy] as number[]);
    const edge = edgeOf(Float64Array.from(returns), this.#kelly);
    this.#edges[strategy] = edge;
    return edge;
  }

  /** In (0, 1]; from trades with money alone. */
  weight(strategy: number): number {
    return performanceWeight(this.#earned[strategy] as number[], this.#trailing);
  }
}

/** Keeps the last `count` values and some older ones: to move the list with each new one costs more than all else. */
function keep<T>(count: number, list: T[], value: T): void {
  list.push(value);
  if (list.length >= 2 * count) list.splice(0, list.length - count);
}

const last = <T>(count: number, list: readonly T[]): readonly T[] => list.slice(-count);
