/** News on disk: `data/news/stories.jsonl`, a story of a symbol on each line, in order of time (LAKE-1, RES-3). */
import { join } from "node:path";
import { z } from "zod";
import type { EpochMicros } from "../../domain/time.ts";
import { compareStories, type Story } from "../../market/news-story.ts";
import { readLines, replaceLines } from "./line-file.ts";
import type { LakePaths } from "./paths.ts";

const line = z.strictObject({
  at: z.int(),
  symbol: z.string().min(1),
  title: z.string(),
  score: z.number().min(-1).max(1).optional(),
});

const storiesPath = ({ data }: Pick<LakePaths, "data">): string => join(data, "news", "stories.jsonl");

/** In order of time; none without a file. Throws InputError where it is damaged. */
export const readStories = (paths: Pick<LakePaths, "data">): readonly Story[] =>
  readLines(storiesPath(paths), "news", (json) => {
    const { at, symbol, title, score = Number.NaN } = line.parse(json);
    return { publishedAt: at as EpochMicros, symbol, title, score };
  });

/** Puts stories to those that are there: the same story of a symbol at the same instant is there once. */
export function addStories(
  paths: Pick<LakePaths, "data">,
  stories: readonly Story[],
): { readonly added: number; readonly known: number } {
  const before = readStories(paths);
  const all = [...before, ...stories].toSorted(compareStories);
  const once = all.filter((story, n) => n === 0 || compareStories(story, all[n - 1] as Story) !== 0);
  replaceLines(storiesPath(paths), once, jsonOf);
  return { added: once.length - before.length, known: once.length };
}

const jsonOf = ({ publishedAt, symbol, title, score }: Story) => ({
  ...{ at: publishedAt, symbol, title },
  ...(Number.isNaN(score) ? {} : { score }),
});
