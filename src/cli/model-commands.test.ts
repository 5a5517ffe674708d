/** Goal: people see what a model showed and move it one step at a time; what a gate refuses ends with 3, in one line */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { MlflowDouble } from "../../test/mlflow-double.ts";
import { runLine } from "../../test/run-line.ts";
import { scratchFolder } from "../../test/scratch-folder.ts";
import { ModelRegistry } from "../adapters/models/model-registry.ts";

let root: string;
beforeEach(() => {
  root = scratchFolder("plimsoll-models-");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const models = (...words: string[]) => runLine(["--root", root, "models", ...words]);
const why = ["--reason", "a month in shadow"];

function made(passed: boolean): string {
  const registry = new ModelRegistry(root);
  const gates = [
    {
      gate: "sharpe",
      value: passed ? 1.2 : 0.4,
      limit: 1,
      side: "above" as const,
      title: "Sharpe ratio",
      passed,
    },
  ];
  const facts = { name: "swing.meta", format: "lightgbm-text" as const, snapshot: "s1", gates };
  const more = { features: ["rsi_14"], featureVersion: "f".repeat(64), params: {}, metrics: { auc: 0.5 } };
  const said = { by: "ann", reason: "trained", at: "2026-11-22T15:00:00.000Z" };
  const { id } = registry.add({ ...facts, ...more }, `tree ${passed}`, said);
  registry.close();
  return id;
}

it("says that there are none, and names one that is not known", async () => {
  expect((await models("ls")).out).toContain("strategies decide by their rules");
  expect(await models("show", "x@1")).toMatchObject({ code: 2, err: expect.stringContaining("model x@1") });
});

it("promotes step by step, rolls back, and tells all of it", async () => {
  const [one, two] = [made(true), made(true)];
  for (const id of [one, two]) {
    expect((await models("promote", id, ...why)).out).toContain(`${id} is shadow`);
    expect((await models("promote", id, ...why)).out).toContain(`${id} is champion`);
  }
  expect((await models("ls")).out).toMatch(/swing\.meta@2 +champion.*\n.*swing\.meta@1 +retired/);
  expect((await models("rollback", "swing.meta", ...why)).out).toContain(`${one} is champion`);
  const shown = JSON.parse((await models("--json", "show", two)).out);
  expect(shown.changes.map(({ to }: { to: string }) => to)).toEqual([
    "candidate",
    "shadow",
    "champion",
    "retired",
  ]);
  const out = join(root, "model.txt");
  expect((await models("export", one, "--out", out)).code).toBe(0);
  expect(readFileSync(out, "utf8")).toBe("tree true");
});

it("refuses with 3 what a gate refuses, names the gate, and shows the try afterwards", async () => {
  const id = made(false);
  const { code, err } = await models("promote", id, ...why);
  expect([code, err]).toEqual([
    3,
    expect.stringMatching(/^plimsoll: models: .*Sharpe ratio 0\.4 \(must be above 1\)\n$/),
  ]);
  expect((await models("show", id)).out).toMatch(/FAILED +Sharpe[\s\S]*refused: shadow/);
});

it("wants a reason, and a stage that there is", async () => {
  const id = made(true);
  expect(await models("promote", id)).toMatchObject({ code: 2, err: expect.stringContaining("--reason") });
  expect(await models("promote", id, "--to", "king", ...why)).toMatchObject({
    code: 2,
    err: expect.stringContaining("--to king: must be shadow or champion"),
  });
});

it("tells MLflow after each change, which stands whatever MLflow says", async () => {
  const server = await MlflowDouble.start();
  const env = { MLFLOW_TRACKING_URI: server.url };
  const id = made(true);
  const promote = () => runLine(["--root", root, "models", "promote", id, ...why], env);
  expect(await promote()).toMatchObject({ code: 0, err: "" });
  expect(Object.fromEntries(server.models.get("swing.meta")!)).toEqual({ shadow: "1" });
  await server.stop();
  const { code, out, err } = await promote();
  expect([code, out]).toEqual([0, `${id} is champion\n`]);
  expect(err).toMatch(/^mlflow: 1 version is not told there: [^\n]*ECONNREFUSED[^\n]*\n$/);
  expect(JSON.parse((await models("--json", "show", id)).out)).toMatchObject({ stage: "champion" });
});
