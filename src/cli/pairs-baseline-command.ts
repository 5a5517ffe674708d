/** `plimsoll pairs baseline`: the rule of Gatev, Goetzmann and Rouwenhorst year by year, as the yardstick of pairs. */
import type { Command } from "commander";
import { number, percent, ratio, signedPercent } from "../app/formats.ts";
import { type Baseline, type BaselineYear, distanceBaseline } from "../app/pairs/distance-baseline.ts";
import { resultJson } from "../app/run-files.ts";
import { InputError } from "../domain/assert.ts";
import { adjustments } from "../domain/bars.ts";
import { distanceParams } from "../learn/pairs/distance-trading.ts";
import { alignedTable } from "./aligned-table.ts";
import type { CliContext } from "./context.ts";
import { dateRange, maybeOneOf, maybeSymbols, wholeNumber } from "./option-values.ts";

interface BaselineOptions {
  readonly symbols: string;
  readonly from?: string;
  readonly to?: string;
  readonly top: string;
  readonly delay: string;
  readonly costBps: string;
  readonly snapshot?: string;
  readonly source?: string;
  readonly adjustment?: string;
}

const BASIS_POINT = 1e-4;
const MOST_BPS = 1000;

export function registerPairsBaseline(pairs: Command, context: CliContext): void {
  pairs
    .command("baseline")
    .description(
      "what the distance rule of 2006 earned, year by year: nearest 20 pairs, two deviations, half a year",
    )
    .option("--symbols <list>", "A,B or all", "all")
    .option("--from <date>", "first session of the first formation, YYYY-MM-DD")
    .option("--to <date>", "last session, YYYY-MM-DD")
    .option("--top <n>", "nearest pairs that are traded", "20")
    .option("--delay <n>", "sessions between what is seen and the close at which it is done", "0")
    .option("--cost-bps <n>", "of each leg at each opening and closing, basis points", "0")
    .option("--snapshot <name>", "data snapshot to use")
    .option("--source <name>", "data source, where a symbol has several")
    .option("--adjustment <kind>", `${adjustments.join(", ")}, where a symbol has several`)
    .addHelpText("after", "\nExample:\n  plimsoll pairs baseline --symbols all --delay 1 --cost-bps 5")
    .action(async (options: BaselineOptions) => {
      const cost = options.costBps.trim() === "" ? Number.NaN : Number(options.costBps);
      if (!(cost >= 0 && cost <= MOST_BPS))
        throw new InputError(
          `--cost-bps "${options.costBps.slice(0, 40)}" is not allowed; give basis points from 0 to ${MOST_BPS}`,
        );
      const params = distanceParams.parse({
        pairs: wholeNumber("--top", options.top, { least: 1, most: 1000 }),
        delay: wholeNumber("--delay", options.delay, { least: 0, most: 5 }),
        cost: cost * BASIS_POINT,
      });
      const adjustment = maybeOneOf("--adjustment", options.adjustment, adjustments);
      const found = await distanceBaseline({
        ...{ root: context.root(), params, ...dateRange(options) },
        symbols: maybeSymbols("--symbols", options.symbols) ?? "all",
        choice: {
          ...(options.snapshot === undefined ? {} : { snapshot: options.snapshot }),
          ...(options.source === undefined ? {} : { source: options.source }),
          ...(adjustment === undefined ? {} : { adjustment }),
        },
      });
      context.out(context.json() ? resultJson(found) : baselineText(found));
    });
}

function baselineText({ symbols, from, to, years, all }: Baseline): string {
  const right = (title: string) => ({ title, align: "right" as const });
  const line = (each: BaselineYear) => [
    ...[each.period, signedPercent(each.monthly, 3), number(each.t, 2), ratio(each.sharpe)],
    ...[number(each.trades, 0), percent(each.converged, 0), signedPercent(each.meanGain, 2)],
  ];
  const titles = ["a month", "t", "Sharpe", "trades", "converged", "a trade"].map(right);
  return [
    `${symbols} symbols, ${from} to ${to}; of a dollar for each pair, whether it is open or not`,
    alignedTable([{ title: "" }, ...titles], [...years, all].map(line)),
  ].join("\n");
}
