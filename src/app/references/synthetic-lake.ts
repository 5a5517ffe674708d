/**
 * The past of the demo's market as a lake would tell it: daily bars made of its minutes, a stand-in for the VIX and for
 * the VIX three months out, sectors, and reports of its companies. All of one seed, and of the sessions before alone.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeFolder, replaceFile } from "../../adapters/durable-file.ts";
import type { Lake } from "../../adapters/lake/lake.ts";
import { InputError } from "../../domain/assert.ts";
import { type Bar, batchCount, columnsFromBars } from "../../domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../../domain/instrument.ts";
import type { DayNumber, EpochMicros } from "../../domain/time.ts";
import { ANNUAL_SESSIONS } from "../../features/realized-volatility.ts";
import { nextSession, sessionRowOn, xnysSessions } from "../../market/calendar.ts";
import { type Filing, figureNames } from "../../market/fundamentals/filing.ts";
import { createRng } from "../../numerics/rng.ts";
import { MARKET_SECTOR, syntheticListings } from "../../sim/synthetic-listings.ts";
import { createSyntheticMarket, MOST_HISTORY_SESSIONS } from "../../sim/synthetic-market.ts";
import { codeVersion } from "../code-version.ts";
import { type SyntheticPast, syntheticDays } from "../regime/synthetic-days.ts";

/** What its VIX and its VIX three months out are called. */
const VIX = "VIX";
const VIX3M = "VIX3M";
/** Sessions over which the longer one forgets: a quarter. */
const QUARTER = 63;
/** What options cost above the volatility that came, further out: a little more. */
const PREMIUM = 1.25;

/** Sessions before the first that are kept: as many as pairs are formed of, and some. */
const KEPT_SESSIONS = 345;

/** `folder`: where its days are kept, so that the next one that asks need not make them again; absent: nowhere. */
export function syntheticLake(past: SyntheticPast, folder?: string): Pick<Lake, "loadBars"> {
  return {
    async loadBars({ symbols, timeframe, from, to }) {
      if (timeframe !== "1d") throw new InputError(`the demo's past has no ${timeframe} bars`);
      const { date } = xnysSessions();
      const end = Math.min(to ?? Number.POSITIVE_INFINITY, date.at(-1)!) as DayNumber;
      const wanted = symbols === "all" ? syntheticListings.map(({ symbol }) => symbol) : symbols;
      const isVix = wanted.length === 1 && (wanted[0] === VIX || wanted[0] === VIX3M);
      const bars = isVix
        ? vixBars(past, wanted[0]!, end)
        : marketBars({ ...past, folder }, wanted, from, end);
      const kept = bars.filter(({ day }) => (from === undefined || day >= from) && day <= end);
      if (kept.length === 0)
        throw new InputError(`the demo's past has no 1d bars of ${wanted.slice(0, 8).join(", ")}`);
      const series = wanted.map((symbol) => ({
        ...{
          symbol,
          source: "synthetic",
          timeframe,
          adjustment: "full" as const,
          rows: 0,
          from: null,
          to: null,
        },
      }));
      return {
        columns: columnsFromBars("1d", instrumentTable(wanted), kept),
        snapshot: `synthetic:${past.seed}`,
        series,
        raw: { actions: [], findings: [], factors: [] },
      };
    },
  };
}

type DayBar = Bar & { readonly day: DayNumber };

function marketBars(
  past: SyntheticPast & { readonly folder: string | undefined },
  wanted: readonly string[],
  from: DayNumber | undefined,
  to: DayNumber,
): DayBar[] {
  const { date } = xnysSessions();
  const origin = sessionRowOn(past.firstSession);
  const [first, last] = [date[origin - KEPT_SESSIONS], date[origin - 1]] as DayNumber[];
  const { folder } = past;
  if (folder === undefined || from === undefined || from < first!) return madeBars(past, wanted, from, to);
  const make = () => madeBars(past, allSymbols, first, last!);
  const kept = keptDays(join(folder, `days-${codeVersion()}.json`), make);
  const idOf = new Map(wanted.map((symbol, id) => [symbol, id as InstrumentId]));
  const old = kept.flatMap((bar): DayBar[] => {
    const instrument = idOf.get(allSymbols[bar.instrument] ?? "");
    return instrument === undefined ? [] : [{ ...bar, instrument }];
  });
  const fresh = to > last! ? madeBars(past, wanted, past.firstSession, to) : [];
  return [...old, ...fresh];
}

const allSymbols = syntheticListings.map(({ symbol }) => symbol);

function keptDays(path: string, make: () => DayBar[]): DayBar[] {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as DayBar[];
  } catch {
    // Not made yet, or damaged: what is made of a seed is made again.
    const made = make();
    makeFolder(dirname(path));
    replaceFile(path, JSON.stringify(made));
    return made;
  }
}

/** Bars of whole sessions: minutes of one are one bar. */
function madeBars(
  { seed, firstSession }: SyntheticPast,
  wanted: readonly string[],
  from: DayNumber | undefined,
  to: DayNumber,
): DayBar[] {
  // What moves a company and its sector is drawn apart from the others: fewer take the same way, sooner.
  const listings = syntheticListings.filter(({ symbol }) => wanted.includes(symbol));
  const market = createSyntheticMarket({ seed, firstSession, listings });
  const { date, close } = xnysSessions();
  const origin = sessionRowOn(firstSession);
  const idOf = new Map(wanted.map((symbol, id) => [symbol, id as InstrumentId]));
  const ids = market.instruments.symbols.map((symbol) => idOf.get(symbol));
  const bars: DayBar[] = [];
  for (let row = Math.max(0, origin - MOST_HISTORY_SESSIONS); date[row]! <= to; row++) {
    if (from !== undefined && date[row]! < from) continue;
    const made = new Map<InstrumentId, DayBar>();
    const minutes = market.session(row - origin);
    for (let n = 0; n < minutes.offset[batchCount(minutes)]!; n++) {
      const instrument = ids[minutes.instrument[n]!];
      if (instrument === undefined) continue;
      const [open, high, low] = [minutes.open[n]!, minutes.high[n]!, minutes.low[n]!];
      const [last, volume] = [minutes.close[n]!, minutes.volume[n]!];
      const known = made.get(instrument);
      const whole = { instrument, closedAt: close[row] as EpochMicros, day: date[row] as DayNumber };
      made.set(instrument, {
        ...whole,
        open: known?.open ?? open,
        high: Math.max(known?.high ?? high, high),
        low: Math.min(known?.low ?? low, low),
        close: last,
        volume: (known?.volume ?? 0) + volume,
      });
    }
    bars.push(...[...made.values()].sort((a, b) => a.instrument - b.instrument));
  }
  return bars;
}

/** The longer one is what the last quarter was like: between the two lies whether it has become restless. */
function vixBars(past: SyntheticPast, symbol: string, to: DayNumber): DayBar[] {
  const { close: closeAt } = xnysSessions();
  const { date, close, vix } = syntheticDays(past, nextSession(to)?.date ?? to);
  let square = Number.NaN;
  return date.map((day, t): DayBar => {
    const change = t === 0 ? Number.NaN : Math.log(close[t]! / close[t - 1]!);
    const rate = 1 / QUARTER;
    square = Number.isNaN(square) ? change * change : (1 - rate) * square + rate * change * change;
    const level = symbol === VIX ? vix[t]! : 100 * PREMIUM * Math.sqrt(square * ANNUAL_SESSIONS);
    const prices = { open: level, high: level, low: level, close: level };
    return {
      instrument: 0 as InstrumentId,
      closedAt: closeAt[sessionRowOn(day)] as EpochMicros,
      day,
      ...prices,
      volume: 0,
    };
  });
}

export const syntheticSectors = (): ReadonlyMap<string, string> =>
  new Map(
    syntheticListings.flatMap(({ symbol, sector }) =>
      sector === MARKET_SECTOR ? [] : [[symbol, sector] as const],
    ),
  );

/** Days from the end of a year to its filing. */
const FILED_AFTER = 60;

/** One report of each company a year, of the three years before the demo's first session. */
export function syntheticFilings({ seed, firstSession }: SyntheticPast): readonly Filing[] {
  const years = [3, 2, 1].map((ago) => (firstSession - 365 * ago) as DayNumber);
  return syntheticListings
    .filter(({ sector }) => sector !== MARKET_SECTOR)
    .flatMap(({ symbol }) => {
      const rng = createRng(seed, `company ${symbol}`);
      const between = (low: number, high: number) => low + (high - low) * rng.uniform();
      const shares = Math.round(Math.exp(between(Math.log(4e6), Math.log(4e8))));
      const margins = { gross: between(0.2, 0.6), ebit: between(0.02, 0.25), paid: between(0.7, 1.2) };
      const [perShare, turnover, debtShare] = [between(20, 120), between(0.4, 1.5), between(0, 0.5)];
      return years.map((periodEnd): Filing => {
        const assets = shares * perShare * between(0.9, 1.1);
        const revenue = assets * turnover;
        const ebit = revenue * margins.ebit * between(0.8, 1.2);
        const told: Partial<Record<(typeof figureNames)[number], number>> = {
          ...{ assets, revenue, ebit, shares, grossProfit: revenue * margins.gross, netIncome: 0.75 * ebit },
          ...{ equity: assets * (0.9 - debtShare), debt: assets * debtShare, cash: assets * 0.1 },
          operatingCashFlow: 0.75 * ebit * margins.paid,
        };
        const figures = Object.fromEntries(figureNames.map((name) => [name, told[name] ?? Number.NaN]));
        return {
          ...{
            source: "synthetic",
            symbol,
            form: "annual",
            periodEnd,
            fiscalYear: undefined,
            isAmended: false,
          },
          filed: (periodEnd + FILED_AFTER) as DayNumber,
          figures: figures as Filing["figures"],
        };
      });
    });
}
