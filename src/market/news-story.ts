/** A story about a company, as a news feed told it. */
import type { EpochMicros } from "../domain/time.ts";

export interface Story {
  readonly symbol: string;
  /** As its agency says; when it could be known comes later (`StoryWindow`). */
  readonly publishedAt: EpochMicros;
  readonly title: string;
  /** In [-1, 1] where whoever told it has judged it; NaN: the lexicon does. */
  readonly score: number;
}

/** By instant, symbol and title: the same stories are in the same order, whoever told them first. */
export function compareStories(a: Story, b: Story): number {
  if (a.publishedAt !== b.publishedAt) return a.publishedAt - b.publishedAt;
  if (a.symbol !== b.symbol) return a.symbol < b.symbol ? -1 : 1;
  if (a.title === b.title) return 0;
  return a.title < b.title ? -1 : 1;
}
