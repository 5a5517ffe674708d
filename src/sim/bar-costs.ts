/** What one fill on a bar costs: slippage by cause, commission and fees, from the liquidity seen so far. */
import type { Timeframe } from "../domain/bars.ts";
import type { FillCosts } from "../domain/events.ts";
import { type Money, usd } from "../domain/money.ts";
import { SELL, type Side } from "../domain/order.ts";
import type { DayNumber } from "../domain/time.ts";
import { type CostParams, Liquidity, slippageAway } from "./cost-model.ts";
import { Latency } from "./latency.ts";
import { type FeeRates, feeRates, regulatoryFee } from "./regulatory-fees.ts";
import { type RestingOrder, travels } from "./resting-order.ts";
import { type Away, NOTHING_AWAY, onlySpread } from "./slippage-split.ts";

const NO_FEE = 0 as Money;

/** Where in a bar a price reached an order: its opening print, the trade after it, later, the closing auction. */
export type Where = "at_open" | "after_open" | "inside" | "at_close";

/** What of an order its costs depend on. */
export type PricedOrder = Pick<
  RestingOrder,
  "number" | "instrument" | "side" | "type" | "timeInForce" | "limit"
>;

export class BarCosts {
  readonly #costs: CostParams;
  readonly #rates: readonly FeeRates[];
  readonly #latency: Latency;
  readonly liquidity: Liquidity;

  constructor(instruments: number, costs: CostParams) {
    this.#costs = costs;
    this.#rates = feeRates(costs.feeSchedule);
    this.#latency = new Latency(costs.latency);
    this.liquidity = new Liquidity(instruments);
  }

  /** Dollars per share that the fill stands away from `price`. A limit that waited for its price pays nothing. */
  away(order: PricedOrder, timeframe: Timeframe, price: number, shares: number, where: Where): Away {
    if (where === "inside" && !Number.isNaN(order.limit)) return NOTHING_AWAY;
    const inAuction = where === "at_close" || (where === "at_open" && timeframe === "1d");
    if (inAuction && this.#costs.slippage === "modelled") {
      return onlySpread((price * this.#costs.auctionBps) / 10_000);
    }
    const hasTravelled = where === "at_open" && travels(order);
    const travelled = hasTravelled ? this.#latency.shareOfBar(order.number, timeframe) : 0;
    return slippageAway(price, shares, order.instrument, this.liquidity, this.#costs, travelled);
  }

  /** Commission for everyone, regulatory fees for sellers; `dollars` is what was traded. */
  fees(
    side: Side,
    date: DayNumber,
    shares: number,
    dollars: number,
  ): Pick<FillCosts, "commission" | "regulatory"> {
    const pays = side === SELL && this.#costs.regulatory;
    return {
      commission: usd(this.#costs.commissionPerShare * shares),
      regulatory: pays ? regulatoryFee(this.#rates, date, shares, dollars) : NO_FEE,
    };
  }
}
