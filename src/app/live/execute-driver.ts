/**
 * Drives the execute stage: every input is journaled before the stage sees it, what it wants of the broker leaves when
 * that is durable, and so does what it tells compute (EN-2, EN-3). Knows no sockets and no files: the process binds
 * those, the storm binds virtual ones.
 */

import type { JournalRow, Ticket } from "../../adapters/journal/journal-terms.ts";
import { InputError } from "../../domain/assert.ts";
import type { BrokerRequest, RequestId } from "../../domain/broker.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { ExecuteInput, ExecuteOutput, ExecuteWord, LiveExecute } from "../../engine/live-execute.ts";
import { executeInputText, feedbackText } from "../../engine/stage-text.ts";
import type { Instants } from "../../execution/lifecycle/words.ts";
import { KeptTexts } from "./kept-texts.ts";
import type { KillPoint, KillSwitchPoints } from "./kill-points.ts";
import { RequestOutbox } from "./request-outbox.ts";
import { emptyOutput, StepRows } from "./step-rows.ts";

export interface DriverTerms {
  /** Name of the run. */
  readonly run: string;
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
  /** How old an entry may be when its bytes leave, exchange micros from its step on (C-10). */
  readonly egressMicros: number;
  /** After each step, replayed ones too, while its output is still there. */
  readonly stepped?: (input: ExecuteInput, output: ExecuteOutput) => void;
  /** Where a crash test strikes. */
  readonly points: KillSwitchPoints<KillPoint<"execute">>;
}

/** Of alerts that are no step's: after all that a step can have. */
const PAGE_NUMBER = 1000;

export class ExecuteDriver {
  readonly #terms: DriverTerms;
  readonly #outbox: RequestOutbox;
  readonly #record: StepRows;
  /** All that compute was told in this run: whoever restarts asks for it again. */
  readonly #told = new KeptTexts();
  /** How many of those are durable, and were told. */
  #telling = 0;
  #hasFailed = false;
  #line: string | undefined;
  /** Alerts of the input that was replayed last: the crash may have come before they were written (C-60). */
  #untold: JournalRow[] = [];
  #pages = 0;
  /** When the entries that have no answer yet were wanted. */
  readonly #madeAt = new Map<RequestId, EpochMicros>();
  #inputs = 0;
  #turns = 0;
  #decisions = 0;
  #marketSequence = -1;

  constructor(terms: DriverTerms) {
    this.#terms = terms;
    this.#record = new StepRows(terms.run, terms.live);
    this.#outbox = new RequestOutbox({
      patienceMs: terms.journalWaitMs,
      send: (request) => {
        const reason = this.barred(request);
        if (reason === undefined) terms.send(request);
        else this.#refuse(request, reason);
      },
      refuse: (request, reason) => this.#refuse(request, reason),
    });
  }

  get live(): LiveExecute {
    return this.#terms.live;
  }

  /** Inputs consumed in this run. */
  get inputs(): number {
    return this.#inputs;
  }

  /** How often the timer has come: it gets on while it waits for inputs, too. */
  get turns(): number {
    return this.#turns;
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
    const { live } = this.#terms;
    for (const feedback of live.output.feedback) this.#told.push(feedbackText(feedback));
    this.#telling = this.#told.length;
    this.#untold = this.#record.alerts(this.#inputs, input.now.at);
    emptyOutput(live);
  }

  /** One input from outside, at this moment. */
  consume(word: ExecuteWord): void {
    const { live, now, write, points } = this.#terms;
    const input: ExecuteInput = { ...word, now: now() };
    const { at, mono } = input.now;
    if (word.kind === "news" && "request" in word.news) this.#madeAt.delete(word.news.request);
    points.reached("before-append");
    let ticket = write([{ kind: "entry", part: "input", at, payload: executeInputText(input) }]);
    points.reached("after-append");
    this.#step(input);
    points.reached("after-step");
    const rows = [...this.#untold.splice(0), ...this.#record.of(this.#inputs, at)];
    if (rows.length > 0) ticket = write(rows);
    const requests = [...live.output.requests];
    for (const feedback of live.output.feedback) this.#told.push(feedbackText(feedback));
    emptyOutput(live);
    this.#passLine(ticket);
    const known = this.#told.length;
    if (requests.length === 0 && known === this.#telling) return;
    if (this.#hasFailed) this.#tell(known);
    for (const { id, kind, priority } of requests)
      if (kind === "Submit" && priority === "enter") this.#madeAt.set(id, at);
    this.#outbox.put(requests, ticket, mono);
    this.#terms.whenWritten(ticket, () => {
      this.#tell(known);
      this.#outbox.durable(ticket, now().mono);
    });
  }

  /** What a crash would have us forget must not be known elsewhere: its number would be given a second time. */
  #tell(known: number): void {
    for (; this.#telling < known; this.#telling++)
      this.#terms.tell(this.#telling, this.#told.at(this.#telling) ?? "");
  }

  /** A closing of everything came to another line, and that is on the disk: what restarts, restarts there. */
  #passLine(ticket: Ticket): void {
    const { flattenLine } = this.#terms.live;
    if (flattenLine === this.#line) return;
    this.#line = flattenLine;
    if (flattenLine === undefined) return;
    const point = `flatten-${flattenLine as "F0"}` as const;
    this.#terms.whenWritten(ticket, () => this.#terms.points.reached(point));
  }

  /** What compute has not got yet, from that number on. */
  tellFrom(first: number, tell: (sequence: number, text: string) => void): void {
    for (let n = Math.max(0, first); n < this.#telling; n++) {
      const text = this.#told.at(n);
      // Who asks for what is gone has lost its journal: what it would make of the rest is worth nothing.
      if (text === undefined)
        throw new InputError(`execute: message ${n} to compute is not kept any more`, 1);
      tell(n, text);
    }
  }

  /** Nothing can be promised any more; strategies have to hear of the account to leave what they hold. */
  journalFailed(reason: string): void {
    this.#hasFailed = true;
    this.#tell(this.#told.length);
    this.#outbox.failed(reason, this.#terms.now().mono);
  }

  /** A page to whoever sleeps, of what no step of the stage could know. */
  page(text: string): void {
    const { at } = this.#terms.now();
    this.#pages += 1;
    const name = `${this.#inputs}-${PAGE_NUMBER + this.#pages}`;
    this.#terms.write([this.#record.alert({ severity: "page", text }, at, name)]);
  }

  /** To be called by a timer, ten times a second: lets go what has waited for the journal long enough. */
  releaseOverdue(): void {
    this.#turns += 1;
    this.#outbox.release(this.#terms.now().mono);
  }

  /**
   * What was approved before a halt, or too long ago, and has not left by then never leaves (I-9, C-10), whatever it
   * waited for: the gate judged another moment.
   */
  barred({ kind, priority, id }: BrokerRequest): string | undefined {
    if (kind !== "Submit" || priority !== "enter") return undefined;
    if (!this.#terms.live.stage.authorities.allowsEntries())
      return "entries were barred while it waited to be sent";
    const { now, egressMicros } = this.#terms;
    const isFresh = now().at - (this.#madeAt.get(id) ?? Number.NEGATIVE_INFINITY) <= egressMicros;
    return isFresh ? undefined : "it waited too long to be sent";
  }

  #refuse({ id }: BrokerRequest, reason: string): void {
    this.consume({ kind: "news", news: { kind: "notSent", request: id, reason } });
  }

  #step(input: ExecuteInput): void {
    this.#inputs += 1;
    if (input.kind === "decision") this.#decisions += 1;
    if (input.kind === "event" && input.sequence !== undefined) this.#marketSequence = input.sequence;
    const { live, stepped } = this.#terms;
    live.step(input);
    stepped?.(input, live.output);
  }
}
