/**
 * The path of a critical line to a person that does not lead through execute (OPS-6): the supervisor's
 * process hears all lines, and writes the critical ones, and what it says itself of processes that do not
 * live, to a file that the monitor follows. Ledgers and journals may be full or held; this file needs
 * neither.
 *
 * CO-1  Nothing that is taken waits for the file, and nothing throws.
 * CO-2  A thousand alike within a moment are one line with their count; what has no room is counted.
 */
import { randomUUID } from "node:crypto";
import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { shapeOf } from "../../ops/alerts/alert-causes.ts";
import type { LogRecord } from "../../ops/log-file.ts";
import type { CriticalLine } from "../monitor/alert-sources.ts";

const WRITE_AFTER_MS = 250;
const KINDS_MAX = 200;
const TEXT_MAX = 2000;
const BYTES_MAX = 16 * 2 ** 20;
/** Of the supervisor's reports, those that need a person whatever their level in the log. */
const REPORTS = ["crash-loop", "killed", "not-started"];

export class CriticalOutbox {
  readonly #path: string;
  readonly #wallMs: () => number;
  readonly #boot = randomUUID();
  #timer: NodeJS.Timeout | undefined;
  #waiting = new Map<string, Omit<CriticalLine, "boot" | "number">>();
  #number = 0;

  /** `wallMs`: milliseconds since 1970. */
  constructor(path: string, wallMs: () => number) {
    this.#path = path;
    this.#wallMs = wallMs;
    try {
      // Whoever follows it has long read what is there.
      if (statSync(path).size > BYTES_MAX) renameSync(path, `${path}.1`);
    } catch {
      // There is none yet.
    }
  }

  take(record: LogRecord): void {
    const { level, process: id, kind, text } = record;
    const isReport = id === "supervisor" && typeof kind === "string" && REPORTS.includes(kind);
    if (level !== "CRITICAL" && !isReport) return;
    const whole = typeof text === "string" ? (text.split("\n", 1)[0] ?? "") : JSON.stringify(record);
    const key = this.#keyOf(`${id} ${shapeOf(whole)}`);
    const before = this.#waiting.get(key);
    const said = before ?? { machineMs: this.#wallMs(), process: id, text: whole.slice(0, TEXT_MAX) };
    this.#waiting.set(key, { ...said, count: (before?.count ?? 0) + 1 });
    this.#timer ??= setTimeout(() => this.write(), WRITE_AFTER_MS).unref();
  }

  /** What waits, now. */
  write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.size === 0) return;
    const lines = [...this.#waiting.values()].map((line): CriticalLine => {
      this.#number += 1;
      return { boot: this.#boot, number: this.#number, ...line };
    });
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
      appendFileSync(this.#path, text, { mode: 0o600, flush: true });
      this.#waiting = new Map();
    } catch {
      // The log has them, and they are tried again with the next ones, or after a while.
      this.#timer = setTimeout(() => this.write(), 10 * WRITE_AFTER_MS).unref();
    }
  }

  close(): void {
    this.write();
    clearTimeout(this.#timer);
  }

  /** Beyond so many kinds of words the rest is one kind. */
  #keyOf(key: string): string {
    if (this.#waiting.has(key) || this.#waiting.size < KINDS_MAX) return key;
    return "more";
  }
}
