/**
 * Who is deciding, and on which bars, in a file: what is found there at the next start has ended the process, by all of
 * its memory or by a call that nobody comes back from. Written to a file that is open, without a flush: a process that
 * dies leaves it, and a power cut proves nothing against a strategy.
 */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import type { EpochMicros } from "../domain/time.ts";

/** Bytes; each mark covers the last one whole. */
const WIDTH = 160;

export class DecisionMark {
  readonly #path: string;
  readonly #run: string;
  /** Undefined before the first decision, and null where no file can be had: then nobody is marked. */
  #file: number | null | undefined;
  /** As the last life left it. */
  #found = "";

  /** `run`: its name; marks of others mean nothing. Nothing is read or written before the first decision. */
  constructor(path: string, run: string) {
    this.#path = path;
    this.#run = run;
  }

  /** Throws RangeError when the process ended in that very decision. */
  begin(id: string, at: EpochMicros): void {
    if (this.#file === undefined) this.#file = this.#open();
    const mark = `${this.#run} ${id} ${at}`;
    if (mark === this.#found) throw new RangeError("the process ended while it decided on these bars");
    this.#write(mark);
  }

  end(): void {
    this.#write("");
  }

  #open(): number | null {
    try {
      closeSync(openSync(this.#path, "a", 0o600));
      this.#found = readFileSync(this.#path, "utf8").trim();
      return openSync(this.#path, "r+");
    } catch {
      return null;
    }
  }

  /** A disk that takes nothing is no fault of who decides. */
  #write(mark: string): void {
    if (typeof this.#file !== "number") return;
    try {
      writeSync(this.#file, mark.padEnd(WIDTH), 0);
    } catch {
      this.#file = null;
    }
  }
}
