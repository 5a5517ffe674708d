/**
 * Goal: a worker trains only by the very trainer that a job's key names, from its own machine's library: another
 * version makes other models, and a file that came over the network is not to be loaded (JQ-2).
 */
import { expect, it } from "vitest";
import { Unfit } from "../../adapters/nats/job-worker.ts";
import { loadConfig } from "../../app/config.ts";
import { openTrainer } from "../../app/models/trainers.ts";
import { trainingConfig } from "../training/training-config.ts";
import { modelStudies } from "./model-study.ts";

const library = (path: string) => loadConfig({ assignments: [`learn.lightgbm.library=${path}`] });

/** Nothing of it is there: what is asked for first is seen. */
async function refused(name: string, version: string): Promise<unknown> {
  const training = trainingConfig.parse({ strategy: "reference_ema_cross", bars: {}, trainer: { name } });
  const facts = { snapshot: "s", hash: "h", code: "c", training, cash: 1 };
  const kind = modelStudies(new URL("file:///nowhere.ts"), library("/own/lightgbm.so").learn);
  const study = { config: library("/theirs/lightgbm.so"), facts: { ...facts, trainer: [name, version] } };
  return kind.threads("/nowhere", study as never).catch((error: unknown) => error);
}

it("gives back a training by another version of a trainer, or by one that is not here", async () => {
  const { version } = await openTrainer("gbdt");
  const other = await refused("gbdt", `${version}.1`);
  expect(other).toBeInstanceOf(Unfit);
  expect(other).toMatchObject({ message: expect.stringContaining(`this machine has gbdt ${version}`) });
  const absent = await refused("lightgbm", "4");
  expect(absent).toBeInstanceOf(Unfit);
  expect(absent).toMatchObject({
    message: expect.stringMatching(/^lightgbm: \/own\/lightgbm\.so is of no use/),
  });
});

it("goes on to the data where the trainer is the one", async () => {
  const { version } = await openTrainer("gbdt");
  expect(await refused("gbdt", version)).toMatchObject({ message: expect.stringContaining("in this lake") });
});
