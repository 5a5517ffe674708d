/**
 * Goal    no bad report passes, none is known before it was filed, and the value of a company is the textbook's.
 * Method  a good report spoiled once per rule (each rule has its spoil), answers by hand, and random filings whose
 *         future is cut off.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DayNumber, dayNumber, isoDate } from "../../domain/time.ts";
import { discountedCashFlow } from "./discounted-cash-flow.ts";
import { type FigureName, type Filing, figureNames, type ReadFiling } from "./filing.ts";
import { judgeFilings } from "./judge-filings.ts";
import { knownFilings, standingOn } from "./known-filings.ts";
import { filingRules } from "./rule-registry.ts";

const today = dayNumber(2017, 1, 1);
const unknown = Object.fromEntries(figureNames.map((name) => [name, Number.NaN])) as Filing["figures"];
const figures: Filing["figures"] = {
  ...{ revenue: 1000, grossProfit: 400, ebit: 150, netIncome: 100, assets: 2000, equity: 900, debt: 300 },
  ...{
    cash: 100,
    operatingCashFlow: 130,
    capitalExpenditure: 60,
    depreciation: 50,
    shares: 10,
    marketCap: 1500,
  },
};
const good: ReadFiling = {
  ...{ source: "s", symbol: "AAA", form: "annual", isAmended: false, fiscalYear: 2015, figures },
  ...{ periodEnd: dayNumber(2015, 12, 31), filed: dayNumber(2016, 2, 20), told: new Set(figureNames) },
};
const withFigures = (change: Partial<Record<FigureName, number>>): ReadFiling => ({
  ...good,
  figures: { ...figures, ...change },
});

const spoils: readonly (readonly [string, ReadFiling])[] = [
  ["dates-readable", { ...good, periodEnd: Number.NaN }],
  ["dates-readable", { ...good, periodEnd: dayNumber(1215, 12, 31) }],
  ["dates-readable", { ...good, filed: Number.NaN }],
  ["dates-not-in-future", { ...good, filed: today + 1 }],
  ["dates-not-in-future", { ...good, periodEnd: today + 1, filed: undefined }],
  ["filed-after-period", { ...good, filed: dayNumber(2015, 12, 30) }],
  ["fiscal-year-sane", { ...good, fiscalYear: 1215 }],
  ["fiscal-year-sane", { ...good, fiscalYear: 2017 }],
  ["fiscal-year-sane", { ...good, fiscalYear: Number.NaN }],
  ["revenue-positive", withFigures({ revenue: 0 })],
  ["revenue-positive", withFigures({ revenue: Number.NaN })],
  ["shares-positive", withFigures({ shares: -1 })],
  ["market-cap-positive", withFigures({ marketCap: Infinity })],
  ["ebit-finite", withFigures({ ebit: Number.NaN })],
  ["debt-finite", withFigures({ debt: Infinity })],
  ["cash-finite", withFigures({ cash: Number.NaN })],
  ["debt-not-negative", withFigures({ debt: -1 })],
  ["cash-not-negative", withFigures({ cash: -1 })],
  ["enterprise-value-not-negative", withFigures({ cash: 1801 })],
];

describe("the gatekeeper for reports", () => {
  it("takes the good report, once", () => {
    const first = judgeFilings([good, good], [], today);
    expect(first).toMatchObject({ duplicates: 1, refused: [] });
    expect(first.accepted.map(({ symbol }) => symbol)).toEqual(["AAA"]);
    expect(judgeFilings([good], first.accepted, today)).toMatchObject({ accepted: [], duplicates: 1 });
  });

  it.each(spoils)("refuses by %s, with a reason", (rule, spoiled) => {
    const { accepted, refused } = judgeFilings([spoiled], [], today);
    expect(accepted).toEqual([]);
    expect(refused.map((each) => each.rule)).toEqual([rule]);
    expect(refused[0]?.reason).toMatch(/\w{4}/);
  });

  it("has a spoiled report for each of its rules", () => {
    const tested = new Set([...spoils.map(([rule]) => rule), "no-conflicting-version"]);
    expect(filingRules.map(({ id }) => id).filter((id) => !tested.has(id))).toEqual([]);
  });

  it("refuses both of two versions of one day, but takes an amendment of a later one", () => {
    const other = withFigures({ ebit: 151 });
    const both = judgeFilings([good, other], [], today);
    expect(both.accepted).toEqual([]);
    expect(both.refused.map(({ reason }) => reason)).toEqual([
      "another version of the same filing says something else: ebit 150 and 151",
      "another version of the same filing says something else: ebit 151 and 150",
    ]);
    const [stored] = judgeFilings([good], [], today).accepted;
    expect(judgeFilings([other], [stored!], today).refused).toHaveLength(1);
    const amended = { ...other, filed: dayNumber(2016, 5, 2), isAmended: true };
    expect(judgeFilings([good, amended], [], today).accepted).toHaveLength(2);
  });

  it("does not ask for what its source has no column for", () => {
    const thin: ReadFiling = {
      ...good,
      figures: { ...unknown, revenue: 1, ebit: 1 },
      told: new Set(["revenue", "ebit"]),
    };
    expect(judgeFilings([thin], [], today).refused).toEqual([]);
  });
});

const annual = (source: string, periodEnd: DayNumber, filed?: DayNumber): Filing => ({
  ...{ source, symbol: "AAA", form: "annual", isAmended: false, fiscalYear: undefined, figures: unknown },
  ...{ periodEnd, filed },
});

describe("what was known on a day", () => {
  const [y14, y15] = [dayNumber(2014, 12, 31), dayNumber(2015, 12, 31)];

  it("is the report of the day after its filing, or of 90 days after the year's end", () => {
    const known = knownFilings([annual("s", y14), annual("s", y15, dayNumber(2016, 2, 20))], "s");
    const endOn = (y: number, m: number, d: number) =>
      standingOn(known, dayNumber(y, m, d))?.filing.periodEnd;
    expect(endOn(2015, 3, 30)).toBeUndefined();
    expect(endOn(2015, 3, 31)).toBe(y14);
    expect(endOn(2016, 2, 20)).toBe(y14);
    expect(endOn(2016, 2, 21)).toBe(y15);
  });

  it("takes the day of filing, and it alone, from another source's first report on the year", () => {
    const others = [
      annual("e", y15, dayNumber(2016, 5, 1)),
      annual("e", dayNumber(2016, 1, 2), dayNumber(2016, 2, 9)),
    ];
    const [only, ...more] = knownFilings([annual("s", y15), ...others], "s");
    expect(more).toEqual([]);
    expect(only?.filing.source).toBe("s");
    expect(isoDate(only!.knownFrom)).toBe("2016-02-10");
  });

  it("never changes when later filings are cut off", () => {
    // Of one source that dates all of its filings, or none.
    const filing = fc.record({ end: fc.integer({ min: 16000, max: 17000 }), late: fc.nat(300) });
    const drawnDay = fc.integer({ min: 16000, max: 17500 });
    fc.assert(
      fc.property(fc.array(filing, { maxLength: 12 }), fc.boolean(), drawnDay, (drawn, isDated, day) => {
        const all = drawn.map(({ end, late }) =>
          annual("s", end as DayNumber, isDated ? ((end + late) as DayNumber) : undefined),
        );
        const until = all.filter(({ periodEnd, filed = periodEnd }) => filed < day);
        const standing = (filings: readonly Filing[]) =>
          standingOn(knownFilings(filings, "s"), day as DayNumber)?.filing.periodEnd;
        expect(standing(until)).toBe(standing(all));
      }),
    );
  });
});

describe("discounted cash flow", () => {
  const terms = { years: 2, growth: 0.1, terminalGrowth: 0, discount: 0.25, tax: 0.2 };

  it("is the sum by hand", () => {
    // 150 x 0.8 - (60 - 50) = 110; 121 / 1.25 + 133.1 / 1.5625 + (133.1 / 0.25) / 1.5625.
    const found = discountedCashFlow(figures, terms);
    expect(found.freeCashFlow).toBeCloseTo(110, 12);
    expect(found.years.map(({ presentValue }) => presentValue)).toEqual([
      expect.closeTo(96.8, 10),
      expect.closeTo(85.184, 10),
    ]);
    expect(found.enterpriseValue).toBeCloseTo(96.8 + 85.184 + 340.736, 9);
    expect(found.equityValue).toBeCloseTo(522.72 - 300 + 100, 9);
    expect(found.perShare).toBeCloseTo(32.272, 9);
  });

  it("of one rate of growth is Gordon's formula, however many years it is cut into", () => {
    const gordon = (110 * 1.03) / (0.09 - 0.03);
    for (const years of [1, 7, 40]) {
      const same = { ...terms, years, growth: 0.03, terminalGrowth: 0.03, discount: 0.09 };
      expect(discountedCashFlow(figures, same).enterpriseValue).toBeCloseTo(gordon, 8);
    }
  });

  it("says which figure is missing, and that growth for ever needs a higher discount", () => {
    expect(() => discountedCashFlow({ ...figures, debt: Number.NaN }, terms)).toThrow(
      /debt is not in the report/,
    );
    expect(() => discountedCashFlow(figures, { ...terms, terminalGrowth: 0.25 })).toThrow(/--discount 0.25/);
  });
});
