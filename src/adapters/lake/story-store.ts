/**
 * News on disk: `data/news/stories.jsonl`, a story of a symbol on each line, in order of time (LAKE-1, RES-3). It is
 * replaced as a whole, so that a crash leaves the old stories or the new ones.
 */
import { dirname, join } from "node:path";
import { z } from "zod";
import { InputError } from "../../domain/assert.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { compareStories, type Story } from "../../market/news-story.ts";
import { makeFolder, replaceFile, textIfThere } from "../durable-file.ts";
import type { LakePaths } from "./paths.ts";

const line = z.strictObject({
  at: z.int(),
  symbol: z.string().min(1),
  title: z.string(),
  score: z.number().min(-1).max(1).optional(),
});

const storiesPath = ({ data }: Pick<LakePaths, "data">): string => join(data, "news", "stories.jsonl");

/** In order of time; none without a file. Throws InputError where it is damaged. */
export function readStories(paths: Pick<LakePaths, "data">): readonly Story[] {
  const path = storiesPath(paths);
  const text = textIfThere(path);
  if (text === undefined) return [];
  const lines = text.split("\n");
  if (lines.pop() !== "") throw damaged(path);
  return lines.map((each) => storyOf(each, path));
}

function storyOf(text: string, path: string): Story {
  try {
    const { at, symbol, title, score = Number.NaN } = line.parse(JSON.parse(text));
    return { publishedAt: at as EpochMicros, symbol, title, score };
  } catch {
    throw damaged(path);
  }
}

/** Puts stories to those that are there: the same story of a symbol at the same instant is there once. */
export function addStories(
  paths: Pick<LakePaths, "data">,
  stories: readonly Story[],
): { readonly added: number; readonly known: number } {
  const before = readStories(paths);
  const all = [...before, ...stories].toSorted(compareStories);
  const once = all.filter((story, n) => n === 0 || compareStories(story, all[n - 1] as Story) !== 0);
  const path = storiesPath(paths);
  makeFolder(dirname(path));
  replaceFile(path, once.map(lineOf).join(""));
  return { added: once.length - before.length, known: once.length };
}

const lineOf = ({ publishedAt, symbol, title, score }: Story): string =>
  `${JSON.stringify({ at: publishedAt, symbol, title, ...(Number.isNaN(score) ? {} : { score }) })}\n`;

const damaged = (path: string): InputError =>
  new InputError(`${path} is damaged; move it away and import the news again`, 1);
