/** `plimsoll dashboard`: the link to the dashboard of the running system, with its key. */
import type { Command } from "commander";
import { knownRun } from "../app/live/active-run.ts";
import { readAccessKey } from "../dashboard/server/access-key.ts";
import { linkOf, readDashboardFacts } from "../dashboard/server/dashboard-file.ts";
import { InputError } from "../domain/assert.ts";
import { type CliContext, report } from "./context.ts";

export function registerDashboardCommand(program: Command, context: CliContext): void {
  program
    .command("dashboard")
    .description("the link to the running system's dashboard, with its key: who has it may operate")
    .addHelpText("after", "\nExample:\n  plimsoll dashboard")
    .action(() => {
      const known = knownRun(context.root());
      if (known?.active === undefined)
        throw new InputError(`no system runs on ${context.root()}; start one with: plimsoll start`, 1);
      const found = readDashboardFacts(known.root);
      if (found === undefined || found.url === null)
        throw new InputError(
          found?.trouble ??
            "the dashboard is starting, or has ended and is started again; ask again in a moment",
          1,
        );
      const key = readAccessKey(known.root);
      if (key === undefined)
        throw new InputError("the dashboard's key is gone; start again to have a new one", 1);
      const { url, port } = found;
      const link = linkOf(url, key);
      report(context, { url, port, link }, () => link);
    });
}
