/**
 * A stage's journal as its loop sees it: `append` costs a push, the thread writes and flushes, and says from where on
 * all is durable. Nothing here blocks, and a slow disk holds no heartbeat (ARCHITECTURE 3, LEDGER-2).
 *
 * After an error it is `failed` for good: what is handed over goes nowhere, `append` still numbers it, nobody waits for
 * it in vain. Entries are barred by then; exits leave without the journal (C-53).
 */
import { Worker } from "node:worker_threads";
import { InputError, invariant } from "../../domain/assert.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type {
  JournalHealth,
  JournalPart,
  JournalPayload,
  JournalRow,
  JournalState,
  RunHeader,
  Ticket,
} from "./journal-terms.ts";
import type { FromThread, ThreadTerms, ToThread } from "./journal-thread.ts";
import type { LeaseWish } from "./lease.ts";

const SLOW_MS = 250;
/** Far more than a disk that works leaves waiting; beyond it the journal counts as failed. */
const PENDING_ROWS_MAX = 1_000_000;

export interface LiveJournalTerms {
  readonly path: string;
  readonly run: RunHeader;
  /** Taken before anything is written, renewed with each commit and every 5 s, given back by `close`. */
  readonly lease?: LeaseWish;
  /** Once: the disk cannot be trusted any more. */
  readonly onFailed: (reason: string) => void;
  /** Another process has the lease by now: stop. The journal has failed, too; what was not durable is not written. */
  readonly onLeaseLost?: () => void;
  /** A file on the same disk that goes when it is full, so that writing can go on for a while. */
  readonly ballast?: string;
  /** It was read while another process wrote it: the whole file is not checked again, which takes longer each day. */
  readonly isKnownSound?: boolean;
  /** Of who must mind what is held: a run that is not what was written goes on, and `brokenAt` says so. */
  readonly goesOnBroken?: boolean;
  /** The disk is full and the ballast went: what is left is for closing. */
  readonly onFull?: () => void;
  /** Rows are durable so many milliseconds after they were handed over. */
  readonly onCommit?: (ms: number) => void;
  /** The monotonic clock, milliseconds. */
  readonly nowMs: () => number;
  /** Entry of the thread; tests bind one that strikes inside a commit. */
  readonly thread?: URL;
}

/** `isDurable` false: the journal failed before it got there. */
export type WhenDurable = (isDurable: boolean) => void;

interface Waiter {
  readonly ticket: Ticket;
  readonly done: WhenDurable;
}

export class LiveJournal {
  readonly #terms: LiveJournalTerms;
  readonly #worker: Worker;
  /** First entry of the run that is not what was written; null when all are, undefined where nobody has walked it. */
  readonly brokenAt: number | null | undefined;
  #state: JournalState = "open";
  #failure: string | undefined;
  #isFull = false;
  #nextSequence: number;
  #durableBefore: number;
  #ticket: Ticket = 0;
  #durableTicket: Ticket = 0;
  /** Ticket of the transaction that holds an entry, from `#durableBefore` on. */
  #ticketOf: Ticket[] = [];
  #unsent: (readonly JournalRow[])[] = [];
  #unsentRows = 0;
  #pendingRows = 0;
  /** What was handed over together, oldest first. */
  readonly #handed: { readonly ticket: Ticket; readonly rows: number; readonly atMs: number }[] = [];
  #unsentSinceMs = 0;
  #waiters: Waiter[] = [];
  readonly #closed = Promise.withResolvers<void>();

  private constructor(
    terms: LiveJournalTerms,
    worker: Worker,
    { sequence, brokenAt }: Extract<FromThread, { readonly kind: "opened" }>,
  ) {
    this.#terms = terms;
    this.#worker = worker;
    this.brokenAt = brokenAt;
    this.#nextSequence = sequence;
    this.#durableBefore = sequence;
    worker.on("message", (message: FromThread) => this.#hear(message));
    worker.on("error", (error) => this.#fail(error instanceof Error ? error.message : String(error)));
    worker.on("exit", () => {
      this.#closed.resolve();
      this.#fail("the journal's thread ended");
    });
  }

  /** Throws InputError (exit 1): the file is damaged, the run is closed, another process has the lease. */
  static open(terms: LiveJournalTerms): Promise<LiveJournal> {
    const { path, run, lease, ballast, isKnownSound = false, goesOnBroken = false } = terms;
    const optional = { ...(lease && { lease }), ...(ballast !== undefined && { ballast }) };
    const workerData: ThreadTerms = { path, run, isKnownSound, goesOnBroken, ...optional };
    const entry = terms.thread ?? new URL("./journal-worker.ts", import.meta.url);
    const worker = new Worker(entry, { workerData });
    return new Promise((resolve, reject) => {
      worker.once("error", reject);
      worker.once("exit", () => reject(new Error("the journal's thread ended before it was open")));
      worker.once("message", (message: FromThread) => {
        worker.off("error", reject);
        if (message.kind === "opened") {
          resolve(new LiveJournal(terms, worker, message));
          return;
        }
        void worker.terminate();
        const reason = message.kind === "refused" ? message.reason : `it said ${message.kind}`;
        const isCurable = message.kind === "refused" && message.isCurable;
        reject(isCurable ? new InputError(reason, 1) : new Error(reason));
      });
    });
  }

  /** Sequence that the next entry gets. */
  get nextSequence(): number {
    return this.#nextSequence;
  }

  /** All entries before this sequence survive a power cut. */
  get durableBefore(): number {
    return this.#durableBefore;
  }

  /** Numbers the entry and hands it over; returns its sequence. Never throws for what the disk does. */
  append(part: JournalPart, at: EpochMicros, payload: JournalPayload): number {
    this.transaction([{ kind: "entry", part, at, payload }]);
    return this.#nextSequence - 1;
  }

  /** All of these rows are written, or none (JL-2). */
  transaction(rows: readonly JournalRow[]): Ticket {
    invariant(this.#state !== "closed", "JL-3", "the journal was written to after it was closed");
    for (const row of rows) checkRow(row);
    this.#ticket += 1;
    const isKept = this.#state === "open";
    for (const row of rows) {
      if (row.kind !== "entry") continue;
      this.#nextSequence += 1;
      if (isKept) this.#ticketOf.push(this.#ticket);
    }
    if (isKept) this.#hold(rows);
    return this.#ticket;
  }

  /** Calls `done` when the entry is durable, at once where it is. Calls come in the order of the journal. */
  onDurable(sequence: number, done: WhenDurable): void {
    invariant(sequence < this.#nextSequence, "JL-3", `entry ${sequence} has not been appended`);
    if (sequence < this.#durableBefore) done(true);
    else if (this.#state === "failed") done(false);
    else this.#waiters.push({ ticket: this.#ticketOf[sequence - this.#durableBefore]!, done });
  }

  /** Calls `done` when the transaction is durable, at once where it is. */
  onWritten(ticket: Ticket, done: WhenDurable): void {
    invariant(ticket <= this.#ticket, "JL-3", `ticket ${ticket} was never given`);
    if (ticket <= this.#durableTicket) done(true);
    else if (this.#state === "failed") done(false);
    else this.#waiters.push({ ticket, done });
  }

  /** Rejects when the journal fails before the entry is durable. */
  whenDurable(sequence: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.onDurable(sequence, (isDurable) => (isDurable ? resolve() : reject(this.#lost())));
    });
  }

  whenWritten(ticket: Ticket): Promise<void> {
    return new Promise((resolve, reject) => {
      this.onWritten(ticket, (isDurable) => (isDurable ? resolve() : reject(this.#lost())));
    });
  }

  health(): JournalHealth {
    const since = this.#handed[0]?.atMs ?? (this.#unsent.length > 0 ? this.#unsentSinceMs : undefined);
    const oldestMs = since === undefined ? 0 : this.#terms.nowMs() - since;
    return {
      state: this.#state,
      pending: this.#pendingRows,
      oldestMs,
      isSlow: oldestMs >= SLOW_MS,
      isFull: this.#isFull,
      failure: this.#failure,
    };
  }

  /** The ballast is there, or has gone for somebody's sake. */
  room(isThere: boolean): void {
    if (!isThere && !this.#isFull) this.#terms.onFull?.();
    this.#isFull = !isThere;
  }

  /** Writes what is left, gives the lease back and ends the thread. Rejects when that could not be written. */
  async close(): Promise<void> {
    if (this.#state === "closed") return this.#closed.promise;
    this.#handOver();
    const last = this.#ticket;
    const written = this.#state === "open" && last > 0 ? this.whenWritten(last) : Promise.resolve();
    this.#worker.ref();
    this.#post({ kind: "close" });
    await written;
    await this.#closed.promise;
  }

  #hold(rows: readonly JournalRow[]): void {
    this.#pendingRows += rows.length;
    if (this.#pendingRows > PENDING_ROWS_MAX) {
      this.#fail(`${this.#pendingRows} rows wait for the disk; at most ${PENDING_ROWS_MAX}`);
      return;
    }
    if (this.#unsent.length === 0) {
      this.#unsentSinceMs = this.#terms.nowMs();
      // One message for all that a step appends.
      queueMicrotask(() => this.#handOver());
    }
    this.#unsent.push(rows);
    this.#unsentRows += rows.length;
  }

  #handOver(): void {
    if (this.#unsent.length === 0 || this.#state !== "open") return;
    const transactions = this.#unsent;
    this.#handed.push({ ticket: this.#ticket, rows: this.#unsentRows, atMs: this.#unsentSinceMs });
    this.#unsent = [];
    this.#unsentRows = 0;
    this.#post({ kind: "write", ticket: this.#ticket, transactions });
  }

  #post(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #hear(message: FromThread): void {
    if (message.kind === "durable") this.#durable(message.ticket, message.sequence);
    else if (message.kind === "failed") this.#fail(message.reason);
    else if (message.kind === "full") this.room(false);
    else if (message.kind === "lease-lost") this.#terms.onLeaseLost?.();
    // At once, because the thread's end may come in the same turn.
    else if (message.kind === "closed" && this.#state === "open") this.#state = "closed";
  }

  #durable(ticket: Ticket, sequence: number): void {
    if (this.#state !== "open") return;
    while (this.#handed[0] !== undefined && this.#handed[0].ticket <= ticket) {
      this.#pendingRows -= this.#handed[0].rows;
      this.#terms.onCommit?.(this.#terms.nowMs() - this.#handed[0].atMs);
      this.#handed.shift();
    }
    this.#ticketOf.splice(0, sequence - this.#durableBefore);
    this.#durableBefore = sequence;
    this.#durableTicket = ticket;
    const due = this.#waiters.filter((waiter) => waiter.ticket <= ticket);
    if (due.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => waiter.ticket > ticket);
    due.sort((a, b) => a.ticket - b.ticket);
    for (const { done } of due) done(true);
  }

  #fail(reason: string): void {
    if (this.#state !== "open") return;
    this.#state = "failed";
    this.#failure = reason;
    this.#unsent = [];
    this.#ticketOf = [];
    this.#worker.unref();
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { done } of waiters) done(false);
    this.#terms.onFailed(reason);
  }

  #lost(): Error {
    return new Error(`the journal failed: ${this.#failure}`);
  }
}

/** What the tables would refuse is refused here: it is our own bug, and must not look like one of the disk. */
function checkRow(row: JournalRow): void {
  const at = row.kind === "entry" ? row.at : row.kind === "audit" || row.kind === "alert" ? row.row.at : 0;
  invariant(Number.isSafeInteger(at), "JL-3", `an instant of ${at} in a row of kind ${row.kind}`);
}
