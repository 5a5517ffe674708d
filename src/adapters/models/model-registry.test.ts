/**
 * Goal    nothing is promoted past a gate, one champion a name, what is loaded is what was registered, and every step,
 *         refusals too, is on record (LEARN-8, LEARN-9, MR-1, MR-2, PR-1).
 * Method  a registry in a folder of its own; the file on disk is changed under it.
 */
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import type { GateVerdict, ModelFacts } from "../../domain/model-version.ts";
import { DRIFT_WATCH, ModelRegistry } from "./model-registry.ts";

const words = { by: "ann", reason: "because", at: "2026-11-22T15:00:00.000Z" };
const gate = (passed: boolean, value = passed ? 1.2 : 0.4): GateVerdict => ({
  ...{ gate: "sharpe", limit: 1, side: "above" as const, title: "Sharpe ratio" },
  value,
  passed,
});
const facts = (gates: readonly GateVerdict[], name = "swing.meta"): ModelFacts => ({
  ...{
    name,
    format: "lightgbm-text",
    snapshot: "s1",
    features: ["rsi_14", "adx_14"],
    featureVersion: "f".repeat(64),
  },
  ...{ params: { rounds: 100 }, metrics: { auc: 0.53, sharpe: Number.NaN }, gates },
});

let root: string;
let registry: ModelRegistry;
beforeEach(() => {
  root = scratchFolder("plimsoll-models-");
  registry = new ModelRegistry(root);
});
afterEach(() => {
  registry.close();
  rmSync(root, { recursive: true, force: true });
});

const champion = (text: string): string => {
  const { id } = registry.add(facts([gate(true)]), text, words);
  registry.move(id, "shadow", words);
  return registry.move(id, "champion", words).id;
};

describe("a model", () => {
  it("is a candidate with a number of its own, and keeps what it was made of over a restart", () => {
    registry.add(facts([gate(true)]), "tree one", words);
    const second = registry.add(facts([gate(false, Number.NaN)]), "tree two", words);
    registry.close();
    registry = new ModelRegistry(root);
    expect(registry.get("swing.meta@2")).toEqual(second);
    expect(second).toMatchObject({ number: 2, stage: "candidate", features: ["rsi_14", "adx_14"] });
    expect([second.gates[0]?.value, second.metrics.sharpe]).toEqual([Number.NaN, Number.NaN]);
    expect(registry.list("swing.meta").map(({ id }) => id)).toEqual(["swing.meta@2", "swing.meta@1"]);
    expect(registry.champion("swing.meta")).toBeUndefined();
  });

  it.each<[string, readonly GateVerdict[]]>([
    ["with a gate that did not pass", [gate(true), gate(false)]],
    ["with one that could not be measured", [gate(false, Number.NaN)]],
    ["without any", []],
  ])("%s is not promoted: exit 3, and the try is on record", (_, gates) => {
    const { id } = registry.add(facts(gates), "tree", words);
    expect(() => registry.move(id, "shadow", words)).toThrow(expect.objectContaining({ exitCode: 3 }));
    expect(registry.get(id).stage).toBe("candidate");
    expect(registry.changes(id).map(({ to, refused }) => [to, refused])).toEqual([
      ["candidate", false],
      ["shadow", true],
    ]);
  });

  it("trades nothing before it was in shadow", () => {
    const { id } = registry.add(facts([gate(true)]), "tree", words);
    expect(() => registry.move(id, "champion", words)).toThrow("from there it may become shadow");
  });

  it("takes its name's place, and the one before comes back by a rollback", () => {
    const [one, two] = [champion("tree one"), champion("tree two")];
    expect([registry.get(one).stage, registry.champion("swing.meta")?.id]).toEqual(["retired", two]);
    expect(registry.rollBack("swing.meta", words).id).toBe(one);
    expect([registry.get(two).stage, registry.champion("swing.meta")?.id]).toEqual(["retired", one]);
    expect(() => registry.rollBack("nobody", words)).toThrow(expect.objectContaining({ exitCode: 3 }));
  });

  it("that was let go for its drift does not come back by a rollback", () => {
    const [one, two] = [champion("tree one"), champion("tree two")];
    registry.move(two, "retired", { ...words, by: DRIFT_WATCH });
    expect(registry.rollBack("swing.meta", words).id).toBe(one);
    registry.move(one, "retired", { ...words, by: DRIFT_WATCH });
    expect(() => registry.rollBack("swing.meta", words)).toThrow(expect.objectContaining({ exitCode: 3 }));
  });

  it("that is bad goes at once, without asking a gate", () => {
    const id = champion("tree");
    expect(registry.move(id, "retired", words).stage).toBe("retired");
    expect(registry.champion("swing.meta")).toBeUndefined();
  });
});

describe("what is loaded", () => {
  it("is what was registered", () => {
    const id = champion("tree one");
    expect(registry.load(id, "f".repeat(64))).toBe("tree one");
  });

  it("is nothing for features of another version: exit 3", () => {
    const id = champion("tree one");
    expect(() => registry.load(id, "0".repeat(64))).toThrow(expect.objectContaining({ exitCode: 3 }));
  });

  it("is nothing where the file was changed or is gone", () => {
    const id = champion("tree one");
    const [file = ""] = readdirSync(join(root, "models"));
    writeFileSync(join(root, "models", file), "another tree");
    expect(() => registry.load(id, "f".repeat(64))).toThrow("is not what was registered");
    rmSync(join(root, "models", file));
    expect(() => registry.load(id, "f".repeat(64))).toThrow("is missing");
  });

  it("is refused for a name that could be a path", () => {
    expect(() => registry.add(facts([], "../x"), "tree", words)).toThrow("must be small letters");
  });
});
