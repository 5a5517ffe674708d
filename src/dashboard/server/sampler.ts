/**
 * Asks execute for its picture: four times a second while somebody looks, once otherwise. One question at a time, so
 * that an execute that hangs is asked no more than one that answers.
 */
import type { Clock, TimerHandle } from "../../adapters/net/ports.ts";
import type { ControlQuestion } from "../../app/live/control-client.ts";
import type { ControlAnswer } from "../../app/live/control-words.ts";
import type { EnginePicture } from "../../app/live/engine-picture.ts";
import { InputError } from "../../domain/assert.ts";

export interface SamplerTerms {
  readonly clock: Clock;
  ask(question: ControlQuestion, withinMs: number): Promise<ControlAnswer>;
  isWatched(): boolean;
  /** After each answer, and after each that did not come. */
  sampled(): void;
}

const WATCHED_MS = 250;
const ALONE_MS = 1000;
const ANSWER_WITHIN_MS = 1000;

export interface Sample {
  readonly picture: EnginePicture;
  /** Milliseconds since it came. */
  readonly ageMs: number;
}

export class Sampler {
  readonly #terms: SamplerTerms;
  #picture: EnginePicture | undefined;
  #heardAt = Number.NaN;
  #why = "execute has not answered yet";
  #timer: TimerHandle | undefined;
  #isStopped = false;
  #isAsking = false;

  constructor(terms: SamplerTerms) {
    this.#terms = terms;
  }

  /** The last one that came; undefined before the first. */
  get last(): Sample | undefined {
    if (this.#picture === undefined) return undefined;
    return { picture: this.#picture, ageMs: this.#terms.clock.now() - this.#heardAt };
  }

  /** Why there is no newer one; empty while execute answers. */
  get why(): string {
    return this.#why;
  }

  start(): void {
    void this.#ask();
  }

  /** Somebody has begun to look: not a second later. */
  hurry(): void {
    if (this.#isAsking || this.#isStopped) return;
    this.#timer?.cancel();
    void this.#ask();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  async #ask(): Promise<void> {
    const { clock, ask, isWatched, sampled } = this.#terms;
    const beganAt = clock.now();
    this.#isAsking = true;
    try {
      const answer = await ask({ verb: "picture" }, ANSWER_WITHIN_MS);
      if (answer.kind === "told") {
        this.#picture = answer.value as EnginePicture;
        this.#heardAt = clock.now();
        this.#why = "";
      } else this.#why = answer.kind === "refused" ? answer.reason : "execute answered what cannot be read";
    } catch (error) {
      // Execute may be starting again, or hang: the next question tells.
      if (!(error instanceof InputError)) throw error;
      this.#why = error.message;
    } finally {
      this.#isAsking = false;
    }
    if (this.#isStopped) return;
    sampled();
    const every = isWatched() ? WATCHED_MS : ALONE_MS;
    this.#timer = clock.timer(Math.max(1, every - (clock.now() - beganAt)), () => void this.#ask());
  }
}
