/**
 * What one process told another, numbered from 0, for whoever restarts and asks for it again. Who restarts has
 * journaled almost all of it, so only the last of it is kept: weeks of minutes must not fill the memory.
 */
import type { Link } from "../../adapters/bus/bus-terms.ts";
import { numbered } from "./frames.ts";
import type { StageLog } from "./stage-log.ts";

const TEXTS_KEPT = 5000;

export class KeptTexts {
  readonly #most: number;
  /** Oldest first; between `#most` and twice as many, so that dropping costs little. */
  readonly #texts: string[] = [];
  #first = 0;

  constructor(most = TEXTS_KEPT) {
    this.#most = most;
  }

  /** Number of the next one. */
  get length(): number {
    return this.#first + this.#texts.length;
  }

  /** Number of the oldest that is kept. */
  get first(): number {
    return this.#first;
  }

  /** Returns its number. */
  push(text: string): number {
    if (this.#texts.length >= 2 * this.#most) {
      this.#texts.splice(0, this.#most);
      this.#first += this.#most;
    }
    this.#texts.push(text);
    return this.length - 1;
  }

  /** Undefined for one that is not kept any more, and for one that was not told yet. */
  at(sequence: number): string | undefined {
    return this.#texts[sequence - this.#first];
  }
}

export interface KeptFor {
  readonly link: Link;
  readonly kind: number;
  readonly texts: KeptTexts;
  readonly log: StageLog;
}

/** Sends those from one number to before another. Who asks for what is gone has lost its journal: it gets no link. */
export function sendKept({ link, kind, texts, log }: KeptFor, from: number, to: number): void {
  for (let n = from; n < to; n++) {
    const text = texts.at(n);
    if (text === undefined) {
      log("critical", `${link.peer.role} asks for what it was told as number ${n}: it is not kept any more`);
      link.cut("asked for what is not kept any more");
      return;
    }
    link.send(kind, numbered(n, text));
  }
}
