/**
 * The synthetic market one session at a time, without its minutes: regime, shocks, gaps, news, activity.
 *
 * Minutes are bridges between the open and the close decided here, so any session's bars can be made without
 * the minutes of the sessions before it; only these few numbers per listing run from the origin.
 */
import type { Rng } from "../numerics/rng.ts";
import type { ListingTraits } from "./synthetic-listings.ts";
import { nextRegime, type Regime, regimes } from "./synthetic-regime.ts";
import { ClusteredShock, type ShockDay } from "./synthetic-shock.ts";

/** How fast levels come back to rest, per session. Half-lives of about 230, 170 and 115 sessions. */
const MARKET_PULL = 0.003;
const SECTOR_PULL = 0.004;
const COMPANY_PULL = 0.006;
const SECTOR_VOLATILITY = 0.0065;
/** Day-to-day memory and spread of the log of a listing's activity. */
const ACTIVITY_MEMORY = 0.8;
const ACTIVITY_SPREAD = 0.15;
/** How many times the ordinary a listing trades and swings on the session after news overnight. */
const NEWS_ACTIVITY = 2.2;
const NEWS_SWING = 1.5;

export interface ListingDay {
  /** Log price at the open. */
  readonly open: number;
  /** Log return of its own between open and close, leap not included. */
  readonly own: number;
  readonly ownVolatility: number;
  /** Shares today over the average. */
  readonly activity: number;
  /** Log size of the leap within the session; 0 for none, and then `leapAt` means nothing. */
  readonly leap: number;
  /** When it comes, as a share of the session. */
  readonly leapAt: number;
}

export interface DayPlan {
  readonly regime: Regime;
  readonly market: ShockDay;
  readonly sectors: readonly ShockDay[];
  readonly listings: readonly ListingDay[];
}

export interface Member {
  readonly symbol: string;
  /** Index into the sectors; -1 for the fund. */
  readonly sector: number;
  readonly traits: ListingTraits;
}

interface MemberState {
  readonly member: Member;
  readonly rng: Rng;
  readonly shock: ClusteredShock;
  logClose: number;
  logActivity: number;
}

export class SyntheticDays {
  readonly #rng: Rng;
  readonly #market: ClusteredShock;
  readonly #sectors: readonly ClusteredShock[];
  readonly #members: readonly MemberState[];
  #regime: Regime = regimes["calm bull"];
  #next = 0;

  constructor(root: Rng, members: readonly Member[], sectors: readonly string[]) {
    this.#rng = root.fork("regime");
    this.#market = new ClusteredShock(root.fork("market"), MARKET_PULL);
    this.#sectors = sectors.map((name) => new ClusteredShock(root.fork(`sector ${name}`), SECTOR_PULL));
    this.#members = members.map((member) => {
      const rng = root.fork(`listing ${member.symbol}`);
      return {
        member,
        rng,
        shock: new ClusteredShock(rng.fork("shock"), COMPANY_PULL),
        logClose: Math.log(member.traits.restPrice),
        logActivity: 0,
      };
    });
  }

  /** Sessions planned so far: the ordinal of the next one, counted from the origin. */
  get next(): number {
    return this.#next;
  }

  /** Plans the next session. */
  advance(): DayPlan {
    this.#next += 1;
    this.#regime = nextRegime(this.#regime, this.#rng);
    const regime = this.#regime;
    const market = this.#market.day(regime.marketVolatility, regime.drift);
    const sectors = this.#sectors.map((sector) => sector.day(SECTOR_VOLATILITY * regime.swing, 0));
    return {
      regime,
      market,
      sectors,
      listings: this.#members.map((state) => listingDay(state, regime, market, sectors[state.member.sector])),
    };
  }
}

function listingDay(
  state: MemberState,
  { swing }: Regime,
  market: ShockDay,
  sector: ShockDay | undefined,
): ListingDay {
  const { rng, shock } = state;
  const { marketBeta, sectorBeta, ownVolatility, overnightNews, intradayNews } = state.member.traits;
  const own = shock.day(ownVolatility * swing, 0);
  // Both leaps are drawn whether or not they happen: a changed chance then moves no later draw.
  const overnight = drawLeap(rng, overnightNews, 0.02, 0.06);
  const leap = drawLeap(rng, intradayNews, 0.01, 0.025);
  const leapAt = 0.05 + 0.85 * rng.uniform();
  shock.leap(overnight + leap);
  state.logActivity = ACTIVITY_MEMORY * state.logActivity + ACTIVITY_SPREAD * rng.normal();

  const hasNews = overnight !== 0;
  const common = (part: "overnight" | "intraday") =>
    marketBeta * market[part] + (sector === undefined ? 0 : sectorBeta * sector[part]);
  const open = state.logClose + common("overnight") + own.overnight + overnight;
  state.logClose = open + common("intraday") + own.intraday + leap;
  return {
    open,
    own: own.intraday,
    ownVolatility: own.intradayVolatility * (hasNews ? NEWS_SWING : 1),
    activity: Math.exp(state.logActivity) * own.heat * Math.sqrt(market.heat) * (hasNews ? NEWS_ACTIVITY : 1),
    leap,
    leapAt,
  };
}

/** At least `least`, typically `least + typical / 2` or so, never above `least + 3 x typical`; either sign. */
function drawLeap(rng: Rng, chance: number, least: number, typical: number): number {
  const happens = rng.uniform() < chance;
  const sign = rng.uniform() < 0.5 ? -1 : 1;
  const size = least + typical * Math.min(3, 0.5 * rng.exponential());
  return happens ? sign * size : 0;
}
