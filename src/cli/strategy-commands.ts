/** `plimsoll strategy ls|new`: what can trade, and a beginning of what will. */
import { existsSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { makeFolder, reasonOf } from "../adapters/durable-file.ts";
import { strategiesOf, wrongName } from "../app/own-strategies.ts";
import { InputError } from "../domain/assert.ts";
import { alignedTable } from "./aligned-table.ts";
import { type CliContext, report, tell } from "./context.ts";
import { givenConfig } from "./given-config.ts";
import { example } from "./group-help.ts";
import { strategySkeleton } from "./strategy-skeleton.ts";

export function registerStrategyCommands(program: Command, context: CliContext): void {
  const strategy = program
    .command("strategy")
    .description("what can trade")
    .addHelpText("after", example("plimsoll strategy ls"));
  strategy
    .command("ls")
    .description("the strategies, their idea and where it comes from")
    .addHelpText("after", "\nExample:\n  plimsoll strategy ls")
    .action(() => list(context));
  strategy
    .command("new")
    .description("write a strategy of your own with a test beside it, in ./strategies")
    .argument("<name>", "what it will be called: letters, digits, - or _")
    .addHelpText("after", "\nExample:\n  plimsoll strategy new my-idea")
    .action((name: string) => begin(context, name));
}

function list(context: CliContext): void {
  const config = givenConfig(context);
  const rows = strategiesOf(config).map(({ id, card, timeframes }) => ({
    id,
    ...config.strategies[id],
    timeframes,
    ...card,
  }));
  const text = () =>
    alignedTable(
      [{ title: "id" }, { title: "share", align: "right" }, { title: "bars" }, { title: "idea" }],
      rows.map((row) => [
        row.id,
        `${Math.round((row.allocation ?? 0) * 100)}%`,
        row.timeframes.join(" "),
        row.idea,
      ]),
    );
  report(context, rows, text);
}

const FOLDER = "strategies";

function begin(context: CliContext, name: string): void {
  const id = name.replaceAll("-", "_");
  const wrong = wrongName(id);
  if (wrong !== undefined) throw new InputError(`NAME ${name.slice(0, 80)}: ${wrong}`);
  const skeleton = strategySkeleton(id);
  const files = [skeleton.strategy, skeleton.test].map(
    ([file, text]) => [resolve(FOLDER, file), text] as const,
  );
  const there = files.find(([path]) => existsSync(path));
  if (there !== undefined)
    throw new InputError(
      `NAME ${name}: ${shown(there[0])} is there already; take another name, or remove it`,
    );
  for (const [path, text] of files) write(path, text);
  const [file = "", test = ""] = files.map(([path]) => shown(path));
  tell(context, { id, file, test }, () =>
    [
      `${file} holds ${id}, which trades as it stands; ${test} tests it.`,
      `  npx vitest run ${test}`,
      `  plimsoll backtest --set strategies.${id}.file=${file} --strategies ${id} --symbols all --timeframe 1d \\`,
      `    --out reports/${id}`,
      "docs/strategies/your-own.md goes on from here.",
    ].join("\n"),
  );
}

const shown = (path: string): string => join(".", relative(process.cwd(), path));

/** Never over what is there. */
function write(path: string, text: string): void {
  try {
    makeFolder(resolve(FOLDER));
    writeFileSync(path, text, { flag: "wx" });
  } catch (error) {
    throw new InputError(`${shown(path)}: cannot be written (${reasonOf(error)})`);
  }
}
