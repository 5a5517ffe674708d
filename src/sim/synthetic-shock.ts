/**
 * One driver of returns (the market, a sector, a company's own news): Student-t shocks whose variance follows
 * GARCH(1,1) (Bollerslev 1986), so that wild sessions come in clusters, and a level that is pulled to rest.
 */
import type { Rng } from "../numerics/rng.ts";

/** Share of a session's variance that happens before its open. */
const OVERNIGHT_SHARE = 0.28;
const DEGREES_OF_FREEDOM = 5;
/** Brings the t distribution to variance 1. */
const UNIT_VARIANCE = Math.sqrt((DEGREES_OF_FREEDOM - 2) / DEGREES_OF_FREEDOM);
/** In standard deviations. A t distribution has no largest draw; a price needs one. */
const LARGEST_SHOCK = 6;
const REACTION = 0.09;
const PERSISTENCE = 0.88;
const LEAST_VARIANCE = 0.35;
const MOST_VARIANCE = 5;

/** One session's share of a driver, log returns. */
export interface ShockDay {
  readonly overnight: number;
  readonly intraday: number;
  /** Standard deviation that the minutes of the session add up to. */
  readonly intradayVolatility: number;
  /** Today's volatility over the ordinary one: what volume follows. */
  readonly heat: number;
}

export class ClusteredShock {
  readonly #rng: Rng;
  /** Share of its distance from rest that the level loses per session. */
  readonly #pull: number;
  /** Variance over its long-run mean. */
  #variance = 1;
  #level = 0;

  constructor(rng: Rng, pull: number) {
    this.#rng = rng;
    this.#pull = pull;
  }

  /** Draws a session at that volatility. `drift` is its mean; the pull to rest comes on top. */
  day(volatility: number, drift: number): ShockDay {
    const overnightShock = this.#shock();
    const intradayShock = this.#shock();
    const heat = Math.sqrt(this.#variance);
    const today = volatility * heat;
    const mean = drift - this.#pull * this.#level;
    const intradayVolatility = today * Math.sqrt(1 - OVERNIGHT_SHARE);
    const overnight = OVERNIGHT_SHARE * mean + today * Math.sqrt(OVERNIGHT_SHARE) * overnightShock;
    const intraday = (1 - OVERNIGHT_SHARE) * mean + intradayVolatility * intradayShock;

    const whole =
      Math.sqrt(OVERNIGHT_SHARE) * overnightShock + Math.sqrt(1 - OVERNIGHT_SHARE) * intradayShock;
    const next = 1 - REACTION - PERSISTENCE + this.#variance * (REACTION * whole * whole + PERSISTENCE);
    this.#variance = Math.min(MOST_VARIANCE, Math.max(LEAST_VARIANCE, next));
    this.#level += overnight + intraday;
    return { overnight, intraday, intradayVolatility, heat };
  }

  /** Moves the level by a leap that is no shock: it says nothing about tomorrow's volatility. */
  leap(size: number): void {
    this.#level += size;
  }

  #shock(): number {
    const drawn = UNIT_VARIANCE * this.#rng.studentT(DEGREES_OF_FREEDOM);
    return Math.min(LARGEST_SHOCK, Math.max(-LARGEST_SHOCK, drawn));
  }
}
