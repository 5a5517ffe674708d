/**
 * A thousand wrong settings, files and command lines: none may end in a stack trace or leave half a result (RUN-6).
 * Method: seeded generators, the command line as one function, and after each the tree is what it was.
 */
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRng } from "../src/numerics/rng.ts";
import { dailyCsv } from "./bars-csv.ts";
import { randomDaily } from "./daily-market.ts";
import { plimsoll, type Said } from "./plimsoll-process.ts";
import { regimeDays } from "./regime-days.ts";
import { runLine } from "./run-line.ts";
import { stumpModel } from "./stump-model.ts";
import type { WrongCase } from "./wrong-case.ts";
import { SECRET, wrongConfigs } from "./wrong-configs.ts";
import { goodNumbers, type ParquetBytes, parquetShapes, wrongFiles } from "./wrong-files.ts";
import { knownCommands, systematicLines, wrongSalads } from "./wrong-lines.ts";

const rng = createRng(20_261_121, "wrong");
const CONFIGS = 380;
const FILES = 460;
const SALADS = 60;
/** How many are heard again from a process of their own. */
const PROCESSES = 10;

const base = mkdtempSync(join(tmpdir(), "plimsoll-thousand-"));
/** Where the cases run, and what it is put back to after one that changed something. */
const place = join(base, "place");
const good = join(base, "good");
const startedIn = process.cwd();
let shapes: ParquetBytes = {};

const run = ({ args, env = {} }: Pick<WrongCase, "args" | "env">) =>
  runLine(args, { ...env, ALPACA_API_KEY: SECRET, ALPACA_SECRET_KEY: SECRET });

/** Path, kind, size and time of everything but what a refused command may leave: audits of rows, and locks. */
function tree(folder: string, path = ""): string[] {
  return readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry) => {
    const here = path === "" ? entry.name : `${path}/${entry.name}`;
    if (/^var\/(data\/audit|run|data\/staging)$/.test(here)) return [];
    if (entry.isDirectory()) return [`${here}/`, ...tree(folder, here)];
    const { size, mtimeMs } = lstatSync(join(folder, here));
    return [`${here} ${size} ${mtimeMs}`];
  });
}

function putBack(): void {
  process.chdir(base);
  rmSync(place, { recursive: true, force: true });
  cpSync(good, place, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  process.chdir(place);
}

function prepare({ files = {} }: WrongCase): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(place, name);
    if (typeof content === "function") content(path);
    else writeFileSync(path, content);
  }
}

beforeAll(async () => {
  for (const name of ["TRADING_CAPITAL", "TRADING_SYSTEM_ROOT", "LOG_LEVEL"]) delete process.env[name];
  mkdirSync(good);
  writeFileSync(join(good, "bars.csv"), dailyCsv(randomDaily({ seed: 1, sessions: 40 })));
  writeFileSync(join(good, "numbers.csv"), goodNumbers);
  // Prices enough for a test of wandering: above 0, and never the same move twice.
  const prices = Array.from({ length: 40 }, (_, n) => {
    const date = new Date(Date.UTC(2024, 0, 2 + n)).toISOString().slice(0, 10);
    return `${date},${100 + ((n * 7) % 11)},${50 + ((n * 5) % 13)}`;
  });
  writeFileSync(join(good, "prices.csv"), `date,a,b\n${prices.join("\n")}\n`);
  writeFileSync(join(good, "model.txt"), stumpModel("a", "b"));
  writeFileSync(join(good, "texts.csv"), "date,text\n2026-01-02,profit fell\n");
  writeFileSync(join(good, "days.csv"), regimeDays(120));
  writeFileSync(
    join(good, "actions.csv"),
    "symbol,ex_date,kind,new_shares,old_shares,cash_per_share,reference\n",
  );
  writeFileSync(join(good, "train.yaml"), "training: { strategy: reference_ema_cross, bars: {} }\n");
  symlinkSync("loop", join(good, "loop"));
  process.chdir(good);
  const args = "data import bars.csv --timeframe 1d --adjustment split".split(" ");
  expect(await run({ args })).toMatchObject({ code: 0, err: "" });
  const fit = "regime fit --input days.csv --out regime.json".split(" ");
  expect(await run({ args: fit })).toMatchObject({ code: 0, err: "" });
  shapes = await parquetShapes(base, (path) => new Uint8Array(readFileSync(path)));
  putBack();
});
afterAll(() => {
  process.chdir(startedIn);
  rmSync(base, { recursive: true, force: true });
});

/** What an answer of the program must never hold: its own insides. */
const INSIDES =
  /\s{4}at |^plimsoll: E[A-Z]+:|node:internal|\.ts:\d|src\/(?:cli|app|adapters)|\bundefined\b|\[object |is not a function|is not iterable|Cannot read prop|(?:Binder|Parser|Catalog|Internal|Invalid Input|Conversion) Error|Maximum call|Invalid string length|LINE \d+:/;
const LONGEST_LINE = 700;

/** What is wrong with an answer; empty when nothing is. */
function complaints(wrong: WrongCase, { code, out, err }: Said, before: readonly string[]): string[] {
  const found: string[] = [];
  const left = tree(place);
  if (code === 0) {
    if (wrong.mayBeFine !== true) found.push("accepted");
    if (err !== "") found.push(`exit 0, but said ${err.slice(0, 200)}`);
    if (left.some((entry) => entry.includes(".unfinished"))) found.push("left an unfinished file");
    return found;
  }
  if (code !== 1 && code !== 2 && code !== 3) found.push(`exit ${code}`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that none is there is the point
  if (!/^plimsoll: [^\u0000-\u001f\u007f-\u009f\u2028\u2029]{10,}\n$/.test(err))
    found.push("not one clean line");
  if (err.length > LONGEST_LINE) found.push(`${err.length} characters`);
  if (`${out}${err}`.includes(SECRET)) found.push("tells a secret");
  if (INSIDES.test(err) || INSIDES.test(out)) found.push("tells its insides");
  const named = wrong.names.some((name) => (typeof name === "string" ? err.includes(name) : name.test(err)));
  if (!named) found.push(`names none of ${wrong.names.join(" | ").slice(0, 100)}`);
  for (const path of wrong.absent ?? []) {
    if (existsSync(join(place, path)) && !before.includes(`${path}/`)) found.push(`${path} is there`);
  }
  const changed = left.filter((entry) => !before.includes(entry));
  const gone = before.filter((entry) => !left.includes(entry));
  if (changed.length + gone.length > 0) found.push(`changed ${[...changed, ...gone].slice(0, 4).join(", ")}`);
  return found;
}

async function judge(
  cases: readonly WrongCase[],
): Promise<{ readonly bad: string[]; readonly refused: number }> {
  const bad: string[] = [];
  let refused = 0;
  let untouched = tree(place);
  for (const wrong of cases) {
    prepare(wrong);
    const before = tree(place);
    const said = await run(wrong);
    const found = complaints(wrong, said, before);
    if (found.length > 0)
      bad.push(`${wrong.what}: ${found.join("; ")}: ${JSON.stringify(said.err.slice(0, 400))}`);
    refused += said.code === 0 ? 0 : 1;
    for (const name of Object.keys(wrong.files ?? {}))
      rmSync(join(place, name), { recursive: true, force: true });
    if (tree(place).join() === untouched.join()) continue;
    putBack();
    untouched = tree(place);
  }
  return { bad, refused };
}

describe("a thousand mistakes", () => {
  let heard = 0;

  it("wrong settings are refused by key, value and what is allowed", async () => {
    const { bad, refused } = await judge(wrongConfigs(rng.fork("configs"), CONFIGS));
    expect(bad).toEqual([]);
    heard += refused;
  });

  it("wrong files are refused by name, or their wrong rows are set aside", async () => {
    const { bad, refused } = await judge(wrongFiles(rng.fork("files"), FILES, shapes));
    expect(bad).toEqual([]);
    heard += refused;
  });

  it("wrong lines are refused by option, for every option that the help lists", async () => {
    const commands = await knownCommands(async (words) => (await run({ args: [...words, "--help"] })).out);
    expect(commands.length).toBeGreaterThan(20);
    const systematic = systematicLines(commands);
    expect(systematic.length).toBeGreaterThan(250);
    const { bad, refused } = await judge([
      ...systematic,
      ...wrongSalads(rng.fork("salads"), SALADS, commands),
    ]);
    expect(bad).toEqual([]);
    heard += refused;
  });

  it("a process of its own says the same", async () => {
    const cases = wrongConfigs(rng.fork("processes"), PROCESSES);
    for (const wrong of cases) {
      prepare(wrong);
      const said = await run(wrong);
      const alone = await plimsoll(wrong.args, { cwd: place, env: wrong.env ?? {} });
      expect([wrong.what, alone]).toEqual([wrong.what, said]);
      for (const name of Object.keys(wrong.files ?? {})) rmSync(join(place, name), { force: true });
    }
  });

  it("most of them were wrong indeed", () => {
    expect(heard).toBeGreaterThan(1000);
  });
});
