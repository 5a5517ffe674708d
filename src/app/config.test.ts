/**
 * Goal: a wrong setting stops the program with one line that names the key, what was given and what is allowed,
 * and nothing that was meant to hold is silently left out (C-57). Method: a table of the mistakes people make,
 * then random ones.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../domain/assert.ts";
import { instrumentTable } from "../domain/instrument.ts";
import { xnysSessions } from "../market/calendar.ts";
import { SimulatedVenue } from "../sim/venue.ts";
import { strategies } from "../strategies/registry.ts";
import { type ConfigSources, configHash, loadConfig } from "./config.ts";
import { buildLoop } from "./engine-run.ts";
import { tradedConfig } from "./traded-config.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
function overlay(text: string): string {
  const path = join(folder, `overlay-${files++}.yaml`);
  writeFileSync(path, text);
  return path;
}

/** The line of the refusal; fails when there is none, or when it is anything but a refusal. */
function refusal(sources: ConfigSources): string {
  try {
    loadConfig(sources);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).exitCode).toBe(2);
    const { message } = error as Error;
    expect(message).not.toMatch(/[\r\n]/);
    return message;
  }
  throw new Error("accepted");
}
const set = (...assignments: string[]) => refusal({ assignments });
const file = (text: string) => refusal({ files: [overlay(text)] });

describe("one line names key, value and what is allowed", () => {
  it.each([
    [
      "an unknown key at the top",
      () => file("warp: 9\n"),
      "unknown key warp at the top level; see config/default.yaml",
    ],
    ["an unknown section", () => set("sizng.positionPct=0.03"), "unknown key sizng at the top level"],
    [
      "an unknown key in a section",
      () => set("sizing.positionPtc=0.03"),
      "unknown key positionPtc at sizing",
    ],
    ["an unknown rule", () => set("risk.max_position.limit=3"), "unknown key max_position at risk"],
    [
      "an unknown key of a rule",
      () => set("risk.max_positions.limt=3"),
      "unknown key limt at risk.max_positions",
    ],
    ["an unknown strategy", () => set("strategies.moon.enabled=true"), "unknown key moon at strategies"],
    [
      "an unknown key of a strategy",
      () => set("strategies.buy_and_hold.share=1"),
      "unknown key share at strategies.buy_and_hold",
    ],
    [
      "bars that a strategy was not written for",
      () => set("strategies.mean_reversion.timeframe=1m"),
      "strategies.mean_reversion.timeframe = 1m: must be auto or one that it was written for: 1d",
    ],
    [
      "bars that there are not",
      () => set("strategies.mean_reversion.timeframe=1h"),
      'strategies.mean_reversion.timeframe = "1h": must be one of auto, 1d, 5m, 1m, 1s',
    ],
    [
      "an unknown parameter",
      () => set("strategies.reference_ema_cross.params.fats=3"),
      "unknown key fats at strategies.reference_ema_cross.params",
    ],
    [
      "a parameter out of range",
      () => set("strategies.reference_ema_cross.params.fast=0"),
      "strategies.reference_ema_cross.params.fast = 0: must be at least 1",
    ],
    [
      "parameters that contradict each other",
      () => set("strategies.reference_ema_cross.params.fast=50"),
      "strategies.reference_ema_cross.params.fast = 50: fast must be below slow",
    ],
    [
      "an unknown strategy of the demo",
      () => set("demo.params.moon.fast=3"),
      "unknown key moon at demo.params",
    ],
    [
      "a wrong parameter of the demo",
      () => set("demo.params.swing_trend_following.maxBars=0"),
      "demo.params.swing_trend_following.maxBars = 0: must be at least 1",
    ],
    ["a wrong type", () => set("sizing.positionPct=many"), 'sizing.positionPct = "many": must be a number'],
    [
      "a value left out",
      () => set("sizing.positionPct="),
      "config: sizing.positionPct is empty; must be a number, see config/default.yaml",
    ],
    ["yes, which YAML 1.2 reads as a word", () => set("costs.regulatory=yes"), 'costs.regulatory = "yes"'],
    ["a list where a number belongs", () => set("account.capital=[1]"), "account.capital = [1]"],
    ["no number", () => set("account.capital=.nan"), "account.capital = NaN"],
    ["infinity", () => set("demo.speed=.inf"), "demo.speed = Infinity"],
    ["too small", () => set("account.capital=0"), "account.capital = 0: must be above 0"],
    [
      "beyond the ceiling",
      () => set("sizing.riskPerTrade=0.03"),
      "sizing.riskPerTrade = 0.03: must be at most 0.02",
    ],
    [
      "no such choice",
      () => set("costs.slippage=none"),
      'costs.slippage = "none": must be one of fixed, modelled',
    ],
    [
      "no such date",
      () => set("costs.feeSchedule=[{from: 2024-02-30, secPerMillion: 1, tafPerShare: 0, tafCap: 0}]"),
      "must be YYYY-MM-DD",
    ],
    ["a section emptied", () => file("risk:\n"), "config: risk is empty; must be a set of keys"],
    ["a section replaced by a number", () => set("risk=3"), "risk = 3"],
    [
      "shares beyond the whole",
      () => set("strategies.mean_reversion.allocation=0.4"),
      "must sum to 1, got 1.1",
    ],
    [
      "shares below the whole",
      () => set("strategies.gap_fill.enabled=false"),
      "the enabled ones must sum to 1, got 0.9",
    ],
    [
      "nothing enabled",
      () => set(...Object.keys(loadConfig().strategies).map((id) => `strategies.${id}.enabled=false`)),
      "none enabled",
    ],
    ["a key that the language owns", () => set("__proto__.account.capital=5"), "unknown key __proto__"],
    [
      "the same in a file",
      () => file("account:\n  __proto__: { capital: 5 }\n"),
      "unknown key account.__proto__",
    ],
    ["a setting without a value", () => set("account.capital"), "--set account.capital: must be key=value"],
    ["a setting without a key", () => set("=5"), "--set =5: must be key=value"],
    ["an empty part of a key", () => set("account..capital=5"), "unknown key"],
    [
      "a value that is no YAML",
      () => set("account.capital=["),
      "--set account.capital=[: not valid YAML at line 1",
    ],
    [
      "a value that points nowhere",
      () => set("account.capital=*x"),
      "--set account.capital=*x: not valid YAML: an alias",
    ],
    ["a value that holds itself", () => set("account=&x {capital: *x}"), "not valid YAML: an alias"],
    ["a file that is no YAML", () => file("account: {\n"), ".yaml: not valid YAML at line"],
    ["two documents", () => file("account: {}\n---\nsizing: {}\n"), "MULTIPLE_DOCS"],
    ["a file that is a list", () => file("- 1\n"), ".yaml: must be a set of keys, got a list"],
    [
      "a missing file",
      () => refusal({ files: [join(folder, "none.yaml")] }),
      "none.yaml: cannot be read; give the path of a YAML file",
    ],
    ["a folder", () => refusal({ files: [folder] }), "cannot be read"],
    [
      "a capital that is a word",
      () => refusal({ env: { TRADING_CAPITAL: "lots" } }),
      "TRADING_CAPITAL=lots: must be dollars above 0",
    ],
    [
      "a capital below zero",
      () => refusal({ env: { TRADING_CAPITAL: "-5" } }),
      "TRADING_CAPITAL=-5: must be dollars above 0",
    ],
    ["a blank capital", () => refusal({ env: { TRADING_CAPITAL: " " } }), "must be dollars above 0"],
  ])("%s", (_, act, expected) => {
    expect(act()).toContain(expected);
  });

  it("however long the value, the line stays short", () => {
    expect(set(`account.capital=${"9".repeat(5000)}x`).length).toBeLessThan(300);
    expect(refusal({ env: { TRADING_CAPITAL: "x".repeat(5000) } }).length).toBeLessThan(300);
  });
});

describe("what is accepted", () => {
  it("the defaults: the eight of the specification at its shares, which sum to one", () => {
    const config = loadConfig();
    const shares = Object.entries(config.strategies).filter(([, { enabled }]) => enabled);
    expect(shares.map(([id, { allocation }]) => `${id} ${allocation}`).toSorted()).toEqual([
      ...["factor_momentum 0.05", "gap_fill 0.1", "mean_reversion 0.3", "pairs_trading 0.05"],
      ...["quality_smallcap_value 0.05", "relative_volume_breakout 0.25", "vix_regime_rotation 0.1"],
      "vol_managed_momentum 0.1",
    ]);
    expect(config.account.capital).toBe(97_000);
    expect(Object.keys(config.strategies)).toEqual(strategies.map(({ id }) => id));
  });

  it("later overlays win, the environment is above them, single settings above all", () => {
    const first = overlay("account: { capital: 1000 }\nsizing: { positionPct: 0.01, cashBuffer: 0.2 }\n");
    const second = overlay("sizing: { positionPct: 0.02 }\n");
    const both = loadConfig({ files: [first, second] });
    expect(both.sizing).toMatchObject({ positionPct: 0.02, cashBuffer: 0.2 });
    expect(both.account.capital).toBe(1000);
    expect(loadConfig({ files: [second, first] }).sizing.positionPct).toBe(0.01);
    const env = { TRADING_CAPITAL: "2000" };
    expect(loadConfig({ files: [first], env }).account.capital).toBe(2000);
    expect(loadConfig({ files: [first], env, assignments: ["account.capital=3000"] }).account.capital).toBe(
      3000,
    );
    expect(loadConfig({ assignments: ["account.capital=1", "account.capital=2"] }).account.capital).toBe(2);
  });

  it("an overlay with nothing in it, and an environment that says nothing", () => {
    const empty = [overlay(""), overlay("# account: { capital: 5 }\n")];
    expect(loadConfig({ files: empty, env: { TRADING_CAPITAL: "" } })).toEqual(loadConfig());
  });

  it("a value with = in it, and one given as YAML", () => {
    const config = loadConfig({ assignments: ["strategies.reference_ema_cross.params={fast: 3, slow: 9}"] });
    expect(config.strategies.reference_ema_cross?.params).toEqual({ fast: 3, slow: 9 });
    expect(set("demo.firstSession=a=b")).toContain('demo.firstSession = "a=b"');
  });
});

describe("the hash", () => {
  it("is equal for equal settings, whatever order the keys stand in", () => {
    const one = loadConfig({
      files: [overlay("account: { capital: 5000 }\nsizing: { cashBuffer: 0.1, fixedShares: 7 }\n")],
    });
    const two = loadConfig({
      files: [overlay("sizing: { fixedShares: 7, cashBuffer: 0.1 }\naccount: { capital: 5e3 }\n")],
    });
    const three = loadConfig({
      assignments: ["sizing.fixedShares=7", "account.capital=5000", "sizing.cashBuffer=0.10"],
    });
    expect(new Set([configHash(one), configHash(two), configHash(three)]).size).toBe(1);
    const turned = {
      ...one,
      sizing: Object.fromEntries(Object.entries(one.sizing).toReversed()),
    } as typeof one;
    expect(configHash(turned)).toBe(configHash(one));
  });

  it("differs when any single setting does", () => {
    const changes = [
      "account.capital=97001",
      "risk.max_positions.limit=29",
      "costs.spreadBps=3",
      "demo.speed=61",
    ];
    const hashes = [[], ...changes.map((change) => [change])].map((assignments) =>
      configHash(loadConfig({ assignments })),
    );
    expect(new Set(hashes).size).toBe(changes.length + 1);
  });
});

describe("random settings", () => {
  const keys = leafPaths(loadConfig());
  const key = fc.oneof(
    fc.constantFrom(...keys),
    fc.constantFrom(...keys).map((path) => path.split(".").slice(0, -1).join(".")),
    fc.constantFrom(...keys).map((path) => `${path}.deeper`),
    fc.constantFrom(
      "constructor",
      "toString",
      "risk.__proto__",
      "a.b.c",
      "strategies.",
      ".x",
      "costs.feeSchedule.0",
    ),
    fc.string({ maxLength: 12 }).map((text) => text.replaceAll("=", "")),
  );
  const value = fc.oneof(
    fc.double().map(String),
    fc.integer().map(String),
    fc.json(),
    fc.string({ maxLength: 30 }),
    fc.constantFrom(
      "",
      "~",
      "[",
      "{a: ",
      "*x",
      "&x [*x]",
      "!!binary aGk=",
      "|\n x",
      "- 1\n- 2",
      "'",
      "? {a: 1}",
      "!!js 1",
      "\u0000",
      "1\n---\n2",
      "{<<: 1}",
    ),
  );

  it("are refused as one line or give a config that every part accepts", () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(key, value), { minLength: 1, maxLength: 3 }), (pairs) => {
        const assignments = pairs.map(([path, text]) => `${path}=${text}`);
        try {
          startAll(loadConfig({ assignments }));
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          refused += 1;
        }
      }),
      { numRuns: 300, seed: 20 },
    );
    expect(refused).toBeGreaterThan(150);
  });

  it("as files too", () => {
    const text = fc.oneof(
      fc
        .tuple(key, value)
        .map(([path, given]) => path.split(".").reduceRight((inner, part) => `{${part}: ${inner}}`, given)),
      fc.string({ maxLength: 60 }),
      fc.json(),
    );
    fc.assert(
      fc.property(text, (content) => {
        try {
          startAll(loadConfig({ files: [overlay(content)] }));
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
        }
      }),
      { numRuns: 300, seed: 21 },
    );
  });
});

describe("a size beyond what a rule lets pass", () => {
  it.each([
    ["positionUsd", 40_000, "order_size.maxNotionalUsd", 30_000],
    ["positionPct", 0.06, "position_size.maxFraction", 0.05],
    ["riskPerTrade", 0.005, "per_trade_risk.maxFraction", 0.004],
  ])("sizing.%s = %s is refused: every full-sized order would be too", (size, asked, rule, limit) => {
    const own = `sizing.${size}=${asked}`;
    expect(() => loadConfig({ assignments: [own] })).toThrow(
      `config: sizing.${size} = ${asked}: must be at most risk.${rule} = ${limit}; ` +
        "raise that limit too if such orders are meant",
    );
    expect(() => loadConfig({ assignments: [own, `risk.${rule}=${asked}`] })).not.toThrow();
  });
});

describe("demo.settings", () => {
  const demo = (settings: string, profile = "standard") =>
    tradedConfig(loadConfig({ assignments: [`demo.settings=${settings}`, `profile=${profile}`] }), "demo");

  it("hold in the demo alone, and never under the strict profile", () => {
    const config = loadConfig();
    expect(config.sizing.kelly.enabled).toBe(true);
    expect(tradedConfig(config, "demo").sizing.kelly.enabled).toBe(false);
    expect(demo("[sizing.positionPct=0.03]").sizing.positionPct).toBe(0.03);
    expect(demo("[sizing.positionPct=0.03]", "strict").sizing.positionPct).not.toBe(0.03);
  });

  it("are checked when the configuration is read, and named", () => {
    expect(() => demo("[sizing.positionPct=3]")).toThrow(/sizing.positionPct = 3/);
    expect(() => demo("[sizing.nope=3]")).toThrow(/unknown key nope/);
    expect(() => demo("[nonsense]")).toThrow(/demo.settings nonsense: must be key=value/);
  });
});

/** Whoever takes a config at the start: none may find fault with one that was accepted. */
function startAll(config: ReturnType<typeof loadConfig>): void {
  const strategyIds = strategies.map(({ id }) => id);
  const columns = { timeframe: "1m" as const, instruments: instrumentTable(["AAA", "BBB"]) };
  const setup = { strategyIds, sessions: xnysSessions(), cash: 1000, columns };
  buildLoop({ ...setup, config }, strategies);
  buildLoop({ ...setup, config: tradedConfig(config, "demo") }, strategies);
  new SimulatedVenue(2, config.costs, xnysSessions());
  configHash(config);
}

function leafPaths(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([name, inner]) =>
    leafPaths(inner, path === "" ? name : `${path}.${name}`),
  );
}
