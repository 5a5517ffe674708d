/** `plimsoll cv`: splits of purged validation as row ranges, for who trains elsewhere or checks ours (LEARN-3). */
import type { Command } from "commander";
import { InputError } from "../domain/assert.ts";
import type { LabelSpans } from "../learn/labels/label-spans.ts";
import { combinatorialPurged } from "../learn/validation/combinatorial-purged.ts";
import { purgedKFold } from "../learn/validation/purged-k-fold.ts";
import { defaultEmbargo, type Split } from "../learn/validation/purging.ts";
import { walkForwardWindows } from "../learn/validation/walk-forward.ts";
import { type CliContext, report } from "./context.ts";
import { example } from "./group-help.ts";
import { needed, wholeNumber } from "./option-values.ts";
import { readSpans } from "./spans-file.ts";

interface CvOptions {
  readonly n?: string;
  readonly k?: string;
  readonly groups?: string;
  readonly test?: string;
  readonly train?: string;
  readonly step?: string;
  readonly horizon?: string;
  readonly embargo?: string;
  readonly spans?: string;
}

/** `[from, to)`. */
type Range = readonly [number, number];
interface Ranges {
  readonly train: readonly Range[];
  readonly test: readonly Range[];
}

const ROWS_MOST = 10_000_000;

export function registerCvCommands(program: Command, context: CliContext): void {
  const cv = program
    .command("cv")
    .description("splits that do not leak: purged by label span, with an embargo, never shuffled")
    .addHelpText("after", example("plimsoll cv splits --n 1000 --k 5 --horizon 10 --embargo 0.01"));
  spanned(cv.command("splits").description("purged k-fold: every row is tested once"))
    .option("--k <folds>", "folds", "5")
    .addHelpText("after", "\nExample: plimsoll cv splits --n 1000 --k 5 --horizon 10 --embargo 0.01")
    .action((options: CvOptions) => {
      const spans = spansOf(options, options.n);
      const folds = wholeNumber("--k", options.k, { least: 2, most: 1000 });
      told(
        context,
        purgedKFold(spans, { folds, embargo: embargoOf(options, spans), lookback: 0 }).map(rangesOf),
      );
    });
  spanned(cv.command("cpcv").description("combinatorial purged: all ways to test K of N groups"))
    .requiredOption("--groups <n>", "parts of time")
    .requiredOption("--test <k>", "of them tested at once")
    .addHelpText("after", "\nExample: plimsoll cv cpcv --groups 10 --test 2 --n 1000 --horizon 10")
    .action((options: CvOptions) => {
      const groups = wholeNumber("--groups", options.groups, { least: 2, most: 1000 });
      const testGroups = wholeNumber("--test", options.test, { least: 1, most: groups - 1 });
      // Without rows each group is one.
      const spans = spansOf(options, options.n ?? String(groups));
      const isBare = options.n === undefined && options.spans === undefined && options.embargo === undefined;
      const embargo = isBare ? 0 : embargoOf(options, spans);
      const { splits } = combinatorialPurged(spans, { groups, testGroups, embargo, lookback: 0 });
      told(context, splits.map(rangesOf));
    });
  cv.command("walk-forward")
    .description(
      "train on a window, leave a label's length, test, step on; a tail that fills no window is left out",
    )
    .requiredOption("--n <bars>", "bars")
    .option("--train <bars>", "bars to train on", "252")
    .option("--test <bars>", "bars to test on", "63")
    .option("--step <bars>", "bars to the next window", "21")
    .option("--horizon <bars>", "length of a label: as many bars are left out before the test", "0")
    .addHelpText("after", "\nExample: plimsoll cv walk-forward --n 1000 --train 252 --test 63 --step 21")
    .action((options: CvOptions) => {
      const bars = (key: string, given: string | undefined, least = 1) =>
        wholeNumber(key, given, { least, most: ROWS_MOST });
      const windows = walkForwardWindows(bars("--n", options.n), {
        ...{ train: bars("--train", options.train), test: bars("--test", options.test) },
        ...{ step: bars("--step", options.step), gap: bars("--horizon", options.horizon, 0) },
      });
      told(
        context,
        windows.map(({ train, test }) => ({ train: [[train.from, train.to]], test: [[test.from, test.to]] })),
      );
    });
}

const spanned = (command: Command): Command =>
  command
    .option("--n <rows>", "rows, one a bar")
    .option("--horizon <bars>", "bars until a label is known", "0")
    .option("--embargo <p>", "below 1 a fraction of the rows, else bars (default: 1 %, at least the horizon)")
    .option(
      "--spans <file>",
      "CSV start,end in place of --n and --horizon: the bars that each row's label spans",
    );

function spansOf({ horizon, spans }: CvOptions, n: string | undefined): LabelSpans {
  if (spans !== undefined) return readSpans(spans);
  const rows = wholeNumber("--n", needed("--n", n, "--n 1000"), { least: 1, most: ROWS_MOST });
  const length = wholeNumber("--horizon", horizon, { least: 0, most: ROWS_MOST });
  const start = Int32Array.from({ length: rows }, (_, row) => row);
  return { start, end: start.map((row) => row + length) };
}

function embargoOf({ embargo }: CvOptions, spans: LabelSpans): number {
  if (embargo === undefined) return defaultEmbargo(spans);
  const value = embargo.trim() === "" ? Number.NaN : Number(embargo);
  if (value >= 0 && value < 1) return Math.ceil(value * spans.start.length);
  if (Number.isInteger(value) && value >= 1 && value <= ROWS_MOST) return value;
  throw new InputError(
    `--embargo "${embargo.slice(0, 40)}" is not allowed; give a fraction below 1 or whole bars`,
  );
}

const rangesOf = ({ train, test }: Split): Ranges => ({ train: ranges(train), test: ranges(test) });

function ranges(rows: Int32Array): Range[] {
  const found: Range[] = [];
  let from = 0;
  for (let k = 1; k <= rows.length; k++) {
    if (k < rows.length && rows[k] === rows[k - 1]! + 1) continue;
    found.push([rows[from]!, rows[k - 1]! + 1]);
    from = k;
  }
  return found;
}

function told(context: CliContext, splits: readonly Ranges[]): void {
  const words = (all: readonly Range[]) => all.map(([from, to]) => `${from}-${to - 1}`).join(" ");
  report(context, splits, () =>
    splits.map(({ train, test }, k) => `${k + 1}  test ${words(test)}  train ${words(train)}`).join("\n"),
  );
}
