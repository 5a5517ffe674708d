/**
 * Goal    a report is what stood in its own filing: not last year's column, not the year to date, not what a later one
 *         restated.
 * Method  one company's file, made after SEC's documentation, with each of these in it.
 */
import { describe, expect, it } from "vitest";
import { dayNumber } from "../../domain/time.ts";
import { companyFactsFilings, tickersByCompany } from "./company-facts.ts";

type Row = readonly [end: string, val: number, filing: keyof typeof filings, start?: string];

const filings = {
  k15: { accn: "a", form: "10-K", fy: 2015, filed: "2016-02-20" },
  q16: { accn: "b", form: "10-Q", fy: 2016, filed: "2016-08-01" },
  k16: { accn: "c", form: "10-K", fy: 2016, filed: "2017-02-20" },
  a16: { accn: "d", form: "10-K/A", fy: 2016, filed: "2017-05-02" },
  s16: { accn: "e", form: "8-K", fy: 2016, filed: "2017-03-01" },
} as const;

const usd = (...rows: Row[]) => ({ units: { USD: rows.map(factOf) } });
const factOf = ([end, val, filing, start]: Row) => {
  return { end, val, ...(start === undefined ? {} : { start }), ...filings[filing] };
};

const company = (accounts: object, dei: object = {}) =>
  JSON.stringify({ cik: 320193, entityName: "A", facts: { "us-gaap": accounts, dei } });

const facts = company(
  {
    SalesRevenueNet: usd(
      ["2014-12-31", 90, "k15", "2014-01-01"],
      ["2015-12-31", 100, "k15", "2015-01-01"],
      ["2016-06-30", 30, "q16", "2016-04-01"],
      ["2016-06-30", 55, "q16", "2016-01-01"],
      ["2015-12-31", 99, "k16", "2015-01-01"],
    ),
    Revenues: usd(["2016-12-31", 120, "k16", "2016-01-01"], ["2016-12-31", 118, "a16", "2016-01-01"]),
    OperatingIncomeLoss: usd(
      ["2015-12-31", 10, "k15", "2015-01-01"],
      ["2016-12-31", 12, "s16", "2016-01-01"],
    ),
    Assets: usd(["2014-12-31", 400, "k15"], ["2015-12-31", 500, "k15"], ["2016-06-30", 520, "q16"]),
    LongTermDebtNoncurrent: usd(["2015-12-31", 70, "k15"]),
    LongTermDebtCurrent: usd(["2015-12-31", 5, "k15"]),
    CommercialPaper: usd(["2015-12-31", 3, "k15"]),
    Goodwill: usd(["2017-12-31", 1, "k15"]),
  },
  {
    EntityCommonStockSharesOutstanding: {
      units: { shares: [factOf(["2016-02-10", 7, "k15"]), factOf(["2015-11-02", 6, "k15"])] },
    },
  },
);
const read = (text: string) => companyFactsFilings(text, "f.json", { source: "sec", symbolOf: () => "aaa" });

describe("company facts", () => {
  const [k15, q16, k16, a16, ...more] = read(facts);

  it("are one report for each filing of a year or a quarter, in order", () => {
    expect(more).toEqual([]);
    expect(
      [k15, q16, k16, a16].map((one) => [one?.form, one?.isAmended, one?.periodEnd, one?.fiscalYear]),
    ).toEqual([
      ["annual", false, dayNumber(2015, 12, 31), 2015],
      ["quarterly", false, dayNumber(2016, 6, 30), 2016],
      ["annual", false, dayNumber(2016, 12, 31), 2016],
      ["annual", true, dayNumber(2016, 12, 31), 2016],
    ]);
    expect(k15).toMatchObject({ source: "sec", symbol: "AAA", filed: dayNumber(2016, 2, 20) });
  });

  it("has the period's own figures: no comparison, no year to date, no later statement", () => {
    expect(k15?.figures).toMatchObject({ revenue: 100, ebit: 10, assets: 500, debt: 78 });
    expect(q16?.figures).toMatchObject({ revenue: 30, assets: 520 });
    expect(k16?.figures.revenue).toBe(120);
    expect(a16?.figures.revenue).toBe(118);
  });

  it("counts shares on the cover's day", () => {
    expect(k15?.figures.shares).toBe(7);
  });

  it("asks for what the company tells at all, and for nothing that it never does", () => {
    // It has an operating income, so that a report without one is incomplete; cash it never tells.
    expect(k16?.told.has("ebit")).toBe(true);
    expect(k16?.figures.ebit).toBeNaN();
    expect(k16?.told.has("cash")).toBe(false);
    expect(k16?.told.has("debt")).toBe(false);
  });

  it("of a company that nobody knows is refused, and so is another kind of file", () => {
    const unknown = { source: "sec", symbolOf: () => undefined };
    expect(() => companyFactsFilings(facts, "f.json", unknown)).toThrow(
      "f.json: nothing says which symbol company 320193 has; give --symbol or --tickers",
    );
    expect(() => read("{}")).toThrow("no file of SEC's company facts");
    expect(() => read("{")).toThrow("f.json is no JSON");
    expect(read(company({}))).toEqual([]);
  });

  it("a list of tickers names companies, the first class of several", () => {
    const list = {
      0: { cik_str: 1, ticker: "goog" },
      1: { cik_str: 1, ticker: "googl" },
      2: { cik_str: 2, ticker: "b" },
    };
    expect([...tickersByCompany(JSON.stringify(list), "t.json")]).toEqual([
      [1, "GOOG"],
      [2, "B"],
    ]);
    expect(() => tickersByCompany("[1]", "t.json")).toThrow("t.json is not SEC's company_tickers.json");
  });
});
