/**
 * The ledger's process: follows execute's journal, read-only, and keeps trades.db and the daily tables of
 * performance.db up to date. It trades nothing and nobody waits for it; after a crash it begins anew and writes only
 * what is missing.
 */
import { join } from "node:path";
import { JournalReader } from "../../adapters/journal/journal-reader.ts";
import { LedgerStore, ledgerPlaces } from "../../adapters/ledger/ledger-store.ts";
import type { Lifecycle } from "../../execution/lifecycle/words.ts";
import { buildExecuteOf, ledgerTerms } from "./build-execute.ts";
import { LedgerReplay } from "./ledger-replay.ts";
import type { RunTerms } from "./run-terms.ts";
import type { StageContext } from "./stage-context.ts";

const POLL_MS = 200;

export const executeJournal = (root: string): string => join(root, "db", "journal.db");

/** For `stageMain`. `lifecycleOf` makes the life cycle that the execute process has, too. */
export const ledgerProcess =
  (lifecycleOf: (terms: RunTerms) => Lifecycle) =>
  async ({ terms, places, clock, log }: StageContext): Promise<() => Promise<void>> => {
    const journal = new JournalReader(executeJournal(places.root));
    const store = new LedgerStore(ledgerPlaces(places.root));
    const execute = buildExecuteOf(terms, places, lifecycleOf(terms));
    const replay = new LedgerReplay(execute, ledgerTerms(terms), store);
    const begun = clock.now();
    const inputs = replay.take(journal.entries(terms.run, replay.next));
    log("info", "the ledger is where the journal is", {
      inputs,
      applied: replay.applied,
      ms: Math.round(clock.now() - begun),
    });
    const poll = setInterval(() => replay.take(journal.entries(terms.run, replay.next)), POLL_MS);
    return async () => {
      clearInterval(poll);
      replay.take(journal.entries(terms.run, replay.next));
      journal.close();
      store.close();
    };
  };
