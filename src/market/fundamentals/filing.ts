/** A company's report as a source tells it: figures of a period, and when they became known (RES-4). */
import { type DayNumber, isoDate } from "../../domain/time.ts";

/** Dollars, but for `shares`. Of a year or a quarter where they are flows, of its last day where they are not. */
export const figureNames = [
  "revenue",
  "grossProfit",
  "ebit",
  "netIncome",
  "assets",
  "equity",
  "debt",
  "cash",
  "operatingCashFlow",
  "capitalExpenditure",
  "depreciation",
  "shares",
  "marketCap",
] as const;
export type FigureName = (typeof figureNames)[number];
export type Figures = Readonly<Record<FigureName, number>>;

/** What tells one version of a report from another. */
export interface FilingKey {
  readonly source: string;
  readonly symbol: string;
  readonly form: "annual" | "quarterly";
  /** Last day of the period. */
  readonly periodEnd: DayNumber;
  /** Undefined where the source does not tell it. */
  readonly filed: DayNumber | undefined;
}

export interface Filing extends FilingKey {
  /** Undefined where the source does not tell it. */
  readonly fiscalYear: number | undefined;
  readonly isAmended: boolean;
  /** NaN is not known. */
  readonly figures: Figures;
}

/** A report under judgement: its dates may be none, and what its source tells at all is known. */
export interface ReadFiling extends Omit<Filing, "periodEnd" | "filed" | "fiscalYear"> {
  /** NaN where the source's text is no date. */
  readonly periodEnd: number;
  /** NaN likewise; undefined where the source tells none. */
  readonly filed: number | undefined;
  readonly fiscalYear: number | undefined;
  /** Figures that the source has a column for: of those a missing one is a fault, of the others it is not. */
  readonly told: ReadonlySet<FigureName>;
}

/** Days after the end of a year within which it must be filed; taken where no filing is known (QUANT i9). */
export const FILING_DAYS = 90;

/** By source, symbol, period, form and filing: the order in which reports are stored. */
export function compareFilings(a: FilingKey, b: FilingKey): number {
  return (
    compare(a.source, b.source) ||
    compare(a.symbol, b.symbol) ||
    a.periodEnd - b.periodEnd ||
    compare(a.form, b.form) ||
    (a.filed ?? -Infinity) - (b.filed ?? -Infinity) ||
    0
  );
}

export const filingKey = ({ source, symbol, form, periodEnd, filed }: FilingKey): string =>
  `${source} ${symbol} ${form} ${isoDate(periodEnd)} ${filed === undefined ? "" : isoDate(filed)}`;

/** Whether two versions say the same. */
export const sameFigures = (a: Pick<Filing, "figures">, b: Pick<Filing, "figures">): boolean =>
  figureNames.every((name) => Object.is(a.figures[name], b.figures[name]));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
