/**
 * What every command is given: where the state lies and how to speak. The entry point makes it from the
 * global options; commands never read the arguments or write to the process's streams themselves, so a test
 * can listen.
 */
export interface CliContext {
  /** Folder of all state (`--root`). */
  root(): string;
  /** Overlay files and single settings (`--config`, `--set`), in the order given. */
  configFiles(): readonly string[];
  assignments(): readonly string[];
  /** Machines are reading (`--json`): exactly one document goes to `out`, everything else to `err`. */
  json(): boolean;
  /** Say nothing that was not asked for (`--quiet`). */
  quiet(): boolean;
  /** Writes text and a line end to standard output. */
  out(text: string): void;
  /** Writes text and a line end to standard error. */
  err(text: string): void;
}

/** As `report` for what changes or writes something: people who asked for quiet see it in its files, or in no error. */
export function tell(context: CliContext, result: unknown, human: () => string): void {
  if (context.json() || !context.quiet()) report(context, result, human);
}

/** Prints a result: as JSON to machines, as `human` text to people. */
export function report(context: CliContext, result: unknown, human: () => string): void {
  context.out(context.json() ? JSON.stringify(result, null, 2) : human());
}
