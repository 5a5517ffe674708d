/**
 * Goal    the figures of docs/sentiment.md are counted right, and an edit of the lists cannot quietly undo them.
 * Method  a case counted by hand; the odd rows of PhraseBank where they are at hand, else skipped by name.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { csvRows } from "../src/cli/csv-rows.ts";
import { createLexicon } from "../src/models/sentiment/lexicon/lexicon.ts";
import { agreementOf, answerOf, labelledTexts } from "./sentiment-accuracy.ts";

describe("sentiment accuracy", () => {
  it("counts agreement, F1 per label and who was taken for whom", () => {
    const rows = [
      { text: "positive", label: "positive" },
      { text: "neutral", label: "positive" },
      { text: "neutral", label: "neutral" },
      { text: "neutral", label: "neutral" },
      { text: "positive", label: "negative" },
    ] as const;
    const found = agreementOf(
      rows,
      rows.map(({ text }) => text),
    );
    expect(found.accuracy).toBe(3 / 5);
    // 2*1/(2+2), 2*2/(2+3), 0
    expect(found.macroF1).toBeCloseTo((0.5 + 0.8 + 0) / 3, 12);
    expect(found.confusion).toEqual([
      [1, 1, 0],
      [0, 2, 0],
      [1, 0, 0],
    ]);
  });

  it("reads quoted cells with commas, quotes and line ends", () => {
    expect(csvRows('a,b\n"x, ""y""\nz",1\r\n,2\n')).toEqual([
      ["a", "b"],
      ['x, "y"\nz', "1"],
      ["", "2"],
    ]);
    expect(csvRows("a,b\n1,")).toEqual([
      ["a", "b"],
      ["1", ""],
    ]);
  });
});

const file = join(
  resolve(process.env.PLIMSOLL_MARKET_DATA ?? "../shared/market-data"),
  "text/phrasebank_50agree.csv",
);
const isAbsent = !existsSync(file);
describe.skipIf(isAbsent)(
  `the lexicon on ${isAbsent ? "PhraseBank (skipped: not on this machine)" : "PhraseBank"}`,
  () => {
    it("agrees with people on four of five sentences that it was not worked on", () => {
      const rows = labelledTexts(readFileSync(file, "utf8"), file).filter((_, n) => n % 2 === 1);
      const score = createLexicon();
      const { texts, accuracy, macroF1 } = agreementOf(
        rows,
        rows.map(({ text }) => answerOf(score(text))),
      );
      expect(texts).toBe(1476);
      expect(accuracy).toBeGreaterThan(0.8);
      expect(macroF1).toBeGreaterThan(0.77);
    });
  },
);
