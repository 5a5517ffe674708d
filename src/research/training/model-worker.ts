/** A worker thread that does jobs of one training. The columns are shared memory; entries are copied in once. */
import "../../adapters/inlining.ts";
import { parentPort, workerData } from "node:worker_threads";
import type { LearnParams } from "../../app/learn-params.ts";
import { openTrainer } from "../../app/models/trainers.ts";
import type { VariantWorkerData } from "../../app/variants.ts";
import { instrumentTable } from "../../domain/instrument.ts";
import { type ModelJob, ModelJobs, type TrainingGround } from "./model-jobs.ts";

export type ModelWorkerData = VariantWorkerData &
  Omit<TrainingGround, "setup"> & { readonly learn: LearnParams };

const { setup, symbols, training, entries, learn } = workerData as ModelWorkerData;
const columns = { ...setup.columns, instruments: instrumentTable(symbols) };
const trainer = await openTrainer(training.trainer.name, { learn });
const jobs = new ModelJobs({ setup: { ...setup, columns }, training, entries }, trainer);
parentPort?.on("message", (job: ModelJob) => {
  parentPort?.postMessage(jobs.run(job));
});
