/** `plimsoll optimize`: weights of a portfolio from prices (SIZE-2, QUANT j). */
import type { Command } from "commander";
import { resultJson } from "../app/run-files.ts";
import { InputError } from "../domain/assert.ts";
import { blackLitterman, impliedReturns, type View } from "../ensemble/construction/black-litterman.ts";
import {
  covarianceOf,
  type ReturnsPanel,
  type ShrinkageTarget,
  shrinkageTargets,
} from "../ensemble/construction/covariance.ts";
import { hierarchicalParity } from "../ensemble/construction/hierarchical-parity.ts";
import { maximumSharpe, maximumUtility, minimumVariance } from "../ensemble/construction/mean-variance.ts";
import { type Bounds, varianceOf, withoutDust } from "../ensemble/construction/portfolio-problem.ts";
import { riskParity } from "../ensemble/construction/risk-parity.ts";
import { type LinkageMethod, linkageMethods } from "../numerics/linkage.ts";
import type { CliContext } from "./context.ts";
import { csvRows } from "./csv-rows.ts";
import { inputText } from "./input-text.ts";
import { decimal, needed, oneOf } from "./option-values.ts";
import { type NumberTable, readNumberTable } from "./returns-file.ts";

const methods = ["min-variance", "max-sharpe", "risk-parity", "hrp", "black-litterman"] as const;
type Method = (typeof methods)[number];

interface OptimizeOptions {
  readonly method?: string;
  readonly input?: string;
  readonly views?: string;
  readonly shrinkage: string;
  readonly linkage: string;
  readonly riskFree: string;
  readonly least: string;
  readonly most: string;
  readonly sectors?: string;
  readonly sectorMost: string;
  readonly aversion: string;
  readonly tau: string;
  readonly periods: string;
}

export function registerOptimizeCommand(program: Command, context: CliContext): void {
  program
    .command("optimize")
    .description("weights of a portfolio from prices; nothing is traded by it")
    .option("--method <method>", methods.join(", "))
    .option("--input <file>", "CSV: date,<price>,<price>...; every asset has a price in every row")
    .option(
      "--views <file>",
      "black-litterman: CSV view,return,confidence; a view is A, or A-B for A above B",
    )
    .option(
      "--shrinkage <target>",
      `covariance is shrunk towards: ${shrinkageTargets.join(", ")}`,
      "identity",
    )
    .option("--linkage <method>", `hrp: ${linkageMethods.join(", ")}`, "single")
    .option("--risk-free <rate>", "yearly, a fraction: 0.04 is 4 %", "0")
    .option("--least <weight>", "of each asset, from -1 to 1; below 0 it may be sold short", "0")
    .option("--most <weight>", "of each asset, from 0 to 1", "1")
    .option("--sectors <file>", "CSV: symbol,sector; binds all that share one together")
    .option("--sector-most <weight>", "of each sector, from 0 to 1", "1")
    .option("--aversion <lambda>", "black-litterman: aversion to risk behind the market's weights", "2.5")
    .option(
      "--tau <share>",
      "black-litterman: uncertainty of the prior mean, a share of the covariance",
      "0.05",
    )
    .option("--periods <n>", "rows per year", "252")
    .addHelpText(
      "after",
      "\nExample:\n  plimsoll optimize --method min-variance --input prices.csv --most 0.2",
    )
    .action((options: OptimizeOptions) => {
      const settings = settingsOf(options);
      const table = readNumberTable(needed("--input", options.input, "--input prices.csv"));
      context.out(resultJson(optimized(table, settings)));
    });
}

/** Every option, checked before a file is read. */
interface Settings {
  readonly method: Method;
  readonly target: ShrinkageTarget;
  readonly linkage: LinkageMethod;
  readonly riskless: number;
  readonly least: number;
  readonly most: number;
  readonly sectorMost: number;
  readonly aversion: number;
  readonly tau: number;
  readonly periods: number;
  readonly sectors: string | undefined;
  readonly views: string | undefined;
}

function settingsOf(options: OptimizeOptions): Settings {
  const method = oneOf("--method", options.method, methods);
  const least = decimal("--least", options.least, { least: -1, most: 1 });
  const most = decimal("--most", options.most, { least: 0, most: 1 });
  if (least > most)
    throw new InputError(`--least ${least} is above --most ${most}; give the smaller one first`);
  const sectorMost = decimal("--sector-most", options.sectorMost, { least: 0, most: 1 });
  const isFree = method === "risk-parity" || method === "hrp";
  if (isFree && (least !== 0 || most !== 1 || options.sectors !== undefined))
    throw new InputError(
      `--method ${method}: takes no --least, --most or --sectors; its weights follow from risk alone`,
    );
  if (method !== "black-litterman" && options.views !== undefined)
    throw new InputError(`--views ${options.views}: only --method black-litterman takes views`);
  return {
    ...{ method, least, most, sectorMost, sectors: options.sectors, views: options.views },
    target: oneOf("--shrinkage", options.shrinkage, shrinkageTargets),
    linkage: oneOf("--linkage", options.linkage, linkageMethods),
    riskless: decimal("--risk-free", options.riskFree, { least: -1, most: 1 }),
    aversion: decimal("--aversion", options.aversion, { least: 1e-3, most: 1e3 }),
    tau: decimal("--tau", options.tau, { least: 1e-6, most: 10 }),
    periods: decimal("--periods", options.periods, { least: 1, most: 1e6 }),
  };
}

function optimized(table: NumberTable, settings: Settings) {
  const { method, periods, riskless, target } = settings;
  const panel = returnsOf(table);
  const { matrix, shrinkage } = covarianceOf(panel, target);
  const covariance = matrix.map((value) => periods * value);
  const expected = historicalReturns(table, periods);
  const bounds = boundsOf(table, settings);
  const found = weightsOf(method, { table, covariance, expected, riskless, bounds, settings });
  const weights = withoutDust(found.weights);
  const mean = weights.reduce((sum, weight, i) => sum + weight * found.expected[i]!, 0);
  const volatility = Math.sqrt(varianceOf(weights, covariance));
  return {
    method,
    weights: named(table, weights),
    objective: { volatility, expectedReturn: mean, sharpe: (mean - riskless) / volatility },
    shrinkage,
    rows: panel.rows,
    ...found.notes,
  };
}

interface Problem {
  readonly table: NumberTable;
  /** Per year. */
  readonly covariance: Float64Array;
  readonly expected: Float64Array;
  readonly riskless: number;
  readonly bounds: Bounds;
  readonly settings: Settings;
}

interface Found {
  readonly weights: Float64Array;
  readonly expected: Float64Array;
  readonly notes?: Readonly<Record<string, unknown>>;
}

function weightsOf(method: Method, problem: Problem): Found {
  const { covariance, expected, riskless, bounds, settings, table } = problem;
  switch (method) {
    case "min-variance":
      return { weights: minimumVariance(covariance, bounds), expected };
    case "max-sharpe": {
      const { weights, isFallback } = maximumSharpe(expected, covariance, riskless, bounds);
      const why = "no asset earned more than the riskless rate: these are the weights of least variance";
      return { weights, expected, ...(isFallback ? { notes: { why } } : {}) };
    }
    case "risk-parity":
      return { weights: riskParity(covariance), expected };
    case "hrp": {
      const { weights, order } = hierarchicalParity(covariance, settings.linkage);
      return { weights, expected, notes: { order: order.map((i) => table.names[i]) } };
    }
    case "black-litterman":
      return posteriorOf(problem);
  }
}

/** The market is held in equal parts where nobody says otherwise: prices do not tell what a company is worth. */
function posteriorOf({ table, covariance, bounds, settings }: Problem): Found {
  const n = table.names.length;
  const { aversion, tau } = settings;
  const views = readViews(needed("--views", settings.views, "--views views.csv"), table);
  const prior = impliedReturns(covariance, new Float64Array(n).fill(1 / n), aversion);
  const posterior = blackLitterman(prior, covariance, views, tau);
  const weights = maximumUtility(posterior.expected, posterior.covariance, aversion, bounds);
  const notes = { prior: named(table, prior), posterior: named(table, posterior.expected) };
  return { weights, expected: posterior.expected, notes };
}

function boundsOf(table: NumberTable, { least, most, sectors, sectorMost }: Settings): Bounds {
  return {
    least,
    most,
    ...(sectors === undefined ? {} : { sectors: readSectors(sectors, table, sectorMost) }),
  };
}

function readSectors(path: string, table: NumberTable, most: number): NonNullable<Bounds["sectors"]> {
  const rows = rowsOf("--sectors", path, ["symbol", "sector"]);
  const of = new Map(rows.map(([symbol = "", sector = ""]) => [symbol, sector]));
  const missing = table.names.find((name) => !of.has(name));
  if (missing !== undefined)
    throw new InputError(`--sectors ${path}: has no row for ${missing}; every column needs one`);
  const names = [...new Set(table.names.map((name) => of.get(name) ?? ""))];
  const assetsOf = (sector: string) => table.names.flatMap((name, i) => (of.get(name) === sector ? [i] : []));
  return names.map((name) => ({ name, assets: assetsOf(name), most }));
}

function readViews(path: string, { names }: NumberTable): View[] {
  return rowsOf("--views", path, ["view", "return"]).map(([view = "", value = "", sure = ""], row) => {
    const portfolio = new Float64Array(names.length);
    const [above = "", below] = view.split("-").map((name) => name.trim());
    for (const [name, part] of [
      [above, 1] as const,
      ...(below === undefined ? [] : [[below, -1] as const]),
    ]) {
      const i = names.indexOf(name);
      if (i < 0)
        throw new InputError(
          `--views ${path}: line ${row + 2}: ${name.slice(0, 40)} is no column of --input`,
        );
      portfolio[i]! += part;
    }
    const where = `--views ${path}: line ${row + 2}`;
    const confidence =
      sure.trim() === "" ? {} : { confidence: decimal(`${where}: confidence`, sure, { least: 0, most: 1 }) };
    return {
      portfolio,
      expected: decimal(`${where}: return`, value, { least: -10, most: 10 }),
      ...confidence,
    };
  });
}

/** Throws InputError unless the header begins with those columns and there is a row. */
function rowsOf(key: string, path: string, columns: readonly string[]): readonly (readonly string[])[] {
  const [header = [], ...rows] = csvRows(inputText(key, path)).filter((row) =>
    row.some((cell) => cell !== ""),
  );
  if (!columns.every((name, i) => header[i]?.trim().toLowerCase() === name) || rows.length === 0)
    throw new InputError(`${key} ${path}: needs a header ${columns.join(",")} and rows under it`);
  return rows;
}

function returnsOf({ columns, names, dates }: NumberTable): ReturnsPanel {
  const [rows, assets] = [dates.length - 1, columns.length];
  const values = new Float64Array(Math.max(0, rows) * assets);
  for (const [i, prices] of columns.entries())
    for (let t = 0; t < rows; t++) {
      if (!(prices[t]! > 0))
        throw new InputError(`--input: ${names[i]} is ${prices[t]} on ${dates[t]}; prices are above 0`);
      values[t * assets + i] = prices[t + 1]! / prices[t]! - 1;
    }
  return { rows, assets, values };
}

/** Compounded, per year. */
function historicalReturns({ columns }: NumberTable, periods: number): Float64Array {
  return Float64Array.from(
    columns,
    (prices) => (prices.at(-1)! / prices[0]!) ** (periods / (prices.length - 1)) - 1,
  );
}

const named = ({ names }: NumberTable, values: Float64Array): Readonly<Record<string, number>> =>
  Object.fromEntries(names.map((name, i) => [name, values[i]!]));
