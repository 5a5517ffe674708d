/** One entry until it is durable: the journal with its thread and its chain, and a bare FULL commit, in turns. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import { LiveJournal } from "../../src/adapters/journal/live-journal.ts";
import type { EpochMicros } from "../../src/domain/time.ts";

export interface DurableCommit {
  /** Microseconds each. */
  readonly journal: Float64Array;
  readonly bare: Float64Array;
}

/** As an input of execute. */
const PAYLOAD = `event 1795012251634937 1710.439291 ${"x".repeat(200)}`;
/** Idle: a commit does not meet the one before it. */
const BETWEEN_MS = 4;

export async function timeCommits(warm: number, measured: number): Promise<DurableCommit> {
  const folder = mkdtempSync(join(tmpdir(), "plimsoll-commit-"));
  const journal = await LiveJournal.open({
    path: join(folder, "journal.db"),
    run: { run: "bench", startedAt: "2026-01-01T00:00:00Z", header: "{}" },
    onFailed: (reason) => {
      throw new Error(reason);
    },
    nowMs: () => performance.now(),
  });
  const db = new DatabaseSync(join(folder, "bare.db"));
  db.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE entries (at INTEGER, payload TEXT)",
  );
  const insert = db.prepare("INSERT INTO entries VALUES (?, ?)");
  const found = { journal: new Float64Array(measured), bare: new Float64Array(measured) };
  try {
    for (let n = 0; n < warm + measured; n++) {
      const begun = performance.now();
      db.exec("BEGIN IMMEDIATE");
      insert.run(n, PAYLOAD);
      db.exec("COMMIT");
      const bareMicros = (performance.now() - begun) * 1e3;
      await pause(BETWEEN_MS);
      const asked = performance.now();
      await journal.whenDurable(journal.append("input", n as EpochMicros, PAYLOAD));
      const journalMicros = (performance.now() - asked) * 1e3;
      await pause(BETWEEN_MS);
      if (n < warm) continue;
      found.bare[n - warm] = bareMicros;
      found.journal[n - warm] = journalMicros;
    }
    return found;
  } finally {
    await journal.close();
    db.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
