/**
 * SEC's company facts, one JSON file a company, as its reports (RES-4). A fact has the filing that told it, so that
 * each report is put together from what stood in it alone: later filings that repeat a year change nothing of it.
 *
 * Source  data.sec.gov/api/xbrl/companyfacts/CIK##########.json; company_tickers.json for who is who.
 */
import { z } from "zod";
import { InputError } from "../../domain/assert.ts";
import { parseIsoDate } from "../../domain/time.ts";
import { type FigureName, figureNames, type ReadFiling } from "../../market/fundamentals/filing.ts";

export const COMPANY_FACTS = "companyfacts";

const fact = z.object({
  end: z.string(),
  start: z.string().optional(),
  val: z.number(),
  accn: z.string(),
  fy: z.number().nullish(),
  form: z.string(),
  filed: z.string(),
});
const concepts = z.record(z.string(), z.object({ units: z.record(z.string(), z.array(z.unknown())) }));
const document = z.object({
  cik: z.union([z.number(), z.string()]),
  facts: z.object({ "us-gaap": concepts.optional(), dei: concepts.optional() }),
});
const tickers = z.record(z.string(), z.object({ cik_str: z.number(), ticker: z.string() }));

type Fact = z.infer<typeof fact>;

/** Tags that mean a figure, the first that a report has; companies and years differ in which they use. */
const tagsOf: Readonly<Partial<Record<FigureName, readonly string[]>>> = {
  revenue: [
    "RevenueFromContractWithCustomerExcludingAssessedTax",
    "Revenues",
    "SalesRevenueNet",
    "RevenueFromContractWithCustomerIncludingAssessedTax",
  ],
  grossProfit: ["GrossProfit"],
  ebit: ["OperatingIncomeLoss"],
  netIncome: ["NetIncomeLoss", "ProfitLoss"],
  assets: ["Assets"],
  equity: ["StockholdersEquity", "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest"],
  cash: [
    "CashAndCashEquivalentsAtCarryingValue",
    "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents",
  ],
  operatingCashFlow: ["NetCashProvidedByUsedInOperatingActivities"],
  capitalExpenditure: ["PaymentsToAcquirePropertyPlantAndEquipment", "PaymentsToAcquireProductiveAssets"],
  depreciation: [
    "DepreciationDepletionAndAmortization",
    "DepreciationAmortizationAndAccretionNet",
    "DepreciationAndAmortization",
  ],
};
const debts = [
  "LongTermDebt",
  "LongTermDebtNoncurrent",
  "LongTermDebtCurrent",
  "ShortTermBorrowings",
  "CommercialPaper",
];
const SHARES = "EntityCommonStockSharesOutstanding";
/** Whose absence in a report is a fault, if the company tells it at all. */
const expected: readonly FigureName[] = ["revenue", "ebit", "cash"];

const FORM = /^10-(K|Q)T?(\/A)?$/;
/** Days of a flow: of 52 or 53 weeks, and of a quarter of 12 to 14. */
const lengths = { annual: [350, 380], quarterly: [80, 100] } as const;

/** Symbols by number of the company, from SEC's own list. The first of several classes is taken. */
export function tickersByCompany(text: string, path: string): ReadonlyMap<number, string> {
  const read = tickers.safeParse(parsed(text, path));
  if (!read.success) throw new InputError(`${path} is not SEC's company_tickers.json`);
  const found = new Map<number, string>();
  for (const { cik_str: company, ticker } of Object.values(read.data))
    if (!found.has(company)) found.set(company, ticker.toUpperCase());
  return found;
}

/** The annual and quarterly reports of a file, in order of filing. Throws InputError for another kind of file. */
export function companyFactsFilings(
  text: string,
  path: string,
  given: { readonly source: string; readonly symbolOf: (company: number) => string | undefined },
): readonly ReadFiling[] {
  const read = document.safeParse(parsed(text, path));
  if (!read.success)
    throw new InputError(`${path} is no file of SEC's company facts: it has no cik and facts`);
  const company = Number(read.data.cik);
  const symbol = given.symbolOf(company);
  if (symbol === undefined)
    throw new InputError(
      `${path}: nothing says which symbol company ${company} has; give --symbol or --tickers`,
    );
  const { "us-gaap": accounts = {}, dei = {} } = read.data.facts;
  const byReport = reportsOf({ ...accounts, [SHARES]: dei[SHARES] ?? { units: {} } });
  const everTold = expected.filter((name) => tagsOf[name]?.some((tag) => tag in accounts));
  return [...byReport.values()]
    .toSorted((a, b) => (a[0]!.fact.filed < b[0]!.fact.filed ? -1 : 1))
    .flatMap((facts) => filingOf(facts, { source: given.source, symbol: symbol.toUpperCase(), everTold }));
}

interface Whose {
  readonly source: string;
  readonly symbol: string;
  /** Figures whose absence in a report is a fault. */
  readonly everTold: readonly FigureName[];
}

interface Tagged {
  readonly tag: string;
  readonly fact: Fact;
}

/** Facts in dollars or shares of the two forms, by the filing that told them. */
function reportsOf(all: z.infer<typeof concepts>): ReadonlyMap<string, Tagged[]> {
  const wanted = new Set([...Object.values(tagsOf).flat(), ...debts, SHARES]);
  const found = new Map<string, Tagged[]>();
  for (const tag of wanted) {
    const units = all[tag]?.units ?? {};
    for (const raw of units[tag === SHARES ? "shares" : "USD"] ?? []) {
      const read = fact.safeParse(raw);
      if (!read.success || !FORM.test(read.data.form)) continue;
      const list = found.get(read.data.accn) ?? [];
      list.push({ tag, fact: read.data });
      found.set(read.data.accn, list);
    }
  }
  return found;
}

function filingOf(facts: readonly Tagged[], { source, symbol, everTold }: Whose): ReadFiling[] {
  const accounts = facts.filter(({ tag }) => tag !== SHARES);
  const last = accounts
    .map(({ fact: { end } }) => end)
    .toSorted()
    .at(-1);
  const first = accounts[0]?.fact;
  if (last === undefined || first === undefined) return [];
  const form = first.form.startsWith("10-K") ? "annual" : "quarterly";
  const own = accounts.filter(({ fact: one }) => one.end === last && isOfLength(one, form));
  const value = (tag: string): number => own.findLast((one) => one.tag === tag)?.fact.val ?? Number.NaN;
  const firstOf = (tags: readonly string[]): number =>
    tags.map(value).find((one) => !Number.isNaN(one)) ?? Number.NaN;
  const figures = Object.fromEntries(
    figureNames.map((name) => [name, firstOf(tagsOf[name] ?? [])]),
  ) as Record<FigureName, number>;
  figures.debt = debtOf(value);
  figures.shares = sharesOf(facts);
  const told = new Set([...everTold, ...figureNames.filter((name) => !Number.isNaN(figures[name]))]);
  return [
    {
      ...{ source, symbol, form, figures, told },
      isAmended: first.form.endsWith("/A"),
      periodEnd: parseIsoDate(last) ?? Number.NaN,
      filed: parseIsoDate(first.filed) ?? Number.NaN,
      fiscalYear: first.fy ?? undefined,
    },
  ];
}

/** Balances have no start. */
function isOfLength({ start, end }: Fact, form: keyof typeof lengths): boolean {
  if (start === undefined) return true;
  const [from, to] = [parseIsoDate(start), parseIsoDate(end)];
  if (from === undefined || to === undefined) return false;
  const days = to - from + 1;
  return days >= lengths[form][0] && days <= lengths[form][1];
}

/** NaN where no kind of it is told: a company without debts and one that does not tag them look alike. */
function debtOf(value: (tag: string) => number): number {
  const long = sum([value("LongTermDebtNoncurrent"), value("LongTermDebtCurrent")]);
  const whole = value("LongTermDebt");
  const short = [value("ShortTermBorrowings"), value("CommercialPaper")];
  return sum([Number.isNaN(whole) ? long : whole, short.find((one) => !Number.isNaN(one)) ?? Number.NaN]);
}

/** Of those that are known; NaN of none. */
function sum(amounts: readonly number[]): number {
  const known = amounts.filter((amount) => !Number.isNaN(amount));
  return known.length === 0 ? Number.NaN : known.reduce((total, amount) => total + amount, 0);
}

/** The cover counts shares on a day of its own, after the period's end. */
function sharesOf(facts: readonly Tagged[]): number {
  const covers = facts.filter(({ tag }) => tag === SHARES).map(({ fact: one }) => one);
  const byDay = covers.toSorted((a, b) => (a.end < b.end ? -1 : a.end > b.end ? 1 : 0));
  return byDay.at(-1)?.val ?? Number.NaN;
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError(`${path} is no JSON`);
  }
}
