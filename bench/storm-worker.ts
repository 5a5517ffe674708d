/** Runs a slice of seeds in a thread of its own and answers with what is worth telling. */
import { parentPort, workerData } from "node:worker_threads";
import type { StormSize } from "../src/sim/storm/plan.ts";
import { addCounts, type Counts } from "../src/sim/storm/reach.ts";
import { runStorm, type StormResult } from "../src/sim/storm/storm.ts";

export interface Slice {
  readonly from: number;
  readonly seeds: number;
}

export interface SliceResult {
  readonly failures: readonly { readonly seed: number; readonly id: string; readonly message: string }[];
  readonly events: number;
  readonly commands: number;
  readonly crashes: number;
  readonly counts: Counts;
}

const size = workerData as StormSize;

function runSlice({ from, seeds }: Slice): SliceResult {
  const results: StormResult[] = [];
  for (let seed = from; seed < from + seeds; seed++) results.push(runStorm({ seed, size }));
  const sum = (field: "events" | "commands" | "crashes") =>
    results.reduce((total, one) => total + one[field], 0);
  return {
    failures: results.flatMap(({ seed, violation }) =>
      violation === undefined ? [] : [{ seed, ...violation }],
    ),
    events: sum("events"),
    commands: sum("commands"),
    crashes: sum("crashes"),
    counts: addCounts(results.map(({ counts }) => counts)),
  };
}

parentPort?.on("message", (slice: Slice) => parentPort?.postMessage(runSlice(slice)));
