/**
 * `plimsoll errors ls|resolve`: warnings and worse of all processes, and that somebody has dealt with them.
 */
import type { Command } from "commander";
import { knownRun } from "../app/live/active-run.ts";
import { resolveOffline } from "../app/monitor/ask-desk.ts";
import { type ErrorsAnswer, errorLevels, errorsAnswer } from "../app/monitor/error-reads.ts";
import { asked, words } from "./alert-commands.ts";
import { alignedTable } from "./aligned-table.ts";
import { type CliContext, report, tell } from "./context.ts";
import { recordRoot } from "./demo-root.ts";
import { example } from "./group-help.ts";
import { maybeOneOf, wholeNumber } from "./option-values.ts";

const MOST_ROWS = 100_000;
const MOST_ID = 2 ** 31;

export function registerErrorCommands(program: Command, context: CliContext): void {
  const errors = program
    .command("errors")
    .description("warnings and worse of all processes")
    .addHelpText("after", example("plimsoll errors ls --open"));

  errors
    .command("ls")
    .description("newest first, and how many of each level nobody has resolved")
    .option("--level <level>", `of this level only: ${errorLevels.join(", ")}`)
    .option("--open", "only what nobody has resolved")
    .option("--limit <count>", "how many at most", "50")
    .addHelpText("after", "\nExample:\n  plimsoll errors ls --open --level CRITICAL")
    .action(({ level, open, limit }: { level?: string; open?: boolean; limit: string }) => {
      const query = {
        ...{ from: 0, limit: wholeNumber("--limit", limit, { least: 1, most: MOST_ROWS }) },
        ...{ level: maybeOneOf("--level", level?.toUpperCase(), errorLevels), open },
      };
      const answer = errorsAnswer(recordRoot(context), query);
      report(context, answer, () => listText(answer));
    });

  errors
    .command("resolve")
    .description("say that it is dealt with; works with and without a running system")
    .argument("<id>", "its number, as errors ls names it")
    .option("--reason <text>", "what was done, for the audit", "dealt with")
    .addHelpText("after", "\nExample:\n  plimsoll errors resolve 42 --reason 'disk was full'")
    .action(async (given: string, { reason }: { reason: string }) => {
      const error = wholeNumber("id", given, { least: 1, most: MOST_ID });
      const ask = { kind: "resolve", error, ...words(reason) } as const;
      if (knownRun(context.root())?.active !== undefined) {
        await asked(context, ask);
        return;
      }
      const text = resolveOffline(recordRoot(context), ask, Date.now());
      tell(context, { accepted: true, auditId: ask.id, text }, () => text);
    });
}

function listText({ total, open, rows }: ErrorsAnswer): string {
  const head = `open: ${open.critical} critical, ${open.error} errors, ${open.warning} warnings`;
  if (rows.length === 0) return `${head}\nno errors`;
  const table = alignedTable(
    [
      { title: "id", align: "right" },
      { title: "at (UTC)" },
      { title: "level" },
      { title: "from" },
      { title: "resolved" },
      { title: "what" },
    ],
    rows.map(({ id, at, level, component, resolvedBy, message }) => [
      ...[id, at.slice(0, 19).replace("T", " "), level, component, resolvedBy ?? "-"],
      message.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ").slice(0, 200),
    ]),
  );
  return [head, table, ...(total > rows.length ? [`${total - rows.length} more; see --limit`] : [])].join(
    "\n",
  );
}
