/**
 * The configuration: one default file, overlays, and single keys from the command line; checked strictly, so
 * that a misspelt limit stops the program instead of leaving the default in force (C-57).
 */
import { createHash } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { readYaml } from "../adapters/yaml-file.ts";
import { InputError } from "../domain/assert.ts";
import { timeframes } from "../domain/bars.ts";
import { basisKinds } from "../engine/price-basis.ts";
import { ensembleParams } from "../ensemble/ensemble-params.ts";
import { sizingParams } from "../ensemble/sizing.ts";
import { executionParams } from "../execution/order-policy.ts";
import { canonicalJson } from "../numerics/canonical-json.ts";
import { breakers } from "../risk/breaker-registry.ts";
import { rules } from "../risk/registry.ts";
import { costParams } from "../sim/cost-model.ts";
import { haltList } from "../sim/halts.ts";
import { strategies } from "../strategies/registry.ts";
import { alertParams } from "./alert-params.ts";
import { backupParams } from "./backup-params.ts";
import { busParams } from "./bus-params.ts";
import { assigned, fileTree, isTree, overlay, placed, SHOWN, type Tree } from "./config-tree.ts";
import { dashboardParams } from "./dashboard-params.ts";
import { fundamentalsParams } from "./fundamentals-params.ts";
import { killParams } from "./kill-params.ts";
import { learnParams } from "./learn-params.ts";
import { liveParams } from "./live-params.ts";
import { metricsParams } from "./metrics-params.ts";
import { orchestratorParams } from "./orchestrator-params.ts";
import { strategiesOf, withHashes, withoutPlaces, wrongName } from "./own-strategies.ts";
import { type Profile, profiles, tightened } from "./profile.ts";
import { regimeParams } from "./regime/regime-params.ts";
import { researchParams } from "./research-params.ts";
import { mustBe } from "./setting-words.ts";
import { sourceParams } from "./sources/source-params.ts";
import { universeParams } from "./universe/universe-params.ts";
import { watchdogParams } from "./watchdog-params.ts";

const strategyEntry = z.strictObject({
  enabled: z.boolean(),
  allocation: z.number().min(0).max(1),
  maxPositions: z.int().positive().max(10_000),
  /** What stands beside the rules in a system that runs: the promoted version, nothing, or one version (STRAT-2). */
  model: z.string().regex(/^(?:champion|rules|[a-z][a-z0-9_.-]{0,79}@[1-9]\d{0,8})$/, {
    error: "must be champion, rules, or a version as NAME@NUMBER",
  }),
  /** Of the bars that it decides on; auto: the run's, or the next longer ones that it was written for. */
  timeframe: z.enum(["auto", ...timeframes]),
  /** Tier of the universe of the day that its entries are kept to (UNIV-1); all: every instrument of the run. */
  universe: z.enum(["all", "core", "extended"]),
  /** What unusually bad news of a company does to it: nothing, bars new longs, or ends longs too (RES-3). */
  news: z.enum(["off", "block", "exit"]).default("off"),
  /** The only ones that it is shown; none: every one of the run. */
  symbols: z.array(z.string().min(1).max(20)).max(2000),
  params: z.record(z.string(), z.unknown()),
  /** Of a strategy that is not built in: where it lies, and what it was when it was read (STRAT-3). */
  file: z.string().min(1).max(4096).optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, { error: "must be 64 hexadecimal digits" })
    .optional(),
});

/** What a strategy of one's own has where nothing else is said. */
const OWN_DEFAULTS = {
  ...{ enabled: false, allocation: 0, maxPositions: 10, model: "rules", timeframe: "auto", universe: "all" },
  ...{ symbols: [], params: {} },
};

/** Dollars: beyond it sums of micro-dollars lose their last digit. */
const MOST_CAPITAL = 1e9;

const schema = z.strictObject({
  profile: z.enum(profiles),
  /** What `start` trades when it is not told; live is started only when both say so (RUN-4). */
  mode: z.enum(["demo", "paper", "live"]),
  account: z.strictObject({ capital: z.number().positive().max(MOST_CAPITAL) }),
  strategies: z.record(z.string(), strategyEntry),
  features: z.strictObject({
    /** Symbol that betas, correlations and relative strength compare with. */
    market: z.string().min(1).max(20),
    /** What features of raw prices look through: splits and spin-offs, or dividends too (QUANT, head). */
    basis: z.enum(basisKinds),
  }),
  sizing: sizingParams,
  ensemble: ensembleParams,
  regime: regimeParams,
  fundamentals: fundamentalsParams,
  universe: universeParams,
  risk: z.strictObject(Object.fromEntries(rules.map(({ id, params }) => [id, params]))),
  breakers: z.strictObject(Object.fromEntries(breakers.map(({ id, params }) => [id, params]))),
  execution: executionParams,
  costs: costParams,
  backtest: z.strictObject({ operatorResumes: z.enum(["next_session", "never"]) }),
  halts: haltList,
  kill: killParams,
  live: liveParams,
  alerts: alertParams,
  watchdog: watchdogParams,
  dashboard: dashboardParams,
  backup: backupParams,
  orchestrator: orchestratorParams,
  metrics: metricsParams,
  learn: learnParams,
  research: researchParams,
  data: sourceParams,
  bus: busParams,
  demo: z.strictObject({
    sessions: z.int().min(1).max(1000),
    warmupSessions: z.int().min(1).max(60),
    speed: z.number().positive().max(1e9),
    /** Date of the first session, an XNYS session. */
    firstSession: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "must be a date, YYYY-MM-DD"),
    /** It trades `shares`, whatever `strategies` enables. */
    ensemble: z.boolean(),
    /** By strategy; they sum to 1. Who is not named does not trade. */
    shares: z.strictObject(
      Object.fromEntries(strategies.map(({ id }) => [id, z.number().positive().max(1).optional()])),
    ),
    /** Strategy parameters for minute bars at demo speed, over those of `strategies`. */
    params: z.record(z.string(), z.record(z.string(), z.unknown())),
    /** What companies do in the demo's market: lines as `exchange --action` takes them. */
    actions: z.array(z.string().min(1).max(200)).max(100),
    /** `key.path=value`, over everything else, in the demo alone and never under the strict profile. */
    settings: z.array(z.string()).max(100),
  }),
});
export type Config = z.infer<typeof schema>;

export interface ConfigSources {
  /** Overlay files, later ones win. */
  readonly files?: readonly string[];
  /** `key.path=value`, applied last. Values are read as YAML. */
  readonly assignments?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** From the command line; without it the one that the files name. */
  readonly profile?: Profile | undefined;
}

const PROJECT = join(import.meta.dirname, "..", "..");

export function loadConfig({ files = [], assignments = [], env = {}, profile }: ConfigSources = {}): Config {
  let tree = readYaml(join(PROJECT, "config", "default.yaml"));
  for (const file of files) tree = overlay(tree, placed(fileTree(file), dirname(resolve(file))), "");
  const { TRADING_CAPITAL: capital } = env;
  if (capital !== undefined && capital !== "")
    tree = overlay(tree, { account: { capital: number(capital) } }, "");
  for (const assignment of assignments) tree = overlay(tree, assigned(assignment, "--set"), "");
  const asked = (tree as Tree).profile;
  if (profile !== undefined && asked === "strict" && profile !== asked)
    throw new InputError(
      `--profile ${profile}: the configuration says profile: strict, which only it can take back`,
    );
  const chosen = checked(profile === undefined ? tree : { ...(tree as Tree), profile });
  // A demo that starts must not be the first to find a wrong one.
  withSettings(chosen, chosen.demo.settings, "config: demo.settings");
  if (chosen.profile === "standard") return chosen;
  const limits = readYaml(join(PROJECT, "config", `${chosen.profile}.yaml`));
  return checked(tightened(chosen, limits, `config/${chosen.profile}.yaml`));
}

/** The configuration with single keys set otherwise. Throws InputError naming `where` and the key. */
export function withSettings(config: Config, settings: readonly string[], where: string): Config {
  const tree = settings.reduce<unknown>((below, text) => overlay(below, assigned(text, where), ""), config);
  return checked(tree);
}

/** A tree as a configuration. Throws InputError naming the first key that is wrong. */
export function checked(tree: unknown): Config {
  const whole = withOwn(tree);
  const parsed = schema.safeParse(whole);
  if (!parsed.success) throw new InputError(firstProblem(parsed.error, whole));
  const config = withHashes(parsed.data);
  checkShares(config);
  checkDemoShares(config);
  checkStrategyParams(config);
  checkOneDrawdown(config);
  checkSizes(config);
  checkTiers(config);
  checkElsewhere(config);
  return config;
}

const builtIn: ReadonlySet<string> = new Set(strategies.map(({ id }) => id));

/** Entries of strategies in files, with what nobody needs to say. Throws InputError for a name that is nobody's. */
function withOwn(tree: unknown): unknown {
  if (!isTree(tree) || !isTree(tree.strategies)) return tree;
  const entries = Object.entries(tree.strategies).map(([id, entry]) => {
    const file = isTree(entry) ? entry.file : undefined;
    const key = `config: strategies.${id}`;
    if (builtIn.has(id)) {
      if (file !== undefined) throw new InputError(`${key}.file: ${id} ${wrongName(id)}`);
      return [id, entry] as const;
    }
    if (file === undefined)
      throw new InputError(
        `config: unknown key ${id} at strategies; see config/default.yaml for the allowed keys, or say where the ` +
          `strategy lies: strategies.${id}.file`,
      );
    const wrong = wrongName(id);
    if (wrong !== undefined) throw new InputError(`${key}: the name ${wrong}`);
    return [id, { ...OWN_DEFAULTS, ...(entry as Tree) }] as const;
  });
  const { demo } = tree;
  const meant = isTree(demo) && isTree(demo.params) ? Object.keys(demo.params) : [];
  const nobody = meant.find((id) => !entries.some(([known]) => known === id));
  if (nobody !== undefined)
    throw new InputError(
      `config: unknown key ${nobody} at demo.params; see config/default.yaml for the allowed keys`,
    );
  return { ...tree, strategies: Object.fromEntries(entries) };
}

/** The rule is the breaker's in-line twin: two figures for one rung would leave nobody sure which holds (C-29). */
function checkOneDrawdown({ risk, breakers: held }: Config): void {
  const inLine = fractionOf(risk.daily_drawdown);
  const breaker = fractionOf(held.day_high_drawdown);
  if (inLine === breaker) return;
  throw new InputError(
    `config: risk.daily_drawdown.maxFraction = ${inLine}: must equal ` +
      `breakers.day_high_drawdown.maxFraction = ${breaker}; they are one limit, so set both`,
  );
}

const fractionOf = (params: unknown): number => (params as { readonly maxFraction: number }).maxFraction;

/** The size that full-sized orders get, and the rule and parameter that would refuse or trim a larger one. */
const SIZES = [
  ["positionUsd", "order_size", "maxNotionalUsd"],
  ["positionPct", "position_size", "maxFraction"],
  ["riskPerTrade", "per_trade_risk", "maxFraction"],
] as const;

/** Else every full-sized order would be refused or trimmed, and nobody would know why (C-04, C-13, C-15). */
function checkSizes({ risk, sizing }: Config): void {
  for (const [size, rule, parameter] of SIZES) {
    const limit = (risk[rule] as Readonly<Record<string, number>>)[parameter] ?? Number.NaN;
    if (sizing[size] <= limit) continue;
    throw new InputError(
      `config: sizing.${size} = ${sizing[size]}: must be at most ` +
        `risk.${rule}.${parameter} = ${limit}; raise that limit too if such orders are meant`,
    );
  }
}

interface Tiers {
  readonly max_positions: {
    readonly limit: number;
    readonly reducedLimit: number;
    readonly reducedScalar: number;
  };
  readonly gross_exposure: Record<"maxFraction" | "reducedFraction" | "reducedScalar", number>;
}

/** One tier for positions and gross: it begins at one scalar, and a gross of the half is that tier always (C-25). */
function checkTiers({ risk }: Config): void {
  const { max_positions: positions, gross_exposure: gross } = risk as unknown as Tiers;
  if (positions.reducedScalar !== gross.reducedScalar) {
    throw new InputError(
      `config: risk.max_positions.reducedScalar = ${positions.reducedScalar}: must equal ` +
        `risk.gross_exposure.reducedScalar = ${gross.reducedScalar}; they are one tier, so set both`,
    );
  }
  if (gross.maxFraction > gross.reducedFraction || positions.limit <= positions.reducedLimit) return;
  throw new InputError(
    `config: risk.max_positions.limit = ${positions.limit}: must be at most reducedLimit = ` +
      `${positions.reducedLimit} where risk.gross_exposure.maxFraction = ${gross.maxFraction}; set it too`,
  );
}

/** A stage that nobody starts and nobody can reach would leave the others waiting for it. */
function checkElsewhere({ bus: { url, elsewhere } }: Config): void {
  if (url !== "" || elsewhere.length === 0) return;
  throw new InputError(`config: bus.elsewhere = ${elsewhere.join(", ")}: needs bus.url, where they are met`);
}

/** SHA-256 over the canonical form: equal settings, equal hash, whatever file they came from. */
export function configHash(config: Config): string {
  return createHash("sha256")
    .update(canonicalJson(withoutPlaces(config)))
    .digest("hex")
    .slice(0, 16);
}

/** As `configHash`, whichever machines the work is done on: how they meet belongs to no result. */
export const resultHash = (config: Config): string =>
  configHash({ ...config, bus: { url: "", elsewhere: [] } });

/** Room for the last bits of a sum of decimal fractions. */
const DUST = 1e-9;

/** Enabled allocations must sum to 100 % (STRAT-1). */
function checkShares({ strategies: entries }: Config): void {
  const enabled = Object.entries(entries).filter(([, entry]) => entry.enabled);
  const sum = enabled.reduce((total, [, { allocation }]) => total + allocation, 0);
  if (Math.abs(sum - 1) <= DUST) return;
  const shares = enabled.map(([id, { allocation }]) => `${id} ${allocation}`).join(", ");
  throw new InputError(
    `config: strategies.*.allocation = ${shares || "none enabled"}: the enabled ones must sum to 1, got ${shown(sum)}`,
  );
}

function checkDemoShares({ demo: { ensemble, shares } }: Config): void {
  const given = Object.entries(shares);
  const sum = given.reduce((total, [, share = 0]) => total + share, 0);
  if (!ensemble || Math.abs(sum - 1) <= DUST) return;
  const said = given.map(([id, share]) => `${id} ${share}`).join(", ");
  throw new InputError(`config: demo.shares = ${said || "none"}: must sum to 1, got ${shown(sum)}`);
}

const shown = (sum: number): string => String(Number(sum.toFixed(9)));

function checkStrategyParams(config: Config): void {
  const { strategies: entries, demo } = config;
  for (const { id, bind, timeframes: written } of strategiesOf(config)) {
    const own = entries[id]?.params ?? {};
    checkParams(bind, own, `strategies.${id}.params`);
    checkParams(bind, { ...own, ...demo.params[id] }, `demo.params.${id}`);
    const chosen = entries[id]?.timeframe ?? "auto";
    if (chosen === "auto" || written.includes(chosen)) continue;
    throw new InputError(
      `config: strategies.${id}.timeframe = ${chosen}: must be auto or one that it was written for: ` +
        written.join(", "),
    );
  }
}

/** Throws InputError (exit 2) naming the parameter below `path` that a strategy does not take, or not so. */
export function checkParams(bind: (params: unknown) => unknown, params: unknown, path: string): void {
  try {
    bind(params);
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    throw new InputError(firstProblem(error, params, path));
  }
}

function number(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= MOST_CAPITAL) return value;
  const shown = text.slice(0, SHOWN);
  throw new InputError(`TRADING_CAPITAL=${shown}: must be dollars above 0, at most ${MOST_CAPITAL}`);
}

/** One line: key, what was given, what is allowed. */
export function firstProblem(error: z.ZodError, given: unknown, prefix = ""): string {
  const issue = error.issues[0];
  if (issue === undefined) return "config: not valid";
  const path = [prefix, ...issue.path.map(String)].filter((part) => part !== "").join(".");
  if (issue.code === "unrecognized_keys") {
    const where = path === "" ? "the top level" : path;
    return `config: unknown key ${issue.keys.join(", ")} at ${where}; see config/default.yaml for the allowed keys`;
  }
  const value = issue.path.reduce<unknown>((tree, key) => (tree as Tree | undefined)?.[String(key)], given);
  if (value === null || value === undefined)
    return `config: ${path} is ${value === null ? "empty" : "missing"}; ${mustBe(issue)}, see config/default.yaml`;
  return `config: ${path} = ${show(value)}: ${mustBe(issue)}`;
}

function show(value: unknown): string {
  // JSON writes NaN and the infinities as null, which nobody gave.
  return (typeof value === "number" ? String(value) : JSON.stringify(value, withoutSecrets)).slice(0, SHOWN);
}

/** Of an address with a user and a password only the place is shown. */
const withoutSecrets = (key: string, value: unknown): unknown => {
  if (/secret|token|passw|key/i.test(key)) return "***";
  return typeof value === "string" ? value.replace(/\/\/[^/]*@/, "//***@") : value;
};
