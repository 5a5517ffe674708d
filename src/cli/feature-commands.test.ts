/** Goal: `features list|compute|drift` keep CLI.md's promises, from files and from the lake. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dailyCsv } from "../../test/bars-csv.ts";
import { randomDaily } from "../../test/daily-market.ts";
import { jsonLine, runLine } from "../../test/run-line.ts";
import { outputNames } from "../app/feature-run.ts";
import { features } from "../features/registry.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-cli-features-"));
const at = (name: string) => join(folder, name);
const root = ["--root", at("root")];
const lines = (name: string) => readFileSync(at(name), "utf8").trimEnd().split("\n");
const compute = (...words: string[]) =>
  jsonLine(["features", "compute", ...words, ...root]) as Promise<Record<string, unknown>>;

beforeAll(() => {
  writeFileSync(at("bars.csv"), dailyCsv(randomDaily({ seed: 5, sessions: 60 })));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("features list", () => {
  it("has one row per value, with all that CLI.md names", async () => {
    const rows = (await jsonLine(["features", "list"])) as Record<string, unknown>[];
    expect(rows.map(({ name }) => name)).toEqual(outputNames(features));
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    for (const row of rows) {
      expect(row).toMatchObject({
        family: expect.any(String),
        warmup: expect.any(Number),
        inputs: expect.any(Array),
        params: expect.any(Object),
        reference: expect.stringMatching(/./),
      });
    }
  });

  it("shows people definitions by family, with every value of each", async () => {
    const { out } = await runLine(["features", "list"]);
    const values = outputNames(features);
    const families = new Set(features.map(({ family }) => family));
    expect(out).toContain(
      `${features.length} definitions with ${values.length} values in ${families.size} families`,
    );
    expect(out.split("\n").length).toBeLessThan(features.length + families.size + 20);
    const words = new Set(out.split(/[\s,]+/));
    expect(values.filter((name) => !words.has(name))).toEqual([]);
    expect([...families].filter((family) => !out.includes(`${family.toUpperCase()}  `))).toEqual([]);
  });
});

describe("features compute", () => {
  const from = ["--input", at("bars.csv")];
  const some = ["--features", "rsi_14,macd"];

  it("says when rows of the file contradict each other", async () => {
    const [head = "", row = ""] = lines("bars.csv");
    const other = row.replace(/,[^,]*$/, ",7");
    writeFileSync(at("torn.csv"), `${[head, row, other].join("\n")}\n`);
    const result = await compute("--input", at("torn.csv"), ...some, "--out", at("torn-out.csv"));
    expect(result.notes).toEqual(["1 rows contradict another of the same bar: the last was taken"]);
  });

  it("writes the columns asked for, empty while they warm up", async () => {
    const result = await compute(...from, ...some, "--out", at("some.csv"));
    const [header = "", ...rows] = lines("some.csv");
    expect(header).toBe("symbol,timestamp,rsi_14,macd");
    expect(result).toMatchObject({ features: 2, rows: rows.length, store: null, rejected: 0 });
    const own = rows.filter((row) => row.startsWith("AAA,"));
    expect(own[13]).toMatch(/^AAA,[^,]+,,$/);
    expect(own[14]).toMatch(/^AAA,\d{4}-\d\d-\d\d,[\d.]+,$/);
    expect(own.at(-1)).toMatch(/^AAA,[^,]+,[\d.]+,-?[\d.e-]+$/);
  });

  it("stream and batch write the same bytes, all features of them", async () => {
    await compute(...from, "--out", at("batch.csv"));
    await compute(...from, "--mode", "stream", "--out", at("stream.csv"));
    expect(lines("batch.csv")[0]).toBe(`symbol,timestamp,${outputNames(features).join(",")}`);
    expect(readFileSync(at("stream.csv"), "utf8")).toBe(readFileSync(at("batch.csv"), "utf8"));
  });

  it("from and to bound what is written, not what it is computed from", async () => {
    await compute(...from, ...some, "--from", "2015-02-20", "--to", "2015-02-27", "--out", at("part.csv"));
    const [header, ...rows] = lines("part.csv");
    expect(rows.length).toBeGreaterThan(5);
    const days = rows.map((row) => row.split(",")[1] ?? "");
    expect(days.every((day) => day >= "2015-02-20" && day <= "2015-02-27")).toBe(true);
    expect(lines("some.csv")).toEqual(expect.arrayContaining([header, ...rows]));
  });

  it("from the lake gives the file's values, and stores them", async () => {
    await jsonLine(["data", "import", at("bars.csv"), "--timeframe", "1d", "--adjustment", "split", ...root]);
    const first = await compute("--symbols", "all", ...some, "--out", at("lake.csv"));
    expect(first).toMatchObject({ store: { computed: first.rows, stored: first.rows } });
    expect(lines("lake.csv").toSorted()).toEqual(lines("some.csv").toSorted());
    const again = await compute("--symbols", "all", ...some);
    expect(again).toMatchObject({ store: { computed: 0, stored: first.rows } });
    const { out } = await runLine(["features", "compute", "--symbols", "all", ...some, ...root]);
    expect(out).toContain(`store: 0 rows computed, ${first.rows} in set`);
  });

  it("Parquet holds what CSV holds", async () => {
    await compute(...from, ...some, "--out", at("some.parquet"));
    const words = ["features", "drift", "--reference", at("some.csv"), "--current", at("some.parquet")];
    expect(await jsonLine([...words, ...root])).toMatchObject([
      { feature: "rsi_14", psi: 0, ks: 0, verdict: "stable" },
      { feature: "macd", psi: 0, ks: 0, verdict: "stable" },
    ]);
  });

  it("a file and symbols together are a contradiction", async () => {
    const words = ["features", "compute", ...from, "--symbols", "AAA", "--out", at("never.csv")];
    const { code, err } = await runLine(words);
    expect([code, err]).toEqual([2, expect.stringContaining("--input and --symbols exclude each other")]);
  });
});

describe("features drift", () => {
  it("tells what moved from what did not", async () => {
    const cells = (shift: number) =>
      Array.from({ length: 400 }, (_, n) => `${Math.sin(n)},${Math.cos(n) + shift}`).join("\n");
    writeFileSync(at("then.csv"), `still,moved\n${cells(0)}\n`);
    writeFileSync(at("now.csv"), `still,moved\n${cells(1)}\n`);
    const words = ["features", "drift", "--reference", at("then.csv"), "--current", at("now.csv")];
    expect(await jsonLine(words)).toMatchObject([
      { feature: "still", verdict: "stable" },
      {
        feature: "moved",
        verdict: "drift",
        psi: expect.any(Number),
        ks: expect.any(Number),
        p: expect.any(Number),
      },
    ]);
    const [head, worst] = (await runLine(words)).out.split("\n");
    expect(head).toMatch(/^feature +psi +by chance +ks +p +verdict$/);
    expect(worst).toMatch(/^moved .* drift$/);
  });
});
