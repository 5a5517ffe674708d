/**
 * The message line of a process: connects in the background and again without end, so that a process starts and goes on
 * whether or not a server is there. What that means for trading is the owner's business.
 */
import type { NatsConnection } from "@nats-io/transport-node";
import type { MessageLine } from "./message-line.ts";
import { connectNats, natsReason, watchNats } from "./nats-connection.ts";
import type { NatsPlace } from "./nats-options.ts";

interface Heard {
  readonly subject: string;
  readonly take: (bytes: Uint8Array, subject: string) => void;
  end?: () => void;
}

export class NatsLine implements MessageLine {
  readonly #log: (line: string) => void;
  readonly #subscriptions = new Set<Heard>();
  readonly #watchers = new Set<(isUp: boolean) => void>();
  #connection: NatsConnection | undefined;
  #isUp = false;
  #isClosed = false;

  /** `log`: when the server goes, comes, or refuses. Begins to connect at once. */
  constructor(place: NatsPlace, log: (line: string) => void) {
    this.#log = log;
    void this.#connect(place);
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  publish(subject: string, bytes: Uint8Array): void {
    // What the client would keep for later is of no use then: links begin anew.
    if (this.#isUp) this.#connection?.publish(subject, bytes);
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
    this.#isClosed = true;
    this.#isUp = false;
    const connection = this.#connection;
    // What was said last, a farewell to the peers, still leaves.
    await connection?.flush().catch(() => undefined);
    await connection?.close();
  }

  async #connect(place: NatsPlace): Promise<void> {
    try {
      const connection = await connectNats(place, { waits: true });
      if (this.#isClosed) return await connection.close();
      this.#connection = connection;
      void watchNats(connection, { lost: () => this.#state(false), back: () => this.#state(true) });
      for (const heard of this.#subscriptions) this.#begin(heard);
      this.#state(true);
    } catch (error) {
      this.#log(natsReason(error));
    }
  }

  #begin(heard: Heard): void {
    const subscription = this.#connection?.subscribe(heard.subject, {
      callback: (error, message) => {
        if (error === null) heard.take(message.data, message.subject);
        else this.#log(`${heard.subject}: ${natsReason(error)}`);
      },
    });
    if (subscription !== undefined) heard.end = () => subscription.unsubscribe();
  }

  #state(isUp: boolean): void {
    if (this.#isClosed || this.#isUp === isUp) return;
    this.#isUp = isUp;
    this.#log(isUp ? "the bus is there" : "the bus is away");
    for (const told of [...this.#watchers]) told(isUp);
  }
}
