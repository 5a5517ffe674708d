/**
 * What trading costs (BACK-1, QUANT m): how far a fill stands from the unslipped price, what the broker
 * takes, and the liquidity the figures rest on.
 */
import { z } from "zod";
import type { BarBatch } from "../domain/bars.ts";
import { lessDividend, ratioOf } from "../domain/corporate-action.ts";
import type { CorporateActionEvent } from "../domain/events.ts";
import { borrowParams } from "./borrow.ts";
import { latencyParams } from "./latency.ts";
import { feeSchedule } from "./regulatory-fees.ts";
import { type Away, awayTotal, onlySpread } from "./slippage-split.ts";

/** Share of a bar's volume beyond which square-root impact says nothing (QUANT m). */
const MODEL_PARTICIPATION = 0.1;

export const costParams = z
  .strictObject({
    /**
     * `fixed`: `fixedBps` against every market fill. `modelled`: half the spread, plus a share of the bar's
     * volatility, plus square-root impact.
     */
    slippage: z.enum(["fixed", "modelled"]).default("modelled"),
    fixedBps: z.number().min(0).max(1000).default(5),
    /** Quoted spread where no quotes exist; market orders pay half, never less than half a cent. */
    spreadBps: z.number().min(0).max(1000).default(2),
    /** Of the bar's standard deviation, paid while the order travels. */
    volatilityShare: z.number().min(0).max(5).default(0.1),
    /** Y in I = Y sigma sqrt(Q / ADV): 0.5 to 1 in the literature. */
    impact: z.number().min(0).max(5).default(0.7),
    /** Opening and closing auctions have no spread; this is what crossing them costs. */
    auctionBps: z.number().min(0).max(100).default(1),
    /**
     * Largest share of a bar's volume one instrument's orders may take. The impact model is valid up to a tenth
     * (QUANT m), so more goes with `fixed` slippage only; what does not fit waits or is canceled with its order.
     */
    maxParticipation: z.number().positive().max(1).default(0.1),
    /** Delays of news and orders; here the price drifts meanwhile, in the tick venue the order comes later. */
    latency: latencyParams.default({ enabled: false, lowMs: 50, highMs: 250, seed: 1 }),
    /** What short positions pay. */
    borrow: borrowParams.default({ generalCollateral: 0, rates: {}, hardToBorrow: [] }),
    /** Dollars per share; Alpaca charges none. */
    commissionPerShare: z.number().min(0).max(1).default(0),
    regulatory: z.boolean().default(true),
    feeSchedule,
  })
  .refine(
    ({ slippage, impact, maxParticipation }) =>
      slippage === "fixed" || impact === 0 || maxParticipation <= MODEL_PARTICIPATION,
    {
      error: `must be at most ${MODEL_PARTICIPATION} with modelled slippage: beyond it the impact model is not valid`,
      path: ["maxParticipation"],
    },
  );
export type CostParams = z.infer<typeof costParams>;

/** Weight of the newest bar in the variance estimate, which so looks back over about 20 bars. */
const DECAY = 2 / 21;
const ADV_SESSIONS = 20;

/** Volatility and volume per instrument, from the bars so far: what impact is measured against. */
export class Liquidity {
  readonly #lastClose: Float64Array;
  readonly #variance: Float64Array;
  readonly #sessionVolume: Float64Array;
  readonly #averageVolume: Float64Array;
  readonly #sessions: Float64Array;
  #session = Number.NaN;
  #barsPerSession = 1;
  #barsThisSession = 0;

  constructor(instruments: number) {
    this.#lastClose = new Float64Array(instruments).fill(Number.NaN);
    this.#variance = new Float64Array(instruments).fill(Number.NaN);
    this.#sessionVolume = new Float64Array(instruments);
    this.#averageVolume = new Float64Array(instruments);
    this.#sessions = new Float64Array(instruments);
  }

  /** Standard deviation of one bar's return; 0 until two bars were seen. */
  barVolatility(instrument: number): number {
    const variance = this.#variance[instrument]!;
    return Number.isNaN(variance) ? 0 : Math.sqrt(variance);
  }

  dailyVolatility(instrument: number): number {
    return this.barVolatility(instrument) * Math.sqrt(this.#barsPerSession);
  }

  /** Mean shares per session over about 20 finished sessions; NaN before the first. */
  averageDailyVolume(instrument: number): number {
    return this.#sessions[instrument]! === 0 ? Number.NaN : this.#averageVolume[instrument]!;
  }

  /** After a split or dividend the last close and the volumes are other numbers; the volatility is not. */
  action(event: CorporateActionEvent): void {
    const i = event.instrument;
    if (event.kind === "DividendPaid") {
      this.#lastClose[i] = lessDividend(this.#lastClose[i]!, event.perShare);
      return;
    }
    const ratio = ratioOf(event);
    this.#lastClose[i] = this.#lastClose[i]! / ratio;
    this.#averageVolume[i] = this.#averageVolume[i]! * ratio;
    this.#sessionVolume[i] = this.#sessionVolume[i]! * ratio;
  }

  /** Closes the books of the session before. Comes before the orders of the new session's first bar are matched. */
  startSession(session: number): void {
    if (session !== this.#session) this.#endSession(session);
  }

  /** Folds a batch after orders were matched on it: a fill never knows its own bar. */
  update({ columns: { instrument, close, volume }, from, to }: BarBatch, session: number): void {
    this.startSession(session);
    this.#barsThisSession += 1;
    for (let row = from; row < to; row++) {
      const i = instrument[row]!;
      const price = close[row]!;
      const before = this.#lastClose[i]!;
      this.#lastClose[i] = price;
      this.#sessionVolume[i] = this.#sessionVolume[i]! + volume[row]!;
      if (Number.isNaN(before)) continue;
      const change = price / before - 1;
      const square = change * change;
      const variance = this.#variance[i]!;
      // The first change is the whole estimate: grown from zero, the first weeks would trade too cheaply.
      this.#variance[i] = Number.isNaN(variance) ? square : variance + DECAY * (square - variance);
    }
  }

  #endSession(session: number): void {
    this.#session = session;
    if (this.#barsThisSession > 0) this.#barsPerSession = this.#barsThisSession;
    this.#barsThisSession = 0;
    for (let i = 0; i < this.#sessionVolume.length; i++) {
      const traded = this.#sessionVolume[i]!;
      this.#sessionVolume[i] = 0;
      if (traded === 0) continue;
      const known = Math.min(this.#sessions[i]! + 1, ADV_SESSIONS);
      this.#sessions[i] = known;
      this.#averageVolume[i] = this.#averageVolume[i]! + (traded - this.#averageVolume[i]!) / known;
    }
  }
}

/** No model speaks for a fill this far from the price; it keeps mad data from making prices negative. */
const WORST = 0.5;

/** Dollars per share that a market fill stands away from `price`, by cause; none is negative. */
export function slippageAway(
  price: number,
  shares: number,
  instrument: number,
  liquidity: Liquidity,
  params: CostParams,
  /** Time that the order travelled, as a share of a bar; 0 for one that was there already. */
  travelled: number,
): Away {
  if (params.slippage === "fixed") return onlySpread((price * params.fixedBps) / 10_000);
  const spread = Math.max((price * params.spreadBps) / 20_000, 0.005);
  const sigma = liquidity.barVolatility(instrument);
  const drift = params.volatilityShare * sigma * price + sigma * Math.sqrt(travelled) * price;
  const volume = liquidity.averageDailyVolume(instrument);
  // Without a volume history the participation cap alone bounds the size, and impact is not known.
  const share = volume > 0 ? Math.sqrt(shares / volume) : 0;
  const impact = params.impact * liquidity.dailyVolatility(instrument) * share * price;
  return { spread, drift, impact };
}

/** The sum of the causes, as far as any model speaks. */
export const boundedAway = (price: number, away: Away, { slippage }: CostParams): number =>
  slippage === "fixed" ? away.spread : Math.min(awayTotal(away), price * WORST);
