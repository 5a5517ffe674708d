/** `plimsoll doctor`: one line for each thing that must be right before trading, with its cure (RUN-5). */
import type { Command } from "commander";
import { examine } from "../app/doctor/examine.ts";
import { type CliContext, report } from "./context.ts";

const WIDTH = 12;

export function registerDoctorCommand(program: Command, context: CliContext): void {
  program
    .command("doctor")
    .description(
      "check runtime, settings, keys, clock, calendar, disk, databases and more; exit 1 when one fails",
    )
    .addHelpText("after", "\nExample:\n  plimsoll doctor --json")
    .action(async () => {
      const checks = await examine({
        ...{ root: context.root(), folder: process.cwd(), env: process.env, nowMs: Date.now },
        sources: { files: context.configFiles(), assignments: context.assignments(), env: process.env },
      });
      const failed = checks.filter(({ state }) => state === "fail").length;
      if (failed > 0) process.exitCode = 1;
      report(context, { failed, checks }, () =>
        checks
          .map(({ name, state, found, cure }) => {
            const line = `${state.padEnd(4)} ${name.padEnd(WIDTH)} ${found}`;
            return cure === undefined ? line : `${line}. Cure: ${cure}`;
          })
          .join("\n"),
      );
    });
}
