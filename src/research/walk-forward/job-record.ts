/**
 * What long work has finished, one line a job, so that an interrupted run goes on where it was: the answer of a job is
 * a function of what it is named by, so an answer that stands here needs no second run.
 */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder, sha256OfText } from "../../adapters/durable-file.ts";
import { InputError } from "../../domain/assert.ts";
import { canonicalJson } from "../../numerics/canonical-json.ts";

/** SHA-256 over all that a job's answer depends on. */
export const jobKey = (facts: unknown): string => sha256OfText(canonicalJson(facts));

export class JobRecord<Answer> {
  readonly #file: number;
  readonly #known = new Map<string, Answer>();

  /** Opens or begins it. A line that a power cut cut off is dropped. Throws InputError (exit 1) with the cure. */
  constructor(path: string) {
    makeFolder(dirname(path));
    if (existsSync(path)) this.#read(path);
    this.#file = openSync(path, "a", 0o644);
  }

  get(key: string): Answer | undefined {
    return this.#known.get(key);
  }

  /** On the disk when it returns. What is not JSON is told at once as it will be read back: NaN as null. */
  keep(key: string, answer: Answer): void {
    const line = JSON.stringify({ key, answer });
    writeSync(this.#file, `${line}\n`);
    fsyncSync(this.#file);
    this.#known.set(key, JSON.parse(line).answer);
  }

  close(): void {
    closeSync(this.#file);
  }

  #read(path: string): void {
    const text = readFileSync(path, "utf8");
    const whole = text.lastIndexOf("\n") + 1;
    for (const [n, line] of text.slice(0, whole).split("\n").slice(0, -1).entries()) {
      const row = parsed(line);
      if (row === undefined)
        throw new InputError(
          `${path}: line ${n + 1} is no answer of a job; move the file away to begin anew`,
          1,
        );
      this.#known.set(row.key, row.answer as Answer);
    }
    if (whole < text.length) truncateSync(path, Buffer.byteLength(text.slice(0, whole)));
  }
}

function parsed(line: string): { readonly key: string; readonly answer: unknown } | undefined {
  try {
    const row = JSON.parse(line);
    return typeof row?.key === "string" && row.answer !== undefined ? row : undefined;
  } catch {
    return undefined;
  }
}
