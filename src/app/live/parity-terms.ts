/** What a parity check finds, as data. */
import type { InstrumentTable } from "../../domain/instrument.ts";
import type { RunTerms } from "./run-terms.ts";

/**
 * Why two things that should be one are not: only one of them is there, or they differ in that. `other`: in anything
 * else; `stopped`: the record could not be followed any further.
 */
export type ParityCause = "price" | "quantity" | "time" | "missing" | "extra" | "other" | "stopped";

export interface ParityDifference {
  readonly what: "decision" | "order" | "fill";
  /** ISO instant of the minute, or of the command. */
  readonly at: string;
  readonly cause: ParityCause;
  /** Empty where the difference is not one strategy's, or not one symbol's. */
  readonly strategy: string;
  readonly symbol: string;
  /** For people; null for what is not there. */
  readonly recorded: string | null;
  readonly replayed: string | null;
}

/** Dollars won over the part of the run that is counted. */
export interface ParityPnl {
  readonly recorded: number;
  readonly simulated: number;
  readonly difference: number;
}

export interface ParityResult {
  readonly run: string;
  readonly mode: "recorded fills" | "simulated fills";
  /** Minutes decided on, and commands, that were compared; of a simulation: orders that filled in either. */
  readonly decisions: number;
  readonly orders: number;
  readonly identical: boolean;
  /** The first of them, in order. */
  readonly differences: readonly ParityDifference[];
  readonly differencesFound: number;
  /** Of a simulation. */
  readonly pnl: ParityPnl | null;
}

/** Differences that are kept; all are counted. */
const KEPT = 1000;

export class DifferenceList {
  readonly kept: ParityDifference[] = [];
  #found = 0;

  get found(): number {
    return this.#found;
  }

  add(difference: ParityDifference): void {
    this.#found += 1;
    if (this.kept.length < KEPT) this.kept.push(difference);
  }
}

/** Names for what has numbers in a run. */
export interface Names {
  strategy(index: unknown): string;
  symbol(index: unknown): string;
}

export const namesOf = (
  { strategyIds }: Pick<RunTerms, "strategyIds">,
  { symbols }: InstrumentTable,
): Names => ({
  strategy: (index) => (typeof index === "number" ? (strategyIds[index] ?? "external") : ""),
  symbol: (index) => (typeof index === "number" ? (symbols[index] ?? "") : ""),
});
