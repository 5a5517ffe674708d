/** What all parts of a brokerage share: the account, its orders, the markets, the hour, and sums over them. */
import type { InstrumentId } from "../../domain/instrument.ts";
import { NANOS } from "../../domain/money.ts";
import { BUY, SELL, type Side } from "../../domain/order.ts";
import type { DayNumber, EpochMicros } from "../../domain/time.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import { ActivityLog } from "./activity-log.ts";
import { DayTrades } from "./day-trades.ts";
import { EquityHistory } from "./equity-history.ts";
import { FeeAccrual } from "./fee-accrual.ts";
import { Ledger } from "./ledger.ts";
import { grossBuyingPower, type MarginState, marginState, reservedBy, sharesHeldBy } from "./margin.ts";
import { MarketState } from "./market-state.ts";
import { OrderIds } from "./order-ids.ts";
import type { OrderRecord } from "./order-record.ts";
import { OrderStore } from "./order-store.ts";
import type { AccountConfiguration, AssetTerms, BrokerageTerms } from "./terms.ts";
import { TradingDay } from "./trading-day.ts";
import { UpdateLog } from "./update-log.ts";

export class Desk {
  readonly terms: BrokerageTerms;
  readonly store = new OrderStore();
  readonly updates = new UpdateLog();
  readonly history = new EquityHistory();
  readonly dayTrades = new DayTrades();
  readonly market: MarketState;
  readonly ledger: Ledger;
  readonly day: TradingDay;
  readonly fees: FeeAccrual;
  readonly orderIds: OrderIds;
  readonly executionIds: OrderIds;
  readonly activities: ActivityLog;
  readonly assetIds: readonly string[];
  readonly isEasyToBorrow: boolean[];
  configuration: AccountConfiguration;
  now: EpochMicros;
  /** Orders so far: the next one's place. */
  sequence = 0;
  readonly #instruments = new Map<string, InstrumentId>();

  constructor(terms: BrokerageTerms) {
    const { assets, seed } = terms;
    this.terms = terms;
    this.market = new MarketState(assets.length);
    this.ledger = new Ledger(assets.length, terms.startingCash);
    this.day = new TradingDay(terms.sessions, terms.startsAt);
    this.fees = new FeeAccrual(terms.feeSchedule);
    this.orderIds = new OrderIds(seed, "orders");
    this.executionIds = new OrderIds(seed, "executions");
    this.activities = new ActivityLog(new OrderIds(seed, "fees"));
    const assetIds = new OrderIds(seed, "assets");
    this.assetIds = assets.map(() => assetIds.next());
    this.isEasyToBorrow = assets.map(({ easyToBorrow }) => easyToBorrow);
    this.configuration = {
      suspendTrade: false,
      noShorting: false,
      fractionalTrading: true,
      maxMarginMultiplier: terms.multiplier,
    };
    this.now = terms.startsAt;
    for (const [i, { symbol }] of assets.entries()) {
      this.#instruments.set(symbol, i as InstrumentId);
      this.#instruments.set(this.assetIds[i] ?? symbol, i as InstrumentId);
    }
  }

  /** By symbol or asset id. */
  find(symbol: string): InstrumentId | undefined {
    return this.#instruments.get(symbol);
  }

  asset(instrument: InstrumentId): AssetTerms {
    return this.terms.assets[instrument] as AssetTerms;
  }

  /** New York date of the session that is on or comes next. */
  get sessionDay(): DayNumber {
    return this.day.session?.date ?? newYorkDay(this.now);
  }

  /** Micro-dollars per share that a position is valued at: the market's, else what was paid for it. */
  price(instrument: InstrumentId): number {
    const price = this.market.price(instrument);
    return Number.isNaN(price) ? this.ledger.averageEntry(instrument) : price;
  }

  margin(): MarginState {
    return marginState({
      cash: this.ledger.cash,
      quantity: this.ledger.quantity,
      price: (instrument) => this.price(instrument),
      isMarginable: (instrument) => this.asset(instrument).marginable,
    });
  }

  get multiplier(): 1 | 2 | 4 {
    return Math.min(this.terms.multiplier, this.configuration.maxMarginMultiplier) as 1 | 2 | 4;
  }

  /** Micro-dollars after what open orders but `except` reserve and what fees have accrued. */
  buyingPower(state: MarginState, except?: OrderRecord): number {
    let left = grossBuyingPower(state, this.ledger.cash, this.multiplier) - this.fees.accrued;
    for (const record of this.store.live())
      if (record !== except) left -= this.charge(record.instrument, reservedBy(record));
    return Math.max(0, left);
  }

  /** What `dollars` of an asset take of the buying power: what is not marginable takes the full multiple. */
  charge(instrument: InstrumentId, dollars: number): number {
    return dollars * (this.asset(instrument).marginable ? 1 : this.multiplier);
  }

  /** Nano-shares of the position that no open order but `except` would trade already. */
  available(instrument: InstrumentId, except?: OrderRecord): number {
    const position = this.ledger.quantity[instrument]!;
    const closing: Side = position > 0 ? SELL : BUY;
    let held = 0;
    for (const record of this.store.of(instrument))
      if (record !== except) held += sharesHeldBy(record, closing);
    return Math.max(0, Math.abs(position) - held);
  }

  /** Signed nano-shares. */
  position(instrument: InstrumentId): number {
    return this.ledger.quantity[instrument]!;
  }

  isLong(instrument: InstrumentId): boolean {
    return this.position(instrument) > 0;
  }
}

export const isWhole = (nanos: number): boolean => nanos % NANOS === 0;
