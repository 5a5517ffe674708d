/** `plimsoll override KEY VALUE --for 30m`: a limit made stricter for a while, in a system that runs (ADMIN-1). */
import type { Command } from "commander";
import { overridableKeys } from "../app/limit-override.ts";
import { operatorName } from "../app/live/operator-name.ts";
import { InputError } from "../domain/assert.ts";
import { type CliContext, report } from "./context.ts";
import { askSystem } from "./control-desk-door.ts";

interface OverrideOptions {
  readonly for?: string;
  readonly reason?: string;
  readonly yes?: boolean;
}

const MOST_SECONDS = 86_400;
const SECONDS = { s: 1, m: 60, h: 3600 } as const;

export function registerOverrideCommand(program: Command, context: CliContext): void {
  program
    .command("override <key> <value>")
    .description("make a limit stricter for a while; ends by itself, at the latest with the session")
    .option("--for <time>", "how long, on the exchange's clock: 90s, 30m, 2h")
    .option("--reason <text>", "why; it goes into the audit")
    .option("--yes", "yes, do it")
    .addHelpText("after", `\nKeys:\n  ${overridableKeys().join("\n  ")}`)
    .addHelpText(
      "after",
      '\nExample:\n  plimsoll override risk.spread.maxFraction 0.0003 --for 30m --reason "wide quotes" --yes',
    )
    .action(async (key: string, value: string, options: OverrideOptions) => {
      const forSeconds = secondsOf(options.for);
      const number = Number(value);
      if (value.trim() === "" || !Number.isFinite(number))
        throw new InputError(
          `override: ${key} = ${value.slice(0, 40)}: must be a number in the limit's own unit`,
        );
      const { reason = "" } = options;
      if (reason.trim() === "") throw new InputError("override: give --reason TEXT; it goes into the audit");
      if (options.yes !== true) throw new InputError(`override: sets ${key} to ${number}; say so with --yes`);
      const act = { verb: "override", key, value: number, forSeconds } as const;
      const answer = await askSystem(context, { ...act, by: operatorName(), reason });
      report(
        context,
        { accepted: true, ...(answer.kind === "accepted" ? { auditId: answer.auditId } : {}) },
        () => `override: ${key} is ${number} for ${options.for}, at most until the session ends`,
      );
    });
}

/** `30m` is 1800. */
function secondsOf(text: string | undefined): number {
  const [, count = "", unit = "s"] = /^(\d{1,6})([smh])$/.exec(text ?? "") ?? [];
  const seconds = Number(count) * SECONDS[unit as keyof typeof SECONDS];
  if (count !== "" && seconds >= 1 && seconds <= MOST_SECONDS) return seconds;
  throw new InputError(
    `--for ${(text ?? "is missing").slice(0, 20)}: give 1s to 24h, such as 90s, 30m or 2h`,
  );
}
