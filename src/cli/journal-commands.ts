/** `plimsoll journal verify|replay`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { RunJournal } from "../adapters/run-journal.ts";
import { type ReplayResult, replayJournal } from "../app/replay.ts";
import { InputError } from "../domain/assert.ts";
import { type CliContext, report } from "./context.ts";
import { demoRoot } from "./demo-root.ts";
import { example } from "./group-help.ts";
import { maybeDate } from "./option-values.ts";

export function registerJournalCommands(program: Command, context: CliContext): void {
  const journal = program
    .command("journal")
    .description("what happened, and proof that it was so")
    .addHelpText("after", example("plimsoll journal verify"));

  journal
    .command("verify")
    .description("walk the hash chain; exit 3 when an entry is not what it was")
    .addHelpText("after", "\nExample:\n  plimsoll journal verify")
    .action(() => {
      const store = new RunJournal(journalFile(context));
      try {
        const result = store.verify();
        report(context, result, () =>
          result.brokenAt === null
            ? `journal: ${result.entries} entries of ${result.runs} runs are as they were written`
            : `journal: broken at ${result.brokenAt}; restore the last backup`,
        );
        if (result.brokenAt !== null) process.exitCode = 3;
      } finally {
        store.close();
      }
    });

  journal
    .command("replay")
    .description("run the recorded events again; exit 3 when a command differs")
    .option("--date <date>", "count the entries of this session only, YYYY-MM-DD")
    .addHelpText("after", "\nExample:\n  plimsoll journal replay --date 2026-11-18")
    .action(({ date }: { date?: string }) => {
      const day = maybeDate("--date", date);
      journalFile(context);
      const result = replayJournal({ root: demoRoot(context), date: day });
      report(context, result, () => replayText(result));
      if (!result.identical) process.exitCode = 3;
    });
}

function replayText({ run, events, commands, identical, alteredAt, firstDifference }: ReplayResult): string {
  if (alteredAt !== null) {
    return `journal: run ${run}, entry ${alteredAt} is not what was written; nothing was replayed`;
  }
  return identical
    ? `journal: run ${run}, ${events} events gave the same ${commands} commands, byte for byte`
    : `journal: run ${run} parts at entry ${firstDifference?.entry}`;
}

function journalFile(context: CliContext): string {
  const path = join(demoRoot(context), "db", "journal.db");
  if (existsSync(path)) return path;
  throw new InputError(`journal: there is none under ${demoRoot(context)}; run one with: plimsoll start`, 1);
}
