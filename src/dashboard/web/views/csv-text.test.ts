import { describe, expect, test } from "vitest";
import { csvText } from "./csv-text.ts";
import { queryText } from "./query-text.ts";

describe("the export", () => {
  test("commas, quotes and line ends stay inside their cell", () => {
    expect(csvText(["a", "b"], [['x, "y"', "1\n2"]])).toBe('a,b\r\n"x, ""y""","1\n2"\r\n');
  });

  test("what a spreadsheet would run is text; a number below zero stays a number", () => {
    expect(csvText(["a", "b"], [["=1+1", -3.5]])).toBe("a,b\r\n'=1+1,-3.5\r\n");
    expect(csvText(["a"], [["@cmd"]])).toBe("a\r\n'@cmd\r\n");
  });

  test("what is not known is an empty cell", () => {
    expect(csvText(["a", "b"], [[null, Number.NaN]])).toBe("a,b\r\n,\r\n");
  });
});

describe("addresses of questions", () => {
  test("what is empty is left out, the rest is escaped", () => {
    expect(queryText({ symbol: "BRK B&C", state: "", from: 0, open: true, level: null })).toBe(
      "?symbol=BRK+B%26C&from=0&open=1",
    );
    expect(queryText({ symbol: "" })).toBe("");
  });
});
