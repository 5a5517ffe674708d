/** A brokerage on an ordinary day, with three names and a short way to ask it for things. */
import { InvariantError } from "../src/domain/assert.ts";
import type { InstrumentId } from "../src/domain/instrument.ts";
import { MICROS, NANOS } from "../src/domain/money.ts";
import { dayNumber, type EpochMicros, MICROS_PER_SECOND } from "../src/domain/time.ts";
import { xnysSessions } from "../src/market/calendar.ts";
import { fromNewYork } from "../src/market/us-eastern.ts";
import { Brokerage } from "../src/sim/brokerage/brokerage.ts";
import type { OrderRequest } from "../src/sim/brokerage/order-request.ts";
import type { OrderView } from "../src/sim/brokerage/order-view.ts";
import { isRefusal, type Refusal } from "../src/sim/brokerage/refusals.ts";
import type { AssetTerms, BrokerageTerms } from "../src/sim/brokerage/terms.ts";

/** A Monday. */
export const DAY = dayNumber(2026, 3, 2);

/** Of New York, `09:30` or `09:30:05`, days after the Monday. */
export function clock(text: string, days = 0): EpochMicros {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(":").map(Number);
  const minute = fromNewYork((DAY + days) as typeof DAY, hours * 60 + minutes);
  return (minute + seconds * MICROS_PER_SECOND) as EpochMicros;
}

const asset = (symbol: string, terms: Partial<AssetTerms> = {}): AssetTerms => ({
  symbol,
  name: `${symbol} Inc`,
  exchange: "NASDAQ",
  tradable: true,
  shortable: true,
  easyToBorrow: true,
  fractionable: true,
  marginable: true,
  ...terms,
});

/** ACME is ordinary, HARD nobody lends, ODD has every restriction. */
export const ASSETS: readonly AssetTerms[] = [
  asset("ACME"),
  asset("HARD", { easyToBorrow: false }),
  asset("ODD", { shortable: false, fractionable: false, marginable: false, exchange: "OTC" }),
  asset("GONE", { tradable: false }),
];

export type Ask = Partial<Omit<OrderRequest, "takeProfit" | "stopLoss">> & {
  /** Shares and dollars, as people say them. */
  readonly shares?: number;
  readonly dollars?: number;
  readonly limit?: number;
  readonly stop?: number;
  readonly target?: number;
  readonly stopLoss?: number;
  readonly stopLossLimit?: number;
};

const micros = (dollars: number): number => Math.round(dollars * MICROS);

export function request(ask: Ask): OrderRequest {
  const { shares, dollars, limit, stop, target, stopLoss, stopLossLimit, ...rest } = ask;
  return {
    symbol: "ACME",
    side: "buy",
    type: "market",
    timeInForce: "day",
    ...rest,
    ...(shares === undefined ? {} : { quantity: Math.round(shares * NANOS) }),
    ...(dollars === undefined ? {} : { notional: micros(dollars) }),
    ...(limit === undefined ? {} : { limitPrice: micros(limit) }),
    ...(stop === undefined ? {} : { stopPrice: micros(stop) }),
    ...(target === undefined ? {} : { takeProfit: { limitPrice: micros(target) } }),
    ...(stopLoss === undefined
      ? {}
      : {
          stopLoss: {
            stopPrice: micros(stopLoss),
            ...(stopLossLimit === undefined ? {} : { limitPrice: micros(stopLossLimit) }),
          },
        }),
  };
}

export class BrokerageWorld {
  readonly brokerage: Brokerage;
  now: EpochMicros;

  /** Seed 3 splits none of the first paper fills. */
  constructor(terms: Partial<BrokerageTerms> = {}, startsAt = clock("09:31")) {
    this.now = startsAt;
    this.brokerage = new Brokerage({
      assets: ASSETS,
      sessions: xnysSessions(),
      startsAt,
      startingCash: 100_000,
      multiplier: 2,
      seed: 3,
      fillModel: "paper",
      ...terms,
    });
  }

  /** A second later. */
  tick(): EpochMicros {
    this.now = (this.now + MICROS_PER_SECOND) as EpochMicros;
    return this.now;
  }

  at(text: string, days = 0): this {
    this.now = clock(text, days);
    this.brokerage.advance(this.now);
    return this;
  }

  quote(bid: number, ask: number, symbol = "ACME", size = 1_000): this {
    const instrument = ASSETS.findIndex((each) => each.symbol === symbol) as InstrumentId;
    this.brokerage.quote({ at: this.tick(), instrument, bid, ask, bidSize: size, askSize: size });
    return this;
  }

  print(price: number, size = 100, symbol = "ACME"): this {
    const instrument = ASSETS.findIndex((each) => each.symbol === symbol) as InstrumentId;
    this.brokerage.trade({ at: this.tick(), instrument, price, size });
    return this;
  }

  ask(ask: Ask): OrderView | Refusal {
    return this.brokerage.submit(request(ask), this.now);
  }

  /** The order, which must be taken. */
  order(ask: Ask): OrderView {
    return taken(this.ask(ask));
  }

  see(id: string): OrderView {
    return taken(this.brokerage.order(id, true));
  }

  /** `status filled/quantity` in shares. */
  state(id: string): string {
    const { status, filledQuantity, quantity = Number.NaN } = this.see(id);
    return `${status} ${filledQuantity / NANOS}/${quantity / NANOS}`;
  }

  /** Signed shares. */
  shares(symbol = "ACME"): number {
    const position = this.brokerage.position(symbol);
    return isRefusal(position) ? 0 : position.quantity / NANOS;
  }

  /** Told since the last look, as `event status`. */
  told(): string[] {
    return this.brokerage.updates
      .splice(0)
      .map(({ event, order }) => `${event} ${order.type} ${order.status}`);
  }
}

export function taken<T extends object>(answer: T | Refusal): T {
  if (isRefusal(answer)) throw new InvariantError(`refused: ${answer.status} ${answer.message}`);
  return answer;
}
