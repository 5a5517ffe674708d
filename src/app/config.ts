/**
 * The configuration: one default file, overlays, and single keys from the command line; checked strictly, so
 * that a misspelt limit stops the program instead of leaving the default in force (C-57).
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { parseYaml, readYaml } from "../adapters/yaml-file.ts";
import { InputError } from "../domain/assert.ts";
import { sizingParams } from "../ensemble/sizing.ts";
import { executionParams } from "../execution/order-policy.ts";
import { canonicalJson } from "../numerics/canonical-json.ts";
import { rules } from "../risk/registry.ts";
import { costParams } from "../sim/cost-model.ts";
import { strategies } from "../strategies/registry.ts";

const strategyEntry = z.strictObject({
  enabled: z.boolean(),
  allocation: z.number().min(0).max(1),
  maxPositions: z.int().positive().max(10_000),
  params: z.record(z.string(), z.unknown()),
});

const schema = z.strictObject({
  account: z.strictObject({ capital: z.number().positive().max(1e9) }),
  strategies: z.strictObject(Object.fromEntries(strategies.map(({ id }) => [id, strategyEntry]))),
  sizing: sizingParams,
  risk: z.strictObject(Object.fromEntries(rules.map(({ id, params }) => [id, params]))),
  execution: executionParams,
  costs: costParams,
  demo: z.strictObject({
    sessions: z.int().min(1).max(1000),
    warmupSessions: z.int().min(1).max(60),
    speed: z.number().positive().max(1e9),
    /** Date of the first session, an XNYS session. */
    firstSession: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
    /** Strategy parameters for minute bars at demo speed, over those of `strategies`. */
    params: z.record(z.string(), z.record(z.string(), z.unknown())),
  }),
});
export type Config = z.infer<typeof schema>;

export interface ConfigSources {
  /** Overlay files, later ones win. */
  readonly files?: readonly string[];
  /** `key.path=value`, applied last. Values are read as YAML. */
  readonly assignments?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const PROJECT = join(import.meta.dirname, "..", "..");

export function loadConfig({ files = [], assignments = [], env = {} }: ConfigSources = {}): Config {
  let tree = readYaml(join(PROJECT, "config", "default.yaml"));
  for (const file of files) tree = overlay(tree, readYaml(file), "");
  const { TRADING_CAPITAL: capital } = env;
  if (capital !== undefined && capital !== "") tree = overlay(tree, { account: { capital: number(capital) } }, "");
  for (const assignment of assignments) tree = overlay(tree, assigned(assignment), "");
  const parsed = schema.safeParse(tree);
  if (!parsed.success) throw new InputError(firstProblem(parsed.error, tree));
  checkStrategyParams(parsed.data);
  return parsed.data;
}

/** SHA-256 over the canonical form: equal settings, equal hash, whatever file they came from. */
export function configHash(config: Config): string {
  return createHash("sha256").update(canonicalJson(config)).digest("hex").slice(0, 16);
}

function checkStrategyParams(config: Config): void {
  for (const { id, bind } of strategies) {
    try {
      bind(config.strategies[id]?.params ?? {});
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      throw new InputError(firstProblem(error, config.strategies[id]?.params, `strategies.${id}.params`));
    }
  }
}

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null && !Array.isArray(value);

function overlay(below: unknown, above: unknown, path: string): Tree {
  if (!isTree(above)) throw new InputError(`config: ${path || "the file"} must be a set of keys, got ${show(above)}`);
  const merged: Tree = { ...(isTree(below) ? below : {}) };
  for (const [key, value] of Object.entries(above)) {
    const here = path === "" ? key : `${path}.${key}`;
    merged[key] = isTree(value) && isTree(merged[key]) ? overlay(merged[key], value, here) : value;
  }
  return merged;
}

function assigned(assignment: string): Tree {
  const at = assignment.indexOf("=");
  if (at <= 0) throw new InputError(`--set ${assignment}: must be key=value, e.g. --set sizing.positionPct=0.03`);
  const path = assignment.slice(0, at).split(".");
  const value: unknown = parseYaml(assignment.slice(at + 1));
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Tree;
}

function number(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value)) throw new InputError(`TRADING_CAPITAL=${text}: must be a number of dollars`);
  return value;
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
  return `config: ${path} = ${show(value)}: ${issue.message}`;
}

function show(value: unknown): string {
  return value === undefined ? "(missing)" : JSON.stringify(value);
}
