/** A worker thread that runs windows of one setup. The columns are shared memory; nothing is copied in. */
import "../../adapters/inlining.ts";
import { parentPort, workerData } from "node:worker_threads";
import type { VariantWorkerData } from "../../app/variants.ts";
import { instrumentTable } from "../../domain/instrument.ts";
import { runWindow, type WindowJob } from "./window-run.ts";

const { setup, symbols } = workerData as VariantWorkerData;
const columns = { ...setup.columns, instruments: instrumentTable(symbols) };
parentPort?.on("message", (job: WindowJob) => {
  parentPort?.postMessage(runWindow({ ...setup, columns }, job));
});
