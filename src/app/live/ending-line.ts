/** What a process says last when an error ends it. */
import { InputError } from "../../domain/assert.ts";

const CANNOT_BEGIN = "cannot begin: ";

/**
 * What keeps a process from beginning, files and settings, is one line with its cure, for whoever reads the log or is
 * called by it. What breaks later, and what is no wrong input, has its stack. `what`: "broke".
 */
export function endingLine(what: string, error: unknown, hasBegun: boolean): string {
  if (!hasBegun && error instanceof InputError) return `${CANNOT_BEGIN}${error.message}`;
  return `${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

/** Why a process cannot begin, of a line that says so; undefined for any other. */
export const beginBarIn = (text: string): string | undefined =>
  text.startsWith(CANNOT_BEGIN) ? text.slice(CANNOT_BEGIN.length) : undefined;
