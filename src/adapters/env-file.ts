/** `.env`: secrets that no list of processes shows, in a file that only its owner may read (SYSTEM 18). */
import { readFileSync, statSync } from "node:fs";
import { InputError } from "../domain/assert.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `NAME=value` lines; `#` begins a comment line; quotes around a value are taken off. Missing file: empty. Throws
 * InputError (exit 3) when others may read it.
 */
export function readEnvFile(path: string): Environment {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return {};
  const mode = status.mode & 0o777;
  if (process.platform !== "win32" && (mode & 0o177) !== 0)
    throw new InputError(`${path} has mode 0${mode.toString(8)}, allowed is 0600; run: chmod 600 ${path}`, 3);
  const values: Record<string, string> = {};
  for (const line of readFileSync(path, "utf8").split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line);
    if (match === null) continue;
    const [, name = "", value = ""] = match;
    values[name] = /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value;
  }
  return values;
}
