/**
 * The journal of one stage on a disk of its own: rows are durable some time after they were handed over, in order, each
 * transaction whole. It outlives its process; a crash takes what was not durable, or leaves some of it.
 */
import type { JournalRow, Ticket } from "../../src/adapters/journal/journal-terms.ts";
import type { Clock } from "../../src/adapters/net/ports.ts";

interface Transaction {
  readonly ticket: Ticket;
  readonly rows: readonly JournalRow[];
}

export interface JournalDelay {
  /** Milliseconds until the next transaction is durable. */
  delayMs(): number;
}

export class LiveStormJournal {
  readonly #delay: JournalDelay;
  /** Payloads of durable inputs, in order. */
  readonly inputs: string[] = [];
  /** Ids of orders that a durable row says are about to leave. */
  readonly intents = new Set<string>();
  #clock: Clock;
  #pending: Transaction[] = [];
  #waiting: { readonly ticket: Ticket; readonly done: () => void }[] = [];
  #tickets = 0;
  #durable = 0;
  #readyAt = 0;
  failure: string | undefined;

  constructor(clock: Clock, delay: JournalDelay) {
    this.#clock = clock;
    this.#delay = delay;
  }

  /** A new process opens it; timers of the one before are gone. */
  open(clock: Clock): void {
    this.#clock = clock;
    this.failure = undefined;
    this.#readyAt = 0;
  }

  get pending(): number {
    return this.#pending.length;
  }

  isDurable(ticket: Ticket): boolean {
    return ticket <= this.#durable;
  }

  write(rows: readonly JournalRow[]): Ticket {
    this.#tickets += 1;
    const ticket = this.#tickets;
    if (this.failure !== undefined) return ticket;
    this.#pending.push({ ticket, rows });
    const now = this.#clock.now();
    const ms = this.#delay.delayMs();
    this.#readyAt = Math.max(this.#readyAt, now) + ms;
    if (this.#readyAt <= now) this.#sync(ticket);
    else this.#clock.timer(this.#readyAt - now, () => this.#sync(ticket));
    return ticket;
  }

  whenWritten(ticket: Ticket, done: () => void): void {
    if (ticket <= this.#durable) done();
    else if (this.failure === undefined) this.#waiting.push({ ticket, done });
  }

  fail(reason: string): void {
    this.failure = reason;
    this.#pending = [];
    this.#waiting = [];
  }

  /** The process is gone. `keep` of what was on its way has reached the disk, in order. */
  crashed(keep: (pending: number) => number): void {
    const kept = keep(this.#pending.length);
    for (const transaction of this.#pending.slice(0, kept)) this.#put(transaction);
    this.#pending = [];
    this.#waiting = [];
    // Whatever tickets were given for the rest never become true.
    this.#durable = this.#tickets;
  }

  #sync(ticket: Ticket): void {
    while ((this.#pending[0]?.ticket ?? Number.POSITIVE_INFINITY) <= ticket) {
      const transaction = this.#pending.shift();
      if (transaction !== undefined) this.#put(transaction);
    }
    this.#durable = Math.max(this.#durable, ticket);
    const due = this.#waiting.filter((each) => each.ticket <= this.#durable);
    this.#waiting = this.#waiting.filter((each) => each.ticket > this.#durable);
    for (const { done } of due) done();
  }

  #put({ rows }: Transaction): void {
    for (const row of rows) {
      if (row.kind !== "entry") continue;
      const text = String(row.payload);
      if (row.part === "input") this.inputs.push(text);
      const note = row.part === "note" && text.startsWith("life ") ? text.slice(5) : undefined;
      if (note === undefined) continue;
      const { clientId, to } = JSON.parse(note) as { readonly clientId: string; readonly to: string };
      if (to === "SENDING") this.intents.add(clientId);
    }
  }
}
