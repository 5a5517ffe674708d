/** A worker thread that runs variants of one setup. The columns are shared memory; nothing is copied in. */
import "../adapters/inlining.ts";
import { setFlagsFromString } from "node:v8";
import { parentPort, workerData } from "node:worker_threads";
import { instrumentTable } from "../domain/instrument.ts";
import { runVariant, type Variant, type VariantWorkerData } from "./variants.ts";

// Every worker compiles the engine anew, on cores that the others want: with less inlined, 64 settings on two workers
// took 10 % less CPU in all (9.5 and 10.0 s against 10.4 and 11.1), and the workers themselves were as fast.
setFlagsFromString("--max-inlined-bytecode-size-cumulative=1500");

const { setup, symbols } = workerData as VariantWorkerData;
const columns = { ...setup.columns, instruments: instrumentTable(symbols) };
parentPort?.on("message", (variant: Variant) => {
  parentPort?.postMessage(runVariant({ ...setup, columns }, variant));
});
