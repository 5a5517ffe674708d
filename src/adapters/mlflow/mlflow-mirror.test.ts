/**
 * Goal    MLflow shows what the registry holds, nothing twice, and whatever MLflow does, the registry's change stands
 *         and one line without a secret says what is missing there (LEARN-8).
 * Method  a stand-in for the server on the loopback, which answers as MLflow's reference says, or wrongly.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MlflowDouble } from "../../../test/mlflow-double.ts";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import type { ModelFacts } from "../../domain/model-version.ts";
import { ModelRegistry } from "../models/model-registry.ts";
import { mirrorToMlflow } from "./mlflow-mirror.ts";

const words = { by: "ann", reason: "because", at: "2026-11-22T15:00:00.000Z" };
const PASSWORD = "pass-word-1234";
const facts: ModelFacts = {
  ...{ name: "swing.meta", format: "lightgbm-text", snapshot: "s1", features: ["rsi_14", "adx_14"] },
  featureVersion: "f".repeat(64),
  params: {
    rounds: 100,
    search: { method: "tpe", space: { eta: 0.1 } },
    monotone: [1, 0],
    "bad:key": "x".repeat(900),
  },
  metrics: { auc: 0.53, sharpe: Number.NaN },
  gates: [{ gate: "sharpe", title: "Sharpe", value: 1.2, limit: 1, side: "above", passed: true }],
};

let root: string;
let registry: ModelRegistry;
let server: MlflowDouble;
beforeEach(async () => {
  root = scratchFolder("plimsoll-mlflow-");
  registry = new ModelRegistry(root);
  server = await MlflowDouble.start();
});
afterEach(async () => {
  registry.close();
  await server.stop();
  rmSync(root, { recursive: true, force: true });
});

const env = () => ({
  ...{ MLFLOW_TRACKING_URI: `${server.url}/`, MLFLOW_TRACKING_USERNAME: "ann" },
  MLFLOW_TRACKING_PASSWORD: PASSWORD,
});
const mirror = (more: Record<string, string> = {}) => mirrorToMlflow(registry, { ...env(), ...more }, []);
const aliases = () => Object.fromEntries(server.models.get("swing.meta") ?? []);
const stages = () => server.versions.map(({ tags }) => tags.get("plimsoll.stage"));

function champion(text: string): string {
  const { id } = registry.add(facts, text, words);
  registry.move(id, "shadow", words);
  return registry.move(id, "champion", words).id;
}

describe("a version", () => {
  it("is a finished run with what is known of it, and a model version of that run", async () => {
    const { sha256 } = registry.add(facts, "tree", words);
    expect(await mirror()).toBeUndefined();
    const [run, version] = [server.runs[0]!, server.versions[0]!];
    expect([run.name, run.status, run.experiment]).toEqual([
      "swing.meta@1",
      "FINISHED",
      server.experiments.get("plimsoll"),
    ]);
    expect(Object.fromEntries(run.params)).toEqual({
      rounds: "100",
      "search.method": "tpe",
      "search.space.eta": "0.1",
      monotone: "[1,0]",
      bad_key: "x".repeat(500),
    });
    expect(Object.fromEntries(run.metrics)).toEqual({ auc: 0.53, "gate.sharpe": 1.2 });
    expect(Object.fromEntries(run.tags)).toMatchObject({
      "plimsoll.snapshot": "s1",
      "plimsoll.feature_version": "f".repeat(64),
      "plimsoll.gate.sharpe": "passed: 1.2, must be above 1",
    });
    expect(version).toMatchObject({ version: "1", run: run.id, source: `plimsoll://models/${sha256}` });
    expect(stages()).toEqual(["candidate"]);
    expect(new Set(server.authorizations)).toEqual(
      new Set([`Basic ${Buffer.from(`ann:${PASSWORD}`).toString("base64")}`]),
    );
  });

  it("is told once, and where it stands each time that changes", async () => {
    const one = champion("tree one");
    expect(await mirror()).toBeUndefined();
    expect([stages(), aliases()]).toEqual([["champion"], { champion: "1" }]);
    const two = champion("tree two");
    await mirror();
    expect([stages(), aliases()]).toEqual([["retired", "champion"], { champion: "2" }]);
    expect(registry.rollBack("swing.meta", words).id).toBe(one);
    await mirror();
    expect([stages(), aliases()]).toEqual([["champion", "retired"], { champion: "1" }]);
    registry.move(one, "retired", words);
    await mirror();
    expect([stages(), aliases(), server.runs.length]).toEqual([["retired", "retired"], {}, 2]);
    const calls = server.calls.length;
    await mirror();
    expect([server.calls.length, registry.get(two).stage]).toEqual([calls, "retired"]);
  });

  it("may have more parameters than a batch takes", async () => {
    const params = Object.fromEntries(Array.from({ length: 250 }, (_, k) => [`p${k}`, k]));
    registry.add({ ...facts, params }, "tree", words);
    expect(await mirror()).toBeUndefined();
    expect(server.runs[0]!.params.size).toBe(250);
  });
});

describe("a server that", () => {
  const told =
    /^mlflow: 1 version is not told there: [^\n]*; what changed here stands, the next change tells it again$/;

  it("is down costs one line, and is told everything with the next change", async () => {
    const { url } = server;
    await server.stop();
    registry.add(facts, "tree", words);
    const line = await mirror({ MLFLOW_TRACKING_URI: url });
    expect(line).toMatch(told);
    expect(line).toContain("ECONNREFUSED");
    server = await MlflowDouble.start();
    expect(await mirror()).toBeUndefined();
    expect(stages()).toEqual(["candidate"]);
  });

  it.each<[string, string, { status: number; body: unknown } | string]>([
    [
      "refuses the password",
      "answered 401: nobody; see MLFLOW_TRACKING_USERNAME",
      { status: 401, body: "nobody" },
    ],
    [
      "is broken",
      "answered 500: INTERNAL_ERROR oh",
      { status: 500, body: { error_code: "INTERNAL_ERROR", message: "oh" } },
    ],
    ["answers with a page", "what is no answer of MLflow: <html>", "<html>log in</html>"],
    ["answers with nothing", "what is no answer of MLflow: nothing", ""],
    ["echoes the password", "answered 400: got ***", { status: 400, body: `got ${PASSWORD}` }],
  ])(
    "%s costs one line wherever it happens, and nothing is there twice afterwards",
    async (_, says, answer) => {
      const steps = [
        "experiments/get",
        "runs/create",
        "log-batch",
        "model-versions/create",
        "set-tag",
        "POST registered-models/alias",
      ];
      const { id } = registry.add(facts, "tree", words);
      registry.move(id, "shadow", words);
      for (const call of steps) {
        server.instead.push({ call, answer });
        const line = await mirror();
        expect(line).toMatch(told);
        expect(line).toContain(says);
        expect(line).not.toContain(PASSWORD);
      }
      expect(await mirror()).toBeUndefined();
      expect([server.runs.length, server.versions.length, aliases()]).toEqual([1, 1, { shadow: "1" }]);
    },
  );

  it("is full is asked again when it says so, and not for ever", async () => {
    registry.add(facts, "tree", words);
    const full = { status: 429, body: "slow down", headers: { "retry-after": "0" } };
    server.instead.push({ call: "runs/create", answer: full }, { call: "runs/create", answer: full });
    expect(await mirror()).toBeUndefined();
    registry.add(facts, "tree two", words);
    for (let n = 0; n < 3; n++) server.instead.push({ call: "runs/create", answer: full });
    expect(await mirror()).toMatch(/answered 429: slow down/);
    server.instead.push({ call: "runs/create", answer: { ...full, headers: { "retry-after": "3600" } } });
    const started = performance.now();
    expect(await mirror()).toMatch(/answered 429/);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it("has an experiment that another made in the meantime is used as it is", async () => {
    registry.add(facts, "tree", words);
    const gone = { status: 404, body: { error_code: "RESOURCE_DOES_NOT_EXIST", message: "" } };
    server.experiments.set("other", "7");
    server.instead.push({ call: "experiments/get", answer: gone });
    expect(await mirror({ MLFLOW_EXPERIMENT_NAME: "other" })).toBeUndefined();
    expect(server.runs[0]!.experiment).toBe("7");
  });
});

describe("settings", () => {
  it("none: nobody is asked", async () => {
    registry.add(facts, "tree", words);
    expect(await mirrorToMlflow(registry, {}, [])).toBeUndefined();
    expect(server.calls).toEqual([]);
  });

  it("may stand in a file, a token alone is one of a bearer", async () => {
    registry.add(facts, "tree", words);
    const file = join(root, ".env");
    writeFileSync(file, `MLFLOW_TRACKING_URI=${server.url}\nMLFLOW_TRACKING_TOKEN=token-1\n`, {
      mode: 0o600,
    });
    expect(await mirrorToMlflow(registry, {}, [file])).toBeUndefined();
    expect(new Set(server.authorizations)).toEqual(new Set(["Bearer token-1"]));
  });

  it.each([
    ["databricks", "must begin with https:// or http://"],
    ["http://ann:pass-word-1234@localhost:5000", "holds a name or password"],
    ["http://mlflow.example.net", "credentials go over https:// only"],
  ])("%s is refused in one line", async (uri, says) => {
    registry.add(facts, "tree", words);
    const line = await mirror({ MLFLOW_TRACKING_URI: uri });
    expect(line).toMatch(/^mlflow: MLFLOW_TRACKING_URI: [^\n]*$/);
    expect(line).toContain(says);
    expect(line).not.toContain(PASSWORD);
  });
});
