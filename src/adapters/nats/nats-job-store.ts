/**
 * The queue of jobs on JetStream: a work-queue stream with one subject per job, outcomes and shared terms in a
 * key-value bucket.
 *
 * A stream takes at most one message per subject and refuses a second, so a job is there once for as long as it is
 * there. A window of message ids would forget it after some minutes, and would refuse for the same minutes a job that
 * was cancelled and is wanted again. Outcome first, acknowledgement after: a worker that dies in between costs a look.
 */
import type { Consumer, JetStreamClient, JetStreamManager, JsMsg } from "@nats-io/jetstream";
import type { KV } from "@nats-io/kv";
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
      put: async (name, bytes) => void (await this.#kv.put(name, bytes)),
      get: async (name) => (await this.#kv.get(name))?.value,
    });
    void watchNats(connection, {
      lost: () => {
        this.#isConnected = false;
      },
      back: () => {
        this.#isConnected = true;
      },
    });
  }

  /** Makes stream and bucket where they are not there. Throws InputError (exit 1) on a server without JetStream. */
  static async open(connection: NatsConnection): Promise<NatsJobStore> {
    const { jetstream, jetstreamManager } = await import("@nats-io/jetstream");
    const { Kvm } = await import("@nats-io/kv");
    try {
      const manager = await jetstreamManager(connection);
      const stream = jetstream(connection);
      await manager.streams.add({
        ...{ name: STREAM, subjects: [`${SUBJECT}.>`], retention: "workqueue", storage: "file" },
        ...{ discard: "new", discard_new_per_subject: true, max_msgs_per_subject: 1 },
        max_age: KEPT_MS * NANOS_PER_MS,
      });
      await manager.consumers.add(STREAM, {
        ...{ durable_name: WORKERS, ack_policy: "explicit", max_ack_pending: -1, max_deliver: -1 },
        ack_wait: ACK_WAIT_MS * NANOS_PER_MS,
      });
      const consumer = await stream.consumers.get(STREAM, WORKERS);
      const kv = await new Kvm(stream).create(BUCKET, { history: 1, ttl: KEPT_MS });
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
    try {
      await this.#stream.publish(`${SUBJECT}.${job.kind}.${job.key}`, jobText(job));
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== IS_THERE) throw error;
    }
  }

  async next(withinMs: number): Promise<TakenJob | undefined> {
    const message = await this.#consumer.next({ expires: Math.max(1000, withinMs) });
    return message === null ? undefined : taken(message);
  }

  async cancel(key: string): Promise<void> {
    await this.#manager.streams.purge(STREAM, { filter: `${SUBJECT}.*.${key}` });
    this.#connection.publish(`${CANCELLED}.${key}`);
  }

  onCancelled(heard: (key: string) => void): void {
    this.#connection.subscribe(`${CANCELLED}.*`, {
      callback: (_, { subject }) => heard(subject.slice(CANCELLED.length + 1)),
    });
  }

  async outcome(key: string): Promise<JobOutcome | undefined> {
    const text = (await this.#kv.get(`outcome.${key}`))?.string();
    const head = text === undefined ? undefined : readOutcome(text);
    if (head === undefined) return undefined;
    const { version: _, ...rest } = head;
    if (!rest.ok) return rest;
    const value = await this.#blobs.get(rest.value);
    return value === undefined ? undefined : { ...rest, value };
  }

  async keep(key: string, outcome: JobOutcome): Promise<void> {
    const head = outcome.ok ? { ...outcome, value: await this.#blobs.put(outcome.value) } : outcome;
    await this.#kv.put(`outcome.${key}`, outcomeText({ version: outcomeVersion, ...head }));
  }

  async forget(key: string): Promise<void> {
    await this.#kv.purge(`outcome.${key}`);
  }

  putShared(value: unknown): Promise<string> {
    return this.#blobs.put(value);
  }

  shared(name: string): Promise<unknown> {
    return this.#blobs.get(name);
  }

  async begun(key: string): Promise<number> {
    const times = Number((await this.#kv.get(`begun.${key}`))?.string() ?? 0);
    return Number.isSafeInteger(times) && times > 0 ? times : 0;
  }

  async setBegun(key: string, times: number): Promise<void> {
    if (times > 0) await this.#kv.put(`begun.${key}`, String(times));
    else await this.#kv.purge(`begun.${key}`);
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
