import { expect, test } from "vitest";
import { changeWords } from "./change-words.ts";

test.each([
  ['{"level":"NORMAL"}', '{"level":"NORMAL"}', "level NORMAL, unchanged"],
  [
    '{"level":"NORMAL","scalar":1}',
    '{"level":"SCALED","scalar":0.7}',
    "level NORMAL → SCALED, scalar 1 → 0.7",
  ],
  ['{"level":"NORMAL"}', '{"level":"NORMAL","by":"x"}', "by none → x"],
  ["38", "31", "38 → 31"],
  ["", "31", "31"],
  ["", "", ""],
  ["{broken", "{}", "{broken → {}"],
])("%s and %s: %s", (before, after, words) => {
  expect(changeWords(before, after)).toBe(words);
});
