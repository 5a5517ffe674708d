/** docs/faults.md says of each fault which test covers it: the tests are there, and no fault is left out. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
/** A to F; what belongs to operators and configuration is listed where it is cheap. */
const FAULTS = 65;

const rows = readFileSync(join(root, "docs", "faults.md"), "utf8")
  .split("\n")
  .filter((line) => /^\| \d+ \|/.test(line))
  .map((line) => {
    const [number = "", fault = "", expected = "", covered = ""] = line
      .split("|")
      .slice(1)
      .map((cell) => cell.trim());
    return { number: Number(number), fault, expected, covered };
  });

const texts = new Map<string, string>();
function textOf(file: string): string {
  const known = texts.get(file);
  if (known !== undefined) return known;
  const text = readFileSync(join(root, file), "utf8");
  texts.set(file, text);
  return text;
}

describe("docs/faults.md", () => {
  it("has one row for each fault, in order", () => {
    const numbers = rows.map(({ number }) => number);
    expect(numbers).toEqual(numbers.map((_, n) => n + 1));
    expect(numbers.length).toBeGreaterThanOrEqual(FAULTS);
  });

  it.each(rows)(
    "$number $fault: names tests that exist, or says what is missing",
    ({ expected, covered }) => {
      expect(expected.length).toBeGreaterThan(5);
      const named = [...covered.matchAll(/`([^`]+\.test\.ts)`: "([^"]+)"/g)];
      const isOpen = /not yet: \S/.test(covered);
      expect(named.length > 0 || isOpen).toBe(true);
      for (const [, file = "", title = ""] of named) expect(textOf(file), file).toContain(title);
    },
  );
});
