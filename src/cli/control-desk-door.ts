/** The command line's way to a running system: finds it, asks, and turns a refusal into one line with its exit code. */
import { join } from "node:path";
import { type KnownRun, knownRun } from "../app/live/active-run.ts";
import { ControlClient, type ControlQuestion } from "../app/live/control-client.ts";
import type { ControlAnswer } from "../app/live/control-words.ts";
import { writeHaltFile } from "../app/live/halt-file.ts";
import { InputError } from "../domain/assert.ts";
import type { CliContext } from "./context.ts";

const ANSWER_WITHIN_MS = 5000;

/** One question to execute. Throws InputError: nothing runs, nobody answers (exit 1), or it was refused. */
export async function askSystem(context: CliContext, question: ControlQuestion): Promise<ControlAnswer> {
  const known = knownRun(context.root());
  if (known?.active === undefined)
    throw new InputError(`no system runs on ${context.root()}; start one with: plimsoll start`, 1);
  return askRun(known, question);
}

/** As `askSystem`, of a run that was found. */
export async function askRun(
  { root, run }: Pick<KnownRun, "root" | "run">,
  question: ControlQuestion,
): Promise<ControlAnswer> {
  const client = new ControlClient(root, run);
  try {
    const answer = await client.ask(question, ANSWER_WITHIN_MS);
    if (answer.kind === "refused") throw new InputError(answer.reason, answer.exitCode === 2 ? 2 : 3);
    return answer;
  } finally {
    client.close();
  }
}

/** Halts without any program: who reads the file next halts. Returns its path. */
export const writeHalt = (context: CliContext, by: string, reason: string): string =>
  writeHaltFile(join(context.root(), "killswitch"), `${by}: ${reason}`, new Date().toISOString());
