/** Goal: the data commands keep CLI.md's promises: fields, exit codes, one JSON document, one line per refusal. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { registerDataCommands } from "./data-commands.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plimsoll-cli-data-"));
  file = join(folder, "bars.csv");
  writeFileSync(
    file,
    "symbol,date,open,high,low,close,volume\n" +
      "SPY,2024-01-02,1,2,1,2,5\nSPY,2024-01-04,1,2,1,2,0\nSPY,2024-01-05,1,2,1,x,5\n",
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `plimsoll data ...` in this process; what a person or a machine would see. */
async function data(
  args: string,
  { json = false } = {},
): Promise<{ out: string; error: { message?: string; exitCode?: number } }> {
  const said: string[] = [];
  const program = new Command().exitOverride();
  const context = {
    root: () => join(folder, "root"),
    configFiles: () => [],
    assignments: () => [],
    json: () => json,
    quiet: () => false,
    out: (text: string) => void said.push(text),
    err: () => {},
  };
  registerDataCommands(program, context);
  let error: { message?: string; exitCode?: number } = {};
  try {
    await program.parseAsync(["data", ...args.split(" ")], { from: "user" });
  } catch (thrown) {
    error = thrown as typeof error;
  }
  expect(said.length).toBeLessThanOrEqual(1);
  return { out: said.join("\n"), error };
}
const json = async (args: string) => JSON.parse((await data(args, { json: true })).out);
const fill = () => data(`import ${file} --timeframe 1d --adjustment split`);

describe("--json", () => {
  it("import tells counts, range and where the rejected rows are", async () => {
    const result = await json(`import ${file} --timeframe 1d --adjustment split`);
    expect(result).toMatchObject({
      imported: 2,
      rejected: 1,
      duplicates: 0,
      symbols: 1,
      from: "2024-01-02",
      to: "2024-01-04",
    });
    expect(readFileSync(result.audit, "utf8")).toContain("schema");
  });

  it("ls and verify tell bars, range and gaps", async () => {
    await fill();
    expect(await json("ls")).toMatchObject([
      { symbol: "SPY", timeframe: "1d", bars: 2, from: "2024-01-02", to: "2024-01-04" },
    ]);
    expect(await json("verify --symbols spy")).toMatchObject({
      series: [
        {
          symbol: "SPY",
          bars: 2,
          gaps: [{ from: "2024-01-03", to: "2024-01-03", sessions: 1 }],
          zeroVolume: 1,
          duplicates: 0,
          outliers: 0,
          ohlcViolations: 0,
          splitLike: [],
        },
      ],
      crossSeries: [],
      damaged: [],
    });
  });

  it("snapshots tell manifest id, files, rows and hashes", async () => {
    await fill();
    const created = await json("snapshot create one");
    expect(created).toMatchObject({
      name: "one",
      files: 1,
      rows: 2,
      hashes: [{ rows: 2, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    });
    expect(created.manifestId).toMatch(/^[0-9a-f]{64}$/);
    expect(await json("snapshot ls")).toMatchObject([{ name: "one", manifestId: created.manifestId }]);
    expect(await json("snapshot diff one one")).toMatchObject({ identical: true });
    expect(await json("snapshot restore one")).toMatchObject({
      manifestId: created.manifestId,
      previous: null,
    });
    expect(await json("compact")).toMatchObject({ filesBefore: 1, filesAfter: 1 });
  });

  it("export writes the file and says what is in it", async () => {
    await fill();
    const out = join(folder, "out.csv");
    expect(await json(`export --symbols SPY --from 2024-01-02 --to 2024-01-03 --out ${out}`)).toMatchObject({
      rows: 1,
      symbols: 1,
    });
    expect(readFileSync(out, "utf8")).toBe(
      "symbol,date,open,high,low,close,volume\nSPY,2024-01-02,1,2,1,2,5\n",
    );
  });

  it("an import without a good row still tells its counts, and fails", async () => {
    writeFileSync(file, "symbol,date,open,high,low,close,volume\nSPY,2024-01-05,1,2,1,x,5\n");
    const { out, error } = await data(`import ${file} --timeframe 1d --adjustment split`, { json: true });
    expect(JSON.parse(out)).toMatchObject({ imported: 0, rejected: 1 });
    expect(error).toMatchObject({
      exitCode: 1,
      message: expect.stringContaining("all 1 rows were rejected"),
    });
  });
});

it("people get short aligned text", async () => {
  expect((await data("ls")).out).toContain("the lake is empty");
  expect((await fill()).out).toContain("2 rows imported, 1 rejected, 0 duplicates");
  expect((await data("ls")).out.split("\n")).toEqual([
    expect.stringMatching(/^symbol {2}bars {2}source {2}adjusted/),
    expect.stringMatching(/^SPY {5}1d {4}files {3}split/),
    "1 series, 2 bars",
  ]);
  expect((await data("verify")).out).toContain("SPY 1d: 1 of 2 bars without volume");
});

it("rows that contradict each other are told to people, with the list that has both", async () => {
  writeFileSync(
    file,
    "symbol,date,open,high,low,close,volume\nAAA,2024-01-02,1,2,1,1.5,5\nAAA,2024-01-02,1,2,1,1.9,5\n",
  );
  const { out } = await data(`import ${file} --timeframe 1d --adjustment raw`);
  expect(out).toContain("1 rows imported, 0 rejected, 1 duplicates");
  expect(out).toMatch(
    /^1 of the duplicates CONFLICT .*: the last one was taken, all of them are in .*\.csv$/m,
  );
  expect(out).not.toContain("rejected by");
});

it("--columns maps names", async () => {
  writeFileSync(file, "ticker,day,open,high,low,last,volume\nSPY,2024-01-02,1,2,1,2,5\n");
  const { out } = await data(
    `import ${file} --timeframe 1d --adjustment raw --columns symbol=ticker,date=day,close=last`,
  );
  expect(out).toContain("1 rows imported");
});

it.each([
  ["import FILE", /--timeframe is missing; give 1d, 5m, 1m, 1s/],
  ["import FILE --timeframe 2d --adjustment raw", /--timeframe "2d" is not known; give 1d/],
  ["import FILE --timeframe 1d", /--adjustment is missing; give raw, split, full/],
  ["import nowhere.csv --timeframe 1d --adjustment raw", /nowhere.csv: no such file/],
  ["export --out x.csv", /--symbols is missing/],
  ["export --symbols SPY", /--out is missing/],
  ["export --symbols SPY --out x.csv --from 2024-13-01", /--from "2024-13-01" is no date; give YYYY-MM-DD/],
  [
    "export --symbols SPY --out x.csv --from 2024-02-01 --to 2024-01-01",
    /--from 2024-02-01 is after --to 2024-01-01/,
  ],
  ["export --symbols SPX --out x.csv", /no bars of SPX; nearest of 1: SPY/],
  ["verify --symbols ,", /--symbols is empty/],
  ["snapshot restore nope", /no snapshot nope; there is none/],
])("data %s is refused with exit 2", async (args, message) => {
  await fill();
  const { out, error } = await data(args.replace("FILE", file));
  expect(error.message).toMatch(message);
  expect(error.message).not.toContain("\n");
  expect(error.exitCode).toBe(2);
  expect(out).toBe("");
});
