/**
 * Goal    a run takes the promoted model or its rules, says which, and never another model than the one it began with
 *         (RM-1, LEARN-8, STRAT-2): not a changed file, not one of other features, none that no gate has passed.
 * Method  a registry in a folder of its own; the files are changed under it.
 */
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { stumpModel } from "../../../test/stump-model.ts";
import { ModelRegistry } from "../../adapters/models/model-registry.ts";
import type { ModelStage } from "../../domain/model-version.ts";
import { loadConfig } from "../config.ts";
import { backtestModels, modelWarnings } from "./backtest-models.ts";
import { modelDoor } from "./model-door.ts";
import { featureVersionOf } from "./model-features.ts";
import { readModelFiles, resolveModels, writeModelFiles } from "./run-models.ts";

const STRATEGY = "swing_trend_following";
const words = { by: "ann", reason: "because", at: "2026-11-22T15:00:00.000Z" };
const passed = {
  gate: "sharpe",
  limit: 1,
  side: "above" as const,
  title: "Sharpe ratio",
  value: 2,
  passed: true,
};
const signal = {
  calibration: { kind: "platt", a: -1, b: 0 },
  ...{ threshold: 0.5, sure: 0.6, events: 500, win: 0.05, loss: 0.05 },
  uses: { filter: true, scale: false, tightenStop: 0 },
};

let base: string;
beforeEach(() => {
  base = scratchFolder("plimsoll-run-models-");
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

interface Given {
  readonly features?: readonly string[];
  readonly text?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly featureVersion?: string;
}

/** Registers a version and moves it step by step to its stage. */
function registered(stage: ModelStage, given: Given = {}): string {
  const { features = ["rsi_14", "atr_14"], params = { signal, trainedTo: "2020-06-30" } } = given;
  const { text = stumpModel(features[0] ?? "", features[1] ?? "") } = given;
  const { featureVersion = featureVersionOf(features) } = given;
  const registry = new ModelRegistry(base);
  const { id } = registry.add(
    {
      ...{
        name: `${STRATEGY}.meta`,
        format: "lightgbm-text",
        snapshot: "s",
        features,
        featureVersion,
        params,
      },
      ...{ metrics: {}, gates: [passed] },
    },
    text,
    words,
  );
  const steps: readonly ModelStage[] = ["shadow", "champion", "retired"];
  for (const step of steps.slice(0, stage === "candidate" ? 0 : steps.indexOf(stage) + 1))
    registry.move(id, step, words);
  registry.close();
  return id;
}

function resolve(model = "champion") {
  const config = loadConfig({ assignments: [`strategies.${STRATEGY}.model=${model}`] });
  const { models, texts } = resolveModels({ base, config, strategyIds: [STRATEGY] });
  const of = models[STRATEGY]!;
  return { ...of, decides: of.decides?.id, shadows: of.shadows.map(({ id }) => id), models, texts };
}

describe("a run that begins", () => {
  it("without a registry or a champion has its rules, and nothing to warn of", () => {
    expect(resolve()).toMatchObject({ decides: undefined, shadows: [], warnings: [] });
    registered("candidate");
    expect(resolve()).toMatchObject({
      decides: undefined,
      why: `rules alone: ${STRATEGY}.meta has no champion`,
    });
  });

  it("has the champion beside its rules, with all that the terms need, and the shadows beside it", () => {
    const champion = registered("champion");
    const shadow = registered("shadow", { params: { signal } });
    const { decides, shadows, models, texts } = resolve();
    expect([decides, shadows]).toEqual([champion, [shadow]]);
    expect(models[STRATEGY]?.decides).toMatchObject({ settings: signal, trainedTo: "2020-06-30" });
    expect([...texts.keys()]).toEqual([models[STRATEGY]?.decides?.sha256]);
  });

  it("has its rules alone where the configuration says so, and a named version where it names one", () => {
    registered("champion");
    const shadow = registered("shadow");
    expect(resolve("rules")).toMatchObject({ decides: undefined, shadows: [shadow] });
    expect(resolve(shadow)).toMatchObject({ decides: shadow, shadows: [], why: `${shadow}, as configured` });
  });

  it.each<[string, Given, string]>([
    ["of features as they were computed before", { featureVersion: "0".repeat(64) }, "train it anew"],
    [
      "of features that nobody computes",
      { features: ["no_such", "atr_14"], featureVersion: "1" },
      "train it anew",
    ],
    ["without settings", { params: {} }, "params.signal"],
    ["whose trees are none", { text: "no trees" }, "no trees"],
    [
      "whose calibration is broken",
      { params: { signal: { ...signal, threshold: -1 } } },
      "params.signal.threshold",
    ],
  ])("takes no champion %s: rules alone at half conviction, and a warning", (_, given, why) => {
    registered("champion", given);
    const { decides, warnings, why: said, models } = resolve();
    expect([decides, models[STRATEGY]?.scale]).toEqual([undefined, 0.5]);
    expect(resolve("rules").models[STRATEGY]?.scale).toBeUndefined();
    expect(warnings.join()).toContain(`${STRATEGY}: champion left out`);
    expect(said).toContain("cannot be used");
    if (why !== "no trees") expect(warnings.join()).toContain(why);
    expect(() => resolve(`${STRATEGY}.meta@1`)).toThrow();
  });

  it("takes no champion whose file was changed, and starts all the same", () => {
    registered("champion");
    const sha = resolve().models[STRATEGY]?.decides?.sha256 ?? "";
    writeFileSync(join(base, "models", `${sha}.model`), "other trees");
    expect(resolve().warnings.join()).toContain("is not what was registered");
    writeFileSync(join(base, "db", "models.db"), "no database at all, but long enough to be looked at");
    const why = "rules alone at 0.5 of their conviction: the registry cannot be read";
    expect(resolve()).toMatchObject({ decides: undefined, scale: 0.5, why });
    expect(resolve("rules").models[STRATEGY]?.scale).toBeUndefined();
  });

  it("goes on at half conviction after a drift, until somebody decides: another version, or the rules", () => {
    const id = registered("champion");
    modelDoor(base, () => "2026-11-23T15:00:00.000Z").retire(id, "drifted in run d1: all of it");
    const after = resolve();
    expect(after).toMatchObject({ decides: undefined, scale: 0.5 });
    expect(after.why).toContain(`${id} had drifted`);
    expect(after.warnings).toEqual([expect.stringContaining(`set strategies.${STRATEGY}.model to rules`)]);
    expect(readModelFiles(base, base, after.models).scales).toEqual({ [STRATEGY]: 0.5 });
    expect(resolve("rules").models[STRATEGY]?.scale).toBeUndefined();
    const next = registered("champion");
    expect(resolve()).toMatchObject({ decides: next, warnings: [] });
    expect(resolve().models[STRATEGY]?.scale).toBeUndefined();
  });

  it("trades no version that was not promoted, whoever names it", () => {
    const candidate = registered("candidate");
    expect(() => resolve(candidate)).toThrow(expect.objectContaining({ exitCode: 3 }));
    expect(() => resolve("mean_reversion.meta@1")).toThrow("is not known");
    expect(() => resolve(registered("retired"))).toThrow("is retired");
  });
});

describe("a run that goes on", () => {
  it("reads the bytes it began with, from beside it or from the registry, and none else", () => {
    registered("champion");
    const run = join(base, "run");
    mkdirSync(run);
    const found = resolveModels({ base, config: loadConfig(), strategyIds: [STRATEGY] });
    const sha = found.models[STRATEGY]?.decides?.sha256 ?? "";
    const read = () => readModelFiles(run, base, found.models).models[STRATEGY];
    const text = found.texts.get(sha);
    expect(read()).toMatchObject({ id: `${STRATEGY}.meta@1`, text, settings: signal });
    writeModelFiles(run, found);
    rmSync(join(base, "models"), { recursive: true });
    expect(read()?.text).toBe(text);
    writeFileSync(join(run, `${sha}.model`), `${text} `);
    expect(read).toThrow("is not what the run began with; nothing is entered without it");
    rmSync(join(run, `${sha}.model`));
    expect(read).toThrow(
      expect.objectContaining({ exitCode: 1, message: expect.stringContaining("is missing") }),
    );
    mkdirSync(join(base, "models"));
    writeFileSync(join(base, "models", `${sha}.model`), text ?? "");
    copyFileSync(join(base, "models", `${sha}.model`), join(run, `${sha}.model`));
    expect(read()?.text).toBe(text);
  });
});

describe("a backtest", () => {
  const named = (model: string) =>
    backtestModels(base, loadConfig({ assignments: [`strategies.${STRATEGY}.model=${model}`] }), [STRATEGY]);
  const dates = ["2020-06-29", "2020-06-30", "2020-07-01"];

  it("never takes the champion by itself, which was trained on what it runs over", () => {
    registered("champion");
    expect(named("champion")).toEqual({ models: {}, tested: [] });
    expect(named("rules")).toEqual({ models: {}, tested: [] });
  });

  it("takes the version that it is told to, in any stage, and says what that one had seen", () => {
    const id = registered("candidate");
    const { models, tested } = named(id);
    expect(models[STRATEGY]).toMatchObject({ id, settings: signal });
    expect(modelWarnings(tested, dates)).toEqual([
      expect.stringContaining(
        `${id} of ${STRATEGY} was trained on days up to 2020-06-30, 2 of the 3 sessions here.`,
      ),
    ]);
    expect(modelWarnings(tested, ["2020-07-01"])).toEqual([]);
    const silent = named(registered("candidate", { params: { signal } })).tested;
    expect(modelWarnings(silent, ["2020-07-01"])).toEqual([expect.stringContaining("does not say")]);
    expect(() => named(`${STRATEGY}.meta@9`)).toThrow("is not known");
  });
});
