/** `plimsoll doctor`: one line for each thing that must be right before trading, with its cure (RUN-5). */
import type { Command } from "commander";
import { examine } from "../app/doctor/examine.ts";
import { InputError } from "../domain/assert.ts";
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
      const failed = checks.filter(({ state }) => state === "fail").map(({ name }) => name);
      report(context, { failed: failed.length, checks }, () =>
        checks
          .map(({ name, state, found, cure }) => {
            const line = `${state.padEnd(4)} ${name.padEnd(WIDTH)} ${found}`;
            return cure === undefined ? line : `${line}. Cure: ${cure}`;
          })
          .join("\n"),
      );
      if (failed.length > 0) throw new InputError(`doctor: ${failed.join(", ")}: see the cure`, 1);
    });
}
