/** Wrong command lines: every option of every command without its value, and values that no option takes. */
import type { Rng } from "../src/numerics/rng.ts";
import { drawn, pick, type WrongCase } from "./wrong-case.ts";

/** A command with the options that take a value, as its own help lists them. */
export interface KnownCommand {
  readonly words: readonly string[];
  readonly options: readonly string[];
}

type Help = (words: readonly string[]) => Promise<string>;

/** Walks the help from the top, so that a new command or option is covered the day it is there. */
export async function knownCommands(help: Help, words: readonly string[] = []): Promise<KnownCommand[]> {
  const text = await help(words);
  const [, below = ""] = text.split(/^Commands:$/m);
  const names = [...below.matchAll(/^ {2}([a-z][\w-]*)/gm)].map(([, name]) => name ?? "");
  const inner: KnownCommand[] = [];
  for (const name of names.filter((each) => each !== "help"))
    inner.push(...(await knownCommands(help, [...words, name])));
  if (inner.length > 0) return inner;
  return [{ words, options: [...text.matchAll(/^ {2}(--[\w-]+) </gm)].map(([, option]) => option ?? "") }];
}

/** What is a mistake whoever takes the option; `{}` in the name stands for the option. */
const wrongValues: Readonly<Record<string, readonly string[]>> = {
  "--from": [
    "2016-02-30",
    "yesterday",
    "16-01-01",
    "2016/01/01",
    "",
    "0",
    "-1",
    "2016-01-01T00:00:00Z",
    "٢٠١٦-٠١-٠١",
    "9999999-01-01",
  ],
  "--to": ["2016-13-01", "tomorrow", "2016-1-1", " ", "NaN"],
  "--date": ["2016-02-30", "today", "1"],
  "--timeframe": ["3m", "1D", "", "day", "0", "1d,5m"],
  "--symbols": [",", "", " , ", ",,,"],
  "--strategies": ["moon", ",", "", "reference_ema_cross,moon", "__proto__", "ALL"],
  "--strategy": ["moon", ",", ""],
  "--features": ["moon", ",", "", "sma_20,,", "macd;rsi_14", "__proto__"],
  "--adjustment": ["none", "RAW", "", "full,raw"],
  "--adjust": ["none", "RAW", ""],
  "--profile": ["loose", "STRICT", "", "strict,standard"],
  "--workers": ["0", "65", "1.5", "-1", "many", "", "1e9", "NaN"],
  "--idle": ["0", "-1", "x", "", "1.5"],
  "--seed": ["-1", "0.5", "4294967296", "x", "", "NaN", "Infinity"],
  "--cash": ["0", "-5", "lots", "1e10", "NaN", "Infinity", "", "1,000", "$5"],
  "--mode": ["moon", "", "live", "paper", "STREAM"],
  "--speed": ["0", "-1", "fast", "1e7", "", "NaN", "Infinity"],
  "--sessions": ["0", "1001", "1.5", "-1", "", "x"],
  "--positions": ["", "ADOPT", "all"],
  "--port": ["", "-1", "65536", "http", "1.5"],
  "--kind": ["bars", "", "QUOTES"],
  "--book": ["mine", ""],
  "--snapshot": ["none", "", "../..", "a/b"],
  "--trials": ["0", "-3", "x", "", "Infinity"],
  "--periods": ["0", "-252", "x", "", "NaN"],
  "--risk-free": ["x", "", "NaN", "Infinity"],
  "--benchmark": ["x", "", "NaN"],
  "--long": ["nobody", ""],
  "--short": ["nobody", ""],
  "--channel": ["pigeon", "", "SMTP", "__proto__"],
  "--level": ["loud", "", "__proto__"],
  "--columns": ["close", "=", "warp=x", "close=", "close=nobody", "=close"],
  "--source": ["a b", "", "../x", "x".repeat(40), "ü"],
  "--config": ["none.yaml", "", ".", "bars.csv/x"],
  "--input": ["none.csv", "", "."],
  "--spans": ["none.csv", "", "."],
  "--n": ["0", "-1", "x", "", "1.5", "NaN"],
  "--k": ["0", "1", "x", "", "1.5"],
  "--groups": ["0", "1", "x", "", "2000"],
  "--train": ["0", "-1", "x", "", "1.5"],
  "--test": ["0", "-1", "x", "", "1.5"],
  "--step": ["0", "-1", "x", "", "1.5"],
  "--horizon": ["-1", "x", "", "1.5"],
  "--embargo": ["-1", "x", "", "1.5", "NaN"],
  "--splits": ["1", "3", "x", "", "22"],
  "--window": ["0", "-1", "x", "", "1.5", "100"],
  "--holdout": ["0", "-1", "x", "", "1.5", "1001"],
  "--generations": ["0", "-1", "x", "", "1.5", "10001"],
  "--population": ["3", "-1", "x", "", "4.5", "100001"],
  "--states": ["2", "4", "x", ""],
  "--grid": ["x", "moon.x=1", "reference_ema_cross.fast", "reference_ema_cross.warp=1", ""],
  "--as-of": ["2016-02-30", "yesterday", "1"],
  "--sectors": ["none.csv", "", "."],
  "--formation": ["59", "x", "", "1.5", "10001"],
  "--confirm": ["-1", "x", "", "1.5", "2521"],
  "--candidates": ["0", "x", "", "1.5"],
  "--false-rate": ["0", "-1", "x", "", "0.6", "NaN"],
  "--top": ["0", "-1", "x", "", "1.5"],
  "--delay": ["-1", "6", "x", "", "1.5"],
  "--cost-bps": ["-1", "x", "", "NaN", "1001"],
  "--dependence": ["some", "", "ANY"],
  "--half-life": ["x", "", "40..2", "2", "2..x", "1..2..3", "-1..5"],
  "--prices": ["raw", "", "LOG"],
  "--x": ["nobody", ""],
  "--y": ["nobody", ""],
  "--lag": ["-1", "x", "", "1.5", "100000"],
  "--trend": ["t", "", "CT"],
  "--model": ["none.txt", "", "../x"],
  "--reference": ["none.csv", "", "."],
  "--current": ["none.csv", "", "."],
  "--tickers": ["none.json", "", "."],
  "--symbol": ["", "a b", "ü"],
  "--format": ["moon", "", "EDGAR", "__proto__"],
  "--growth": ["x", "", "NaN", "2", "-1"],
  "--terminal-growth": ["x", "", "NaN", "0.2", "-1"],
  "--discount": ["x", "", "NaN", "0", "2"],
  "--tax": ["x", "", "NaN", "-0.1", "1"],
  "--years": ["0", "-1", "x", "", "1.5", "51"],
};

/** Where nothing can be written; the last part of the line names it. */
const wrongPlaces = [
  "bars.csv/OUT",
  "/proc/OUT",
  "/proc/x/y/OUT",
  "/proc/self/OUT",
  "/dev/null/OUT",
  "loop/OUT",
  `${"d".repeat(300)}/OUT`,
  "OUT\0",
];

/** Enough of a line to reach the option under test. */
const whole: Readonly<Record<string, string>> = {
  backtest: "--strategies reference_ema_cross --symbols AAA --timeframe 1d --out OUT",
  "walk-forward": "--strategies reference_ema_cross --symbols AAA --timeframe 1d --out OUT",
  "research optimize": "--strategy reference_ema_cross --symbols AAA --timeframe 1d --out OUT",
  "research accept": "1 --reason why",
  train: "--config train.yaml --out OUT",
  worker: "--set bus.url=nats://127.0.0.1:1",
  "cv splits": "--n 100",
  "cv cpcv": "--groups 4 --test 2",
  "cv walk-forward": "--n 1000",
  predict: "--model model.txt --input numbers.csv --out OUT.csv",
  explain: "--model model.txt --input numbers.csv --out OUT.csv",
  "models show": "none@1",
  "models promote": "none@1 --reason why",
  "models retire": "none@1 --reason why",
  "models rollback": "none --reason why",
  "models import": "model.txt --name a --reason why",
  "models export": "none@1 --out OUT.txt",
  "models compare": "reference_ema_cross.meta",
  "regime fit": "--input days.csv --out OUT.json",
  "regime history": "--input days.csv --out OUT.csv",
  "regime filter": "--model regime.json --input days.csv --out OUT.csv",
  "sentiment score": "--input texts.csv",
  "sentiment detect": "--input numbers.csv",
  "sentiment import": "bars.csv",
  "fundamentals import-earnings": "bars.csv",
  "sentiment fetch": "--symbols AAA --from 2024-03-04",
  "universe build": "--date 2024-01-05",
  "universe import": "bars.csv --kind sectors",
  "fundamentals import": "bars.csv",
  "fundamentals value": "AAA",
  "stats pbo": "--input numbers.csv",
  optimize: "--method min-variance --input prices.csv",
  "pairs discover": "--symbols AAA",
  "pairs baseline": "--symbols AAA",
  "discover run": "--generations 1 --population 16 --seed 1 --symbols AAA",
  "discover resume": "di-0123456789ab",
  "discover export": "di-0123456789ab --out OUT.ts",
  "stats adf": "--input prices.csv",
  "stats coint": "--input prices.csv --x a --y b",
  canary: "--strategy reference_ema_cross --symbols AAA --timeframe 1d",
  start: "--sessions 1 --speed max",
  exchange: "--data none.csv",
  calendar: "--from 2024-01-02 --to 2024-01-05",
  "data import": "bars.csv --timeframe 1d --adjustment split",
  "data import-actions": "actions.csv",
  "data export": "--symbols AAA --out OUT.csv",
  "data verify": "",
  // Of the sources the one without a network: a line that comes through finds no file.
  "data sync":
    "--source files --symbols AAA --from 2024-01-02 --to 2024-03-01 --timeframe 1d --set data.folder=/nowhere",
  "data snapshot create": "one",
  "data snapshot diff": "one two",
  "data snapshot restore": "one",
  "features compute": "--input bars.csv --features macd --out OUT.csv",
  "features drift": "--reference numbers.csv --current numbers.csv",
  "stats metrics": "--input numbers.csv",
  "stats psr": "--input numbers.csv",
  "stats dsr": "--input numbers.csv",
  "stats mintrl": "--input numbers.csv",
  "journal replay": "",
  restore: "none.tar --verify",
  arm: "--set mode=live",
  override: "risk.stale_data.maxAgeSeconds 30 --for 1m --reason why --yes",
  pause: "--reason why --yes",
  resume: "--reason why --yes",
  flatten: "--reason why --yes",
  close: "AAA --reason why --yes",
  acknowledge: "AAA --reason why --yes",
  "alerts ack": "17",
  "errors resolve": "42",
  "jobs run": "clean_up",
  "report daily": "--date 2026-11-18",
};

const absent = ["OUT", "OUT.csv", "var"];
const line = (words: readonly string[]): string[] => [
  ...words,
  ...(whole[words.join(" ")] ?? "").split(" ").filter((word) => word !== ""),
];

/** The same option twice would mean the last one: the whole line loses its own. */
function withOption(words: readonly string[], option: string, value: string): string[] {
  const rest = line(words);
  const at = rest.indexOf(option);
  if (at >= 0) rest.splice(at, 2);
  return [...rest, `${option}=${value}`];
}

export function systematicLines(commands: readonly KnownCommand[]): WrongCase[] {
  const withoutValue = commands.flatMap(({ words, options }) =>
    options.map((option) => ({
      what: `${words.join(" ")} ${option} without its value`,
      args: [...line(words), option],
      names: [option],
      absent,
    })),
  );
  const wrong = commands.flatMap(({ words, options }) =>
    options.flatMap((option) =>
      (wrongValues[option] ?? []).map((value) => ({
        what: `${words.join(" ")} ${option} ${JSON.stringify(value)}`,
        args: withOption(words, option, value),
        names: [option, value.slice(0, 20)].filter((name) => name !== ""),
        absent,
        ...(right(words, option, value) ? { mayBeFine: true } : {}),
      })),
    ),
  );
  const places = commands
    .filter(({ options }) => options.includes("--out"))
    .flatMap(({ words }) =>
      wrongPlaces.flatMap((place) =>
        ["", ".csv"].map((ending) => ({
          what: `${words.join(" ")} --out ${place}${ending}`,
          args: withOption(words, "--out", `${place}${ending}`),
          names: ["--out"],
          absent,
        })),
      ),
    );
  const roots = commands
    .filter(
      ({ words }) =>
        !/^(calendar|exchange|restore|stats|strategy|features list|version|config|features drift)/.test(
          words.join(" "),
        ),
    )
    .flatMap(({ words }) =>
      ["bars.csv", "/proc/root-of-nothing", "/dev/null", "loop"].map((root) => ({
        what: `${words.join(" ")} --root ${root}`,
        args: [...line(words), "--root", root],
        names: [root, "the lake is empty", "no snapshot", "journal: there is none", "reset --demo"],
        absent,
        mayBeFine: true,
      })),
    );
  const surplus = commands.map(({ words }) => ({
    what: `${words.join(" ")} --no-such-option`,
    args: [...line(words), "--no-such-option"],
    names: ["--no-such-option"],
    absent,
  }));
  return [...withoutValue, ...wrong, ...places, ...roots, ...surplus];
}

/** Some commands take what others refuse. */
function right(words: readonly string[], option: string, value: string): boolean {
  const command = words.join(" ");
  // Its own word for a column, or the name of the source or snapshot that a lake might have.
  if (option === "--benchmark") return true;
  if (command.startsWith("stats") && ["--trials", "--periods", "--risk-free"].includes(option)) return true;
  return command === "features compute" && option !== "--features" && value !== "" ? true : value === "";
}

const letters = [..."abcdefghijklmnopqrstuvwxyz-=.,/ \u001b\0é*{}[]$`'\"\\"];

/** Words drawn from the commands themselves, put together wrongly. */
function salad(rng: Rng, commands: readonly KnownCommand[]): WrongCase {
  const { words, options } = pick(rng, commands);
  const other = pick(rng, commands);
  const noise = () => Array.from({ length: 1 + rng.integer(12) }, () => pick(rng, letters)).join("");
  const kind = rng.integer(5);
  const args = [
    () => [...words.slice(0, -1), noise()],
    () => [...line(words), pick(rng, other.options.concat("--warp")), noise()],
    () => [...line(words), noise(), noise()],
    () => [noise(), ...line(words)],
    () => [...line(words).toReversed(), ...options],
  ][kind]?.() ?? [noise()];
  return {
    what: `salad: ${JSON.stringify(args).slice(0, 160)}`,
    args: [...args, "--set", "no.such.key=1"],
    names: [""],
    mayBeFine: true,
  };
}

export function wrongSalads(rng: Rng, count: number, commands: readonly KnownCommand[]): WrongCase[] {
  return drawn(rng, count, (own) => salad(own, commands));
}
