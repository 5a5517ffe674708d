/**
 * Every mistake gets one line on stderr that names it and its cure, the exit code of CLI.md, nothing on stdout,
 * and leaves nothing behind (RUN-6). Method: the command line as one function over one small lake, and for some
 * of them again as a real process, because starting is what costs: the answers must be the same.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dailyCsv } from "./bars-csv.ts";
import { randomDaily } from "./daily-market.ts";
import { plimsoll, type Said } from "./plimsoll-process.ts";
import { runLine } from "./run-line.ts";
import { knownCommands } from "./wrong-lines.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-wrong-"));
const startedIn = process.cwd();
afterAll(() => {
  process.chdir(startedIn);
  rmSync(folder, { recursive: true, force: true });
});

interface Mistake {
  readonly args: string;
  readonly code: 1 | 2 | 3;
  /** What the line must say: the key or name, and the cure. */
  readonly says: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const good = "--strategies reference_ema_cross --symbols AAA --timeframe 1d --out OUT";
const without = (option: string) => good.replace(new RegExp(`${option} \\S+ ?`), "");
const stats = (file: string, rest = "") => `stats metrics --input ${file} ${rest}`;

const mistakes: Readonly<Record<string, Mistake>> = {
  "unknown command": { args: "backtst", code: 2, says: ["backtst", "backtest", "--help"] },
  "unknown sub-command": { args: "journal replya", code: 2, says: ["replya", "--help"] },
  "unknown option": { args: `backtest ${good} --wrkers 2`, code: 2, says: ["--wrkers", "--workers"] },
  "option without its value": { args: "version --set", code: 2, says: ["--set"] },
  "a word too many": { args: "version now", code: 2, says: ["version", "too many arguments"] },
  "missing strategies": {
    args: `backtest ${without("--strategies")}`,
    code: 2,
    says: ["--strategies is missing"],
  },
  "missing symbols": { args: `backtest ${without("--symbols")}`, code: 2, says: ["--symbols is missing"] },
  "missing timeframe": {
    args: `backtest ${without("--timeframe")}`,
    code: 2,
    says: ["--timeframe is missing", "1d"],
  },
  "missing folder": { args: `backtest ${without("--out")}`, code: 2, says: ["--out is missing"] },
  "unknown strategy": {
    args: `backtest ${good} --strategies moon`,
    code: 2,
    says: ["moon", "no such strategy", "reference_ema_cross"],
  },
  "no strategy": { args: `backtest ${good} --strategies ,`, code: 2, says: ["--strategies is empty"] },
  "unknown symbol": { args: `backtest ${good} --symbols AAB`, code: 2, says: ["AAB", "nearest", "AAA"] },
  "swapped dates": {
    args: `backtest ${good} --from 2016-02-01 --to 2016-01-01`,
    code: 2,
    says: ["--from 2016-02-01 is after --to 2016-01-01"],
  },
  "no such date": {
    args: `backtest ${good} --from 2016-02-30`,
    code: 2,
    says: ["--from", "2016-02-30", "YYYY-MM-DD"],
  },
  "a range without bars": {
    args: `backtest ${good} --from 2020-06-01`,
    code: 2,
    says: ["no 1d bars", "there are 2015"],
  },
  "bad timeframe": { args: `backtest ${good} --timeframe 3m`, code: 2, says: ["--timeframe", "3m", "5m"] },
  "a strategy that does not trade on it": {
    args: "backtest --strategies intraday_mean_reversion --symbols AAA --timeframe 1d --out OUT",
    code: 2,
    says: ["--timeframe 1d", "intraday_mean_reversion trades on 5m, 1m", "a shorter one"],
  },
  "negative cash": { args: `backtest ${good} --cash -5`, code: 2, says: ["--cash -5", "above 0"] },
  "cash that is no number": { args: `backtest ${good} --cash lots`, code: 2, says: ["--cash lots"] },
  "no workers": { args: `backtest ${good} --workers 0`, code: 2, says: ["--workers", "1 to 64"] },
  "a seed with a fraction": {
    args: `backtest ${good} --seed 1.5`,
    code: 2,
    says: ["--seed", "whole number"],
  },
  "a profile that is not there": {
    args: `backtest ${good} --profile loose`,
    code: 2,
    says: ['--profile "loose"', "standard, strict"],
  },
  "unknown snapshot": { args: `backtest ${good} --snapshot none`, code: 2, says: ["none"] },
  "a file where the folder should be": {
    args: `backtest ${good} --out returns.csv`,
    code: 2,
    says: ["returns.csv", "folder"],
  },
  "unknown key by --set": {
    args: `backtest ${good} --set sizing.warp=1`,
    code: 2,
    says: ["warp", "sizing", "default.yaml"],
  },
  "unknown key by --config": {
    args: `backtest ${good} --config warp.yaml`,
    code: 2,
    says: ["warp", "default.yaml"],
  },
  "wrong value by --set": { args: `start --set account.capital=-1`, code: 2, says: ["account.capital = -1"] },
  "missing config file": {
    args: `backtest ${good} --config none.yaml`,
    code: 2,
    says: ["--config none.yaml", "cannot be read"],
  },
  "wrong capital in the environment": {
    args: "config show",
    code: 2,
    says: ["TRADING_CAPITAL=lots"],
    env: { TRADING_CAPITAL: "lots" },
  },
  "a mode that nobody knows": { args: "start --mode moon", code: 2, says: ["--mode", "demo, paper, live"] },
  "paper without keys": { args: "start --mode paper", code: 2, says: ["ALPACA_API_KEY", ".env", "init"] },
  "live that the configuration does not say": {
    args: "start --mode live",
    code: 3,
    says: ["mode live is refused", "mode: demo", "set mode: live"],
  },
  "live that only the configuration says": {
    args: "start --set mode=live",
    code: 3,
    says: ["mode: live", "--mode live"],
  },
  "live that nobody armed": {
    args: "start --mode live --set mode=live",
    code: 3,
    says: ["armed.json is not there", "plimsoll arm"],
  },
  "a paper key in live": {
    args: "arm --set mode=live",
    code: 3,
    says: ["must begin with AK", "live key"],
    env: { ALPACA_API_KEY: "PKX", ALPACA_SECRET_KEY: "y" },
  },
  "a live key in paper": {
    args: "start --mode paper",
    code: 3,
    says: ["must begin with PK", "paper key"],
    env: { ALPACA_API_KEY: "AKX", ALPACA_SECRET_KEY: "y" },
  },
  "half a pair of keys": {
    args: "start --mode paper",
    code: 2,
    says: ["ALPACA_API_KEY is set without ALPACA_SECRET_KEY"],
    env: { ALPACA_API_KEY: "PKX" },
  },
  "arming what is not live": { args: "arm", code: 3, says: ["mode: demo", "mode: live"] },
  "a speed in paper": { args: "start --mode paper --speed 2", code: 2, says: ["--speed is the demo's"] },
  "no speed": { args: "start --speed 0", code: 2, says: ["--speed 0"] },
  "too much speed": { args: "start --speed 601", code: 2, says: ["--speed 601", "at most 600"] },
  "a port of nothing": { args: "start --port 99999", code: 2, says: ["--port", "65535"] },
  "an act without a reason": { args: "pause --yes", code: 2, says: ["--reason is missing"] },
  "an act that is not meant": { args: "close AAA --reason x", code: 2, says: ["close", "--yes"] },
  "an act on nothing": {
    args: "resume --reason x --yes",
    code: 1,
    says: ["no system runs", "plimsoll start"],
  },
  "an audit of nothing": { args: "audit ls --root empty", code: 1, says: ["nothing has been recorded"] },
  "a choice that is none": { args: "init --positions maybe", code: 2, says: ["--positions", "adopt"] },
  "dates of the calendar swapped": {
    args: "calendar --from 2026-02-01 --to 2026-01-01",
    code: 2,
    says: ["is after"],
  },
  "a date outside the calendar": {
    args: "calendar --from 1980-01-01 --to 1980-02-01",
    code: 2,
    says: ["1980-01-01", "1990"],
  },
  "an empty lake": {
    args: `backtest ${good} --root empty`,
    code: 2,
    says: ["the lake is empty", "data import"],
  },
  "acknowledging nothing": { args: "acknowledge --reason x --yes", code: 2, says: ["AAPL", "--cash"] },
  "no journal": { args: "journal replay --root empty", code: 1, says: ["there is none", "plimsoll start"] },
  "a reset that is not meant": { args: "reset --demo", code: 2, says: ["reset --demo --yes"] },
  "stats without a file": { args: "stats metrics", code: 2, says: ["--input is missing"] },
  "a missing file": { args: stats("none.csv"), code: 2, says: ["none.csv", "cannot be read"] },
  "an empty file": { args: stats("empty.csv"), code: 1, says: ["empty.csv", "empty"] },
  "a header alone": { args: stats("header.csv"), code: 1, says: ["header.csv", "no rows"] },
  "a cell that is no number": { args: stats("word.csv"), code: 2, says: ["line 3", "column b", "n/a"] },
  "a cell that is NaN": { args: stats("nan.csv"), code: 2, says: ["line 2", "column a", "NaN"] },
  "an empty cell": { args: stats("hole.csv"), code: 2, says: ["line 2", "column a"] },
  "a row too short": { args: stats("short.csv"), code: 2, says: ["line 3", "2 cells"] },
  "newest first": { args: stats("newest.csv"), code: 2, says: ["line 3", "2024-01-02", "oldest first"] },
  "a column that is not there": {
    args: stats("returns.csv", "--long c"),
    code: 2,
    says: ['"c"', "it has a, b"],
  },
  "a price of zero": { args: stats("returns.csv", "--prices"), code: 2, says: ["--prices", "above zero"] },
  "random bytes": { args: stats("bytes.csv"), code: 2, says: ["bytes.csv", "date,NAME"] },
  "bytes imported": {
    args: "data import bytes.csv --timeframe 1d --adjustment raw",
    code: 1,
    says: ["bytes.csv"],
  },
};

const texts: Readonly<Record<string, string | Uint8Array>> = {
  "warp.yaml": "warp: 9\n",
  "empty.csv": "",
  "header.csv": "date,a\n",
  "returns.csv": "date,a,b\n2024-01-02,0.01,0.02\n2024-01-03,-0.01,0.01\n2024-01-04,0.02,0.01\n",
  "word.csv": "date,a,b\n2024-01-02,1,2\n2024-01-03,1,n/a\n",
  "nan.csv": "date,a\n2024-01-02,NaN\n",
  "hole.csv": "date,a\n2024-01-02,\n",
  "short.csv": "date,a,b\n2024-01-02,1,2\n2024-01-03,1\n",
  "newest.csv": "date,a\n2024-01-03,1\n2024-01-02,1\n",
  // Among them a carriage return, an escape sequence and a line separator.
  "bytes.csv": Uint8Array.from([
    0, 27, 91, 51, 49, 109, 13, 7, 255, 226, 128, 168, 254, 10, 1, 2, 3, 44, 44, 10,
  ]),
};

/** Those that are heard from a real process, too. */
const real = [
  "unknown command",
  "unknown option",
  "unknown strategy",
  "unknown symbol",
  "unknown key by --config",
  "wrong capital in the environment",
  "no journal",
  "a cell that is NaN",
  "random bytes",
];

const words = ({ args }: Mistake) => args.trim().split(/ +/);

const inProcess = (mistake: Mistake): Promise<Said> => runLine(words(mistake), mistake.env);

beforeAll(async () => {
  process.chdir(folder);
  for (const name of ["TRADING_CAPITAL", "TRADING_SYSTEM_ROOT", "LOG_LEVEL"]) delete process.env[name];
  for (const [name, content] of Object.entries(texts)) writeFileSync(join(folder, name), content);
  mkdirSync(join(folder, "empty"));
  writeFileSync(join(folder, "bars.csv"), dailyCsv(randomDaily({ seed: 1, sessions: 40 })));
  const args = "data import bars.csv --timeframe 1d --adjustment split";
  expect(await inProcess({ args, code: 1, says: [] })).toMatchObject({ code: 0, err: "" });
});

describe.each(Object.entries(mistakes))("%s", (name, mistake) => {
  it("is one line that names it and the cure, and nothing else", async () => {
    const said = await inProcess(mistake);
    expect(said.err).toMatch(/^plimsoll: [^\n]{10,400}\n$/);
    expect(said).toMatchObject({ code: mistake.code, out: "" });
    for (const part of mistake.says) expect(said.err).toContain(part);
    expect(said.err).not.toMatch(/\s{4}at |node:internal|\.ts:\d/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that none is there is the point
    expect(said.err.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    if (!real.includes(name)) return;
    expect(await plimsoll(words(mistake), { cwd: folder, env: mistake.env ?? {} })).toEqual(said);
  });
});

it("no mistake left a folder or a trial behind", () => {
  expect(existsSync(join(folder, "OUT"))).toBe(false);
  expect(existsSync(join(folder, "var", "db"))).toBe(false);
  expect(existsSync(join(folder, "var", "demo"))).toBe(false);
  const made = readdirSync(folder).filter((name) => !(name in texts));
  expect(made.toSorted()).toEqual(["bars.csv", "empty", "var"]);
});

describe("what is not wrong", () => {
  const run = (args: string) => plimsoll(args.split(" "), { cwd: folder });

  it("global options may stand before the command, behind it, and with an equals sign", async () => {
    const [before, behind, equals] = await Promise.all([
      run("--json --set account.capital=5000 --root elsewhere config show"),
      run("config show --set account.capital=5000 --json --root elsewhere"),
      run("config --set=account.capital=5000 show --root=elsewhere --json"),
    ]);
    expect(before.code).toBe(0);
    expect(JSON.parse(before.out).config.account.capital).toBe(5000);
    expect(behind).toEqual(before);
    expect(equals).toEqual(before);
  });

  it.each([
    "strategy ls",
    "features list",
    "version",
    "calendar --from 2026-11-23 --to 2026-11-30",
    "stats metrics --input returns.csv",
    "stats psr --input returns.csv",
    "data ls",
    "config show",
  ])("%s --json is one document on stdout and silence on stderr", async (args) => {
    const { code, out, err } = await inProcess({ args: `${args} --json`, code: 1, says: [] });
    expect([code, err]).toEqual([0, ""]);
    expect(typeof JSON.parse(out)).toBe("object");
  });

  it("help of every command shows an example and ends well", async () => {
    const without: string[] = [];
    const commands = await knownCommands(async (command) => {
      const { code, out, err } = await runLine([...command, "--help"]);
      expect([code, err]).toEqual([0, ""]);
      if (!out.includes("\nCommands:\n") && !out.includes("Example:")) without.push(command.join(" "));
      return out;
    });
    expect(commands.length).toBeGreaterThan(20);
    expect(without).toEqual([]);
  });

  it("a pipe that closes early ends it quietly", async () => {
    const entry = join(import.meta.dirname, "..", "src", "cli", "main.ts");
    const args = [entry, "calendar", "--from", "1990-01-02", "--to", "2030-12-31", "--json"];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    let complaint = "";
    child.stderr.on("data", (piece) => {
      complaint += piece;
    });
    child.stdout.once("data", () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect([code, complaint]).toEqual([0, ""]);
  });
});
