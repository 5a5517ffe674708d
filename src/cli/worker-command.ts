/** `plimsoll worker`: does research jobs of other machines over this root's lake (SYSTEM 17, docs/distributed.md). */
import { cpus } from "node:os";
import type { Command } from "commander";
import { type WorkerCounts, workJobs } from "../adapters/nats/job-worker.ts";
import { connectNats } from "../adapters/nats/nats-connection.ts";
import { NatsJobStore } from "../adapters/nats/nats-job-store.ts";
import { RealClock } from "../adapters/net/real-clock.ts";
import { codeVersion } from "../app/code-version.ts";
import { plural } from "../app/formats.ts";
import { InputError } from "../domain/assert.ts";
import { MODEL_KIND, modelStudies } from "../research/fan-out/model-study.ts";
import { StudyWorkshop } from "../research/fan-out/study-workshop.ts";
import { WINDOW_KIND, windowStudies } from "../research/fan-out/window-study.ts";
import { busPlace } from "./bus-place.ts";
import { type CliContext, tell } from "./context.ts";
import { givenConfig } from "./given-config.ts";
import { wholeNumber } from "./option-values.ts";
import { stopSignals } from "./stop-signals.ts";
import { modelWorker, walkWorker } from "./tasks.ts";

interface WorkerOptions {
  readonly workers: string;
  readonly idle?: string;
}

const EXAMPLE = `
Example:
  plimsoll worker --root var --set bus.url=nats://10.0.0.5:4222`;

export function registerWorkerCommand(program: Command, context: CliContext): void {
  program
    .command("worker")
    .description("do research jobs that other machines give out over bus.url, on this root's data")
    .option("--workers <n>", "jobs at once", String(cpus().length))
    .option("--idle <seconds>", "end when no job came for so long (default: never)")
    .addHelpText("after", EXAMPLE)
    .action(async (options: WorkerOptions) => {
      const counts = await work(context, options);
      tell(
        context,
        counts,
        () => `${plural(counts.done, "job")} done, ${counts.failed} failed, ${counts.givenBack} given back`,
      );
    });
}

async function work(context: CliContext, options: WorkerOptions): Promise<WorkerCounts> {
  const lanes = wholeNumber("--workers", options.workers, { least: 1, most: 64 });
  const idle =
    options.idle === undefined ? undefined : wholeNumber("--idle", options.idle, { least: 1, most: 1e6 });
  const config = givenConfig(context);
  const place = busPlace(context, config, "worker");
  if (place === undefined)
    throw new InputError("worker: bus.url is empty; give it: --set bus.url=nats://host:4222");
  const root = context.root();
  const store = await NatsJobStore.open(await connectNats(place, { waits: false }));
  const windows = new StudyWorkshop(windowStudies(walkWorker), root);
  const trainings = new StudyWorkshop(modelStudies(modelWorker, config.learn), root);
  const stop = stopSignals();
  const code = codeVersion();
  const say = (line: string): void => {
    if (!context.quiet()) context.err(`worker: ${line}`);
  };
  say(`code ${code}, ${lanes} at once, waiting for jobs at ${place.url}`);
  try {
    return await workJobs({
      ...{ store, clock: new RealClock(), code, name: place.name, lanes, tell: say, signal: stop.signal },
      handlers: { [WINDOW_KIND]: windows.handler, [MODEL_KIND]: trainings.handler },
      ...(idle === undefined ? {} : { idleMs: idle * 1000 }),
    });
  } finally {
    await windows.close();
    await trainings.close();
    await store.close();
    stop.release();
  }
}
