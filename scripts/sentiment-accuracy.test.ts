/** The figures of docs/sentiment.md are counted here: by hand on a case small enough to check. */
import { describe, expect, it } from "vitest";
import { csvRows } from "../src/cli/csv-rows.ts";
import { agreementOf } from "./sentiment-accuracy.ts";

describe("sentiment accuracy", () => {
  it("counts agreement, F1 per label and who was taken for whom", () => {
    const rows = [
      { text: "positive", label: "positive" },
      { text: "neutral", label: "positive" },
      { text: "neutral", label: "neutral" },
      { text: "neutral", label: "neutral" },
      { text: "positive", label: "negative" },
    ] as const;
    const found = agreementOf(rows, (text) => text as "positive" | "neutral");
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
