/**
 * The log's warnings and worse, kept in `error_log` of performance.db (OPS-6): the supervisor's process collects them,
 * so that a death of execute is there, too. Lines wait here and are written together; a file that cannot be used costs
 * rows, which are counted, and never a process: the log itself has every line.
 *
 * EC-1  Nothing that is taken waits for the file, and nothing throws.
 * EC-2  What is left out is said by a row of its own, once there is room.
 */
import type { ErrorRow } from "../../adapters/ledger/ledger-rows.ts";
import { ErrorLog } from "../../adapters/ledger/ledger-store.ts";
import type { LogRecord } from "../../ops/log-file.ts";

const WRITE_EVERY_MS = 1000;
/** Lines between two writes: a process that says the same thousands of times a second fills no disk by this way. */
const ROWS_MAX = 1000;
/** From one failure to the next attempt, milliseconds. */
const AGAIN_MS = 10_000;

export interface ErrorCollectorTerms {
  /** Of performance.db. */
  readonly path: string;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
  /** Told once when the file cannot be used, and again after it could. */
  readonly failed: (reason: string) => void;
}

export class ErrorCollector {
  readonly #terms: ErrorCollectorTerms;
  readonly #timer: NodeJS.Timeout;
  #log: ErrorLog | undefined;
  #rows: ErrorRow[] = [];
  #leftOut = 0;
  #nextTryMs = Number.NEGATIVE_INFINITY;
  #isFailing = false;

  constructor(terms: ErrorCollectorTerms) {
    this.#terms = terms;
    this.#timer = setInterval(() => this.write(), WRITE_EVERY_MS);
    this.#timer.unref();
  }

  take(record: LogRecord): void {
    const row = rowOf(record, this.#terms.wallMs());
    if (row === undefined) return;
    if (this.#rows.length < ROWS_MAX) this.#rows.push(row);
    else this.#leftOut += 1;
  }

  /** What waits, now. */
  write(): void {
    const { path, now, failed } = this.#terms;
    if (this.#rows.length === 0 || now() < this.#nextTryMs) return;
    try {
      this.#log ??= new ErrorLog(path);
      this.#log.appendErrors(this.#leftOut === 0 ? this.#rows : [...this.#rows, this.#confession()]);
      this.#rows = [];
      this.#leftOut = 0;
      this.#isFailing = false;
    } catch (error) {
      this.#nextTryMs = now() + AGAIN_MS;
      if (this.#isFailing) return;
      this.#isFailing = true;
      failed(error instanceof Error ? error.message : String(error));
    }
  }

  /** Writes what waits and lets the file go. */
  close(): void {
    clearInterval(this.#timer);
    this.#nextTryMs = Number.NEGATIVE_INFINITY;
    this.write();
    this.#log?.close();
    this.#log = undefined;
  }

  #confession(): ErrorRow {
    return {
      timestamp: new Date(this.#terms.wallMs()).toISOString(),
      level: "WARNING",
      loggerName: "supervisor",
      message: `${this.#leftOut} more lines are in the log alone`,
      component: "supervisor",
    };
  }
}

/** Undefined for what is no trouble. A stack is the traceback; its first line is the message. */
export function rowOf(record: LogRecord, wallMs: number): ErrorRow | undefined {
  const { at, level, process: component, component: part, text } = record;
  if (level !== "WARNING" && level !== "ERROR" && level !== "CRITICAL") return undefined;
  const whole = typeof text === "string" ? text : JSON.stringify(record);
  const isInstant = typeof at === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(at);
  return {
    timestamp: isInstant ? at : new Date(wallMs).toISOString(),
    level,
    loggerName: typeof part === "string" ? part : component,
    component,
    ...(stackOf(whole) ?? { message: whole }),
  };
}

function stackOf(text: string): Pick<ErrorRow, "message" | "exceptionTraceback"> | undefined {
  const [message = "", next = ""] = text.split("\n");
  if (!/^\s+at /.test(next)) return undefined;
  const [, file, line] = /\(?([^\s(]+):(\d+):\d+\)?$/.exec(next) ?? [];
  const [, type] = /\b([A-Z]\w*(?:Error|Exception))\b/.exec(message) ?? [];
  return {
    message,
    exceptionTraceback: text,
    ...(type === undefined ? {} : { exceptionType: type }),
    ...(file === undefined ? {} : { sourceFile: file.replace(/^file:\/\//, ""), lineNumber: Number(line) }),
  };
}
