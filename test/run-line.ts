/** One command line in this process: its exit code and what it said on each stream. */
import { runCommandLine } from "../src/cli/command-line.ts";
import type { Said } from "./plimsoll-process.ts";

export async function runLine(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Said> {
  const said = { out: "", err: "" };
  Object.assign(process.env, env);
  const code = await runCommandLine(["node", "plimsoll", ...words], {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
  });
  for (const name of Object.keys(env)) delete process.env[name];
  // A gate that said no leaves its code for the process, which here goes on.
  process.exitCode = 0;
  return { code, ...said };
}

/** The same, of a line that must end well and say nothing on stderr; its one document. */
export async function jsonLine(words: readonly string[]): Promise<unknown> {
  const { code, out, err } = await runLine([...words, "--json"]);
  if (code !== 0 || err !== "") throw new Error(`${words.join(" ")}: exit ${code}: ${err}`);
  return JSON.parse(out);
}
