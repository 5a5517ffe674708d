/**
 * The message line of a process: connects in the background and again without end, so that a process starts and goes on
 * whether or not a server is there. What that means for trading is the owner's business.
 *
 * BN-3  Nothing that a server says or refuses ends the process or goes unsaid; what a hearer throws ends it, as from a
 *       socket, and is not lost in the client's reader.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { NatsConnection } from "@nats-io/transport-node";
import type { MessageLine } from "./message-line.ts";
import { connectNats, natsReason, watchNats } from "./nats-connection.ts";
import type { NatsPlace } from "./nats-options.ts";

interface Heard {
  readonly subject: string;
  readonly take: (bytes: Uint8Array, subject: string) => void;
  end?: () => void;
}

const AGAIN_AFTER_MS = 250;
/** Each link has subjects of its own. */
const NAMES_OF_ONE = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

export class NatsLine implements MessageLine {
  readonly #log: (line: string) => void;
  readonly #subscriptions = new Set<Heard>();
  readonly #watchers = new Set<(isUp: boolean) => void>();
  #connection: NatsConnection | undefined;
  #isUp = false;
  #isClosed = false;
  /** What went wrong since it was last up: the same again, at every try, is no news. */
  readonly #wrong = new Set<string>();

  /** `log`: when the server goes, comes, or refuses. Begins to connect at once. */
  constructor(place: NatsPlace, log: (line: string) => void) {
    this.#log = log;
    void this.#keep(place);
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  publish(subject: string, bytes: Uint8Array): void {
    // What the client would keep for later is of no use then: links begin anew.
    if (!this.#isUp) return;
    try {
      this.#connection?.publish(subject, bytes);
    } catch (error) {
      // Larger than the server takes, for one: lost, as links know it of any message.
      this.#failed(`a message could not be sent: ${natsReason(error)}`);
    }
  }

  subscribe(subject: string, take: (bytes: Uint8Array, subject: string) => void): () => void {
    const heard: Heard = { subject, take };
    this.#subscriptions.add(heard);
    this.#begin(heard);
    return () => {
      this.#subscriptions.delete(heard);
      heard.end?.();
    };
  }

  onState(told: (isUp: boolean) => void): () => void {
    this.#watchers.add(told);
    return () => this.#watchers.delete(told);
  }

  async close(): Promise<void> {
    const wasUp = this.#isUp;
    this.#isClosed = true;
    this.#isUp = false;
    const connection = this.#connection;
    // What was said last, a farewell to the peers, still leaves.
    if (wasUp) await connection?.flush().catch(() => undefined);
    await connection?.close();
  }

  async #keep(place: NatsPlace): Promise<void> {
    while (!this.#isClosed) {
      try {
        await this.#connect(place);
      } catch (error) {
        this.#failed(natsReason(error));
      }
      // No reason to keep a process that has nothing else to do.
      await pause(AGAIN_AFTER_MS, undefined, { ref: false });
    }
  }

  /** Until the connection is closed for good, which the client does by itself where it sees no way back. */
  async #connect(place: NatsPlace): Promise<void> {
    const connection = await connectNats(place, { waits: true });
    if (this.#isClosed) return await connection.close();
    const closed = watchNats(connection, {
      lost: () => this.#state(false),
      back: () => this.#state(true),
      failed: (reason) => this.#failed(reason),
    });
    this.#connection = connection;
    for (const heard of this.#subscriptions) this.#begin(heard);
    this.#state(true);
    await closed;
    this.#connection = undefined;
    this.#state(false);
  }

  #begin(heard: Heard): void {
    const subscription = this.#connection?.subscribe(heard.subject, {
      callback: (error, message) => {
        // Told by the connection, too.
        if (error === null) taken(heard, message.data, message.subject);
      },
    });
    if (subscription !== undefined) heard.end = () => subscription.unsubscribe();
  }

  #state(isUp: boolean): void {
    if (this.#isClosed || this.#isUp === isUp) return;
    this.#isUp = isUp;
    if (isUp) this.#wrong.clear();
    this.#log(isUp ? "the bus is there" : "the bus is away");
    for (const told of [...this.#watchers]) told(isUp);
  }

  #failed(reason: string): void {
    const kind = reason.replaceAll(NAMES_OF_ONE, "*");
    if (this.#isClosed || this.#wrong.has(kind)) return;
    this.#wrong.add(kind);
    this.#log(reason);
  }
}

/**
 * The client reads on in the same turn and takes what is thrown there for the end of its reader, without a word: a
 * stage that broke in the middle of a step would go on half done.
 */
function taken({ take }: Heard, bytes: Uint8Array, subject: string): void {
  try {
    take(bytes, subject);
  } catch (error) {
    setImmediate(() => {
      throw error;
    });
  }
}
