/** `plimsoll stats pbo`: how likely the best of many trials was only the luckiest (LEARN-4, QUANT d5). */
import type { Command } from "commander";
import { resultJson } from "../app/run-files.ts";
import { backtestOverfitting } from "../learn/overfitting/backtest-overfitting.ts";
import type { CliContext } from "./context.ts";
import { needed, wholeNumber } from "./option-values.ts";
import { readNumberTable } from "./returns-file.ts";

interface PboOptions {
  readonly input?: string;
  readonly splits: string;
}

export function registerPboCommand(stats: Command, context: CliContext): void {
  stats
    .command("pbo")
    .description("probability of backtest overfitting: whether choosing the best trial found anything (CSCV)")
    .option("--input <file>", "CSV: date,<trial>,<trial>...; returns per period, every trial that was made")
    .option("--splits <s>", "parts of time, even; all ways to take half of them are tried", "16")
    .addHelpText("after", "\nExample:\n  plimsoll stats pbo --input trials.csv --splits 16")
    .action((options: PboOptions) => {
      const input = needed("--input", options.input, "--input trials.csv");
      const blocks = wholeNumber("--splits", options.splits, { least: 2, most: 20 });
      const { names, columns } = readNumberTable(input);
      const found = backtestOverfitting(columns, { blocks });
      context.out(
        resultJson({
          pbo: found.probability,
          combinations: found.logits.length,
          lossProbability: found.lossProbability,
          slope: found.slope,
          intercept: found.intercept,
          trials: names.length,
          droppedPeriods: found.droppedPeriods,
          logits: Array.from(found.logits),
        }),
      );
    });
}
