import { describe, expect, test } from "vitest";
import { ruleLabel, verdictLines } from "./rule-words.ts";

const verdict = (rule: string, use: number | null, limit: number | null, passed = true, text = "") => ({
  rule,
  use,
  limit,
  passed,
  text,
});

describe("the verdict grid", () => {
  test("what refused stands first, then the nearest to its limit, then rules without numbers", () => {
    const lines = verdictLines([
      verdict("gross_exposure", 0.294, 0.5),
      verdict("halt", 0, 0),
      verdict("max_positions", 9, 10),
      verdict("spread", 0.00071, 0.0005, false),
    ]);
    expect(lines.map(({ rule }) => rule)).toEqual(["spread", "max_positions", "gross_exposure", "halt"]);
  });

  test("both numbers in the unit of the rule", () => {
    const [line] = verdictLines([verdict("risk.spread", 0.00071, 0.0005, false)]);
    expect(line).toMatchObject({ label: "Spread", use: "7.1 bps", joint: "of", limit: "5.0 bps" });
    expect(line?.share).toBeCloseTo(1.42);
  });

  test("a rule that wants at least so much is nearer the less there is", () => {
    const [near, far] = verdictLines([verdict("session", 117, 5), verdict("duplicate", 31, 30)]);
    expect(near).toMatchObject({ rule: "duplicate", use: "31 s", joint: "needs", limit: "30 s" });
    expect(near?.share).toBeCloseTo(30 / 31);
    expect(far?.share).toBeCloseTo(5 / 117);
  });

  test("a use is never rounded across its limit", () => {
    const [line] = verdictLines([verdict("daily_drawdown", 0.020004, 0.02, false)]);
    expect(line?.use).not.toBe(line?.limit);
    expect(line).toMatchObject({ use: "2.0004%", limit: "2.0000%" });
  });

  test("without numbers a rule says what was checked, and a refusal says so too", () => {
    const [refused, passed] = verdictLines([
      verdict("self_trade", 0, 0),
      verdict("stale_data", null, 90, false, "never seen"),
    ]);
    expect(refused).toMatchObject({ use: "never seen", share: null, passed: false });
    expect(passed).toMatchObject({ use: "no working order", limit: "", share: null });
  });

  test("a limit of zero that is passed has no bar past the mark", () => {
    expect(verdictLines([verdict("trades_per_day", 0, 0)])[0]?.share).toBe(0);
  });

  test("what was trimmed passed, and says so", () => {
    const [line] = verdictLines([verdict("position_size", 0.062, 0.05, true, "trimmed: 0.06 of 0.05")]);
    expect(line).toMatchObject({ label: "Position size, trimmed", use: "6.20%", share: 1 });
  });

  test("a rule of tomorrow is shown by its id", () => {
    expect(ruleLabel("moon_phase")).toBe("Moon phase");
    expect(ruleLabel("permission:journal")).toBe("Permission, journal");
  });
});
