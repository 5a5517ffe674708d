/** Goal: a search counts every rule, ends with 3 when a gate says no, is listed and exported; wrong lines are told. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dailyCsv } from "../../test/bars-csv.ts";
import { plantedDaily } from "../../test/discovery-market.ts";
import { jsonLine, runLine } from "../../test/run-line.ts";
import { scratchFolder } from "../../test/scratch-folder.ts";
import { ResearchDb } from "../adapters/research-db.ts";
import { loadConfig } from "../app/config.ts";
import { beginDiscovery, resumeDiscovery } from "../research/discovery/run-discovery.ts";

const folder = scratchFolder("plimsoll-discover-");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (...names: string[]) => join(folder, ...names);
const root = ["--root", at("root")];
const search = "discover run --generations 2 --population 24 --seed 3".split(" ");

interface Result {
  readonly id: string;
  readonly trials: number;
  readonly earlierTrials: number;
  readonly vaultOpenedBefore: number;
  readonly passed: boolean;
  readonly candidate: { readonly strategy: string; readonly rule: { readonly entry: string } };
}

const run = async (...more: string[]) => {
  const { code, out, err } = await runLine([...search, "--json", ...root, ...more]);
  return { code, err, result: out === "" ? undefined : (JSON.parse(out) as Result) };
};

beforeAll(async () => {
  writeFileSync(at("bars.csv"), dailyCsv(plantedDaily({ seed: 8, symbols: 5, sessions: 660, edge: 0 })));
  await jsonLine(["data", "import", at("bars.csv"), "--timeframe", "1d", "--adjustment", "full", ...root]);
});

it("noise is refused with exit 3, every rule is a trial on record, and a second seed knows of the first", async () => {
  const first = await run();
  expect(first).toMatchObject({ code: 3, err: "", result: { passed: false, vaultOpenedBefore: 0 } });
  const { id, trials } = first.result!;
  const lines = readFileSync(at("root", "discover", id, "trials.csv"), "utf8")
    .trim()
    .split("\n");
  expect(lines).toHaveLength(trials + 1);
  expect(new Set(lines.map((line) => line.split(",")[2])).size).toBe(trials + 1);
  const second = await run("--seed", "4");
  expect(second.result).toMatchObject({ earlierTrials: trials, vaultOpenedBefore: 1 });
  const db = new DatabaseSync(at("root", "db", "research.db"), { readOnly: true });
  const row = db.prepare("SELECT sum(tries) AS tries, count(*) AS n FROM trials").get();
  db.close();
  expect(row).toEqual({ tries: trials + second.result!.trials, n: 6 });

  const again = await run();
  expect([again.code, again.err]).toEqual([1, expect.stringContaining(`plimsoll discover export ${id}`)]);
  const listed = (await jsonLine(["discover", "ls", ...root])) as { id: string; isDone: boolean }[];
  expect(listed.map(({ isDone }) => isDone)).toEqual([true, true]);

  const out = at("found.ts");
  const exported = await runLine(["discover", "export", id, "--out", out, ...root]);
  expect([exported.code, exported.err]).toEqual([0, expect.stringContaining("did not pass its gates")]);
  const text = readFileSync(out, "utf8");
  expect(text).toContain("IT DID NOT PASS");
  expect(text).toContain(`WARNING ${trials} rules were tried`);
  const other = await runLine([
    "discover",
    "export",
    listed.find((one) => one.id !== id)!.id,
    "--out",
    out,
    ...root,
  ]);
  expect([other.code, other.err]).toEqual([2, expect.stringContaining("is there already")]);
  expect(readFileSync(out, "utf8")).toBe(text);
});

it("of searches that go on at the same time the last to open its vault counts what all of them tried", async () => {
  const setting = {
    ...{ root: at("root"), config: loadConfig(), now: "2026-11-22T00:00:00Z" },
    ...{ stop: new AbortController().signal, began: () => {}, progress: () => {} },
  };
  const terms = { costBps: 5, symbols: "all", from: null, to: null, source: null, adjustment: null } as const;
  const asked = (seed: number) => ({ ...terms, generations: 2, population: 24, seed, snapshot: null });
  const db = new ResearchDb(at("root", "db", "research.db"));
  const before = db.searchedOn({ from: "2000-01-01", to: "2030-01-01" }, "");
  db.close();
  let id = "";
  const dies = {
    ...setting,
    began: (begun: string) => {
      id = begun;
    },
    progress: () => {
      throw new Error("after its first generation");
    },
  };
  await expect(beginDiscovery(dies, asked(11))).rejects.toThrow("after its first");
  const between = await beginDiscovery(setting, asked(12));
  const last = await resumeDiscovery(setting, id);
  expect(between.earlierTrials).toBe(before + 24);
  expect(last.earlierTrials).toBe(before + between.trials);
  expect(last.vaultOpenedBefore).toBe(between.vaultOpenedBefore + 1);
  // What stood at the opening stands: cut off behind it, the search ends alike, whatever was tried since.
  await beginDiscovery(setting, asked(13));
  rmSync(at("root", "discover", id, "result.json"));
  expect(await resumeDiscovery(setting, id)).toEqual(last);
});

it("does not go on over other data or other settings", async () => {
  const [{ id }] = (await jsonLine(["discover", "ls", ...root])) as { id: string }[] as [{ id: string }];
  rmSync(at("root", "discover", id, "result.json"));
  const settings = await runLine(["discover", "resume", id, "--set", "costs.fixedBps=6", ...root]);
  expect([settings.code, settings.err]).toEqual([
    1,
    `plimsoll: discover resume ${id}: settings or code are not those that it began with; begin anew\n`,
  ]);
  const more = dailyCsv(plantedDaily({ seed: 8, symbols: 5, sessions: 661, edge: 0 }));
  writeFileSync(at("more.csv"), more);
  await jsonLine(["data", "import", at("more.csv"), "--timeframe", "1d", "--adjustment", "full", ...root]);
  const data = await runLine(["discover", "resume", id, ...root]);
  expect([data.code, data.err]).toEqual([
    1,
    `plimsoll: discover resume ${id}: the bars are not those that it began with; begin anew\n`,
  ]);
});

it.each([
  [
    ["discover", "run", "--population", "15"],
    2,
    '--population "15" is not allowed; give a whole number from 16',
  ],
  [["discover", "run", "--to", "2011-01-03"], 2, "a search needs 630, a fifth of them kept apart"],
  [["discover", "resume", "di-0123456789ab"], 1, "there is no such search; see plimsoll discover ls"],
  [["discover", "export", "../../x"], 1, "there is no such search"],
])("%j is told in one line", async (words, code, says) => {
  const said = await runLine([...words, ...root]);
  expect([said.code, said.err.trim().split("\n").length]).toEqual([code, 1]);
  expect(said.err).toContain(says);
  expect(existsSync(at("root", "discover", "di-0123456789ab"))).toBe(false);
});
