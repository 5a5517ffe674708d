/**
 * What stands in a stage's journal and what may be asked of it (LEDGER-1, LEDGER-2). Plain values that cross to the
 * journal's thread; instants of entries are the exchange's, of everything else the machine's.
 */
import type { EpochMicros } from "../../domain/time.ts";
import type { Claim } from "../../risk/authority.ts";

/** What the stage was told, what it asked for, and what only people need. */
export type JournalPart = "input" | "command" | "note";

/** Text or the received bytes: a stage journals what it got, not a re-encoded object (ADR 0002). */
export type JournalPayload = string | Uint8Array;

export interface RunHeader {
  /** Name of the run, the same in the journals of all stages. */
  readonly run: string;
  /** ISO instant. */
  readonly startedAt: string;
  /** Canonical JSON: all that a replay needs besides the entries. */
  readonly header: string;
}

export interface RunRow extends RunHeader {
  /** Entries that the run should have. */
  readonly entries: number;
  /** ISO instant; undefined while the run is open. */
  readonly closedAt: string | undefined;
}

export interface JournalEntry {
  /** Gapless from 0 within the run. */
  readonly sequence: number;
  readonly part: JournalPart;
  readonly at: EpochMicros;
  readonly payload: JournalPayload;
}

/** What an operator did or asked for (I-40). `before` and `after` are canonical JSON or empty. */
export interface AuditRow {
  /** Of the command: a second one with the same id is not written. */
  readonly id: string;
  readonly at: EpochMicros;
  readonly who: string;
  readonly action: string;
  readonly reason: string;
  readonly before: string;
  readonly after: string;
}

export const alertLevels = ["info", "warning", "critical"] as const;
export const alertStates = ["waiting", "delivered", "failed", "acknowledged"] as const;

/** One alert of the outbox and where its delivery stands (C-60). */
export interface AlertRow {
  readonly id: string;
  readonly at: EpochMicros;
  readonly level: (typeof alertLevels)[number];
  /** Groups alerts of one incident (C-61). */
  readonly cause: string;
  readonly text: string;
  readonly state: (typeof alertStates)[number];
  readonly attempts: number;
  readonly nextAt: EpochMicros | undefined;
  readonly deliveredAt: EpochMicros | undefined;
  readonly channel: string | undefined;
}

/** One row of a transaction. */
export type JournalRow =
  | {
      readonly kind: "entry";
      readonly part: JournalPart;
      readonly at: EpochMicros;
      readonly payload: JournalPayload;
    }
  | { readonly kind: "audit"; readonly row: AuditRow }
  /** Put in, or replaced by its id. */
  | { readonly kind: "alert"; readonly row: AlertRow }
  /** All claims that hold now: what readers see. */
  | { readonly kind: "claims"; readonly rows: readonly Claim[] }
  | { readonly kind: "close-run"; readonly run: string; readonly at: string };

/** Numbers what was handed to the journal, from 1 on, in order. */
export type Ticket = number;

export type JournalState = "open" | "failed" | "closed";

export interface JournalHealth {
  readonly state: JournalState;
  /** Handed over and not yet durable. */
  readonly pending: number;
  /** Milliseconds since the oldest of them was handed over; 0 when none waits. */
  readonly oldestMs: number;
  /** The oldest has waited 250 ms: entries are barred, exits leave without it (ARCHITECTURE 3). */
  readonly isSlow: boolean;
  /** It lives on what its ballast left: entries are barred until that is made again. */
  readonly isFull: boolean;
  /** Why it failed; undefined while it has not. */
  readonly failure: string | undefined;
}

/** Who holds the right to be the only one of its name. */
export interface LeaseHolder {
  readonly name: string;
  readonly owner: string;
  readonly pid: number;
  /** ISO instant. */
  readonly startedAt: string;
  /** ISO instant of the last renewal. */
  readonly beatAt: string;
}
