/** Goal: a log tells each order, fill, level change and session end once, in order, without escape sequences. */
import { describe, expect, it } from "vitest";
import type { EngineSnapshot, OrderLine } from "../app/engine-snapshot.ts";
import { closingLine, plainLines } from "./terminal-plain.ts";
import { barred, crowded, halted, ordinary, scaled, starting } from "./terminal-samples.ts";

const first = ordinary.orders[0] as OrderLine;
const withFirst = (change: Partial<OrderLine>): EngineSnapshot => ({
  ...ordinary,
  orders: [{ ...first, ...change }, ...ordinary.orders.slice(1)],
});
const inSession = (snapshot: EngineSnapshot, number: number, progress: number): EngineSnapshot => ({
  ...snapshot,
  session: { ...snapshot.session, number, progress },
});

describe("plainLines", () => {
  it("begins with where things stand", () => {
    expect(plainLines(starting, undefined)).toEqual([
      "2026-11-17 09:31:00 ET  demo: Session 1, equity 100,000.00 USD. Yes, at full size.",
    ]);
  });

  it("says nothing when nothing happened", () => {
    expect(plainLines(ordinary, ordinary)).toEqual([]);
  });

  it("tells new orders oldest first, with verdict and reason", () => {
    const lines = plainLines(ordinary, { ...ordinary, orders: ordinary.orders.slice(2) });
    expect(lines).toEqual([
      "2026-11-19 14:07:00 ET  partial: buy 45 of 120 HAULO at 93.42, entry, swing_trend_following: " +
        "trimmed: position_size 0.062 of 0.050; pullback to 93.20 held EMA 93.11 in an uptrend, ADX 31.0",
      "2026-11-19 14:07:00 ET  sent: buy 310 SOLUM, entry, swing_trend_following: " +
        "pullback to 55.10 held EMA 55.06 in an uptrend, ADX 27.4",
    ]);
  });

  it("tells each fill and each change of status once", () => {
    const partly = withFirst({ filled: 100, status: "partially_filled", price: 55.12 });
    const more = withFirst({ filled: 200, status: "partially_filled", price: 55.125 });
    expect(plainLines(more, partly)[0]).toContain("partial: buy 200 of 310 SOLUM at 55.125");
    const done = withFirst({ filled: 310, status: "filled", price: 55.13 });
    expect(plainLines(partly, ordinary)[0]).toContain("partial: buy 100 of 310 SOLUM at 55.12");
    expect(plainLines(done, partly)[0]).toContain("filled: buy 310 SOLUM at 55.13");
    expect(plainLines(done, done)).toEqual([]);
  });

  it("is not confused when old orders leave the list, nor by two orders of one instant", () => {
    expect(plainLines({ ...ordinary, orders: ordinary.orders.slice(0, 2) }, ordinary)).toEqual([]);
    const twins = { ...ordinary, orders: [first, first] };
    expect(plainLines(twins, { ...ordinary, orders: [] }).length).toBe(2);
    expect(plainLines(twins, twins)).toEqual([]);
  });

  it("tells a change of level with who holds it", () => {
    expect(plainLines(scaled, ordinary)).toEqual([
      "2026-11-19 14:07:00 ET  SCALED ×0.70. Yes, at 0.70 of normal size. Regime holds it since 09:41:00 ET: " +
        "realised volatility 26.4 is in the band 25 to 35. It lifts itself.",
    ]);
    expect(plainLines(halted, barred)[0]).toContain("HALTED. No. Flat and locked. Kill switch holds it");
  });

  it("tells the end of a session once, whether or not its last bar was seen", () => {
    const late = inSession(ordinary, 3, 0.99);
    const over = inSession(ordinary, 3, 1);
    const next = inSession(ordinary, 4, 0);
    const end =
      "2026-11-19 Session 3 of 5 over: equity 100,412.55 USD, day +268.45 (+0.27%), 5 positions held, " +
      "14 trades closed, realised +237.80, blocked: position_size 2 refused, 11 trimmed; " +
      "gross_exposure 4 refused; duplicate 1 refused, 13 records refused.";
    expect(plainLines(over, late)).toEqual([end]);
    expect(plainLines(over, over)).toEqual([]);
    expect(plainLines(next, over)).toEqual([]);
    expect(plainLines(next, late)).toEqual([end]);
  });

  it("stays on one line and within the character set, whatever a reason holds", () => {
    const lines = plainLines(crowded, undefined, { unicode: false });
    expect(lines.length).toBe(41);
    for (const line of lines) expect(line).toMatch(/^[ -~]+$/);
  });
});

describe("closingLine", () => {
  it("gives the change since the start with its sign", () => {
    expect(closingLine(halted)).toBe(
      "Stopped. Equity 97,060.02 USD, −2,939.98 (−2.94%) since the start, 14 trades closed.",
    );
  });
});
