/** Runs the command line as people do: a process of its own, and what it said on each stream. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const ENTRY = join(import.meta.dirname, "..", "src", "cli", "main.ts");

export interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Settings of the person who runs the tests do not reach the program. */
const own = ["TRADING_CAPITAL", "TRADING_SYSTEM_ROOT", "LOG_LEVEL", "NODE_OPTIONS", "FORCE_COLOR"];

export async function plimsoll(
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Said> {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.includes(name)));
  const child = spawn(process.execPath, [ENTRY, ...args], {
    cwd,
    env: { ...inherited, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, err };
}
