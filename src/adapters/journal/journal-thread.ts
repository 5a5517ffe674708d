/**
 * The journal's thread: takes what has been handed over, all of it at once, and writes it as one group with one flush
 * (ADR 0004). While a flush runs the next group gathers, so a slow disk makes larger groups and not a longer queue.
 */
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { InputError, invariant } from "../../domain/assert.ts";
import { dropBallast } from "./ballast.ts";
import { JournalReader } from "./journal-reader.ts";
import { type CommitPoint, JournalStore } from "./journal-store.ts";
import type { JournalRow, RunHeader, Ticket } from "./journal-terms.ts";
import type { LeaseWish } from "./lease.ts";

/** What the thread is started with. */
export interface ThreadTerms {
  readonly path: string;
  readonly run: RunHeader;
  readonly lease?: LeaseWish;
  /** A file that goes when the disk is full. */
  readonly ballast?: string;
  readonly isKnownSound?: boolean;
  readonly goesOnBroken?: boolean;
}

export type ToThread =
  | {
      readonly kind: "write";
      readonly ticket: Ticket;
      readonly transactions: readonly (readonly JournalRow[])[];
    }
  | { readonly kind: "close" };

export type FromThread =
  /** `brokenAt`: the first entry of the run that is not what was written; null when all are, undefined: not walked. */
  | { readonly kind: "opened"; readonly sequence: number; readonly brokenAt: number | null | undefined }
  /** Could not be opened; `isCurable`: the message names the cure. */
  | { readonly kind: "refused"; readonly reason: string; readonly isCurable: boolean }
  /** `sequence` is the next one: all before it are durable. */
  | { readonly kind: "durable"; readonly ticket: Ticket; readonly sequence: number }
  | { readonly kind: "failed"; readonly reason: string }
  /** The disk was full: the ballast went for it, and writing goes on. */
  | { readonly kind: "full" }
  | { readonly kind: "lease-lost" }
  | { readonly kind: "closed" };

/** A group is no larger than that, so that the first of a flood need not wait for the last. */
const GROUP_ROWS_MAX = 4096;
const LEASE_BEAT_MS = 5000;

/** Runs until it is told to close. `reached` is for tests that strike inside a commit. */
export function runJournalThread(reached?: (point: CommitPoint) => void): void {
  invariant(parentPort !== null, "JL-3", "the journal's thread was started as a program");
  const port = parentPort;
  const tell = (message: FromThread) => port.postMessage(message);
  const terms = workerData as ThreadTerms;
  const opened = open(terms, tell, reached);
  if (opened === undefined) return;
  const { store, brokenAt } = opened;

  let hasFailed = false;
  const write = (transactions: readonly (readonly JournalRow[])[], ticket: Ticket) => {
    if (hasFailed) return;
    const { lease: wish } = terms;
    try {
      if (!store.write(transactions, wish && { wish, atMs: Date.now() })) {
        tell({ kind: "lease-lost" });
        throw new Error(`another process has taken the lease of ${wish?.name}`);
      }
      if (ticket > 0) tell({ kind: "durable", ticket, sequence: store.sequence });
    } catch (error) {
      hasFailed = true;
      tell({ kind: "failed", reason: error instanceof Error ? error.message : String(error) });
    }
  };
  const beat = terms.lease && setInterval(() => write([], 0), LEASE_BEAT_MS);
  const close = () => {
    clearInterval(beat);
    if (!hasFailed) store.close(terms.lease);
    tell({ kind: "closed" });
    port.close();
  };
  port.on("message", (first: ToThread) => {
    const { transactions, ticket, isLast } = gather(first, () => receiveMessageOnPort(port)?.message);
    if (transactions.length > 0) write(transactions, ticket);
    if (isLast) close();
  });
  tell({ kind: "opened", sequence: store.sequence, brokenAt });
}

function open(
  { path, run, lease, ballast, isKnownSound, goesOnBroken = false }: ThreadTerms,
  tell: (message: FromThread) => void,
  reached: ((point: CommitPoint) => void) | undefined,
): { readonly store: JournalStore; readonly brokenAt: number | null | undefined } | undefined {
  try {
    const store = new JournalStore(
      path,
      reached,
      () => {
        if (ballast === undefined) return false;
        if (dropBallast(ballast)) tell({ kind: "full" });
        // Gone already: another journal of this disk may have made the room just now.
        return true;
      },
      isKnownSound,
    );
    if (lease !== undefined) store.takeLease(lease, Date.now());
    store.openRun(run);
    const brokenAt = isKnownSound ? undefined : brokenEntry(path, run.run, goesOnBroken);
    return { store, brokenAt };
  } catch (error) {
    const isCurable = error instanceof Error && error.name === "InputError";
    tell({ kind: "refused", reason: error instanceof Error ? error.message : String(error), isCurable });
    return undefined;
  }
}

/** What follows from a record that somebody or the disk has changed is worth nothing (RELIABILITY 3.4, start-up). */
function brokenEntry(path: string, run: string, goesOnBroken: boolean): number | null {
  const reader = new JournalReader(path);
  try {
    const { brokenAt } = reader.verifyRun(run);
    if (brokenAt === null || goesOnBroken) return brokenAt;
    const where = `entry ${brokenAt} of run ${run} is not what was written`;
    throw new InputError(`journal: ${path}: ${where}; restore it from a backup or move it away`, 1);
  } finally {
    reader.close();
  }
}

/** All that waits, up to a group's bound. */
function gather(first: ToThread, next: () => ToThread | undefined) {
  const transactions: (readonly JournalRow[])[] = [];
  let ticket: Ticket = 0;
  let rows = 0;
  for (let message: ToThread | undefined = first; message !== undefined; ) {
    if (message.kind === "close") return { transactions, ticket, isLast: true };
    for (const transaction of message.transactions) {
      transactions.push(transaction);
      rows += transaction.length;
    }
    ticket = message.ticket;
    message = rows < GROUP_ROWS_MAX ? next() : undefined;
  }
  return { transactions, ticket, isLast: false };
}
