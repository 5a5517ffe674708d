/** A worker thread that runs variants of one setup. The columns are shared memory; nothing is copied in. */
import "../adapters/inlining.ts";
import { parentPort, workerData } from "node:worker_threads";
import { instrumentTable } from "../domain/instrument.ts";
import { runVariant, type Variant, type VariantWorkerData } from "./variants.ts";

const { setup, symbols } = workerData as VariantWorkerData;
const columns = { ...setup.columns, instruments: instrumentTable(symbols) };
parentPort?.on("message", (variant: Variant) => {
  parentPort?.postMessage(runVariant({ ...setup, columns }, variant));
});
