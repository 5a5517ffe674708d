/** Commands that only tell: calendar, configuration, version. */
import type { Command } from "commander";
import { codeVersion } from "../app/code-version.ts";
import { configHash } from "../app/config.ts";
import { type DayNumber, type EpochMicros, isoDate, isoInstant } from "../domain/time.ts";
import { isEarlyClose, sessionsBetween } from "../market/calendar.ts";
import { alignedTable } from "./aligned-table.ts";
import { type CliContext, report } from "./context.ts";
import { givenConfig } from "./given-config.ts";
import { example } from "./group-help.ts";
import { dateRange, needed } from "./option-values.ts";

export function registerInfoCommands(program: Command, context: CliContext): void {
  registerCalendar(program, context);

  const config = program
    .command("config")
    .description("the settings in force")
    .addHelpText("after", example("plimsoll config show --set sizing.positionPct=0.03"));
  config
    .command("show")
    .description("every setting after overlays, and their hash")
    .option("--effective", "defaults and overlays together (the only form there is)")
    .addHelpText("after", "\nExample:\n  plimsoll config show --set sizing.positionPct=0.03")
    .action(() => {
      const effective = givenConfig(context);
      context.out(JSON.stringify({ hash: configHash(effective), config: effective }, null, 2));
    });

  program
    .command("version")
    .description("version of the code and of the runtime; also --version")
    .addHelpText("after", "\nExample:\n  plimsoll version --json")
    .action(() => {
      const version = { plimsoll: codeVersion(), node: process.version };
      report(context, version, () => `plimsoll ${version.plimsoll} on Node ${version.node}`);
    });
}

function registerCalendar(program: Command, context: CliContext): void {
  program
    .command("calendar")
    .description("XNYS sessions, 1990 to 2030")
    .option("--from <date>", "first day, YYYY-MM-DD")
    .option("--to <date>", "last day, YYYY-MM-DD")
    .addHelpText("after", "\nExample:\n  plimsoll calendar --from 2026-11-23 --to 2026-11-30")
    .action((options: { from?: string; to?: string }) => {
      const { from, to } = dateRange(options);
      const first = needed("--from", from, "--from 2026-11-23");
      const last = needed("--to", to, "--to 2026-11-30");
      const rows = sessionRows(first, last);
      const text = () =>
        alignedTable(
          [{ title: "session" }, { title: "open (UTC)" }, { title: "close (UTC)" }, { title: "" }],
          rows.map(({ date, open, close, early }) => [date, open, close, early ? "early close" : ""]),
        );
      report(context, rows, text);
    });
}

function sessionRows(from: DayNumber, to: DayNumber) {
  const table = sessionsBetween(from, to);
  return Array.from(table.date, (date, n) => ({
    date: isoDate(date as DayNumber),
    open: isoInstant(table.open[n] as EpochMicros),
    close: isoInstant(table.close[n] as EpochMicros),
    early: isEarlyClose(date as DayNumber),
  }));
}
