/**
 * `journal project`: the ledger of a run, made again from its journal into new files and put in the place of the old
 * rows in one transaction each (LEDGER-1). Runs that it was not asked for keep their rows.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolder, unfinishedMark } from "../../adapters/durable-file.ts";
import type { JournalEntry } from "../../adapters/journal/journal-terms.ts";
import {
  type LedgerPlaces,
  LedgerStore,
  performanceTerms,
  replaceProjection,
  tradesTerms,
} from "../../adapters/ledger/ledger-store.ts";
import { InputError } from "../../domain/assert.ts";
import type { LiveExecute } from "../../engine/live-execute.ts";
import type { LedgerTerms } from "./ledger-names.ts";
import { LedgerReplay } from "./ledger-replay.ts";

export interface Rebuilt {
  readonly run: string;
  readonly inputs: number;
  readonly applied: number;
}

/** Throws InputError (exit 1) and leaves the old rows when the journal holds nothing or a file cannot be used. */
export function rebuildLedger(
  places: LedgerPlaces,
  {
    execute,
    terms,
    entries,
  }: {
    readonly execute: LiveExecute;
    readonly terms: LedgerTerms;
    readonly entries: Iterable<JournalEntry>;
  },
): Rebuilt {
  makeFolder(dirname(places.trades));
  const folder = mkdtempSync(join(dirname(places.trades), `ledger${unfinishedMark}`));
  const built = { trades: join(folder, "trades.db"), performance: join(folder, "performance.db") };
  try {
    const store = new LedgerStore(built);
    let inputs = 0;
    const replay = new LedgerReplay(execute, terms, store);
    try {
      inputs = replay.take(entries);
      store.trades.check();
      store.performance.check();
    } finally {
      store.close();
    }
    if (inputs === 0) throw new InputError(`ledger: the journal has no input of run ${terms.run}`, 1);
    replaceProjection(places.trades, built.trades, tradesTerms);
    replaceProjection(places.performance, built.performance, performanceTerms);
    return { run: terms.run, inputs, applied: replay.applied };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
