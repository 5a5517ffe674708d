/** `plimsoll start`. */
import type { Command } from "commander";
import type { CliContext } from "./context.ts";

export function registerStartCommand(_program: Command, _context: CliContext): void {}
