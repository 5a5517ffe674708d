/** Goal: decimals, instants and timeframes survive the way over the wire, and nothing else is taken for one. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EpochMicros, isoDate } from "../domain/time.ts";
import { dollarsOf, dollarText, ratioText, sharesOf, shareText } from "./decimals.ts";
import { Refused } from "./http-words.ts";
import { dayBucket, midnightOf, minuteBucket, parseTimeframe } from "./timeframe.ts";
import { newYorkTime, parseWireDay, parseWireTime, wireTime } from "./wire-time.ts";

const instants = fc
  .integer({ min: 700_000_000_000_000, max: 1_900_000_000_000_000 })
  .map((at) => at as EpochMicros);

describe("decimals", () => {
  it("units to text and back are the same units, without exponents or zeros at the end", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 15), max: 10 ** 15 }), (units) => {
        expect(dollarsOf("x", dollarText(units))).toBe(units === 0 ? 0 : units);
        expect(sharesOf("x", shareText(units))).toBe(units === 0 ? 0 : units);
        expect(shareText(units)).toMatch(/^-?\d+(\.\d*[1-9])?$/);
      }),
    );
  });

  it("numbers and strings mean the same; zeros at the end are harmless", () => {
    expect([dollarsOf("x", "41.1500000000"), dollarsOf("x", 41.15), dollarsOf("x", ".5")]).toEqual([
      41_150_000, 41_150_000, 500_000,
    ]);
    expect([dollarsOf("x", undefined), dollarsOf("x", null), dollarsOf("x", "")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(sharesOf("qty", 1e-9)).toBe(1);
  });

  it.each(["1e3", "abc", ".", "--1", {}, true, "0.0000001", 10 ** 15, Number.NaN])(
    "%s is refused with 422",
    (value) => {
      expect(() => dollarsOf("limit_price", value)).toThrow(Refused);
    },
  );

  it("a quotient by nothing is 0", () => {
    expect([ratioText(1, 0), ratioText(1, 3), ratioText(-0, 5)]).toEqual(["0", "0.3333333333", "0"]);
  });
});

describe("instants", () => {
  it("both forms are read back to the microsecond", () => {
    fc.assert(
      fc.property(instants, (at) => {
        expect(parseWireTime(wireTime(at))).toBe(at);
        expect(parseWireTime(newYorkTime(at))).toBe(at);
        // What a query string makes of an offset that nobody escaped.
        expect(parseWireTime(wireTime(at).replace("Z", " 00:00"))).toBe(at);
      }),
    );
  });

  it("dates are New York's midnight, and full timestamps name their own date", () => {
    expect(wireTime(parseWireTime("2026-11-18") ?? (0 as EpochMicros))).toBe("2026-11-18T05:00:00Z");
    expect(isoDate(parseWireDay("2025-11-24T00:00:00.000Z") ?? (0 as never))).toBe("2025-11-24");
    for (const wrong of ["2026-13-01", "18.11.2026", "2026-11-18T25:00:00Z", "now", "2026-11-18Tnoon"])
      expect([parseWireTime(wrong), parseWireDay(wrong)]).toEqual([undefined, undefined]);
  });
});

describe("timeframes", () => {
  it.each(["1Min", "59T", "1Hour", "23H", "1Day", "1D", "1Week", "12Month", "3M"])("%s is one", (text) => {
    expect(parseTimeframe(text).count).toBeGreaterThan(0);
  });
  it.each(["60Min", "24Hour", "2Day", "5Month", "0Min", "Min", "1min", "", "1Minute"])(
    "%s is none",
    (text) => {
      expect(() => parseTimeframe(text)).toThrow("invalid timeframe");
    },
  );

  it("buckets hold what they say: 30 minutes from New York's midnight, weeks from Monday, quarters", () => {
    const at = parseWireTime("2026-11-18T10:47:00-05:00") as EpochMicros;
    const day = parseWireDay("2026-11-18") as never;
    expect(newYorkTime(minuteBucket(at, midnightOf(day), parseTimeframe("30Min")))).toBe(
      "2026-11-18T10:30:00-05:00",
    );
    expect(newYorkTime(minuteBucket(at, midnightOf(day), parseTimeframe("4Hour")))).toBe(
      "2026-11-18T08:00:00-05:00",
    );
    expect(isoDate(dayBucket(day, parseTimeframe("1Week")))).toBe("2026-11-16");
    expect(isoDate(dayBucket(day, parseTimeframe("3Month")))).toBe("2026-10-01");
  });
});
