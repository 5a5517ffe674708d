/** Goal: a worker whose trainer is another than the coordinator's gives a training's jobs back before it does any. */
import { describe, expect, it } from "vitest";
import { Unfit } from "../../adapters/nats/job-worker.ts";
import { loadConfig } from "../../app/config.ts";
import { parseTraining } from "../training/training-config.ts";
import { type ModelStudy, modelStudies } from "./model-study.ts";

const studyOf = (name: string, version: string): ModelStudy => ({
  config: loadConfig({ assignments: ["learn.xgboost.library=/nowhere/libxgboost.so"] }),
  facts: {
    ...{ snapshot: "s", hash: "h", code: "c", cash: 1e5, trainer: [name, version] },
    training: parseTraining({ strategy: "swing_trend_following", bars: {}, trainer: { name } }, "test"),
  },
});
const opened = (study: ModelStudy) =>
  modelStudies(new URL("file:///nowhere.ts"))
    .threads("/nowhere", study)
    .catch((error: unknown) => error);

describe("a worker of a training", () => {
  it("gives it back where its trainer is of another version, or not there", async () => {
    const other = await opened(studyOf("gbdt", "0"));
    expect(other).toBeInstanceOf(Unfit);
    expect(other).toMatchObject({ message: "it is of trainer gbdt 0, this machine has 1" });
    expect(await opened(studyOf("xgboost", "1.7.4"))).toBeInstanceOf(Unfit);
  });

  it("looks for the data with the same one", async () => {
    expect(await opened(studyOf("gbdt", "1"))).toMatchObject({
      message: expect.stringContaining("not in this lake"),
    });
  });
});
