/**
 * What the news says of each company, session by session (RES-3, QUANT l): the tone of its stories that were known by
 * the instant, and how unusual that is for the company itself. One way for a backtest and for whoever tells a system
 * that runs, so that both say the same of a day.
 */
import type { EpochMicros } from "../../domain/time.ts";
import { compareStories, type Story } from "../../market/news-story.ts";
import { ChangeDetector } from "../../models/sentiment/change-detector.ts";
import { createLexicon } from "../../models/sentiment/lexicon/lexicon.ts";
import { knownAt, StoryWindow, usualStoryWindow } from "../../models/sentiment/story-window.ts";

export interface NewsReading {
  /** New ones since the reading before, those told again not counted. */
  readonly stories: number;
  /** In [-1, 1]; NaN without a story of the last ten days. */
  readonly score: number;
  /** Against the company's own last 756 readings; NaN with fewer than 60 of them. */
  readonly z: number;
}

/**
 * A reading at each of the instants, which are in order of time. `stories` are of one symbol. Nothing that is known
 * after an instant moves its reading.
 */
export function newsReadings(stories: readonly Story[], instants: readonly EpochMicros[]): NewsReading[] {
  const sorted = stories.toSorted(compareStories);
  const score = createLexicon();
  const window = new StoryWindow(usualStoryWindow);
  const detector = new ChangeDetector();
  let next = 0;
  return instants.map((at) => {
    let fresh = 0;
    for (; next < sorted.length; next++) {
      const { publishedAt, title, score: given } = sorted[next] as Story;
      if (knownAt(publishedAt, usualStoryWindow.latencyMicros) > at) break;
      const value = Number.isNaN(given) ? score(title).score : given;
      if (window.take({ title, publishedAt, score: value })) fresh += 1;
    }
    const { score: tone } = window.at(at);
    return { stories: fresh, score: tone, z: detector.take(tone).z };
  });
}
