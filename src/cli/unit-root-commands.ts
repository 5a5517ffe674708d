/** `plimsoll stats adf|coint`: whether a series comes back, and whether two wander together (QUANT h). */
import { type Command, Option } from "commander";
import { resultJson } from "../app/run-files.ts";
import { InputError } from "../domain/assert.ts";
import { engleGranger, orthogonalSlope, residualOf, reversionOf } from "../numerics/cointegration.ts";
import { unitRootTest } from "../numerics/dickey-fuller.ts";
import { johansenTrace } from "../numerics/johansen.ts";
import type { CriticalValues, Deterministic } from "../numerics/mackinnon.ts";
import { sampleDeviation } from "../numerics/moments.ts";
import type { CliContext } from "./context.ts";
import { needed, oneOf, wholeNumber } from "./option-values.ts";
import { columnNamed, readNumberTable } from "./returns-file.ts";

interface UnitRootOptions {
  readonly input?: string;
  readonly x?: string;
  readonly y?: string;
  readonly log?: boolean;
  readonly lag?: string;
  readonly trend?: string;
}

/** Fewer say nothing of whether something comes back. */
const LEAST_ROWS = 20;
const LONGEST_LAG = 1000;

const holds: Readonly<Record<string, Deterministic>> = { n: "none", c: "constant", ct: "trend" };

export function registerUnitRootCommands(stats: Command, context: CliContext): void {
  const add = (name: string, description: string) =>
    stats
      .command(name)
      .description(description)
      .option("--input <file>", "CSV: date,<name>,<name>...; values as they are")
      .option("--log", "logarithms of the values")
      .option("--lag <n>", "lagged differences (default: as many as AIC chooses)");
  add("adf", "augmented Dickey-Fuller: whether a series comes back or wanders")
    .option("--x <name>", "column (default: the first)")
    .option("--y <name>", "another column, told beside it")
    .addOption(new Option("--trend <t>", "n nothing, c constant, ct constant and trend").default("c"))
    .addHelpText("after", "\nExample:\n  plimsoll stats adf --input prices.csv --x SPY --log")
    .action((options: UnitRootOptions) => {
      const trend = holds[oneOf("--trend", options.trend, Object.keys(holds))]!;
      const { columns, lag, names } = asked(options, "stats adf");
      const wanted = [options.x ?? names[0] ?? "", ...(options.y === undefined ? [] : [options.y])];
      const series = columns(...wanted.map((name, n): [string, string] => [n === 0 ? "--x" : "--y", name]));
      const [first, second] = series.map((values, n) => {
        const {
          critical,
          observations,
          statistic,
          p,
          lag: used,
        } = unitRootTest(values, { holds: trend, ...lag });
        return { column: wanted[n], statistic, p, lag: used, n: observations, crit: percents(critical) };
      });
      context.out(resultJson(second === undefined ? first : { ...first, y: second }));
    });
  add("coint", "Engle-Granger, y on x: whether two series wander together")
    .option("--x <name>", "column")
    .option("--y <name>", "column that is explained by x")
    .addHelpText("after", "\nExample:\n  plimsoll stats coint --input prices.csv --x PEP --y KO --log")
    .action((options: UnitRootOptions) => {
      const { columns, lag } = asked(options, "stats coint");
      const [nameX, nameY] = [needed("--x", options.x, "--x PEP"), needed("--y", options.y, "--y KO")];
      const [x, y] = columns(["--x", nameX], ["--y", nameY]);
      if (nameX === nameY)
        throw new InputError(`--y ${nameY.slice(0, 40)}: is --x as well; give two columns`);
      context.out(resultJson(together(y!, x!, lag)));
    });
}

function asked(options: UnitRootOptions, command: string) {
  const input = needed("--input", options.input, "--input prices.csv");
  const given =
    options.lag === undefined
      ? undefined
      : wholeNumber("--lag", options.lag, { least: 0, most: LONGEST_LAG });
  const table = readNumberTable(input);
  // Names first: who misspelt one is told that, and not how many rows there are.
  const columns = (...named: readonly (readonly [string, string])[]): Float64Array[] => {
    const found = named.map(([key, name]) => columnNamed(table, name, key));
    checkRows(table.dates.length, { command, input, lag: given });
    return options.log === true ? found.map((values, n) => logarithms(values, named[n]![1])) : found;
  };
  return { names: table.names, columns, lag: given === undefined ? {} : { lag: given } };
}

function logarithms(values: Float64Array, name: string): Float64Array {
  if (values.every((value) => value > 0)) return values.map(Math.log);
  throw new InputError(`--log: column ${name.slice(0, 40)} has values that are not above zero`);
}

function checkRows(
  rows: number,
  { command, input, lag = 0 }: { command: string; input: string; lag: number | undefined },
): void {
  if (rows < LEAST_ROWS)
    throw new InputError(`--input ${input}: has ${rows} row(s); ${command} needs at least ${LEAST_ROWS}`, 1);
  const most = Math.floor(rows / 2) - 3;
  if (lag > most) throw new InputError(`--lag ${lag}: is too long for ${rows} rows; give at most ${most}`);
}

function together(y: Float64Array, x: Float64Array, lag: { readonly lag?: number }) {
  const found = engleGranger(y, x, lag.lag);
  const reversed = engleGranger(x, y, lag.lag);
  const residual = residualOf(y, x, found);
  const johansen = johansenTrace([y, x]);
  return {
    statistic: found.statistic,
    p: found.p,
    hedgeRatio: found.slope,
    halfLife: reversionOf(residual).halfLife,
    crit: percents(found.critical),
    lag: found.lag,
    n: y.length,
    intercept: found.intercept,
    tlsHedgeRatio: orthogonalSlope(y, x),
    z: residual.at(-1)! / sampleDeviation(residual),
    reversed: { statistic: reversed.statistic, p: reversed.p, hedgeRatio: reversed.slope },
    smallerP: Math.min(found.p, reversed.p),
    johansen: johansen === undefined ? null : { trace: johansen.trace, crit95: johansen.critical95 },
  };
}

const percents = ({ one, five, ten }: CriticalValues) => ({ "1%": one, "5%": five, "10%": ten });
