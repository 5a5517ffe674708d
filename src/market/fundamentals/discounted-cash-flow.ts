/** What a company is worth by its own cash flow: two stages, growing years and then for ever (RES-4). */
import { InputError } from "../../domain/assert.ts";
import type { Figures } from "./filing.ts";

/** Fractions per year. */
export interface ValueTerms {
  readonly years: number;
  readonly growth: number;
  readonly terminalGrowth: number;
  readonly discount: number;
  readonly tax: number;
}

interface ValueYear {
  readonly year: number;
  readonly freeCashFlow: number;
  readonly presentValue: number;
}

/** Dollars, but for `shares` and what is per share. */
export interface CompanyValue {
  /** Of the report's year: EBIT (1 - tax) + depreciation - capital expenditure. */
  readonly freeCashFlow: number;
  readonly years: readonly ValueYear[];
  /** Value at the end of the last year of all that comes later, and today's of that. */
  readonly terminalValue: number;
  readonly terminalPresentValue: number;
  readonly enterpriseValue: number;
  readonly equityValue: number;
  readonly perShare: number;
}

/**
 * Free cash flow to the firm grows for `years`, then at `terminalGrowth`; the sum at `discount`, less debt, plus cash.
 * Depreciation or capital expenditure that is not known counts as its opposite: the company keeps its size. Throws
 * InputError where a figure is missing or the terms give no finite value. Source: Damodaran, Investment Valuation.
 */
export function discountedCashFlow(figures: Figures, terms: ValueTerms): CompanyValue {
  const { ebit, debt, cash, shares } = figures;
  for (const [name, value] of Object.entries({ ebit, debt, cash, shares }))
    if (!Number.isFinite(value)) throw new InputError(`${name} is not in the report; no value without it`, 1);
  const { years: count, growth, terminalGrowth, discount, tax } = terms;
  if (!(discount > terminalGrowth))
    throw new InputError(
      `--discount ${discount} must be above --terminal-growth ${terminalGrowth}: else the value has no bound`,
    );
  const reinvested = figures.capitalExpenditure - figures.depreciation;
  const freeCashFlow = ebit * (1 - tax) - (Number.isFinite(reinvested) ? reinvested : 0);
  const years = Array.from({ length: count }, (_, n) => {
    const flow = freeCashFlow * (1 + growth) ** (n + 1);
    return { year: n + 1, freeCashFlow: flow, presentValue: flow / (1 + discount) ** (n + 1) };
  });
  const last = freeCashFlow * (1 + growth) ** count;
  const terminalValue = (last * (1 + terminalGrowth)) / (discount - terminalGrowth);
  const terminalPresentValue = terminalValue / (1 + discount) ** count;
  const enterpriseValue = years.reduce((sum, year) => sum + year.presentValue, 0) + terminalPresentValue;
  const equityValue = enterpriseValue - debt + cash;
  return {
    ...{ freeCashFlow, years, terminalValue, terminalPresentValue, enterpriseValue, equityValue },
    perShare: equityValue / shares,
  };
}
