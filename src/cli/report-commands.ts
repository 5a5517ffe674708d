/** `plimsoll report daily`: one session as a page, as a few lines, or as data. */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { outputFile } from "../adapters/output-place.ts";
import { journalPath } from "../app/live/recorded-run.ts";
import { InputError } from "../domain/assert.ts";
import { writeDailyReport } from "../research/daily/write-daily-report.ts";
import { type CliContext, report } from "./context.ts";
import { demoRoot } from "./demo-root.ts";
import { example } from "./group-help.ts";
import { maybeDate, needed } from "./option-values.ts";

interface DailyOptions {
  readonly date?: string;
  readonly out?: string;
  readonly run?: string;
  readonly demo?: boolean;
}

export function registerReportCommands(program: Command, context: CliContext): void {
  program
    .command("report")
    .description("what a day came to")
    .addHelpText("after", example("plimsoll report daily --date 2026-11-18"))
    .command("daily")
    .description(
      "one session: result, limits, trades, what broke, able minutes; as a page and in a few lines",
    )
    .option("--date <date>", "the session, YYYY-MM-DD")
    .option("--out <file>", "where the page goes; below the state's reports/daily if not given")
    .option("--run <name>", "of this run; of the newest that has the day if not given")
    .option("--demo", "of the demo, where there are others too")
    .addHelpText("after", "\nExample:\n  plimsoll report daily --date 2026-11-18 --out day.html")
    .action(({ date, out, run, demo }: DailyOptions) => {
      const day = needed("--date", maybeDate("--date", date), "2026-11-18");
      const file = out === undefined ? undefined : outputFile(out, "day.html");
      const root = recordOf(context, demo);
      const made = writeDailyReport({
        ...{ root, date: day, run, nowMs: Date.now() },
        out: file,
      });
      const { digest } = made;
      report(context, { file: made.file, digest, ...made.report }, () => `${digest.text.trimEnd()}`);
    });
}

/** A demo's journals lie apart from everything that could be real. */
function recordOf(context: CliContext, demo = false): string {
  const roots = demo ? [demoRoot(context)] : [context.root(), demoRoot(context)];
  const found = roots.find((root) => existsSync(journalPath(root, "execute")));
  if (found !== undefined) return found;
  throw new InputError(`report: nothing is recorded under ${roots[0]}; run: plimsoll start`, 1);
}
