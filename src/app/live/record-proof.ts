/**
 * Whether the record is what it was (RELIABILITY 5, audit log): every chain is walked, and its end compared with where
 * it stood when it was last written down elsewhere. A chain alone notices neither a cut tail nor one that was made anew
 * as a whole; an anchor does: the last backup's, or one that left the machine in the daily digest. Needs no key.
 *
 * VR-1  A record that lost its tail, or was written anew, is not found whole while an anchor knows better.
 */
import { existsSync } from "node:fs";
import { type ChainHeads, JournalReader } from "../../adapters/journal/journal-reader.ts";
import { InputError } from "../../domain/assert.ts";
import { keepRecord, keptRecord, type RecordProof } from "./kept-records.ts";
import { executeJournal } from "./ledger-process.ts";
import { verifyJournals } from "./recorded-run.ts";

const ANCHOR = /^(?:journal ([a-z0-9]+) (\d+) ([0-9a-f]{64}))?,? ?(?:audit (\d+) ([0-9a-f]{64}))?$/;

/** One line that a digest carries off the host, and that `plimsoll verify-audit --anchor` takes back. */
export function anchorText({ journal, audit }: ChainHeads): string {
  const told = [
    ...(journal === null || journal.sequence < 0
      ? []
      : [`journal ${journal.run} ${journal.sequence} ${journal.head}`]),
    ...(audit.count === 0 ? [] : [`audit ${audit.count} ${audit.head}`]),
  ];
  return told.length === 0 ? "nothing is recorded yet" : told.join(", ");
}

/** Throws InputError (exit 2) for a text that `anchorText` never gave. */
export function parseAnchor(text: string): Anchor {
  const [all, run, sequence, head = "", count, auditHead = ""] = ANCHOR.exec(text.trim()) ?? [];
  if (all === undefined || all === "")
    throw new InputError(
      `--anchor ${text.slice(0, 60)}: must be the line of a digest: journal RUN ENTRY HASH, audit COUNT HASH`,
    );
  return {
    from: "the anchor given",
    journal: run === undefined ? null : { run, sequence: Number(sequence), head },
    audit: count === undefined ? { count: 0, head: "" } : { count: Number(count), head: auditHead },
  };
}

/** Where the chains of a root end now: for the daily digest and the dead man's ping. Undefined: there is no journal. */
export function recordHeads(root: string): ChainHeads | undefined {
  const path = executeJournal(root);
  if (!existsSync(path)) return undefined;
  const reader = new JournalReader(path);
  try {
    return reader.heads();
  } finally {
    reader.close();
  }
}

/** An end of a chain that somebody kept. */
export interface Anchor {
  /** For people: "the backup of 2026-11-20T21:30:00Z". */
  readonly from: string;
  readonly journal?: ChainHeads["journal"];
  readonly audit?: ChainHeads["audit"];
}

/**
 * Walks all chains below a root and writes `run/verify.json`. Throws InputError (exit 1) when there is no journal or
 * one cannot be read. The caller decides what a broken record means: in a running system, entries wait (RELIABILITY 5).
 */
export function verifyRecord(root: string, nowMs: number, more: readonly Anchor[] = []): RecordProof {
  const begun = performance.now();
  const { runs, entries, auditRows, brokenAt } = verifyJournals(root);
  const anchors = [...anchorOfBackup(root), ...more];
  const reader = new JournalReader(executeJournal(root));
  try {
    const missed = anchors.map((anchor) => missedBy(reader, anchor)).find((found) => found !== undefined);
    const proof: RecordProof = {
      at: new Date(nowMs).toISOString(),
      ok: brokenAt === null && missed === undefined,
      tookMs: Math.round(performance.now() - begun),
      ...{ runs, entries, auditRows },
      brokenAt: brokenAt ?? missed ?? null,
      anchors: anchors.map(({ from }) => from),
      heads: reader.heads(),
    };
    return keepRecord(root, "verify", proof);
  } finally {
    reader.close();
  }
}

function anchorOfBackup(root: string): Anchor[] {
  const { ok, at, journal = null, audit } = keptRecord(root, "backup") ?? {};
  if (ok !== true || audit === undefined) return [];
  return [{ from: `the backup of ${at}`, journal, audit }];
}

/** What the record should hold and does not (VR-1); undefined when it does. */
function missedBy(reader: JournalReader, { from, journal, audit }: Anchor): string | undefined {
  if (journal !== undefined && journal !== null && journal.sequence >= 0) {
    const found = reader.hashOf(journal.run, journal.sequence);
    const what = `run ${journal.run}, entry ${journal.sequence}`;
    if (found === undefined) return `${what}: is missing, ${from} knows it`;
    if (found !== journal.head) return `${what}: is another one than ${from} knows`;
  }
  if (audit === undefined || audit.count === 0) return undefined;
  const found = reader.auditHashOf(audit.count);
  if (found === undefined) return `audit row ${audit.count}: is missing, ${from} knows it`;
  return found === audit.head ? undefined : `audit row ${audit.count}: is another one than ${from} knows`;
}

/**
 * What is not as it was written of execute's record, as far as a start walks it: the open run, the acts of operators,
 * and where both ended at the last backup. Earlier runs and the other journals are the nightly task's. `entry`: of the
 * run, as the journal found it when it was opened; undefined: nobody walked it, who read it meanwhile knows it.
 */
export function brokenAtStart(
  root: string,
  run: string,
  entry: number | null | undefined,
): string | undefined {
  if (entry === undefined) return undefined;
  if (entry !== null) return `journal.db: run ${run}, entry ${entry}: is not what was written`;
  const reader = new JournalReader(executeJournal(root));
  try {
    const { brokenAt } = reader.verifyAudit();
    if (brokenAt !== null) return `journal.db: audit row ${brokenAt}: is not what was written`;
    const missed = anchorOfBackup(root).map((anchor) => missedBy(reader, anchor));
    const found = missed.find((words) => words !== undefined);
    return found === undefined ? undefined : `journal.db: ${found}`;
  } finally {
    reader.close();
  }
}
