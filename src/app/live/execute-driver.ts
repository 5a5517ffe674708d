/**
 * Drives the execute stage: every input is journaled before the stage sees it, what it wants of the broker leaves when
 * that is durable, what it tells compute leaves at once (EN-2, EN-3). Knows no sockets and no files: the process binds
 * those, the storm binds virtual ones.
 */
import type { JournalRow, Ticket } from "../../adapters/journal/journal-terms.ts";
import type { BrokerRequest } from "../../domain/broker.ts";
import { commandText, eventText } from "../../engine/event-text.ts";
import type { ExecuteInput, ExecuteWord, LiveExecute } from "../../engine/live-execute.ts";
import { executeInputText, feedbackText } from "../../engine/stage-text.ts";
import type { Instants } from "../../execution/lifecycle/words.ts";
import { RequestOutbox } from "./request-outbox.ts";
import { checkpoint, executeDigest } from "./stage-digest.ts";

export interface DriverTerms {
  readonly live: LiveExecute;
  readonly now: () => Instants;
  /** Rows go down together or not at all. */
  readonly write: (rows: readonly JournalRow[]) => Ticket;
  /** Calls when it is durable, at once where it is; never when the journal has failed. */
  readonly whenWritten: (ticket: Ticket, done: () => void) => void;
  readonly send: (request: BrokerRequest) => void;
  /** To compute; numbered from 0 in this run. */
  readonly tell: (sequence: number, text: string) => void;
  readonly journalWaitMs: number;
}

export class ExecuteDriver {
  readonly #terms: DriverTerms;
  readonly #outbox: RequestOutbox;
  /** All that compute was told in this run: whoever restarts asks for it again. */
  readonly #told: string[] = [];
  #claims = -1;
  #inputs = 0;
  #decisions = 0;
  #marketSequence = -1;

  constructor(terms: DriverTerms) {
    this.#terms = terms;
    this.#outbox = new RequestOutbox({
      patienceMs: terms.journalWaitMs,
      send: terms.send,
      refuse: ({ id }, reason) =>
        this.consume({ kind: "news", news: { kind: "notSent", request: id, reason } }),
    });
  }

  get live(): LiveExecute {
    return this.#terms.live;
  }

  /** Inputs consumed in this run. */
  get inputs(): number {
    return this.#inputs;
  }

  /** The next decision that compute is to send. */
  get nextDecision(): number {
    return this.#decisions;
  }

  /** Last number of the market's events that was consumed; -1 before the first. */
  get marketSequence(): number {
    return this.#marketSequence;
  }

  /** Requests that wait for the journal. */
  get held(): number {
    return this.#outbox.size;
  }

  /** An input as the journal has it: the same step, and nothing leaves. */
  replay(input: ExecuteInput): void {
    this.#step(input);
    const { output } = this.#terms.live;
    for (const feedback of output.feedback) this.#told.push(feedbackText(feedback));
    this.#emptyOutput();
  }

  /** One input from outside, at this moment. */
  consume(word: ExecuteWord): void {
    const { live, now, write } = this.#terms;
    const input: ExecuteInput = { ...word, now: now() };
    const { at, mono } = input.now;
    let ticket = write([{ kind: "entry", part: "input", at, payload: executeInputText(input) }]);
    this.#step(input);
    const rows = this.#rows(at);
    if (rows.length > 0) ticket = write(rows);
    const requests = [...live.output.requests];
    const feedback = live.output.feedback.map(feedbackText);
    this.#emptyOutput();
    for (const text of feedback) {
      this.#terms.tell(this.#told.length, text);
      this.#told.push(text);
    }
    if (requests.length === 0) return;
    this.#outbox.put(requests, ticket, mono);
    this.#terms.whenWritten(ticket, () => this.#outbox.durable(ticket, now().mono));
  }

  /** What compute has not got yet, from that number on. */
  tellFrom(first: number, tell: (sequence: number, text: string) => void): void {
    for (let n = Math.max(0, first); n < this.#told.length; n++) tell(n, this.#told[n] ?? "");
  }

  journalFailed(reason: string): void {
    this.#outbox.failed(reason, this.#terms.now().mono);
  }

  /** Lets go what has waited for the journal long enough. */
  releaseOverdue(): void {
    this.#outbox.release(this.#terms.now().mono);
  }

  #step(input: ExecuteInput): void {
    this.#inputs += 1;
    if (input.kind === "decision") this.#decisions += 1;
    if (input.kind === "event" && input.sequence !== undefined) this.#marketSequence = input.sequence;
    this.#terms.live.step(input);
  }

  #rows(at: ExecuteInput["now"]["at"]): JournalRow[] {
    const { live } = this.#terms;
    const { commands, brokerEvents, notes } = live.output;
    const entry = (part: "command" | "note", payload: string): JournalRow => ({
      kind: "entry",
      part,
      at,
      payload,
    });
    const rows = [
      ...brokerEvents.map((event) => entry("note", `event ${eventText(event)}`)),
      ...notes.map((note) => entry("note", `life ${JSON.stringify(note)}`)),
      ...commands.map((command) => entry("command", commandText(command))),
    ];
    const digest = checkpoint("execute", this.#inputs, () => executeDigest(live));
    if (digest !== undefined) rows.push(entry("note", digest));
    const { authorities } = live.stage;
    if (authorities.version !== this.#claims) {
      this.#claims = authorities.version;
      rows.push({ kind: "claims", rows: authorities.permission.claims });
    }
    return rows;
  }

  #emptyOutput(): void {
    const { requests, feedback, brokerEvents, commands, notes } = this.#terms.live.output;
    for (const list of [requests, feedback, brokerEvents, commands, notes]) list.length = 0;
  }
}
