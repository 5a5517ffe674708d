/**
 * What happens at the dashboard's door, written down: who came in, who was refused, what was acknowledged. Through
 * execute into its hash-chained audit; while execute does not answer, into a file beside the logs with a chain of its
 * own, so that nothing is lost by halting what keeps the record.
 */
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder, sha256OfText } from "../../adapters/durable-file.ts";
import type { ControlQuestion } from "../../app/live/control-client.ts";
import type { ControlAnswer, Noted } from "../../app/live/control-words.ts";
import { Seldom } from "../../app/live/seldom.ts";
import { InputError } from "../../domain/assert.ts";

export interface TrailTerms {
  ask(question: ControlQuestion, withinMs: number): Promise<ControlAnswer>;
  /** File for what execute did not take. */
  readonly path: string;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly wallIso: () => string;
  readonly log: (text: string) => void;
}

const refusals: readonly Noted[] = ["request-refused", "login-refused", "key-refused"];
const ANSWER_WITHIN_MS = 1000;
const TAIL_BYTES = 4096;

export interface TrailNote {
  readonly what: Noted;
  readonly by: string;
  readonly reason: string;
}

export class AuditTrail {
  readonly #terms: TrailTerms;
  readonly #refusals = new Seldom();
  #head: string | undefined;
  #lines = 0;

  constructor(terms: TrailTerms) {
    this.#terms = terms;
  }

  /** Lines in the file that execute did not take, as far as this process wrote them. */
  get kept(): number {
    return this.#lines;
  }

  /** Never throws and never keeps anybody waiting. */
  note(note: TrailNote): void {
    if (!refusals.includes(note.what)) {
      void this.#write({ ...note, reason: oneLine(note.reason) });
      return;
    }
    const more = this.#refusals.admit(this.#terms.now());
    if (more === undefined) return;
    void this.#write({ ...note, reason: oneLine(note.reason + more) });
  }

  async #write({ what, by, reason }: TrailNote): Promise<void> {
    try {
      const answer = await this.#terms.ask({ verb: "note", by, reason, what }, ANSWER_WITHIN_MS);
      if (answer.kind === "accepted") return;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
    this.keep({ what, by, reason });
  }

  /** Into the file at once, for what must not wait for an execute that hangs. */
  keep({ what, by, reason }: TrailNote): void {
    const { path, wallIso, log } = this.#terms;
    try {
      makeFolder(dirname(path));
      this.#head ??= lastHash(path);
      const at = wallIso();
      const hash = sha256OfText(JSON.stringify([this.#head, at, by, what, reason]));
      const line = JSON.stringify({ at, by, what, reason: oneLine(reason), hash });
      const file = openSync(path, APPEND, 0o600);
      try {
        writeSync(file, `${line}\n`);
      } finally {
        closeSync(file);
      }
      this.#head = hash;
      this.#lines += 1;
    } catch (error) {
      log(`${path}: ${what} by ${by} could not be written down: ${(error as Error).message}`);
    }
  }
}

const APPEND = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NOFOLLOW;

/** No character that could begin another line, or move a terminal's cursor. */
export const oneLine = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ").slice(0, 400);

/** Where the chain of the file stands; empty for a new one. */
function lastHash(path: string): string {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch {
    return "";
  }
  try {
    const { size } = fstatSync(file);
    const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(file, tail, 0, tail.length, size - tail.length);
    return /"hash":"([0-9a-f]{64})"\}\s*$/.exec(tail.toString("utf8"))?.[1] ?? "";
  } finally {
    closeSync(file);
  }
}
