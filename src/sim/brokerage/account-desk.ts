/** The account and its positions as they are shown, worked out from the books when somebody looks. */
import type { InstrumentId } from "../../domain/instrument.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { AccountView, PositionView } from "./account-view.ts";
import type { Desk } from "./desk.ts";
import { marketValue } from "./ledger.ts";
import { MARGIN_FLOOR } from "./margin.ts";
import { OrderIds } from "./order-ids.ts";

export class AccountDesk {
  readonly #desk: Desk;
  readonly #id: string;
  readonly #createdAt: EpochMicros;
  #lastEquity: number;
  #lastMaintenance = 0;
  #balanceDay: number;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#id = new OrderIds(desk.terms.seed, "account").next();
    this.#createdAt = desk.now;
    this.#lastEquity = desk.ledger.cash;
    this.#balanceDay = desk.sessionDay;
  }

  /** The session is over: what is owned now is what tomorrow is compared with. */
  closeDay(day: number): void {
    const { equity, maintenanceMargin } = this.#desk.margin();
    this.#lastEquity = equity;
    this.#lastMaintenance = maintenanceMargin;
    this.#balanceDay = day;
    this.#desk.ledger.closeDay((instrument) => this.#desk.price(instrument));
  }

  view(): AccountView {
    const desk = this.#desk;
    const margin = desk.margin();
    const { cash } = desk.ledger;
    const buyingPower = desk.buyingPower(margin);
    const hasMargin = desk.multiplier > 1 && margin.equity >= MARGIN_FLOOR;
    const regT = hasMargin ? Math.max(0, margin.equity - margin.initialMargin) * 2 : Math.max(0, cash);
    return {
      id: this.#id,
      accountNumber: `PA${this.#id.slice(0, 8).toUpperCase()}`,
      createdAt: this.#createdAt,
      cash,
      equity: margin.equity,
      lastEquity: this.#lastEquity,
      balanceDay: this.#balanceDay,
      longMarketValue: margin.longMarketValue,
      shortMarketValue: margin.shortMarketValue,
      initialMargin: margin.initialMargin,
      maintenanceMargin: margin.maintenanceMargin,
      lastMaintenanceMargin: this.#lastMaintenance,
      buyingPower,
      regtBuyingPower: Math.min(regT, buyingPower),
      nonMarginableBuyingPower: hasMargin ? Math.floor(buyingPower / desk.multiplier) : buyingPower,
      multiplier: desk.multiplier,
      accruedFees: desk.fees.accrued,
      pendingTafFees: desk.fees.accruedTaf,
      shortingEnabled: hasMargin && !desk.configuration.noShorting,
      tradeSuspendedByUser: desk.configuration.suspendTrade,
    };
  }

  /** Undefined when flat. */
  position(instrument: InstrumentId): PositionView | undefined {
    const desk = this.#desk;
    const { ledger } = desk;
    const quantity = desk.position(instrument);
    if (quantity === 0) return undefined;
    const { symbol, exchange, marginable } = desk.asset(instrument);
    const currentPrice = desk.price(instrument);
    const value = marketValue(quantity, currentPrice);
    const costBasis = ledger.cost[instrument]!;
    const lastDayPrice = ledger.closingPrice[instrument]! || currentPrice;
    const before = marketValue(ledger.closingQuantity[instrument]!, lastDayPrice);
    return {
      assetId: desk.assetIds[instrument] ?? "",
      symbol,
      exchange,
      marginable,
      side: quantity > 0 ? "long" : "short",
      quantity,
      quantityAvailable: Math.sign(quantity) * desk.available(instrument),
      averageEntryPrice: ledger.averageEntry(instrument),
      marketValue: value,
      costBasis,
      unrealized: value - costBasis,
      unrealizedIntraday: value + ledger.flow[instrument]! - before,
      intradayBasis: Math.abs(before === 0 ? costBasis : before),
      currentPrice,
      lastDayPrice,
    };
  }

  /** By symbol. */
  positions(): PositionView[] {
    const { assets } = this.#desk.terms;
    return assets
      .map((_, i) => this.position(i as InstrumentId))
      .filter((each) => each !== undefined)
      .toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1));
  }
}
