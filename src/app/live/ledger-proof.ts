/**
 * Proof that a ledger is what its journal says (LEDGER-3): the ledger is made again from the journal, beside it, and
 * compared row by row at the sequence that each file has reached; then the replay goes on to the journal's head.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { unfinishedMark } from "../../adapters/durable-file.ts";
import { JournalReader } from "../../adapters/journal/journal-reader.ts";
import type { JournalEntry } from "../../adapters/journal/journal-terms.ts";
import { performanceKeys, tradesKeys } from "../../adapters/ledger/ledger-schema.ts";
import { type LedgerPlaces, LedgerStore, ledgerPlaces } from "../../adapters/ledger/ledger-store.ts";
import type { Lifecycle } from "../../execution/lifecycle/words.ts";
import { buildExecuteOf, ledgerTerms } from "./build-execute.ts";
import { executeJournal } from "./ledger-process.ts";
import { LedgerReplay } from "./ledger-replay.ts";
import { type RunTerms, runPlaces } from "./run-terms.ts";

export interface LedgerProof {
  readonly run: string;
  /** That went through the stage again. */
  readonly inputs: number;
  /** Last sequence of the journal; -1 when it holds nothing of the run. */
  readonly head: number;
  /** The files that were compared, and how far in the journal each was. */
  readonly compared: readonly { readonly file: string; readonly at: number }[];
  /** The first table that is not what the journal gives; null when all are. */
  readonly difference: string | null;
  /** SHA-256 over all rows at the head: equal for equal journals. */
  readonly state: string;
  readonly ms: number;
}

type LedgerFileName = keyof LedgerPlaces;
const tables: Readonly<Record<LedgerFileName, readonly string[]>> = {
  trades: ["meta", ...Object.keys(tradesKeys)],
  performance: ["meta", ...Object.keys(performanceKeys)],
};

/** Writes below `root` while it works, and leaves nothing. Throws InputError (exit 1) when a file cannot be used. */
export function proveLedger(root: string, terms: RunTerms, lifecycle: Lifecycle): LedgerProof {
  const begun = performance.now();
  const given = ledgerPlaces(root);
  const folder = mkdtempSync(join(root, `proof${unfinishedMark}`));
  const built = { trades: join(folder, "trades.db"), performance: join(folder, "performance.db") };
  const journal = new JournalReader(executeJournal(root));
  const store = new LedgerStore(built);
  try {
    const execute = buildExecuteOf(terms, runPlaces(root), lifecycle);
    const replay = new LedgerReplay(execute, ledgerTerms(terms), store);
    const compared = (["trades", "performance"] as const)
      .map((name) => ({ name, file: `${name}.db`, at: appliedIn(given[name], terms.run) }))
      .filter(({ at }) => at >= 0)
      .toSorted((one, other) => one.at - other.at);
    let inputs = 0;
    let difference: string | null = null;
    for (const { name, at } of compared) {
      inputs += replay.take(upTo(journal.entries(terms.run, replay.next), at));
      difference ??= differenceOf(name, given[name], built[name], terms.run);
    }
    inputs += replay.take(journal.entries(terms.run, replay.next));
    return {
      run: terms.run,
      inputs,
      head: replay.next - 1,
      compared: compared.map(({ file, at }) => ({ file, at })),
      difference,
      state: stateOf(built),
      ms: Math.round(performance.now() - begun),
    };
  } finally {
    store.close();
    journal.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface ReplayedState {
  /** As `LedgerProof.state`. */
  readonly state: string;
  readonly inputs: number;
  /** Sequence that was reached: `last`, or the journal's end where that comes sooner. */
  readonly head: number;
}

/** What the journal of a root gives up to the entry `last`, made in `scratch`; the root itself is read only. */
export function replayedState(
  { root, scratch, last }: { readonly root: string; readonly scratch: string; readonly last: number },
  terms: RunTerms,
  lifecycle: Lifecycle,
): ReplayedState {
  const built = { trades: join(scratch, "trades.db"), performance: join(scratch, "performance.db") };
  const journal = new JournalReader(executeJournal(root));
  const store = new LedgerStore(built);
  try {
    const execute = buildExecuteOf(terms, runPlaces(root), lifecycle);
    const replay = new LedgerReplay(execute, ledgerTerms(terms), store);
    const inputs = replay.take(upTo(journal.entries(terms.run, replay.next), last));
    return { state: stateOf(built), inputs, head: replay.next - 1 };
  } finally {
    store.close();
    journal.close();
  }
}

function* upTo(entries: Iterable<JournalEntry>, last: number): Generator<JournalEntry> {
  for (const entry of entries) {
    if (entry.sequence > last) return;
    yield entry;
  }
}

/** -1 for a file that is not there or knows nothing of the run. */
function appliedIn(path: string, run: string): number {
  if (!existsSync(path)) return -1;
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return Number(
      db.prepare("SELECT applied_sequence FROM meta WHERE run = ?").get(run)?.applied_sequence ?? -1,
    );
  } finally {
    db.close();
  }
}

function differenceOf(name: LedgerFileName, given: string, built: string, run: string): string | null {
  const db = new DatabaseSync(given, { readOnly: true });
  try {
    db.prepare("ATTACH DATABASE ? AS built").run(built);
    for (const table of tables[name]) {
      const only = (one: string, other: string) => {
        const rows = `SELECT * FROM ${one}.${table} WHERE run = ? EXCEPT SELECT * FROM ${other}.${table} WHERE run = ?`;
        return Number(db.prepare(`SELECT count(*) AS n FROM (${rows})`).get(run, run)?.n);
      };
      const [more, missing] = [only("main", "built"), only("built", "main")];
      if (more + missing > 0)
        return `${name}.db, table ${table}: ${more} rows that the journal does not give, ${missing} that are missing`;
    }
    return null;
  } finally {
    db.close();
  }
}

function stateOf(built: LedgerPlaces): string {
  const hash = createHash("sha256");
  for (const name of ["trades", "performance"] as const) {
    const db = new DatabaseSync(built[name], { readOnly: true });
    try {
      for (const table of tables[name]) {
        const rows = db
          .prepare(`SELECT * FROM ${table}`)
          .all()
          .map((row) => JSON.stringify(row));
        hash.update(`${name} ${table} ${rows.length}\n`);
        for (const row of rows.toSorted()) hash.update(`${row}\n`);
      }
    } finally {
      db.close();
    }
  }
  return hash.digest("hex");
}
