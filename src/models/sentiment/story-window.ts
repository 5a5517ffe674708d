/**
 * The sentiment of one symbol on one day, from its scored stories (RES-3, QUANT l).
 *
 *   score = sum(w s) / sum(w),  w = 2^(-age / half-life)
 *
 * A story counts from the instant it could be known: its publication plus the latency of our news feed. A story
 * whose title was known within the look-back is the same story told again and counts once, from its first time.
 * Stories come in the order they were known and questions never reach back, so a figure that was given cannot
 * depend on what came later.
 */
import { InputError } from "../../domain/assert.ts";
import { type EpochMicros, isoInstant, MICROS_PER_DAY } from "../../domain/time.ts";
import { titleKey } from "./title-key.ts";

export interface StoryWindowParams {
  /** From publication to our knowing of it, in microseconds; at least 0. */
  readonly latencyMicros: number;
  /** Days in which a story loses half of its weight. */
  readonly halfLifeDays: number;
  /** Older stories count no more, and their titles are news again. */
  readonly lookBackDays: number;
}

/** Half-life of QUANT l; after five of them 3 % of a story's weight is left. */
export const usualStoryWindow: StoryWindowParams = {
  latencyMicros: 60_000_000,
  halfLifeDays: 2,
  lookBackDays: 10,
};

export interface ScoredStory {
  readonly title: string;
  readonly publishedAt: EpochMicros;
  /** In [-1, 1]. */
  readonly score: number;
}

export interface SymbolSentiment {
  /** In [-1, 1]; NaN when no story is in the look-back. A missing reading, not a neutral one. */
  readonly score: number;
  /** Sum of the weights: how many fresh stories the score is worth. */
  readonly weight: number;
  readonly stories: number;
}

/** All that a window remembers, as plain data that survives JSON; oldest story first. */
export interface StoryWindowState {
  readonly lastAt: number | null;
  readonly stories: readonly { readonly key: string; readonly knownAt: number; readonly score: number }[];
}

interface KnownStory {
  readonly key: string;
  readonly knownAt: number;
  readonly score: number;
}

/** A symbol's stories in one look-back; past this the oldest goes. */
const STORIES_MAX = 4096;

/** When a story counts: never before it could have been read. */
export function knownAt(publishedAt: EpochMicros, latencyMicros: number): EpochMicros {
  return (publishedAt + latencyMicros) as EpochMicros;
}

/** The stories of one symbol. */
export class StoryWindow {
  readonly #params: StoryWindowParams;
  #stories: KnownStory[] = [];
  readonly #keys = new Set<string>();
  /** The latest instant that a story came or a question was asked for. */
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(params: StoryWindowParams = usualStoryWindow) {
    for (const key of ["halfLifeDays", "lookBackDays"] as const) {
      if (!(params[key] > 0 && params[key] < Infinity)) {
        throw new InputError(`sentiment ${key} ${params[key]} is not a positive number of days`);
      }
    }
    if (!(params.latencyMicros >= 0 && params.latencyMicros < Infinity)) {
      throw new InputError(`sentiment latencyMicros ${params.latencyMicros} is not 0 or more microseconds`);
    }
    this.#params = params;
  }

  /**
   * Takes a story in; false when it is one told again. Refuses a score outside [-1, 1] and a story known before
   * one that came earlier: sort by `knownAt` first.
   */
  take({ title, publishedAt, score }: ScoredStory): boolean {
    if (!(score >= -1 && score <= 1)) throw new InputError(`sentiment score ${score} is not in [-1, 1]`);
    const at = knownAt(publishedAt, this.#params.latencyMicros);
    this.#forget(at);
    const key = titleKey(title);
    if (this.#keys.has(key)) return false;
    this.#keys.add(key);
    this.#stories.push({ key, knownAt: at, score: score + 0 });
    if (this.#stories.length > STORIES_MAX) this.#keys.delete(this.#stories.shift()?.key ?? "");
    return true;
  }

  /** What was known at `at`. Refuses an instant before the last story or question. */
  at(at: EpochMicros): SymbolSentiment {
    this.#forget(at);
    const perDay = 1 / MICROS_PER_DAY;
    let weight = 0;
    let total = 0;
    for (const { knownAt: known, score } of this.#stories) {
      const w = 2 ** (-((at - known) * perDay) / this.#params.halfLifeDays);
      weight += w;
      total += w * score;
    }
    // A mean of equal scores may round to just past them.
    const score = weight > 0 ? Math.max(-1, Math.min(1, total / weight)) : Number.NaN;
    return { score, weight, stories: this.#stories.length };
  }

  save(): StoryWindowState {
    return { lastAt: Number.isFinite(this.#lastAt) ? this.#lastAt : null, stories: [...this.#stories] };
  }

  /** Continues where `state` was saved. */
  load({ lastAt, stories }: StoryWindowState): void {
    this.#lastAt = lastAt ?? Number.NEGATIVE_INFINITY;
    this.#stories = stories.map(({ key, knownAt: at, score }) => ({ key, knownAt: at, score }));
    this.#keys.clear();
    for (const { key } of this.#stories) this.#keys.add(key);
  }

  /** Moves on to `at` and drops what is past the look-back by then. */
  #forget(at: EpochMicros): void {
    if (at < this.#lastAt) {
      throw new InputError(
        `sentiment at ${isoInstant(at)} is before ${isoInstant(this.#lastAt as EpochMicros)}; go forward in time`,
      );
    }
    this.#lastAt = at;
    const oldest = at - this.#params.lookBackDays * MICROS_PER_DAY;
    let gone = 0;
    while (gone < this.#stories.length && this.#stories[gone]!.knownAt <= oldest) {
      this.#keys.delete(this.#stories[gone]!.key);
      gone += 1;
    }
    if (gone > 0) this.#stories.splice(0, gone);
  }
}
