/** `plimsoll journal project`: the ledger made again from the journal, the old rows replaced at once. */
import type { Command } from "commander";
import { JournalReader } from "../adapters/journal/journal-reader.ts";
import { ledgerPlaces } from "../adapters/ledger/ledger-store.ts";
import { buildExecuteOf, ledgerTerms } from "../app/live/build-execute.ts";
import { executeJournal } from "../app/live/ledger-process.ts";
import { rebuildLedger } from "../app/live/ledger-rebuild.ts";
import { type RunTerms, readRunTerms, requireOwnBuild, runPlaces } from "../app/live/run-terms.ts";
import { InputError } from "../domain/assert.ts";
import type { Lifecycle } from "../execution/lifecycle/words.ts";
import { type CliContext, report } from "./context.ts";
import { recordRoot } from "./demo-root.ts";

/** `lifecycleOf` makes the life cycle of a run's execute process: the same inputs mean the same to it. */
export function registerJournalProject(
  journal: Command,
  context: CliContext,
  lifecycleOf: (terms: RunTerms) => Lifecycle,
): void {
  journal
    .command("project")
    .description("make trades.db and the daily tables of performance.db again from the journal")
    .addHelpText("after", "\nExample:\n  plimsoll journal project")
    .action(() => {
      const root = recordRoot(context);
      const places = runPlaces(root);
      const terms = readRunTerms(places);
      if (terms === undefined)
        throw new InputError(`${places.terms}: there is no run here; start one with: plimsoll start`, 1);
      requireOwnBuild(terms);
      const reader = new JournalReader(executeJournal(root));
      try {
        const rebuilt = rebuildLedger(ledgerPlaces(root), {
          execute: buildExecuteOf(terms, places, lifecycleOf(terms)),
          terms: ledgerTerms(terms),
          entries: reader.entries(terms.run),
        });
        report(
          context,
          rebuilt,
          () => `journal: the ledger of run ${rebuilt.run} was made again from ${rebuilt.inputs} inputs`,
        );
      } finally {
        reader.close();
      }
    });
}
