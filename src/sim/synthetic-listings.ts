/**
 * Who is listed on the synthetic market: invented companies in six sectors and one fund that holds the market.
 *
 * A listing's character (how it moves, how much it trades) is drawn from its own stream, named after its
 * symbol: adding or removing a listing changes no other.
 */
import type { Rng } from "../numerics/rng.ts";

/** Sector of the fund: it follows the market alone and never misses a minute. */
export const MARKET_SECTOR = "market";

export interface SyntheticListing {
  readonly symbol: string;
  readonly sector: string;
  /** Trades so little that some minutes pass without a bar. */
  readonly thin: boolean;
}

const companies: Readonly<Record<string, readonly string[]>> = {
  technology: ["BYTEL", "NODUM", "QUBIK", "VECTA", "WAFRO"],
  health: ["CURAL", "GENOA", "LENSA", "PHARO", "VITAE"],
  energy: ["DRILO", "GASKO", "PETRA", "SOLUM", "VOLTA"],
  finance: ["CREDA", "LENDO", "MINTA", "TILLA", "VAULO"],
  consumer: ["BREWA", "HOMEA", "KIKKO", "SNAKO", "TOGAS"],
  industry: ["CRANO", "FORJA", "GIRDA", "HAULO", "RIVTA"],
};
const thinlyTraded: ReadonlySet<string> = new Set(["LENSA", "SOLUM", "TOGAS", "RIVTA"]);

/** Thirty companies by sector, then the fund TIDES. */
export const syntheticListings: readonly SyntheticListing[] = [
  ...Object.entries(companies).flatMap(([sector, symbols]) =>
    symbols.map((symbol) => ({ symbol, sector, thin: thinlyTraded.has(symbol) })),
  ),
  { symbol: "TIDES", sector: MARKET_SECTOR, thin: false },
];

/** Fixed for the life of the market. Volatilities are standard deviations of a session's log return. */
export interface ListingTraits {
  /** Dollars per share where its log price is at rest. */
  readonly restPrice: number;
  readonly marketBeta: number;
  readonly sectorBeta: number;
  readonly ownVolatility: number;
  /** Shares per ordinary session. */
  readonly averageVolume: number;
  /** Half of the quoted spread, as a fraction of the price. */
  readonly halfSpread: number;
  /** Chance per session of a leap between sessions, and of one within. */
  readonly overnightNews: number;
  readonly intradayNews: number;
}

const fund: ListingTraits = {
  restPrice: 240,
  marketBeta: 1,
  sectorBeta: 0,
  ownVolatility: 0.0006,
  averageVolume: 42_000_000,
  halfSpread: 0.000_02,
  overnightNews: 0,
  intradayNews: 0,
};

export function drawTraits({ sector, thin }: SyntheticListing, rng: Rng): ListingTraits {
  if (sector === MARKET_SECTOR) return fund;
  const between = (low: number, high: number) => low + (high - low) * rng.uniform();
  // Prices and volumes differ by factors between companies, so they are drawn on a log scale.
  const logBetween = (low: number, high: number) => Math.exp(between(Math.log(low), Math.log(high)));
  return {
    restPrice: logBetween(24, 320),
    marketBeta: between(0.6, 1.5),
    sectorBeta: between(0.8, 1.2),
    ownVolatility: between(0.009, 0.0165),
    averageVolume: thin ? logBetween(45_000, 110_000) : logBetween(900_000, 16_000_000),
    halfSpread: thin ? between(0.000_3, 0.000_6) : between(0.000_04, 0.000_12),
    overnightNews: 4 / 252,
    intradayNews: 3 / 252,
  };
}
