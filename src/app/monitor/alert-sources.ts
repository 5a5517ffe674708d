/**
 * Where alerts come from, each read by position and idempotently by id: execute's outbox in journal.db, the
 * guardian's lines, and the critical lines that the supervisor's process hears. Reading changes nothing in
 * any of them.
 */
import { createHash } from "node:crypto";
import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { AlertLevel, RaisedAlert } from "../../domain/alert.ts";
import { causeOfText } from "../../ops/alerts/alert-causes.ts";

export interface SourceRead {
  readonly alerts: readonly RaisedAlert[];
  readonly position: number;
}

export interface AlertSource {
  readonly id: string;
  /** What came after that position; throws when the source cannot be read now. */
  read(from: number): SourceRead;
  close(): void;
}

const ROWS_MAX = 1000;
const BUSY_MS = 200;
const PIECE_BYTES = 1_048_576;

/** The table `alerts` of journal.db: rows of all runs, in the order in which they were written. */
export class JournalAlerts implements AlertSource {
  readonly id = "journal";
  readonly #path: string;
  readonly #machineMs: (exchangeMicros: number, run: string) => number;
  #db: DatabaseSync | undefined;

  /** `machineMs`: the machine's time of an instant of the exchange, of the run that the alert's id names. */
  constructor(root: string, machineMs: (exchangeMicros: number, run: string) => number) {
    this.#path = join(root, "db", "journal.db");
    this.#machineMs = machineMs;
  }

  read(from: number): SourceRead {
    if (this.#db === undefined && !existsSync(this.#path)) return { alerts: [], position: from };
    try {
      this.#db ??= new DatabaseSync(this.#path, { readOnly: true, timeout: BUSY_MS });
      return this.#read(this.#db, from);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    this.#db?.close();
    this.#db = undefined;
  }

  #read(db: DatabaseSync, from: number): SourceRead {
    const last = Number(db.prepare("SELECT coalesce(max(rowid), 0) AS last FROM alerts").get()?.last);
    // A journal that was restored from a backup begins again; ids say what is known.
    const after = last < from ? 0 : from;
    if (last === after) return { alerts: [], position: after };
    const rows = db
      .prepare("SELECT rowid AS place, * FROM alerts WHERE rowid > ? ORDER BY rowid LIMIT ?")
      .all(after, ROWS_MAX);
    const alerts = rows.map((row): RaisedAlert => {
      const [id, text] = [String(row.id), String(row.text)];
      const atMs = this.#machineMs(Number(row.at), id.split("-")[0] ?? "");
      const level = row.level as AlertLevel;
      return { id: `journal-${id}`, level, cause: causeOfText(text), source: "execute", text, atMs };
    });
    return { alerts, position: Number(rows.at(-1)?.place ?? after) };
  }
}

/** A file of JSON lines that another process appends to; half a line waits for its end. */
abstract class LineSource implements AlertSource {
  abstract readonly id: string;
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  protected abstract alertOf(line: Readonly<Record<string, unknown>>, id: string): RaisedAlert | undefined;

  read(from: number): SourceRead {
    if (!existsSync(this.#path)) return { alerts: [], position: 0 };
    const file = openSync(this.#path, "r");
    try {
      const { size } = fstatSync(file);
      const after = size < from ? 0 : from;
      const piece = Buffer.alloc(Math.min(PIECE_BYTES, size - after));
      const got = readSync(file, piece, 0, piece.length, after);
      const end = piece.subarray(0, got).lastIndexOf("\n") + 1;
      // A line longer than a piece is none of ours.
      const isEndless = end === 0 && got === PIECE_BYTES;
      const lines = piece.subarray(0, end).toString("utf8").split("\n");
      const alerts = lines.map((line) => this.#alert(line)).filter((alert) => alert !== undefined);
      return { alerts, position: after + (isEndless ? got : end) };
    } finally {
      closeSync(file);
    }
  }

  close(): void {}

  #alert(line: string): RaisedAlert | undefined {
    if (line === "") return undefined;
    const id = createHash("sha256").update(line).digest("hex").slice(0, 24);
    try {
      return this.alertOf(JSON.parse(line) as Record<string, unknown>, `${this.id}-${id}`);
    } catch {
      return undefined; // A crash left half of it.
    }
  }
}

/** What the guardian's codes are about; what is not here goes by its words. */
const guardianCauses: Readonly<Record<string, string>> = {
  "flatten-begun": "closing",
  "flatten-withdrawn": "closed",
  flat: "closed",
  "not-flat": "not-flat",
  "market-closed": "not-flat",
  "sign-flipped": "not-flat",
  "close-refused": "not-flat",
  "attempts-spent": "not-flat",
  "broker-silent": "broker-silent",
  "books-differ": "unexplained-position",
  "journal-lost": "journal",
};

export class GuardianAlerts extends LineSource {
  readonly id = "guardian";

  constructor(root: string) {
    super(join(root, "run", "guardian-alerts.jsonl"));
  }

  protected override alertOf(line: Readonly<Record<string, unknown>>, id: string): RaisedAlert | undefined {
    const { severity, code, text, machineMs } = line;
    if (typeof text !== "string" || typeof machineMs !== "number") return undefined;
    const level = severity === "warning" ? "warning" : "critical";
    const cause = guardianCauses[String(code)] ?? causeOfText(text);
    return { id, level, cause, source: "guardian", text, atMs: machineMs };
  }
}

export const criticalLinesPath = (root: string): string => join(root, "run", "critical-lines.jsonl");

/** One line of the collector: how often something critical was said within a moment. */
export interface CriticalLine {
  readonly boot: string;
  readonly number: number;
  readonly machineMs: number;
  readonly process: string;
  readonly text: string;
  readonly count: number;
}

export class CriticalLines extends LineSource {
  readonly id = "log";

  constructor(root: string) {
    super(criticalLinesPath(root));
  }

  protected override alertOf(line: Readonly<Record<string, unknown>>, id: string): RaisedAlert | undefined {
    const { process: source, text, machineMs: atMs, count } = line as unknown as CriticalLine;
    if (typeof text !== "string" || typeof atMs !== "number" || typeof source !== "string") return undefined;
    const known = causeOfText(text);
    // What no pattern knows is one incident for each process, whatever its words.
    const cause = known.startsWith("other: ") ? `log-of-${source}` : known;
    return { id, level: "critical", cause, source, text, atMs, count: Number(count) || 1 };
  }
}
