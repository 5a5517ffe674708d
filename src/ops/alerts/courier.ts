/**
 * Takes what is due to the channels and tells the desk what came of it. One message at a time on each
 * channel, all channels at once; nothing here waits for anybody.
 */

import type { MessageText, SendResult } from "../../domain/alert.ts";
import type { AlertDesk, DueSend } from "./alert-desk.ts";
import { type MessageFacts, messageText } from "./message-text.ts";

/** A channel, as far as it is to be known here. */
export interface Sender {
  /** Always ends; a rejection counts as a failure. */
  send(
    message: MessageText & {
      readonly id: string;
      readonly level: "info" | "warning" | "critical";
      readonly incident: number;
      readonly isTest: boolean;
    },
  ): Promise<SendResult>;
}

export interface CourierTerms {
  readonly desk: AlertDesk;
  readonly senders: ReadonlyMap<string, Sender>;
  readonly facts: MessageFacts;
  /** The machine's milliseconds since 1970, never falling. */
  readonly now: () => number;
}

export class Courier {
  readonly #terms: CourierTerms;
  readonly #under = new Set<Promise<void>>();
  #isStopped = false;
  /** Nobody writes down any more what comes of anything: it is sent again by the next process. */
  #isOver = false;

  constructor(terms: CourierTerms) {
    this.#terms = terms;
  }

  /** Begins all that is due now. */
  work(): void {
    if (this.#isStopped) return;
    const { desk, now } = this.#terms;
    for (const send of desk.due(now())) {
      const done = this.#send(send).finally(() => this.#under.delete(done));
      this.#under.add(done);
    }
  }

  /** Begins nothing any more; resolves when what is under way has ended, or after that time. */
  async stop(withinMs: number): Promise<void> {
    this.#isStopped = true;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, withinMs);
    await Promise.race([this.idle(), late.promise]);
    clearTimeout(timer);
    this.#isOver = true;
  }

  /** Resolves when nothing is on its way. */
  async idle(): Promise<void> {
    while (this.#under.size > 0) await Promise.allSettled([...this.#under]);
  }

  async #send(due: DueSend): Promise<void> {
    const { desk, senders, facts, now } = this.#terms;
    const { message, incident, channel } = due;
    desk.begun(due, now());
    // What is known by now, not what was known when it was planned.
    const known = desk.incident(incident.id) ?? incident;
    const text = messageText(message, known, facts);
    const isTest = message.kind === "test";
    const outgoing = { ...text, id: message.id, level: known.level, incident: known.id, isTest };
    const result = await this.#result(senders.get(channel), outgoing);
    if (this.#isOver) return;
    desk.settled(due, result, now());
    this.work();
  }

  async #result(sender: Sender | undefined, outgoing: Parameters<Sender["send"]>[0]): Promise<SendResult> {
    try {
      return (await sender?.send(outgoing)) ?? { ok: false, reason: "the channel is not set up" };
    } catch (error) {
      return { ok: false, reason: error instanceof Error ? error.message : String(error) };
    }
  }
}
