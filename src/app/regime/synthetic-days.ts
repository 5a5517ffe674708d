/**
 * The daily past of the demo's market: the closes of its fund, and a stand-in for the VIX, which that market has not.
 * The stand-in is made of the closes before alone: what is to come is known to no detector.
 */
import { batchCount } from "../../domain/bars.ts";
import type { DayNumber } from "../../domain/time.ts";
import { ANNUAL_SESSIONS } from "../../features/realized-volatility.ts";
import type { IndexDays } from "../../learn/regime/session-readings.ts";
import { sessionRowOn, xnysSessions } from "../../market/calendar.ts";
import { MARKET_SECTOR, syntheticListings } from "../../sim/synthetic-listings.ts";
import { createSyntheticMarket, MOST_HISTORY_SESSIONS } from "../../sim/synthetic-market.ts";

/** Memory of the average of squared returns, per session (RiskMetrics 1996). */
const MEMORY = 0.94;
/** What options cost above the volatility that came: the VIX is about a fifth above it on average. */
const PREMIUM = 1.2;

export interface SyntheticPast {
  readonly seed: number;
  /** First session of the demo's market. */
  readonly firstSession: DayNumber;
}

/** All sessions of that market before `session`. */
export function syntheticDays({ seed, firstSession }: SyntheticPast, session: DayNumber): IndexDays {
  // What moves the fund is drawn apart from what moves companies: alone it takes the same way.
  const listings = syntheticListings.filter(({ sector }) => sector === MARKET_SECTOR);
  const market = createSyntheticMarket({ seed, firstSession, listings });
  const table = xnysSessions();
  const first = sessionRowOn(firstSession) - MOST_HISTORY_SESSIONS;
  const count = sessionRowOn(session) - first;
  const close = new Float64Array(count);
  const vix = new Float64Array(count);
  let square = Number.NaN;
  for (let t = 0; t < count; t++) {
    const bars = market.session(t - MOST_HISTORY_SESSIONS);
    close[t] = bars.close[bars.offset[batchCount(bars)]! - 1]!;
    const change = t === 0 ? Number.NaN : Math.log(close[t]! / close[t - 1]!);
    if (Number.isNaN(square)) square = change * change;
    else square = MEMORY * square + (1 - MEMORY) * change * change;
    vix[t] = 100 * PREMIUM * Math.sqrt(square * ANNUAL_SESSIONS);
  }
  return { date: Array.from({ length: count }, (_, t) => table.date[first + t] as DayNumber), close, vix };
}
