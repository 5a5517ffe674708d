/**
 * Goal: a strategy in a file of the user's own trades wherever strategies trade, is known by its hash, and takes
 * nothing down when it is broken (STRAT-3). Method: one such file, good and broken in each way, through the doors that
 * load it: configuration, run, threads, the stages of a live run, the command line.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { DecisionLimit } from "../src/adapters/decision-limit.ts";
import { loadTradingStrategy, readStrategyFile } from "../src/adapters/strategy-file.ts";
import { runCanary } from "../src/app/backtest.ts";
import { type Config, configHash, loadConfig } from "../src/app/config.ts";
import { type RunSetup, runEngine } from "../src/app/engine-run.ts";
import { keepStrategies } from "../src/app/live/kept-strategies.ts";
import { engineOf } from "../src/app/live/run-engine.ts";
import { placedTerms, type RunTerms, runPlaces, termsHash } from "../src/app/live/run-terms.ts";
import { strategiesOf } from "../src/app/own-strategies.ts";
import { tradingHash } from "../src/app/trading-hash.ts";
import { runVariants } from "../src/app/variants.ts";
import { canaryWorker, variantWorker } from "../src/cli/tasks.ts";
import { batchCount } from "../src/domain/bars.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import { LiveCompute } from "../src/engine/live-compute.ts";
import { xnysSessions } from "../src/market/calendar.ts";
import { newYorkDay } from "../src/market/us-eastern.ts";
import { runWindow } from "../src/research/walk-forward/window-run.ts";
import { randomDaily } from "./daily-market.ts";
import { faultsOf } from "./own-strategy.ts";
import { runLine } from "./run-line.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { strategy } from "./strategies/above-average.ts";

const FILE = join(import.meta.dirname, "strategies", "above-average.ts");
const ID = "above_average";
const scratch = scratchFolder("own-strategies-");
afterAll(() => rmSync(scratch, { recursive: true }));

const withFile = (file: string, ...more: string[]): Config =>
  loadConfig({ assignments: [`strategies.${ID}.file=${file}`, ...more] });
const columns = randomDaily({ seed: 3, sessions: 300 });
const setupOf = (config: Config): RunSetup => ({
  ...{ config, strategyIds: [ID], columns, sessions: xnysSessions(), cash: 100_000 },
});
const place = (name: string, text = readFileSync(FILE, "utf8")): string => {
  const path = join(scratch, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
};

const edited = () => readFileSync(FILE, "utf8").replace("Sideways markets", "Other markets");

describe("the configuration", () => {
  it("names a file from where it lies, and says no more than that", () => {
    place("a/idea.ts");
    const overlay = place("a/my.yaml", `strategies: { ${ID}: { file: ./idea.ts } }\n`);
    const { file, sha256, enabled, model } = loadConfig({ files: [overlay] }).strategies[ID] ?? {};
    expect([file, enabled, model]).toEqual([join(scratch, "a", "idea.ts"), false, "rules"]);
    expect(sha256).toBe(readStrategyFile(FILE, "x").sha256);
  });

  it("is the same wherever the file lies, and another one with another file", () => {
    const [here, there, other] = [withFile(FILE), withFile(place("b.ts")), withFile(place("c.ts", edited()))];
    expect([configHash(there), tradingHash(there)]).toEqual([configHash(here), tradingHash(here)]);
    expect(configHash(other)).not.toBe(configHash(here));
    expect(tradingHash(other)).not.toBe(tradingHash(here));
    expect(configHash(here)).not.toBe(configHash(loadConfig()));
  });

  const wrongs: readonly (readonly [string, string, string, RegExp])[] = [
    [
      "no file",
      ID,
      join(scratch, "none.ts"),
      /above_average.file = .*none.ts: there is no such file; make one/,
    ],
    ["a folder", ID, place("d.ts/e.txt", "").replace("/e.txt", ""), /above_average.file/],
    ["no program", ID, place("f.txt", ""), /must be a file of .ts/],
    ["no export", ID, place("g.ts", "export const other = 1;\n"), /exports no `strategy`/],
    [
      "something else",
      ID,
      place("h.ts", "export const strategy = { id: 1 };\n"),
      /not made by defineStrategy/,
    ],
    ["a syntax error", ID, place("i.ts", "export const strategy = (;\n"), /cannot be loaded \(/],
    ["a throw", ID, place("j.ts", 'throw new Error("at\\nonce");\n'), /cannot be loaded \(Error: at once\)/],
    [
      "another file",
      ID,
      place("k.ts", 'import { x } from "./l.ts";\n'),
      /imports .\/l.ts; a strategy is one file/,
    ],
    ["the disk", ID, place("m.ts", 'import * as fs from "node:fs";\n'), /imports node:fs/],
    ["the disk, later", ID, place("n.ts", 'await import("node:fs");\n'), /imports "node:fs"/],
    ["another name", "idea", FILE, /holds the strategy above_average; name it so/],
    ["a name of ours", "gap_fill", FILE, /gap_fill is taken by a built-in strategy/],
    ["a name that is none", "Idea", FILE, /the name must be 2 to 40/],
  ];
  it.each(wrongs)("refuses %s in one line, exit 2", async (_, id, file, words) => {
    const said = await runLine(["config", "show", "--set", `strategies.${id}.file=${file}`]);
    expect([said.code, said.out]).toEqual([2, ""]);
    expect(said.err).toMatch(words);
    expect(said.err.trimEnd().split("\n")).toHaveLength(1);
  });

  it("names a parameter that it does not take, and a strategy that has no file", () => {
    expect(() => withFile(FILE, `strategies.${ID}.params.warp=9`)).toThrow(/unknown key warp at strategies/);
    expect(() => loadConfig({ assignments: ["strategies.moon.enabled=true"] })).toThrow(
      /unknown key moon at strategies; .* strategies.moon.file/,
    );
  });

  it("refuses a file that became another one", () => {
    const path = place("o.ts");
    const { sha256 = "" } = withFile(path).strategies[ID] ?? {};
    writeFileSync(path, edited());
    expect(() => withFile(path, `strategies.${ID}.sha256=${sha256}`)).toThrow(
      /is another file .* than the one/,
    );
    expect(() => withFile(path)).toThrow(/was changed since this program began/);
  });
});

describe("a run", () => {
  const setup = setupOf(withFile(FILE));

  it("trades it, in this thread and in others alike, and finds no look-ahead in it", async () => {
    const run = runEngine(setup);
    expect(run.loop.execute.fills.length).toBeGreaterThan(20);
    const variants = [{}, { params: { [ID]: { period: 30 } } }];
    const [one, two] = [1, 2].map((workers) => runVariants(setup, variants, workers, variantWorker));
    expect(await two).toEqual(await one);
    expect(await runCanary(setup, run, 1, 2, canaryWorker)).toMatchObject({ passed: true, moved: 0 });
  });

  it("walks a window of it", () => {
    const day = (n: number) => newYorkDay(columns.closedAt[n] as EpochMicros);
    const job = { from: day(150), to: day(299), params: { [ID]: { period: 10 } } };
    expect(runWindow(setup, job).trades.length).toBeGreaterThan(5);
  });

  it.each([
    ["throws", /above_average threw on the bars of .*: RangeError: as it was told/],
    ["raves", /above_average threw on .*: RangeError: \w+: stop -1 must be a price/],
  ])("ends in one line where it %s", (does, words) => {
    const config = withFile(FILE, `strategies.${ID}.params={after: 30, does: ${does}}`);
    expect(() => runEngine(setupOf(config))).toThrow(words);
  });
});

it("is stopped where it never returns", () => {
  const module = loadTradingStrategy(FILE, readStrategyFile(FILE, "file"), "file", new DecisionLimit(20));
  const bound = module.bind({ after: 1, does: "hangs" });
  const at = () => 2;
  const view = { size: 1, instruments: 1, instrument: () => 0, memory: { bars: { at, set: () => 0 } } };
  expect(() => bound.decide(view as never)).toThrow("did not return within 20 ms");
});

describe("a live run", () => {
  const begun = (config: Config): RunTerms =>
    ({ run: "d1", config, strategyIds: [ID], symbols: ["AAA"], cash: 1000 }) as unknown as RunTerms;

  it("keeps the file beside it, whatever becomes of the user's, and is the same run elsewhere", () => {
    const source = place("p.ts", edited());
    const config = withFile(source);
    const [one, two] = ["run-1", "run-2"].map((name) => {
      const places = runPlaces(join(scratch, name));
      return { places, terms: begun(keepStrategies(dirname(places.terms), config)) };
    });
    writeFileSync(source, "gone");
    const placed = placedTerms(one!.terms, one!.places);
    const { file = "", sha256 = "" } = placed.config.strategies[ID] ?? {};
    expect([basename(file), dirname(file)]).toEqual([
      `${sha256}.strategy.mts`,
      join(scratch, "run-1", "run"),
    ]);
    const { compute, execute } = engineOf(placed, columns.instruments);
    expect(compute.strategies.map(({ strategy: { id } }) => id)).toEqual([ID]);
    expect(execute.strategyIds).toEqual([ID, "external"]);
    expect(termsHash(placedTerms(two!.terms, two!.places))).toBe(termsHash(placed));
  });

  it("is not gone on with, nor replayed, with another file", () => {
    const places = runPlaces(join(scratch, "run-3"));
    const terms = placedTerms(begun(keepStrategies(dirname(places.terms), withFile(FILE))), places);
    writeFileSync(terms.config.strategies[ID]?.file ?? "", edited());
    expect(() => engineOf(terms, columns.instruments)).toThrow(/is another file \(sha256 .*\) than the one/);
  });
});

it("in a live run that never returns is silenced alone, and the others go on deciding", () => {
  const other = "reference_ema_cross";
  const config = withFile(FILE, `strategies.${ID}.params={after: 30, does: hangs}`);
  const symbols = columns.instruments.symbols;
  const run = { run: "d1", config, strategyIds: [ID, other], symbols, cash: 100_000 } as unknown as RunTerms;
  const compute = new LiveCompute(engineOf(run, columns.instruments).compute);
  const account = { equity: 100_000, availableCash: 100_000, scalar: 1, entered: [], barred: [] };
  for (let b = 0, sequence = 0; b < batchCount(columns); b++) {
    const at = columns.closedAt[b] as EpochMicros;
    const bars = { at, columns, from: columns.offset[b]!, to: columns.offset[b + 1]! };
    compute.step({ sequence, kind: "market", event: { kind: "BarsClosed", bars } });
    compute.step({ sequence: sequence++, kind: "feedback", feedback: { kind: "valued", at, account } });
  }
  const faults = compute.decisions.flatMap(({ faults: told = [] }) => told);
  expect(faults).toEqual([{ strategy: 0, reason: "RangeError: did not return within 1000 ms" }]);
  const after = compute.decisions.findIndex(({ faults: told }) => told !== undefined);
  const spoken = (from: number, to?: number) =>
    new Set(
      compute.decisions.slice(from, to).flatMap(({ signals }) => signals.map(({ strategy: of }) => of)),
    );
  expect(spoken(0, after)).toContain(0);
  expect(spoken(after)).toEqual(new Set([1]));
  expect(compute.decisions).toHaveLength(batchCount(columns));
});

describe("strategy new", () => {
  it("writes what trades, passes its own test, and is never written over", async () => {
    const before = process.cwd();
    process.chdir(scratch);
    try {
      const { code, out } = await runLine(["strategy", "new", "my-idea"]);
      expect([code, out]).toEqual([0, expect.stringContaining("strategies/my-idea.ts holds my_idea")]);
      const file = join(scratch, "strategies", "my-idea.ts");
      const config = loadConfig({ assignments: [`strategies.my_idea.file=${file}`] });
      const made = strategiesOf(config).find(({ id }) => id === "my_idea");
      expect(faultsOf(made!)).toEqual([]);
      expect((await runLine(["strategy", "ls", "--set", `strategies.my_idea.file=${file}`])).out).toContain(
        "my_idea",
      );
      const again = await runLine(["strategy", "new", "my_idea"]);
      expect([again.code, again.err]).toEqual([2, expect.stringContaining("is there already")]);
      for (const name of ["gap_fill", "9", "../x", "external"])
        expect((await runLine(["strategy", "new", name])).code, name).toBe(2);
    } finally {
      process.chdir(before);
    }
  });
});

describe("its test", () => {
  type View = Parameters<ReturnType<typeof strategy.bind>["decide"]>[0];
  const told = (decide: (view: View) => void) => ({
    ...strategy,
    bind: (params: unknown) => ({ ...strategy.bind(params), decide }),
  });

  it("finds nothing wrong with a good one, whichever bars it trades on", () => {
    expect(faultsOf(strategy)).toEqual([]);
    expect(faultsOf({ ...strategy, timeframes: ["1m"] })).toEqual([]);
  });

  it("finds one that is silent, one that throws, and one that decides by more than it sees", () => {
    expect(faultsOf(told(() => undefined))[0]).toContain("decided nothing");
    expect(faultsOf(told(() => void JSON.parse("{")))[0]).toContain("above_average threw");
    let calls = 0;
    const moody = told((view) => {
      for (let n = 0; n < view.size; n++) {
        const i = view.instrument(n);
        if (calls++ % 7 === 0) view.exit(i, "below", view.close(i), 0);
      }
    });
    expect(faultsOf(moody).join()).toMatch(/otherwise on the same bars|moved when the future/);
  });
});
