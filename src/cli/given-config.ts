/** What every command that trades, tests or researches begins with. */
import { type Config, loadConfig } from "../app/config.ts";
import type { CliContext } from "./context.ts";

/** The configuration of a command line: defaults, overlays, environment, `--set`. Throws InputError (exit 2). */
export const givenConfig = ({
  configFiles,
  assignments,
}: Pick<CliContext, "assignments" | "configFiles">): Config =>
  loadConfig({ files: configFiles(), assignments: assignments(), env: process.env });
