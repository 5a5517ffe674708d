/** `plimsoll guardian`: the last defence alone, after the system has failed for good (ADR 0018). */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Command } from "commander";
import { loneGuardian } from "../app/live/lone-guardian.ts";
import { InputError } from "../domain/assert.ts";
import { type CliContext, tell } from "./context.ts";
import { processPaths } from "./processes.ts";

export function registerGuardianCommand(program: Command, context: CliContext): void {
  program
    .command("guardian")
    .description(
      "the guardian alone, where the system cannot run: closes what is held while the market is open",
    )
    .addHelpText("after", "\nExample:\n  plimsoll guardian")
    .addHelpText("after", "A service manager starts it when the system has failed; it never enters anything.")
    .action(async () => {
      const places = { root: context.root(), env: process.env, folder: process.cwd() };
      const found = loneGuardian({ ...places, paths: processPaths });
      if (found.kind === "nothing") {
        tell(context, found, () => `Nothing to guard: ${found.why}.`);
        return;
      }
      const { command, args, env } = found.plan;
      const { PATH, HOME, TZ, TMPDIR } = process.env;
      const child = spawn(command, [...args], {
        env: { PATH, HOME, TZ, TMPDIR, ...env },
        stdio: ["ignore", "inherit", "inherit"],
      });
      if (!context.quiet()) context.err(`guardian: alone with run ${found.run}, process ${child.pid}`);
      for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => child.kill(signal));
      const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
      if (code !== 0) throw new InputError(`guardian: ended with ${signal ?? `code ${code}`}`, 1);
    });
}
