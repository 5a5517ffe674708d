/**
 * The log of all processes: JSON lines, one file a day (UTC), yesterday's compressed, kept 90 days (RUN-2, OPS-6). It
 * never throws: a full disk costs lines, which are counted and said, and no process.
 */
import {
  closeSync,
  createReadStream,
  createWriteStream,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type LogLevel, levelNamed } from "./log-level.ts";

const KEPT_DAYS = 90;
const DAY_MS = 86_400_000;
const UNFINISHED = ".unfinished";

export interface LogRecord {
  readonly at: unknown;
  readonly level: LogLevel;
  readonly process: string;
  readonly [field: string]: unknown;
}

/**
 * One record of the log. What a process wrote as a JSON object keeps its fields, its level in our form; anything else
 * becomes the text of one, with the level that is given. The process is ours to say, whatever the line says.
 */
export function logRecord(id: string, level: LogLevel, text: string, atMs: number): LogRecord {
  const at = new Date(atMs).toISOString();
  const fields = fieldsOf(text) ?? { text };
  return { at, ...fields, level: levelNamed(fields.level) ?? level, process: id };
}

const logLine = (...given: Parameters<typeof logRecord>): string => JSON.stringify(logRecord(...given));

function fieldsOf(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

export class LogFile {
  readonly #folder: string;
  readonly #nowMs: () => number;
  #day = "";
  #file: number | undefined;
  #lost = 0;
  #tidying: Promise<void> = Promise.resolve();

  /** The folder's parent has to be there. `nowMs` milliseconds since 1970. */
  constructor(folder: string, nowMs: () => number) {
    this.#folder = folder;
    this.#nowMs = nowMs;
  }

  /** Lines that could not be written. */
  get lost(): number {
    return this.#lost;
  }

  /** `line` without its end. */
  write(line: string): void {
    const day = new Date(this.#nowMs()).toISOString().slice(0, 10);
    try {
      if (day !== this.#day || this.#file === undefined) this.#begin(day);
      if (this.#lost > 0) this.#confess();
      writeSync(this.#file as number, `${line}\n`);
    } catch {
      this.#lost += 1;
    }
  }

  /** Resolves when files of earlier days are compressed. */
  async close(): Promise<void> {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    await this.#tidying;
  }

  #begin(day: string): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    try {
      mkdirSync(this.#folder, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    this.#file = openSync(join(this.#folder, `plimsoll-${day}.log`), "a", 0o600);
    if (day === this.#day) return;
    this.#day = day;
    this.#tidying = this.#tidying.then(() => tidyUp(this.#folder, day)).catch(() => {});
  }

  #confess(): void {
    const text = `${this.#lost} lines of the log could not be written`;
    writeSync(this.#file as number, `${logLine("supervisor", "WARNING", text, this.#nowMs())}\n`);
    this.#lost = 0;
  }
}

/** Compresses what is of an earlier day, removes what is too old. What was interrupted is done again next time. */
async function tidyUp(folder: string, today: string): Promise<void> {
  const oldest = new Date(Date.parse(today) - KEPT_DAYS * DAY_MS).toISOString().slice(0, 10);
  for (const name of readdirSync(folder)) {
    const [, day, end] = /^plimsoll-(\d{4}-\d{2}-\d{2})\.log(\.gz|\.gz\.unfinished|)$/.exec(name) ?? [];
    if (day === undefined || day >= today) continue;
    const path = join(folder, name);
    if (day < oldest || end === `.gz${UNFINISHED}`) rmSync(path);
    else if (end === "") await compress(path);
  }
}

async function compress(path: string): Promise<void> {
  const unfinished = `${path}.gz${UNFINISHED}`;
  await pipeline(
    createReadStream(path),
    createGzip(),
    createWriteStream(unfinished, { mode: 0o600, flush: true }),
  );
  renameSync(unfinished, `${path}.gz`);
  rmSync(path);
}
