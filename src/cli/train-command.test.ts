/**
 * Goal    a training finds what there is to know and is promoted for it, finds nothing where there is nothing, and ends
 *         the same whatever the number of threads and however often it was cut off.
 * Method  a lake of a seeded market with one thing to know, and one without.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dailyCsv } from "../../test/bars-csv.ts";
import { plantedMarket } from "../../test/planted-market.ts";
import { runLine } from "../../test/run-line.ts";
import { scratchFolder } from "../../test/scratch-folder.ts";

const base = scratchFolder("plimsoll-train-");
afterAll(() => rmSync(base, { recursive: true, force: true }));

const settings = `training:
  strategy: reference_ema_cross
  bars: { timeframe: 1d }
  features: [realized_vol_20, rsi_14, natr_14, adx_14]
  label: { horizon: 6, kind: forward, costBps: 5 }
  windows: { train: 252, test: 63, step: 63 }
  trainer: { rounds: 40, patience: 8 }
  search: { method: random, trials: 4, keep: 2 }
strategies: { reference_ema_cross: { params: { fast: 3, slow: 8 } } }
`;

const root = join(base, "root");
const record = join(root, "run", "training");
const train = (out: string, ...more: string[]) =>
  runLine([
    ...["--root", root, "--json", "--config", join(root, "train.yaml")],
    ...["train", "--out", join(root, out), ...more],
  ]);
/** Without what is new in each run: the number that the registry gave. */
const toldIn = (out: string): object => {
  const { model, ...rest } = JSON.parse(readFileSync(join(root, out, "train.json"), "utf8"));
  expect(model).toMatch(/^reference_ema_cross\.meta@\d$/);
  return rest;
};

let code: number | null = null;
beforeAll(async () => {
  mkdirSync(root);
  const bars = plantedMarket({ seed: 7, sessions: 620, symbols: 50, edge: 0.003 });
  writeFileSync(join(root, "bars.csv"), dailyCsv(bars));
  writeFileSync(join(root, "train.yaml"), settings);
  const line = ["data", "import", join(root, "bars.csv"), "--timeframe", "1d", "--adjustment", "split"];
  expect(await runLine(["--root", root, "--json", ...line])).toMatchObject({ code: 0 });
  ({ code } = await train("first", "--workers", "1"));
}, 120_000);

describe("a market with one thing to know", () => {
  it("is learned, and trades better than rules alone on days that nothing was chosen on", () => {
    const { verdict, rules, fit, windows, gates } = JSON.parse(
      readFileSync(join(root, "first", "train.json"), "utf8"),
    );
    const gate = (name: string) => gates.find((each: { gate: string }) => each.gate === name);
    expect(windows.length).toBe(5);
    expect(fit.figures.areaUnderCurve).toBeGreaterThan(0.55);
    expect(verdict.sharpe).toBeGreaterThan(rules.sharpe + 1);
    for (const name of ["foresight", "overlap", "shuffled", "skill", "rules"])
      expect([name, gate(name).passed]).toEqual([name, true]);
  });

  it("ends with 3 where a gate says no, and the refusal is on record beside the version", async () => {
    expect(code).toBe(3);
    const { out } = await runLine(["--root", root, "--json", "models", "show", "reference_ema_cross.meta@1"]);
    const { stage, gates, changes, params } = JSON.parse(out);
    expect([stage, gates.length, params.signal.threshold < 2]).toEqual(["candidate", 11, true]);
    expect(changes.map(({ to, refused }: { to: string; refused: boolean }) => [to, refused])).toEqual([
      ["candidate", false],
      ["shadow", true],
    ]);
    const promoted = await runLine([
      ...["--root", root, "models", "promote", "reference_ema_cross.meta@1", "--reason", "anyway"],
    ]);
    expect([promoted.code, promoted.err]).toEqual([3, expect.stringContaining("did not pass")]);
  });

  it("cut off anywhere it goes on, on any number of threads, to the same end", async () => {
    const [name = ""] = readdirSync(record);
    const path = join(record, name);
    const lines = readFileSync(path, "utf8").split("\n");
    // What a kill in the middle of a line leaves.
    writeFileSync(path, `${lines.slice(0, 9).join("\n")}\n${lines[9]?.slice(0, 40)}`);
    await train("second", "--workers", "2");
    expect(toldIn("second")).toEqual(toldIn("first"));
    expect(readFileSync(path, "utf8").split("\n").toSorted()).toEqual(lines.toSorted());
    expect(readFileSync(join(root, "second", "equity.csv"))).toEqual(
      readFileSync(join(root, "first", "equity.csv")),
    );
  }, 120_000);

  it("walk-forward --model is the same walk without an end: no model, no registry", async () => {
    const line = ["walk-forward", "--model", join(root, "train.yaml"), "--workers", "1"];
    const walked = await runLine(["--root", root, "--json", ...line, "--out", join(root, "walk")]);
    const { verdict, windows } = JSON.parse(walked.out);
    expect(walked.code).toBe(3);
    expect({ verdict, windows }).toEqual(
      (({ verdict: own, windows: all }) => ({ verdict: own, windows: all }))(
        toldIn("first") as { verdict: unknown; windows: unknown },
      ),
    );
    const twice = await runLine(["--root", root, ...line, "--symbols", "A", "--out", join(root, "walk")]);
    expect([twice.code, twice.err]).toEqual([2, expect.stringContaining("--symbols: not beside --model")]);
  }, 60_000);
});

describe("a strategy in a file of one's own", () => {
  it("is trained as the built-in one of the same rules", async () => {
    const source = join(import.meta.dirname, "..", "strategies", "reference-ema-cross.ts");
    const rules = readFileSync(source, "utf8")
      .replace(/^import (?!\{ searched).*\n/gm, "")
      .replace(/^import .*\n/m, 'import { defineStrategy, ema, output, z } from "plimsoll/strategy";\n')
      .replace(/searched\((.*), \{.*\}\)/g, "$1")
      .replace("export const referenceEmaCross", "export const strategy")
      .replace("reference_ema_cross", "my_cross");
    writeFileSync(join(root, "my-cross.ts"), rules);
    const own = settings
      .replaceAll("reference_ema_cross", "my_cross")
      .replace("my_cross: {", "my_cross: { file: ./my-cross.ts, maxPositions: 30,");
    writeFileSync(join(root, "own.yaml"), own);
    const line = ["--root", root, "--json", "--config", join(root, "own.yaml"), "train", "--workers", "1"];
    const { out, err } = await runLine([...line, "--out", join(root, "own")]);
    expect(err).toBe("");
    const { verdict, fit } = toldIn("first") as Record<string, unknown>;
    expect(JSON.parse(out)).toMatchObject({ verdict, fit, model: "my_cross.meta@1" });
    const compared = ["--root", root, "--set", `strategies.my_cross.file=${join(root, "my-cross.ts")}`];
    const compare = await runLine([...compared, "models", "compare", "my_cross.meta"]);
    expect(compare).toMatchObject({ code: 1, err: expect.stringContaining("trades.db") });
  }, 60_000);
});

it.each([
  ["strategy: moon", "strategy: reference_ema_cross", "training.strategy"],
  ["horizon: 0", "horizon: 6", "training.label.horizon = 0"],
  ["features: [moon]", "features: [realized_vol_20, rsi_14, natr_14, adx_14]", "training.features: moon"],
  ["rouns: 40", "rounds: 40", "rouns"],
  ["kind: forwards", "kind: forward", "training.label.kind"],
  ["train: 252000", "train: 252", "252000"],
])("%s is refused in one line that names it", async (wrong, right, named) => {
  const path = join(root, "wrong.yaml");
  writeFileSync(path, settings.replace(right, wrong));
  const { code: rc, err } = await runLine(["--root", root, "--config", path, "train", "--workers", "1"]);
  expect([rc, err]).toEqual([2, expect.stringContaining(named)]);
  expect(err.trim().split("\n").length).toBe(1);
});
