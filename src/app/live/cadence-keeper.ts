/**
 * How often this feed speaks, learned where every message is seen: in ingest (RELIABILITY 1.3). Learns session by
 * session, nothing while the feed is silent beyond its deadline or its line is down, and keeps what it learned in a
 * file, so that a start tomorrow knows what was usual today.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { replaceFile } from "../../adapters/durable-file.ts";
import type { SessionTable } from "../../domain/session.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { DEADLINE_MAX_MS, FeedCadence, type FeedKind } from "../../market/cadence.ts";
import { openSession } from "../../ops/watchdog/feed-watch.ts";

export interface CadenceKeeperParts {
  readonly feed: FeedKind;
  readonly sessions: SessionTable;
  /** Undefined: nothing is kept. */
  readonly path: string | undefined;
  readonly log: (line: string) => void;
}

export class CadenceKeeper {
  readonly #parts: CadenceKeeperParts;
  readonly #cadence: FeedCadence;
  #close: EpochMicros | undefined;

  constructor(parts: CadenceKeeperParts) {
    this.#parts = parts;
    this.#cadence = new FeedCadence(parts.feed);
    this.#load();
  }

  /** Sessions that the deadline rests on; below 5 it is a seed. */
  get sessionsKnown(): number {
    return this.#cadence.sessionsKnown;
  }

  /** Anything came over the data socket. */
  message(at: EpochMicros): void {
    const session = openSession(this.#parts.sessions, at);
    if (session === undefined) return;
    this.#close = session.close;
    this.#cadence.message(at, session);
  }

  /**
   * Asked often: the silence that is too long now, milliseconds of the exchange's clock. A silence beyond it, or a line
   * that is down, teaches nothing (CD-3).
   */
  deadlineMs(at: EpochMicros, { isUp, silentMs }: { isUp: boolean; silentMs: number }): number {
    const session = openSession(this.#parts.sessions, at);
    if (session === undefined) {
      this.#endSession(at);
      return DEADLINE_MAX_MS;
    }
    const deadlineMs = this.#cadence.deadlineMs(at, session);
    this.#cadence.freeze(!isUp || silentMs > deadlineMs);
    return deadlineMs;
  }

  #endSession(at: EpochMicros): void {
    if (this.#close === undefined || at < this.#close) return;
    this.#close = undefined;
    this.#cadence.endSession();
    const { path, log } = this.#parts;
    if (path === undefined) return;
    try {
      mkdirSync(dirname(path), { recursive: true });
      replaceFile(path, `${JSON.stringify(this.#cadence.save())}\n`);
    } catch (error) {
      log(`${path}: the feed's cadence is not kept: ${(error as Error).message}`);
    }
  }

  #load(): void {
    const { path, log } = this.#parts;
    if (path === undefined) return;
    let text: string;
    try {
      text = readFileSync(path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") log(`${path}: ${(error as Error).message}`);
      return;
    }
    if (!this.#cadence.load(parsed(text)))
      log(`${path}: is no cadence of this feed; its seeds hold until sessions have taught it anew`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
