/** Goal: what looks after models sees those in use, says what is wrong with each, and takes one out once (LEARN-8). */
import { rmSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { stumpModel } from "../../../test/stump-model.ts";
import { ModelRegistry } from "../../adapters/models/model-registry.ts";
import { modelDoor } from "./model-door.ts";
import { featureVersionOf } from "./model-features.ts";

const AT = "2026-11-22T15:00:00.000Z";
const words = { by: "ann", reason: "because", at: AT };
const features = ["rsi_14", "atr_14"];
const signal = {
  calibration: { kind: "platt", a: -1, b: 0 },
  ...{ threshold: 0.5, sure: 0.6, events: 500, win: 0.05, loss: 0.05 },
  uses: { filter: true, scale: false, tightenStop: 0 },
};
const gates = [{ gate: "x", limit: 1, side: "above" as const, title: "x", value: 2, passed: true }];

let base: string;
beforeEach(() => {
  base = scratchFolder("plimsoll-model-door-");
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

it("is empty without a registry, and makes none", () => {
  const door = modelDoor(base, () => AT);
  expect(door.watched(["swing_trend_following"])).toEqual([]);
  expect(door.retire("a@1", "why")).toBe(false);
});

it("sees champions and shadows, with what is wrong and what they know, and retires once", () => {
  const registry = new ModelRegistry(base);
  const add = (
    name: string,
    params: Readonly<Record<string, unknown>>,
    featureVersion = featureVersionOf(features),
  ) => {
    const made = { name, format: "lightgbm-text" as const, snapshot: "s", features, featureVersion };
    const { id } = registry.add(
      { ...made, params, metrics: {}, gates },
      stumpModel("rsi_14", "atr_14"),
      words,
    );
    return registry.move(id, "shadow", words).id;
  };
  const sound = add("a.meta", { signal, trainedTo: "2026-10-31" });
  registry.move(sound, "champion", words);
  const sick = add("a.meta", {});
  const other = add("b.meta", { signal }, "0".repeat(64));
  registry.close();
  const door = modelDoor(base, () => AT);
  const found = door.watched(["a", "b"]);
  expect(found.map(({ id }) => id)).toEqual([sick, sound, other]);
  expect(found[0]?.problem).toContain("params.signal");
  expect(found[1]).toMatchObject({ problem: null, knowsTo: "2026-10-31", stage: "champion", strategy: "a" });
  expect(found[2]).toMatchObject({
    knowsTo: "2026-11-22",
    problem: expect.stringContaining("train it anew"),
  });
  expect([door.retire(sound, "drifted"), door.retire(sound, "drifted")]).toEqual([true, false]);
  const after = new ModelRegistry(base);
  expect(after.changes(sound).at(-1)).toMatchObject({
    to: "retired",
    by: "drift watch",
    reason: "drifted",
    at: AT,
  });
  after.close();
});
