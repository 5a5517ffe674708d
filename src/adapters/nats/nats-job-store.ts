/**
 * The queue of jobs on JetStream: a work-queue stream with one subject per job, outcomes and shared terms in a
 * key-value bucket.
 *
 * A stream takes at most one message per subject and refuses a second, so a job is there once for as long as it is
 * there. A window of message ids would forget it after some minutes, and would refuse for the same minutes a job that
 * was cancelled and is wanted again. Outcome first, acknowledgement after: a worker that dies in between costs a look.
 *
 * A server may come back without what it held. So stream and bucket are made again, where they are not there, before
 * the first thing that is asked of it after each return and each failure.
 */
import type { Consumer, JetStreamClient, JetStreamManager, JsMsg } from "@nats-io/jetstream";
import type { KV, KvEntry } from "@nats-io/kv";
import type { NatsConnection } from "@nats-io/transport-node";
import { InputError } from "../../domain/assert.ts";
import { BlobStore } from "./blob-store.ts";
import {
  type JobFrame,
  type JobNote,
  jobText,
  noteText,
  outcomeText,
  outcomeVersion,
  readNote,
  readOutcome,
} from "./job-frames.ts";
import { ACK_WAIT_MS, type JobOutcome, type JobStore, type TakenJob } from "./job-store.ts";
import { natsReason, watchNats } from "./nats-connection.ts";

const STREAM = "PLIMSOLL_JOBS";
const BUCKET = "plimsoll_jobs";
const WORKERS = "workers";
const SUBJECT = "plimsoll.jobs";
const NOTES = "plimsoll.notes";
const CANCELLED = "plimsoll.cancelled";
/** Jobs that nobody does and outcomes that nobody fetches are gone after a week. */
const KEPT_MS = 7 * 86_400_000;
const NANOS_PER_MS = 1e6;
/** JetStream's code for a subject that has its message already. */
const IS_THERE = 10077;

export class NatsJobStore implements JobStore {
  readonly #connection: NatsConnection;
  readonly #stream: JetStreamClient;
  readonly #manager: JetStreamManager;
  readonly #consumer: Consumer;
  readonly #kv: KV;
  readonly #blobs: BlobStore;
  /** False: whether the server still has stream and bucket is not known. */
  #isWhole = true;
  #mending: Promise<void> | undefined;
  #isConnected = true;

  private constructor(
    connection: NatsConnection,
    parts: {
      readonly stream: JetStreamClient;
      readonly manager: JetStreamManager;
      readonly consumer: Consumer;
      readonly kv: KV;
    },
  ) {
    this.#connection = connection;
    this.#stream = parts.stream;
    this.#manager = parts.manager;
    this.#consumer = parts.consumer;
    this.#kv = parts.kv;
    this.#blobs = new BlobStore({
      put: (name, bytes) => this.#put(name, bytes),
      get: async (name) => (await this.#get(name))?.value,
    });
    void watchNats(connection, {
      lost: () => {
        this.#isConnected = false;
      },
      back: () => {
        this.#isConnected = true;
        this.#isWhole = false;
      },
    });
  }

  /** Makes stream and bucket where they are not there. Throws InputError (exit 1) on a server without JetStream. */
  static async open(connection: NatsConnection): Promise<NatsJobStore> {
    const { jetstream, jetstreamManager } = await import("@nats-io/jetstream");
    try {
      const manager = await jetstreamManager(connection);
      const stream = jetstream(connection);
      const kv = await made(stream, manager);
      const consumer = await stream.consumers.get(STREAM, WORKERS);
      return new NatsJobStore(connection, { stream, manager, consumer, kv });
    } catch (error) {
      throw new InputError(
        `bus: the server cannot hold a queue of jobs (${natsReason(error)}); it needs JetStream (nats-server -js)`,
        1,
      );
    }
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  async publish(job: JobFrame): Promise<void> {
    await this.#whole(async () => {
      try {
        await this.#stream.publish(`${SUBJECT}.${job.kind}.${job.key}`, jobText(job));
      } catch (error) {
        if ((error as { readonly code?: unknown }).code !== IS_THERE) throw error;
      }
    });
  }

  async next(withinMs: number): Promise<TakenJob | undefined> {
    const message = await this.#whole(() => this.#consumer.next({ expires: Math.max(1000, withinMs) }));
    return message === null ? undefined : taken(message);
  }

  async cancel(key: string): Promise<void> {
    await this.#whole(() => this.#manager.streams.purge(STREAM, { filter: `${SUBJECT}.*.${key}` }));
    this.#connection.publish(`${CANCELLED}.${key}`);
  }

  onCancelled(heard: (key: string) => void): void {
    this.#connection.subscribe(`${CANCELLED}.*`, {
      callback: (_, { subject }) => heard(subject.slice(CANCELLED.length + 1)),
    });
  }

  async outcome(key: string): Promise<JobOutcome | undefined> {
    const text = (await this.#get(`outcome.${key}`))?.string();
    const head = text === undefined ? undefined : readOutcome(text);
    if (head === undefined) return undefined;
    const { version: _, ...rest } = head;
    if (!rest.ok) return rest;
    const value = await this.#blobs.get(rest.value);
    return value === undefined ? undefined : { ...rest, value };
  }

  async keep(key: string, outcome: JobOutcome): Promise<void> {
    const head = outcome.ok ? { ...outcome, value: await this.#blobs.put(outcome.value) } : outcome;
    await this.#put(`outcome.${key}`, outcomeText({ version: outcomeVersion, ...head }));
  }

  async forget(key: string): Promise<void> {
    await this.#whole(() => this.#kv.purge(`outcome.${key}`));
  }

  putShared(value: unknown): Promise<string> {
    return this.#blobs.put(value);
  }

  holds(name: string): Promise<boolean> {
    return this.#blobs.has(name);
  }

  shared(name: string): Promise<unknown> {
    return this.#blobs.get(name);
  }

  async begun(key: string): Promise<number> {
    const times = Number((await this.#get(`begun.${key}`))?.string() ?? 0);
    return Number.isSafeInteger(times) && times > 0 ? times : 0;
  }

  async setBegun(key: string, times: number): Promise<void> {
    if (times > 0) await this.#put(`begun.${key}`, String(times));
    else await this.#whole(() => this.#kv.purge(`begun.${key}`));
  }

  tell(note: JobNote): void {
    this.#connection.publish(NOTES, noteText(note));
  }

  onNote(heard: (note: JobNote) => void): void {
    this.#connection.subscribe(NOTES, {
      callback: (error, message) => {
        const note = error === null ? readNote(message.string()) : undefined;
        if (note !== undefined) heard(note);
      },
    });
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  #get(name: string): Promise<KvEntry | null> {
    return this.#whole(() => this.#kv.get(name));
  }

  async #put(name: string, value: Uint8Array | string): Promise<void> {
    await this.#whole(() => this.#kv.put(name, value));
  }

  async #whole<Found>(work: () => Promise<Found>): Promise<Found> {
    if (!this.#isWhole) await this.#mend();
    try {
      return await work();
    } catch (error) {
      this.#isWhole = false;
      throw error;
    }
  }

  /** Once for all who wait for it. */
  #mend(): Promise<void> {
    this.#mending ??= made(this.#stream, this.#manager)
      .then(() => {
        this.#isWhole = true;
      })
      .finally(() => {
        this.#mending = undefined;
      });
    return this.#mending;
  }
}

/** Stream, consumer and bucket, where they are not there; what is there stays as it is. */
async function made(stream: JetStreamClient, manager: JetStreamManager): Promise<KV> {
  const { Kvm } = await import("@nats-io/kv");
  await manager.streams.add({
    ...{ name: STREAM, subjects: [`${SUBJECT}.>`], retention: "workqueue", storage: "file" },
    ...{ discard: "new", discard_new_per_subject: true, max_msgs_per_subject: 1 },
    max_age: KEPT_MS * NANOS_PER_MS,
  });
  await manager.consumers.add(STREAM, {
    ...{ durable_name: WORKERS, ack_policy: "explicit", max_ack_pending: -1, max_deliver: -1 },
    ack_wait: ACK_WAIT_MS * NANOS_PER_MS,
  });
  return new Kvm(stream).create(BUCKET, { history: 1, ttl: KEPT_MS });
}

function taken(message: JsMsg): TakenJob {
  return {
    key: message.subject.split(".").at(-1) ?? "",
    text: message.string(),
    done: async () => void (await message.ackAck()),
    giveBack: (afterMs) => message.nak(afterMs),
    working: () => message.working(),
    drop: () => message.term(),
  };
}
