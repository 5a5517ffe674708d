/**
 * Do two published results on factors come out of Kenneth French's file? Reads daily factor returns in per cent
 * (a header with `date` and one column per factor; `rf` is left out) and prints what follows a good and a bad year of
 * a factor (Ehsani, Linnainmaa 2022), and what managing each factor by its own last month's variance adds to it
 * (Moreira, Muir 2017), with the papers' figures beside them.
 *
 *   node scripts/published-factors.ts FILE
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { csvRows } from "../src/cli/csv-rows.ts";
import { InputError } from "../src/domain/assert.ts";
import { mean, sampleVariance } from "../src/numerics/moments.ts";

/** One factor by month: compounded return and the sum of squared daily returns, both fractions, not per cent. */
export interface MonthlyFactor {
  readonly name: string;
  readonly month: readonly string[];
  readonly returns: Float64Array;
  readonly variance: Float64Array;
}

export interface FactorMomentum {
  /** Mean monthly return, a fraction, after a year whose mean month was above 0, and after one that was not. */
  readonly afterGain: number;
  readonly afterLoss: number;
  /** Of the difference, by months on which all factors are pooled. */
  readonly t: number;
  /** Long factors after a good year, short after a bad one, equal weights: mean per year and t of the months. */
  readonly strategy: { readonly yearly: number; readonly t: number; readonly sharpe: number };
}

export interface Managed {
  readonly name: string;
  /** Of the managed factor over the plain one, a fraction per year, and its t (White). */
  readonly alpha: number;
  readonly t: number;
  /** Per year. */
  readonly sharpe: { readonly plain: number; readonly managed: number };
  readonly months: number;
}

const LOOKBACK = 12;

export function monthlyFactors(content: string, file: string): MonthlyFactor[] {
  const [header = [], ...rows] = csvRows(content);
  if (header[0] !== "date" || header.length < 2)
    throw new InputError(`${file}: columns ${header.join(", ")}; needs date and one per factor`);
  return header.slice(1).flatMap((name, k): MonthlyFactor[] => {
    if (name === "rf") return [];
    const months = new Map<string, { value: number; squares: number }>();
    for (const row of rows) {
      const day = Number(row[k + 1]) / 100;
      if (row[k + 1] === "" || !Number.isFinite(day)) continue;
      const month = (row[0] ?? "").slice(0, 7);
      const so = months.get(month) ?? { value: 1, squares: 0 };
      months.set(month, { value: so.value * (1 + day), squares: so.squares + day * day });
    }
    const all = [...months.values()];
    return [
      {
        ...{ name, month: [...months.keys()] },
        returns: Float64Array.from(all, ({ value }) => value - 1),
        variance: Float64Array.from(all, ({ squares }) => squares),
      },
    ];
  });
}

/** Without the momentum factor, which the paper explains by the others. */
export function factorMomentum(factors: readonly MonthlyFactor[]): FactorMomentum {
  const gains: number[] = [];
  const losses: number[] = [];
  const months = Math.max(...factors.map(({ returns }) => returns.length));
  const strategy: number[] = [];
  for (let m = LOOKBACK; m < months; m++) {
    const signed = factors.map(({ returns }) => {
      const next = returns[m]!;
      const isGain = mean(returns.subarray(m - LOOKBACK, m)) > 0;
      (isGain ? gains : losses).push(next);
      return isGain ? next : -next;
    });
    strategy.push(mean(Float64Array.from(signed)));
  }
  const [gain, loss, all] = [gains, losses, strategy].map((list) => Float64Array.from(list)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const error = Math.sqrt(sampleVariance(gain) / gain.length + sampleVariance(loss) / loss.length);
  const deviation = Math.sqrt(sampleVariance(all));
  return {
    afterGain: mean(gain),
    afterLoss: mean(loss),
    t: (mean(gain) - mean(loss)) / error,
    strategy: {
      yearly: 12 * mean(all),
      t: (mean(all) / deviation) * Math.sqrt(all.length),
      sharpe: (mean(all) / deviation) * Math.sqrt(12),
    },
  };
}

/** The scale c makes both variances equal over the whole sample, as in the paper: it changes no alpha's t. */
export function volatilityManaged({ name, returns, variance }: MonthlyFactor): Managed {
  const plain = returns.subarray(1);
  const raw = Float64Array.from(plain, (value, m) => value / variance[m]!);
  const scale = Math.sqrt(sampleVariance(plain) / sampleVariance(raw));
  const managed = raw.map((value) => scale * value);
  const { alpha, t } = regression(managed, plain);
  const sharpe = (list: Float64Array) => (mean(list) / Math.sqrt(sampleVariance(list))) * Math.sqrt(12);
  return {
    ...{ name, alpha: 12 * alpha, t, months: plain.length },
    sharpe: { plain: sharpe(plain), managed: sharpe(managed) },
  };
}

/** y on x with an intercept; the error of the intercept allows for unequal variances (White 1980). */
function regression(y: Float64Array, x: Float64Array): { readonly alpha: number; readonly t: number } {
  const [n, meanX, meanY] = [y.length, mean(x), mean(y)];
  const sxx = x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
  const beta = y.reduce((sum, value, i) => sum + (value - meanY) * (x[i]! - meanX), 0) / sxx;
  const alpha = meanY - beta * meanX;
  let variance = 0;
  for (let i = 0; i < n; i++) {
    const residual = y[i]! - alpha - beta * x[i]!;
    variance += ((1 / n - (meanX * (x[i]! - meanX)) / sxx) * residual) ** 2;
  }
  return { alpha, t: alpha / Math.sqrt(variance) };
}

/** Per year, per cent, of 1926 or 1963 to 2015: table 1 of the paper, from memory. */
const publishedAlpha: Readonly<Record<string, number>> = {
  ...{ mkt_rf: 4.86, smb: -0.58, hml: 1.97, mom: 12.51, rmw: 2.44, cma: 0.38 },
};

const bps = (value: number): string => (1e4 * value).toFixed(0);

function momentumLines(factors: readonly MonthlyFactor[]): string[] {
  const { afterGain, afterLoss, t, strategy } = factorMomentum(factors);
  return [
    `factor momentum of ${factors.map(({ name }) => name).join(", ")}: after a good year ${bps(afterGain)} bps a ` +
      `month, after a bad one ${bps(afterLoss)} (t of the difference ${t.toFixed(2)}); the paper, 20 factors: 51 and 6`,
    `  long the good, short the bad: ${(100 * strategy.yearly).toFixed(2)} % a year, t ${strategy.t.toFixed(2)}, ` +
      `Sharpe ${strategy.sharpe.toFixed(2)}`,
  ];
}

function report(factors: readonly MonthlyFactor[]): string[] {
  const others = factors.filter(({ name }) => name !== "mom" && name !== "mkt_rf");
  const month = factors[0]?.month ?? [];
  return [
    `${month[0]} to ${month.at(-1)}, before costs`,
    ...momentumLines(others),
    // Its month turns around what its formation month did: the largest premium here, and the dearest to trade.
    ...momentumLines(others.filter(({ name }) => name !== "st_rev")),
    "managed by last month's variance: alpha per year (t), Sharpe before and after; the paper's alpha",
    ...factors.map((factor) => {
      const { name, alpha, t: tAlpha, sharpe } = volatilityManaged(factor);
      const paper = publishedAlpha[name];
      return (
        `${name.padEnd(7)} ${(100 * alpha).toFixed(2).padStart(6)} % (${tAlpha.toFixed(2)})  ` +
        `${sharpe.plain.toFixed(2)} ${sharpe.managed.toFixed(2)}  ${paper === undefined ? "-" : `${paper} %`}`
      );
    }),
  ];
}

if (process.argv[1] === import.meta.filename) {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [file = ""] = positionals;
  for (const line of report(monthlyFactors(readFileSync(file, "utf8"), file))) console.log(line);
}
