/** A company valued by its last annual report as it was known on a day, with every assumption named (RES-4). */
import type { Lake } from "../../adapters/lake/lake.ts";
import { InputError } from "../../domain/assert.ts";
import { type DayNumber, type EpochMicros, isoDate } from "../../domain/time.ts";
import { type CompanyValue, discountedCashFlow } from "../../market/fundamentals/discounted-cash-flow.ts";
import type { Figures, Filing } from "../../market/fundamentals/filing.ts";
import { type KnownFiling, knownFilings, standingOn } from "../../market/fundamentals/known-filings.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import { chosenSource } from "./chosen-source.ts";

export interface ValueRequest {
  readonly symbol: string;
  readonly day: DayNumber;
  /** Empty: the only one there is. */
  readonly source: string;
  /** Fractions per year; undefined: what revenue grew by. */
  readonly growth: number | undefined;
  readonly terminalGrowth: number;
  readonly discount: number;
  readonly tax: number;
  readonly years: number;
}

interface Assumption {
  readonly name: string;
  readonly value: number;
  readonly because: string;
}

export interface ValuedCompany {
  readonly symbol: string;
  readonly asOf: string;
  readonly report: {
    readonly source: string;
    readonly periodEnd: string;
    readonly filed: string | null;
    readonly knownFrom: string;
    readonly figures: Figures;
  };
  readonly assumptions: readonly Assumption[];
  /** Why the value says little, where it does. */
  readonly cautions: readonly string[];
  readonly value: Omit<CompanyValue, "years">;
  readonly years: CompanyValue["years"];
  /** Of the lake's daily bars, up to the day; null without any. */
  readonly price: { readonly date: string; readonly close: number; readonly valueOverPrice: number } | null;
}

/** Growth that nobody keeps up, and shrinking that ends in nothing, are not carried on. */
const GROWTH = { least: 0, most: 0.1, without: 0.02 } as const;
const PRICE_DAYS = 14;

export async function valueCompany(
  lake: Pick<Lake, "loadBars">,
  filings: readonly Filing[],
  request: ValueRequest,
): Promise<ValuedCompany> {
  const { symbol, day, terminalGrowth, discount, tax, years: count } = request;
  const ofSymbol = filings.filter((filing) => filing.symbol === symbol);
  if (ofSymbol.length === 0)
    throw new InputError(`${symbol.slice(0, 24)}: no report of it; plimsoll fundamentals import FILE`, 1);
  const source = chosenSource(ofSymbol, request.source);
  const known = knownFilings(ofSymbol, source).filter(({ knownFrom }) => knownFrom <= day);
  const standing = standingOn(known, day);
  if (standing === undefined)
    throw new InputError(
      `${symbol}: no annual report of it was known on ${isoDate(day)}; give a later --date`,
      1,
    );
  const grown = growthOf(known, request.growth);
  const { figures, periodEnd, filed } = standing.filing;
  const terms = { years: count, growth: grown.value, terminalGrowth, discount, tax };
  const { years, ...value } = discountedCashFlow(figures, terms);
  const spent = figures.capitalExpenditure - figures.depreciation;
  const isSpentKnown = Number.isFinite(spent);
  const assumptions: Assumption[] = [
    grown,
    { name: "terminal growth", value: terminalGrowth, because: "--terminal-growth" },
    { name: "discount", value: discount, because: "--discount; the same for every company" },
    { name: "tax", value: tax, because: "--tax, of EBIT" },
    { name: "years", value: count, because: "--years of the first growth" },
    {
      name: "net investment",
      value: isSpentKnown ? spent : 0,
      because: isSpentKnown
        ? "capital expenditure less depreciation of the report"
        : "not in the report: taken as equal to depreciation",
    },
    { name: "shares", value: figures.shares, because: "of the report; later splits are not counted in" },
  ];
  const isLosing = value.freeCashFlow <= 0;
  return {
    ...{ symbol, asOf: isoDate(day), assumptions, value, years },
    cautions: isLosing ? ["the year's free cash flow is not above 0: its growth values nothing"] : [],
    report: {
      ...{ source, periodEnd: isoDate(periodEnd), filed: filed === undefined ? null : isoDate(filed) },
      ...{ knownFrom: isoDate(standing.knownFrom), figures },
    },
    price: await priceOf(lake, symbol, day, value.perShare),
  };
}

/** Of revenue, from the first known report to the last, a year. */
function growthOf(known: readonly KnownFiling[], given: number | undefined): Assumption {
  const name = "growth";
  if (given !== undefined) return { name, value: given, because: "--growth" };
  const byEnd = known.toSorted((a, b) => a.filing.periodEnd - b.filing.periodEnd);
  const [first, last] = [byEnd[0]?.filing, byEnd.at(-1)?.filing];
  const years = ((last?.periodEnd ?? 0) - (first?.periodEnd ?? 0)) / 365.25;
  const ratio = (last?.figures.revenue ?? 0) / (first?.figures.revenue ?? 0);
  if (years < 0.9 || !(ratio > 0 && ratio < Infinity))
    return { name, value: GROWTH.without, because: "assumed: a single report tells no growth" };
  const found = ratio ** (1 / years) - 1;
  const value = Math.min(GROWTH.most, Math.max(GROWTH.least, found));
  const told = `revenue grew ${(100 * found).toFixed(1)} % a year over ${byEnd.length} reports`;
  const kept = value === found ? "" : `; kept within ${GROWTH.least} and ${GROWTH.most}`;
  return { name, value, because: told + kept };
}

async function priceOf(
  lake: Pick<Lake, "loadBars">,
  symbol: string,
  day: DayNumber,
  perShare: number,
): Promise<ValuedCompany["price"]> {
  try {
    const from = (day - PRICE_DAYS) as DayNumber;
    const { columns } = await lake.loadBars({ symbols: [symbol], timeframe: "1d", from, to: day });
    const close = columns.close.at(-1) ?? Number.NaN;
    const date = isoDate(newYorkDay((columns.closedAt.at(-1) ?? 0) as EpochMicros));
    return { date, close, valueOverPrice: perShare / close };
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}
