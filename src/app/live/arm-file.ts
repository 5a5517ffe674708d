/**
 * The word of a person that this account may be traded for real (RUN-4, C-59): the account number, typed, and the
 * settings it was given for. It holds for 30 days, so that a supervisor may start the system again by itself.
 */
import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../../adapters/durable-file.ts";
import { InputError } from "../../domain/assert.ts";

export interface Armed {
  /** Number of the account, as the broker shows it. */
  readonly account: string;
  /** Hash of the settings that are traded in live. */
  readonly configHash: string;
  /** ISO instant at which it ends. */
  readonly until: string;
}

const DAYS = 30;
const DAY_MS = 86_400_000;

export const armPath = (root: string): string => join(root, "run", "armed.json");

/** Writes the word down. Throws InputError (exit 3) when another number was typed than that of the account. */
export function arm(
  root: string,
  {
    typed,
    account,
    configHash,
    nowMs,
  }: { readonly typed: string; readonly nowMs: number } & Omit<Armed, "until">,
): Armed {
  if (typed.trim() !== account)
    throw new InputError(
      `arm: the number typed is not that of this account, which ends in ${suffixOf(account)}; nothing is armed`,
      3,
    );
  const armed = { account, configHash, until: new Date(nowMs + DAYS * DAY_MS).toISOString() };
  replaceFile(armPath(root), `${JSON.stringify(armed)}\n`);
  return armed;
}

export function disarm(root: string): void {
  rmSync(armPath(root), { force: true });
}

/** The word, where it holds for these settings now. Throws InputError (exit 3) saying why not, and the cure. */
export function requireArmed(root: string, configHash: string, nowMs: number): Armed {
  const path = armPath(root);
  const refuse = (why: string): never => {
    throw new InputError(`mode live is refused: ${why}; run: plimsoll arm`, 3);
  };
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) return refuse(`${path} is not there`);
  const mode = status.mode & 0o777;
  if (process.platform !== "win32" && mode !== 0o600)
    refuse(`${path} has mode 0${mode.toString(8)}, not 0600`);
  const armed = read(path) ?? refuse(`${path} cannot be read`);
  const untilMs = Date.parse(armed.until);
  if (!(nowMs < untilMs)) refuse(`it was armed until ${armed.until}`);
  if (untilMs - nowMs > DAYS * DAY_MS) refuse(`${path} says ${armed.until}, more than ${DAYS} days from now`);
  if (armed.configHash !== configHash)
    refuse(`it was armed for configuration ${armed.configHash}, this is ${configHash}`);
  return armed;
}

/** What is shown of an account number, so that the rest has to be known. */
export const suffixOf = (account: string): string => account.slice(-4);

function read(path: string): Armed | undefined {
  try {
    const { account, configHash, until } = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
    if (typeof account !== "string" || account === "" || typeof until !== "string") return undefined;
    return typeof configHash === "string" ? { account, configHash, until } : undefined;
  } catch {
    return undefined;
  }
}
