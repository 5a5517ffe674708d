/**
 * Requests on their way to the broker wait here until what they rest on is durable (ARCHITECTURE 3, C-53). Entries wait
 * as long as it takes; what reduces risk waits a moment only, and for nothing once the journal has failed.
 */
import type { BrokerRequest } from "../../domain/broker.ts";
import { empty } from "../../domain/small-list.ts";

interface Waiting {
  readonly ticket: number;
  readonly since: number;
  readonly request: BrokerRequest;
}

export interface OutboxTerms {
  /** After so long, milliseconds, exits, cancels and questions leave without a durable record. */
  readonly patienceMs: number;
  send(request: BrokerRequest): void;
  /** It will never leave: nothing of it reached the broker. */
  refuse(request: BrokerRequest, reason: string): void;
}

export class RequestOutbox {
  readonly #terms: OutboxTerms;
  #waiting: Waiting[] = [];
  #durable = 0;
  #failure: string | undefined;

  constructor(terms: OutboxTerms) {
    this.#terms = terms;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** `ticket` is that of the last row the request rests on; `now` is monotonic milliseconds. */
  put(requests: readonly BrokerRequest[], ticket: number, now: number): void {
    for (const request of requests) this.#waiting.push({ ticket, since: now, request });
    this.release(now);
  }

  durable(ticket: number, now: number): void {
    this.#durable = Math.max(this.#durable, ticket);
    this.release(now);
  }

  /** The journal takes nothing more: what adds risk never leaves again, all else waits for it no longer. */
  failed(reason: string, now: number): void {
    this.#failure = reason;
    this.release(now);
  }

  /** Called with time, too: patience ends without anybody saying so. */
  release(now: number): void {
    if (this.#waiting.length === 0) return;
    const still: Waiting[] = [];
    const due: Waiting[] = [];
    const refused: Waiting[] = [];
    for (const each of this.#waiting) {
      const isEntry = each.request.priority === "enter";
      if (each.ticket <= this.#durable) due.push(each);
      else if (this.#failure !== undefined) (isEntry ? refused : due).push(each);
      else if (!isEntry && now - each.since >= this.#terms.patienceMs) due.push(each);
      else still.push(each);
    }
    empty(this.#waiting);
    this.#waiting = still;
    for (const { request } of due) this.#terms.send(request);
    for (const { request } of refused)
      this.#terms.refuse(request, `the journal has failed: ${this.#failure ?? ""}`);
  }
}
