/** Wrong settings: unknown keys at every level, wrong types and sizes, contradictions, and text that is no YAML. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../src/app/config.ts";
import type { Rng } from "../src/numerics/rng.ts";
import { drawn, pick, type WrongCase } from "./wrong-case.ts";

const DEFAULTS = readFileSync(join(import.meta.dirname, "..", "config", "default.yaml"), "utf8");
const FILE = "settings.yaml";
/** Stands in files and in the environment, and in no answer. */
export const SECRET = "hush-4f1c9";
const BACKTEST = "backtest --strategies reference_ema_cross --symbols AAA --timeframe 1d --out OUT".split(
  " ",
);
/** Commands that read the configuration before anything else. */
const readers: readonly (readonly string[])[] = [
  ["config", "show"],
  ["config", "show"],
  ["strategy", "ls"],
  BACKTEST,
  ["features", "compute", "--symbols", "AAA", "--out", "OUT.csv"],
  ["start", "--sessions", "1", "--speed", "max"],
];

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

interface Place {
  readonly path: string;
  readonly value: unknown;
}

function places(value: unknown, path = ""): Place[] {
  const inner = isTree(value)
    ? Object.entries(value).flatMap(([key, each]) => places(each, path === "" ? key : `${path}.${key}`))
    : [];
  return [{ path, value }, ...inner];
}

const all = places(loadConfig());
const levels = all.filter(({ value, path }) => isTree(value) && !/^demo\.params$/.test(path));
const leaves = all.filter(({ value }) => !isTree(value));
const numbers = leaves.filter(({ value }) => typeof value === "number");

const strangeKeys = [
  "warp",
  "Enabled",
  "posi tion",
  "límite",
  "constructor",
  "toString",
  "__proto__",
  "hasOwnProperty",
  "0",
  "-1",
  "null",
  "true",
  "\u001b[31mred",
  "a\u2028b",
  "k".repeat(3000),
];

/** A sibling with two letters swapped is what people really type. */
function misspelt(rng: Rng, level: Tree): string {
  const sibling = pick(rng, Object.keys(level).length === 0 ? ["limit"] : Object.keys(level));
  if (sibling.length < 3) return `${sibling}x`;
  const at = rng.integer(sibling.length - 1);
  const swapped =
    sibling.slice(0, at) + (sibling[at + 1] ?? "") + (sibling[at] ?? "") + sibling.slice(at + 2);
  return swapped in level ? `${sibling}s` : swapped;
}

function nested(path: string, value: string): string {
  return path.split(".").reduceRight((inner, key) => `{${JSON.stringify(key)}: ${inner}}`, value);
}

/** As a file or as one word of the command line. */
function given(rng: Rng, what: string, path: string, value: string, names: WrongCase["names"]): WrongCase {
  const reader = pick(rng, readers);
  if (rng.uniform() < 0.5 && !path.includes("=") && !value.includes("\0"))
    return { what, args: [...reader, "--set", `${path}=${value}`], names, absent: ["OUT", "OUT.csv"] };
  return {
    what,
    args: [...reader, "--config", FILE],
    files: { [FILE]: `${nested(path, value)}\n` },
    names,
    absent: ["OUT", "OUT.csv"],
  };
}

/** What a message repeats of a key is cut and cleaned of what moves a cursor. */
const shown = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, " ").slice(0, 40);

function unknownKey(rng: Rng): WrongCase {
  const { path, value } = pick(rng, levels);
  const key = rng.uniform() < 0.5 ? misspelt(rng, value as Tree) : pick(rng, strangeKeys);
  const where = path === "" ? key : `${path}.${key}`;
  const wrong = pick(rng, ["1", "true", "{}", "{ deeper: 1 }", "x", "[]"]);
  return given(rng, `unknown key ${where.slice(0, 80)}`, where, wrong, [
    shown(key),
    `${path} =`,
    "must be a set of keys",
  ]);
}

function wrongType(rng: Rng): WrongCase {
  const { path, value } = pick(rng, leaves);
  const wrong = pick(
    rng,
    [
      ["{}", "object"],
      ["{ a: 1 }", "object"],
      ["[[1]]", "array"],
      ["[null]", "array"],
      ["true", "boolean"],
      ["~", "null"],
      ["3.25", "number"],
      ["{a: {b: {c: [1, {d: 2}]}}}", "object"],
      ["!!binary aGVsbG8=", "object"],
      ["2024-01-01T00:00:00Z x", "string"],
      [JSON.stringify("long ".repeat(2000)), "string"],
    ].filter(([, type]) => type !== typeof value),
  );
  return given(rng, `${path} as ${wrong[0]?.slice(0, 30)}`, path, wrong[0] ?? "", [path]);
}

function wrongNumber(rng: Rng): WrongCase {
  const { path } = pick(rng, numbers);
  const wrong = pick(rng, [
    ".nan",
    ".inf",
    "-.inf",
    "1e309",
    "-1e309",
    "-1",
    "-1e-9",
    "-1e308",
    "1e308",
    "9007199254740993",
    "0x7fffffffffffffffffff",
    "1_000",
    "1,000",
    "5%",
    "12:30:45",
    "NaN",
    "Infinity",
    "१२",
    "9".repeat(400),
  ]);
  return given(rng, `${path} = ${wrong.slice(0, 30)}`, path, wrong, [path, path.split(".")[0] ?? path]);
}

/** Random sizes: many are right. */
function anyNumber(rng: Rng): WrongCase {
  const { path } = pick(rng, numbers);
  const wrong = pick(rng, [
    "-0",
    "0",
    "1e-320",
    "1",
    "2",
    "0.5",
    "1e6",
    String(rng.normal() * 10 ** rng.integer(12)),
  ]);
  const args = ["config", "show", "--set", `${path}=${wrong}`];
  return { what: `${path} = ${wrong}`, args, names: [path, path.split(".")[0] ?? path], mayBeFine: true };
}

/** Each alone is allowed; together they are not. */
const contradictions: readonly (readonly [string, readonly string[]])[] = [
  ["daily_drawdown", ["risk.daily_drawdown.maxFraction=0.03"]],
  ["day_high_drawdown", ["breakers.day_high_drawdown.maxFraction=0.01"]],
  [
    "daily_drawdown",
    ["breakers.day_high_drawdown.maxFraction=0.01", "risk.daily_drawdown.maxFraction=0.011"],
  ],
  ["sizing.positionUsd", ["sizing.positionUsd=30001"]],
  ["order_size", ["risk.order_size.maxNotionalUsd=14999"]],
  ["sizing.positionPct", ["sizing.positionPct=0.06"]],
  ["position_size", ["risk.position_size.maxFraction=0.04"]],
  ["sizing.riskPerTrade", ["sizing.riskPerTrade=0.005"]],
  ["per_trade_risk", ["risk.per_trade_risk.maxFraction=0.003"]],
  ["reducedScalar", ["risk.max_positions.reducedScalar=0.5"]],
  ["max_positions.limit", ["risk.gross_exposure.maxFraction=0.5"]],
  ["recoveredFraction", ["breakers.high_water_mark.recoveredFraction=0.2"]],
  ["high_water_mark", ["breakers.high_water_mark.maxFraction=0.05"]],
  ["allocation", ["strategies.mean_reversion.allocation=0.4"]],
  ["allocation", ["strategies.vwap_reversion.enabled=true", "strategies.vwap_reversion.allocation=0.1"]],
  ["allocation", ["strategies.gap_fill.enabled=false"]],
  ["allocation", ["strategies.mean_reversion.allocation=0", "strategies.gap_fill.allocation=0"]],
  ["fast", ["strategies.reference_ema_cross.params={fast: 50, slow: 20}"]],
  ["demo.params", ["demo.params.reference_ema_cross={fast: 90, slow: 60}"]],
  ["sizing.vix", ["sizing.vix={base: 40, max: 20, floor: 0}"]],
  ["sizing.atr", ["sizing.atr={base: 0.05, max: 0.02, floor: 0}"]],
  ["costs", ["costs.maxParticipation=0.5"]],
  ["costs.latency", ["costs.latency={enabled: true, lowMs: 500, highMs: 100, seed: 1}"]],
  ["costs.feeSchedule", ["costs.feeSchedule=[]"]],
  [
    "costs.feeSchedule",
    [
      "costs.feeSchedule=[{from: 2024-02-01, secPerMillion: 1, tafPerShare: 0, tafCap: 0}, {from: 2024-02-01, " +
        "secPerMillion: 2, tafPerShare: 0, tafCap: 0}]",
    ],
  ],
  ["halts", ["halts=[{symbol: AAA, from: 2024-01-03T15:00:00Z, to: 2024-01-03T14:00:00Z}]"]],
  ["halts", ["halts=[{symbol: AAA, from: yesterday, to: 2024-01-03T14:00:00Z}]"]],
  ["sizing.kelly", ["sizing.kelly.coldRisk=0.03"]],
  ["sizing.kelly", ["sizing.kelly.minTrades=500", "sizing.kelly.window=250"]],
  ["demo.firstSession", ["demo.firstSession=2026-11-22"]],
  ["profile", ["profile=loose"]],
  ["profile", ["profile=Strict"]],
  ["risk.restricted", ["risk.restricted.symbols=aapl"]],
  ["risk.restricted", ["risk.restricted.symbols=[aapl, 3]"]],
  ["features.market", ["features.market="]],
  ["demo.sessions", ["demo.sessions=1.5"]],
];

function contradiction(rng: Rng): WrongCase {
  const [name, settings] = pick(rng, contradictions);
  const reader = name.startsWith("demo.firstSession")
    ? ["start", "--sessions", "1", "--speed", "max"]
    : pick(rng, readers);
  const args = [...reader, ...settings.flatMap((setting) => ["--set", setting])];
  return {
    what: `contradiction: ${settings.join(" ").slice(0, 120)}`,
    args,
    names: [name],
    absent: ["OUT", "OUT.csv"],
  };
}

/** Nobody takes back a strict profile but who wrote it. */
function loosened(rng: Rng): WrongCase {
  const args = [...BACKTEST, "--profile", "standard"];
  if (rng.uniform() < 0.5)
    return {
      what: "loosened profile",
      args: [...args, "--set", "profile=strict"],
      names: ["--profile standard"],
    };
  const files = { [FILE]: "profile: strict\n" };
  return {
    what: "loosened profile in a file",
    args: [...args, "--config", FILE],
    files,
    names: ["--profile standard"],
  };
}

const bomb = ["a0: &a0 [lol, lol, lol, lol]"]
  .concat(Array.from({ length: 12 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n}, `.repeat(9)}*a${n}]`))
  .join("\n");
const utf16 = Uint8Array.from(Buffer.from("\ufeffaccount: { capital: 5 }\n", "utf16le"));

const notYaml: Readonly<Record<string, string | Uint8Array>> = {
  bomb,
  "an anchor that holds itself": "account: &x { capital: *x }",
  "an anchor of nothing": "account: *nobody",
  "a merge key": "base: &b { capital: 5 }\naccount: { <<: *b }",
  "duplicate keys": "account: { capital: 5 }\naccount: { capital: 6 }",
  "duplicate keys inside": "account:\n  capital: 5\n  capital: 6\n",
  "a tab as indent": "account:\n\tcapital: 5\n",
  "an open brace": "account: {",
  "an open quote": 'account: { capital: "5 }',
  "a list": "- account\n- sizing\n",
  "a file of secrets": `ALPACA_SECRET_KEY=${SECRET}\nALPACA_API_KEY=${SECRET}\n`,
  "a secret under a number": `account: { capital: { secretKey: ${SECRET} } }\n`,
  "a secret under no key of ours": `alpaca: { secretKey: ${SECRET} }\n`,
  "a number": "42\n",
  "a word": "account\n",
  true: "true\n",
  "two documents": "account: { capital: 5 }\n---\naccount: { capital: 6 }\n",
  "a version nobody knows": "%YAML 9.9\n---\nwarp: 1\n",
  "a language's object": "account: !!js/function 'function () {}'\n",
  "a python object": "account: !!python/object/apply:os.system ['id']\n",
  "a key that is a map": "? { a: 1 }\n: 2\n",
  "a key that is a number": "7: 8\n",
  "a null key": "~: 8\n",
  "UTF-16": utf16,
  "zero bytes": "account: { capital: 5\0 }\n",
  binary: Uint8Array.from({ length: 4096 }, (_, n) => (n * 7919 + 13) % 256),
  "a Parquet head": "PAR1\0\0\0\0PAR1",
  "a gzip head": Uint8Array.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]),
  "deep brackets": `account: ${"[".repeat(4000)}${"]".repeat(4000)}`,
  "deep maps": `${"{a: ".repeat(3000)}1${"}".repeat(3000)}`,
  "deep indents": Array.from({ length: 1500 }, (_, n) => `${" ".repeat(n)}a${n}:`).join("\n"),
  "half a character": Uint8Array.from([...Buffer.from("account: { capital: "), 0xe2, 0x82]),
  "a long line": `account: { capital: ${"9".repeat(200_000)}x }`,
  "a long key": `${"k".repeat(100_000)}: 1`,
  "an escape sequence": 'account: { capital: "\\e[2J\\e[31m" }',
  "a prototype": "__proto__: { capital: 5 }",
  "a prototype inside": "account: { __proto__: { capital: 5 } }",
  "a constructor": "constructor: { prototype: { capital: 5 } }",
};

function textThatIsNone(rng: Rng): WrongCase {
  const what = pick(rng, Object.keys(notYaml));
  return asFile(rng, what, notYaml[what] ?? "", false);
}

function asFile(rng: Rng, what: string, text: string | Uint8Array, mayBeFine: boolean): WrongCase {
  const reader = mayBeFine ? ["config", "show"] : pick(rng, readers);
  const args = [...reader, "--config", FILE];
  return { what: `--config of ${what}`, args, files: { [FILE]: text }, names: [FILE, "config: "], mayBeFine };
}

/** The default file itself, cut off or with a piece changed. */
function damaged(rng: Rng): WrongCase {
  const at = rng.integer(DEFAULTS.length);
  const change = pick(rng, ["cut", "hole", "byte", "tab", "swap", "twice"]);
  const line = DEFAULTS.slice(0, at).lastIndexOf("\n") + 1;
  const text = {
    cut: DEFAULTS.slice(0, at),
    hole: DEFAULTS.slice(0, at) + DEFAULTS.slice(at + 1 + rng.integer(40)),
    byte:
      DEFAULTS.slice(0, at) +
      pick(rng, ["{", "}", "[", ":", "&", "*", "!", "%", "@", "`", "\0", '"', "'", "-"]) +
      DEFAULTS.slice(at + 1),
    tab: `${DEFAULTS.slice(0, line)}\t${DEFAULTS.slice(line)}`,
    swap: DEFAULTS.slice(at) + DEFAULTS.slice(0, at),
    twice: DEFAULTS + DEFAULTS.slice(line),
  }[change];
  return asFile(rng, `the defaults, ${change} at ${at}`, text ?? "", true);
}

const assignments = [
  "",
  "=",
  "account.capital",
  "account.capital:5",
  "=5",
  ".=5",
  "..=5",
  "account.=5",
  ".capital=5",
  "account..capital=5",
  "account.capital.deeper=5",
  "costs.feeSchedule.0.from=2024-01-01",
  "costs.feeSchedule[0]=1",
  "account.capital=[",
  "account.capital={",
  "account.capital=*x",
  "account.capital=&x [*x]",
  "account.capital=1\n---\n2",
  "account=5",
  "account=",
  "=account=5",
  "__proto__.polluted=1",
  "account.__proto__.polluted=1",
  "constructor.prototype.polluted=1",
  "account capital=5",
  "ACCOUNT.CAPITAL=5",
  "account.capital==5",
  `account.capital=${"[".repeat(3000)}`,
  `account.capital=${"[".repeat(3000)}${"]".repeat(3000)}`,
  `${"a.".repeat(3000)}b=1`,
  "account.capital=\u001b[31m",
  "account.capital='5",
];

function assignment(rng: Rng): WrongCase {
  const text = pick(rng, assignments);
  const args = [...pick(rng, readers), "--set", text];
  return {
    what: `--set ${text.slice(0, 60)}`,
    args,
    names: ["--set", "config: "],
    absent: ["OUT", "OUT.csv"],
  };
}

function environment(rng: Rng): WrongCase {
  const capital = pick(rng, [
    "lots",
    "-1",
    "0",
    "NaN",
    "Infinity",
    "1e309",
    "97,000",
    "$97000",
    " ",
    "0x",
    "1e10",
    "\u001b[2J",
  ]);
  return {
    what: `TRADING_CAPITAL=${capital}`,
    args: [...pick(rng, readers)],
    env: { TRADING_CAPITAL: capital },
    names: ["TRADING_CAPITAL"],
  };
}

/** Twelve thirtieths of them are sizes and types, the rest everything else. */
export function wrongConfigs(rng: Rng, count: number): WrongCase[] {
  const kinds = [
    unknownKey,
    unknownKey,
    unknownKey,
    wrongType,
    wrongType,
    wrongNumber,
    wrongNumber,
    anyNumber,
    contradiction,
    contradiction,
    textThatIsNone,
    textThatIsNone,
    damaged,
    damaged,
    assignment,
    environment,
    loosened,
  ];
  return drawn(rng, count, (own) => pick(own, kinds)(own));
}
