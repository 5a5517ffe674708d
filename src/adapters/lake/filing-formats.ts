/** Layouts of files of company reports, told by their columns: which column is which figure (RES-4). */
import { InputError } from "../../domain/assert.ts";
import { parseIsoDate } from "../../domain/time.ts";
import { type FigureName, figureNames, type ReadFiling } from "../../market/fundamentals/filing.ts";
import { COMPANY_FACTS } from "./company-facts.ts";
import { type SourceFile, shownNames } from "./source-file.ts";

type Cells = Readonly<Record<string, string>>;

export interface FilingFormat {
  readonly id: string;
  /** Columns by which a file is known to have this layout, lower case. */
  readonly marks: readonly string[];
  readonly symbol: string;
  readonly periodEnd: string;
  readonly filed?: string;
  readonly fiscalYear?: string;
  /** Column of the form, which begins so where it is an annual one; absent: all are. */
  readonly form?: { readonly column: string; readonly annual: RegExp };
  readonly amended?: string;
  /** Columns of each figure, added up. */
  readonly figures: Readonly<Partial<Record<FigureName, readonly string[]>>>;
  /** Figures that are worked out, which nobody tells and no rule asks for. */
  readonly derive?: (figures: Record<FigureName, number>, cells: Cells) => void;
}

/** Below it a rounding to the cent is a tenth of the number of shares, and more. */
const LEAST_EPS = 0.05;

/** Shares that the year's income per share was told of: nobody else says how many there are. */
function sharesFrom(income: string, perShare: string): NonNullable<FilingFormat["derive"]> {
  return (figures, cells) => {
    const eps = numberOf(cells[perShare]);
    const shares = numberOf(cells[income]) / eps;
    if (Math.abs(eps) >= LEAST_EPS && shares > 0 && Number.isFinite(shares)) figures.shares = shares;
  };
}

const own: FilingFormat = {
  id: "plain",
  marks: ["symbol", "period_end", "revenue"],
  ...{ symbol: "symbol", periodEnd: "period_end", filed: "filed", fiscalYear: "fiscal_year" },
  form: { column: "form", annual: /^(annual|10-k|20-f|)$/i },
  amended: "amended",
  figures: {
    revenue: ["revenue"],
    grossProfit: ["gross_profit"],
    ebit: ["ebit"],
    netIncome: ["net_income"],
    assets: ["assets"],
    equity: ["equity"],
    debt: ["debt"],
    cash: ["cash"],
    operatingCashFlow: ["operating_cash_flow"],
    capitalExpenditure: ["capital_expenditure"],
    depreciation: ["depreciation"],
    shares: ["shares"],
    marketCap: ["market_cap"],
  },
};

const edgar: FilingFormat = {
  id: "edgar",
  marks: ["end_date", "doc_type", "op_income", "first_collected"],
  ...{ symbol: "symbol", periodEnd: "end_date", filed: "first_collected", fiscalYear: "fiscal_year" },
  form: { column: "doc_type", annual: /^10-K/i },
  amended: "amend",
  figures: {
    revenue: ["revenues"],
    ebit: ["op_income"],
    netIncome: ["net_income"],
    assets: ["assets"],
    equity: ["equity"],
    cash: ["cash"],
    operatingCashFlow: ["cash_flow_op"],
  },
  derive: sharesFrom("net_income", "eps_diluted"),
};

const annual: FilingFormat = {
  id: "annual",
  marks: ["tickersymbol", "periodending", "earningsbeforeinterestandtax"],
  ...{ symbol: "tickersymbol", periodEnd: "periodending", fiscalYear: "foryear" },
  figures: {
    revenue: ["totalrevenue"],
    grossProfit: ["grossprofit"],
    ebit: ["earningsbeforeinterestandtax"],
    netIncome: ["netincome"],
    assets: ["totalassets"],
    equity: ["totalequity"],
    debt: ["long-termdebt", "short-termdebt/currentportionoflong-termdebt"],
    cash: ["cashandcashequivalents"],
    operatingCashFlow: ["netcashflow-operating"],
    capitalExpenditure: ["capitalexpenditures"],
    depreciation: ["depreciation"],
    shares: ["estimatedsharesoutstanding"],
  },
  // Spent money stands there with a minus.
  derive: (figures) => {
    figures.capitalExpenditure = Math.abs(figures.capitalExpenditure);
  },
};

const overview: FilingFormat = {
  id: "overview",
  marks: ["symbol", "marketcapitalization", "fiscaldateending", "ebit"],
  ...{ symbol: "symbol", periodEnd: "fiscaldateending" },
  figures: {
    revenue: ["totalrevenue"],
    grossProfit: ["grossprofit"],
    ebit: ["ebit"],
    netIncome: ["netincome"],
    assets: ["totalassets"],
    equity: ["totalshareholderequity"],
    operatingCashFlow: ["operatingcashflow"],
    capitalExpenditure: ["capitalexpenditures"],
    marketCap: ["marketcapitalization"],
  },
  derive: sharesFrom("netincome", "eps"),
};

const formats: readonly FilingFormat[] = [edgar, annual, overview, own];
/** Of tables, told by their columns, and of SEC's JSON. */
export const filingFormatIds: readonly string[] = [...formats.map(({ id }) => id), COMPANY_FACTS];

/** The layout that was named, or the one that the columns tell. Throws InputError naming what is missing. */
export function filingFormat(file: SourceFile, named: string | undefined): FilingFormat {
  const columns = new Set(file.columns.map(({ name }) => name.toLowerCase()));
  const lacks = ({ marks }: FilingFormat) => marks.filter((mark) => !columns.has(mark));
  const format = formats.find((each) => (named === undefined ? lacks(each).length === 0 : each.id === named));
  if (format === undefined)
    throw new InputError(
      `${file.path} has none of the known layouts (${filingFormatIds.join(", ")}); it has ` +
        `${shownNames(file.columns)}; the simplest has symbol, period_end, filed, revenue, ebit, debt, cash, shares`,
    );
  const missing = lacks(format);
  if (missing.length === 0) return format;
  throw new InputError(
    `${file.path} is not of layout ${format.id}: it lacks ${missing.join(", ")}; it has ${shownNames(file.columns)}`,
  );
}

/** The columns that a layout reads, of those that the file has. */
export function filingColumns(file: SourceFile, format: FilingFormat): readonly string[] {
  const { symbol, periodEnd, filed, fiscalYear, form, amended, figures } = format;
  const wanted = [
    symbol,
    periodEnd,
    filed,
    fiscalYear,
    form?.column,
    amended,
    "net_income",
    "eps_diluted",
    "eps",
  ];
  const all = new Set([...wanted, ...Object.values(figures).flat()]);
  return file.columns.map(({ name }) => name.toLowerCase()).filter((name) => all.has(name));
}

/** One line of the file; `source` names it in the store. */
export function readFiling(format: FilingFormat, source: string, cells: Cells): ReadFiling {
  const { form, amended, filed, fiscalYear } = format;
  const figures = Object.fromEntries(figureNames.map((name) => [name, Number.NaN])) as Record<
    FigureName,
    number
  >;
  const told = new Set<FigureName>();
  for (const [name, columns] of Object.entries(format.figures) as [FigureName, readonly string[]][]) {
    if (!columns.every((column) => column in cells)) continue;
    told.add(name);
    figures[name] = columns.reduce((sum, column) => sum + numberOf(cells[column]), 0);
  }
  format.derive?.(figures, cells);
  const year = fiscalYear === undefined ? "" : (cells[fiscalYear] ?? "").trim();
  return {
    source,
    symbol: (cells[format.symbol] ?? "").trim().toUpperCase(),
    form: form === undefined || form.annual.test((cells[form.column] ?? "").trim()) ? "annual" : "quarterly",
    isAmended: amended !== undefined && /^(true|1|yes)$/i.test((cells[amended] ?? "").trim()),
    periodEnd: dayOfText(cells[format.periodEnd]),
    filed: filed === undefined || (cells[filed] ?? "").trim() === "" ? undefined : dayOfText(cells[filed]),
    fiscalYear: year === "" ? undefined : Number(year),
    figures,
    told,
  };
}

const dayOfText = (text = ""): number => parseIsoDate(text.trim().slice(0, 10)) ?? Number.NaN;

/** NaN for what is no number: sources write nothing, None and - for it. */
function numberOf(text = ""): number {
  const clean = text.trim();
  return clean === "" ? Number.NaN : Number(clean);
}
