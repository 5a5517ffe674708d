/** `plimsoll doctor`: one line for each thing that must be right before trading, with its cure (RUN-5). */
import type { Command } from "commander";
import { type ConfigSources, loadConfig } from "../app/config.ts";
import type { Check } from "../app/doctor/check.ts";
import { acknowledgeLimits, dayOneChecks } from "../app/doctor/day-one.ts";
import { examine } from "../app/doctor/examine.ts";
import { operatorName } from "../app/live/operator-name.ts";
import { InputError } from "../domain/assert.ts";
import { type CliContext, report } from "./context.ts";

const WIDTH = 18;

interface DoctorOptions {
  readonly day1?: boolean;
  readonly acknowledge?: string;
}

export function registerDoctorCommand(program: Command, context: CliContext): void {
  program
    .command("doctor")
    .description(
      "check runtime, settings, keys, clock, calendar, disk, databases and more; exit 1 when one fails",
    )
    .option("--day1", "also the checklists before the first start and of the first day")
    .option("--acknowledge <hash>", "with --day1: I have read the limits of the settings with this hash")
    .addHelpText("after", "\nExample:\n  plimsoll doctor --json")
    .action(async ({ day1, acknowledge }: DoctorOptions) => {
      if (acknowledge !== undefined && day1 !== true)
        throw new InputError("--acknowledge goes with --day1: plimsoll doctor --day1 --acknowledge HASH");
      const sources = {
        files: context.configFiles(),
        assignments: context.assignments(),
        env: process.env,
      };
      const checks = [
        ...(await examine({
          ...{ root: context.root(), folder: process.cwd(), env: process.env, nowMs: Date.now },
          sources,
        })),
        ...(day1 === true ? dayOne(context, sources, acknowledge) : []),
      ];
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

function dayOne(
  context: CliContext,
  sources: ConfigSources,
  acknowledge: string | undefined,
): readonly Check[] {
  const terms = { root: context.root(), config: loadConfig(sources), env: process.env, nowMs: Date.now() };
  if (acknowledge !== undefined) acknowledgeLimits(terms, acknowledge, operatorName());
  return dayOneChecks(terms);
}
