/** A worker thread that re-runs a setup on other futures. The columns are shared memory; nothing is copied in. */
import { parentPort, workerData } from "node:worker_threads";
import { instrumentTable } from "../domain/instrument.ts";
import { type CanaryTask, decideWithFuture } from "./canary.ts";
import type { RunSetup } from "./engine-run.ts";

/** What crosses the thread's door: plain data, symbols instead of the table that has a method. */
export interface CanaryWorkerData {
  readonly setup: Omit<RunSetup, "columns"> & { readonly columns: Omit<RunSetup["columns"], "instruments"> };
  readonly symbols: readonly string[];
}

const { setup, symbols } = workerData as CanaryWorkerData;
const columns = { ...setup.columns, instruments: instrumentTable(symbols) };
parentPort?.on("message", (task: CanaryTask) => {
  parentPort?.postMessage(decideWithFuture({ ...setup, columns }, task));
});
