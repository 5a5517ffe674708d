import { describe, expect, test } from "vitest";
import { backtestAnswer, verdictOf } from "./backtest-verdict.ts";
import { regimeRibbon, vixPath } from "./regime-ribbon.ts";

const entry = (at: string, regime: string, vix: number | null = null) => ({ at, regime, vix, action: "" });

describe("the regime ribbon", () => {
  test("an entry holds until the next one, equal neighbours are one span, the last holds until now", () => {
    const ribbon = regimeRibbon(
      [
        entry("2026-11-03T00:00:00.000Z", "BEAR", 31),
        entry("2026-11-01T00:00:00.000Z", "BULL", 14),
        entry("2026-11-02T00:00:00.000Z", "BULL", 16),
      ],
      Date.parse("2026-11-05T00:00:00.000Z"),
    );
    expect(ribbon?.spans.map(({ regime, x, width, look }) => [regime, x, width, look])).toEqual([
      ["BULL", 0, 0.5, "calm"],
      ["BEAR", 0.5, 0.5, "bad"],
    ]);
    expect(ribbon?.vix.map(({ x }) => x)).toEqual([0, 0.25, 0.5]);
  });

  test("no log is no ribbon, and one entry is a ribbon", () => {
    expect(regimeRibbon([], 0)).toBeNull();
    expect(regimeRibbon([entry("2026-11-01T00:00:00Z", "NORMAL")], 0)?.spans).toHaveLength(1);
  });

  test("the line of the VIX is steps: a reading holds until the next one", () => {
    expect(
      vixPath(
        [
          { x: 0, vix: 20 },
          { x: 0.5, vix: 30 },
        ],
        20,
        30,
      ),
    ).toBe("M0.0000 1.0000H0.5000V0.0000H1");
    expect(vixPath([], 0, 1)).toBe("");
  });
});

describe("the verdict of a backtest", () => {
  const run = (verdict: string) => ({
    runId: "r",
    at: "",
    strategies: [],
    timeframe: "1d",
    from: "",
    to: "",
    sharpe: null,
    deflated: null,
    trials: 1,
    totalReturn: null,
    verdict,
    report: null,
  });

  test.each([
    ["Passes", "passes"],
    ["Failed: look-ahead", "failed"],
    ["Not proven", "unproven"],
    ["", "unproven"],
    ["Great", "unproven"],
    ["Deflated Sharpe passes its gate", "passes"],
    ["Does not pass", "unproven"],
    ["no report here", "unproven"],
  ])("%s is %s: what is not understood is not proven", (verdict, kind) => {
    expect(verdictOf({ verdict }).kind).toBe(kind);
  });

  test("the first sentence says how much may be believed", () => {
    expect(backtestAnswer([])).toBe("No backtest has been kept.");
    expect(backtestAnswer([run("Not proven"), run("Not proven")])).toBe("None of 2 is proven.");
    expect(backtestAnswer([run("Passes"), run("Failed"), run("Not proven")])).toBe(
      "1 of 3 passes: 1 not proven, 1 failed.",
    );
    expect(backtestAnswer([run("Failed")])).toBe("None of 1 is proven: 1 failed.");
    expect(backtestAnswer([run("Passes"), run("Passes")])).toBe("2 of 2 pass.");
  });
});
