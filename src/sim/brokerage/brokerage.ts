/**
 * A simulated brokerage: the matching of the simulated venue, opened to any client. Accounts, orders, positions, fills
 * and activities in a broker's own terms, driven by the market and by time that it is told; it has no clock and no
 * chance but its seed. A server puts it on a wire; nothing here knows of one.
 *
 * SB-5  Time alone acts in order: what is due before an event happens before it. Same calls, same bytes.
 */
import type { SplitRatio } from "../../domain/corporate-action.ts";
import type { TradingStatusEvent } from "../../domain/events.ts";
import { NANOS } from "../../domain/money.ts";
import { SELL } from "../../domain/order.ts";
import type { Quote, TradePrint } from "../../domain/quote.ts";
import type { Session } from "../../domain/session.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { AccountDesk } from "./account-desk.ts";
import type {
  AccountView,
  Activity,
  ActivityFilter,
  CancelRow,
  CashActivity,
  CloseRow,
  HistoryFilter,
  HistoryRow,
  PositionView,
} from "./account-view.ts";
import { admit } from "./admission.ts";
import type { BrokeragePort } from "./brokerage-port.ts";
import { CorporateDesk } from "./corporate-desk.ts";
import { Desk } from "./desk.ts";
import { EquityHistory } from "./equity-history.ts";
import { LateOrders } from "./late-orders.ts";
import { OrderChanges } from "./order-changes.ts";
import { newOrder } from "./order-intake.ts";
import { OrderLife } from "./order-life.ts";
import { isOpening, nestedView, type OrderRecord, viewOf } from "./order-record.ts";
import type { ChangeRequest, CloseRequest, OrderRequest } from "./order-request.ts";
import type { OrderFilter, OrderView, TradeUpdate } from "./order-view.ts";
import { isRefusal, malformed, notFound, type Refusal } from "./refusals.ts";
import type { AccountConfiguration, BrokerageTerms } from "./terms.ts";
import type { Boundary } from "./trading-day.ts";

const WHOLE = 100;

export class Brokerage implements BrokeragePort {
  readonly #desk: Desk;
  readonly #life: OrderLife;
  readonly #changes: OrderChanges;
  readonly #account: AccountDesk;
  readonly #late: LateOrders;
  readonly #corporate: CorporateDesk;
  #nextSample = Number.POSITIVE_INFINITY;
  #rejectNext = 0;

  constructor(terms: BrokerageTerms) {
    this.#desk = new Desk(terms);
    this.#life = new OrderLife(this.#desk);
    this.#changes = new OrderChanges(this.#desk, this.#life);
    this.#account = new AccountDesk(this.#desk);
    this.#late = new LateOrders(this.#desk, this.#life);
    this.#corporate = new CorporateDesk(this.#desk, terms.actions ?? []);
    if (this.#desk.day.hours !== "closed") this.#nextSample = EquityHistory.minuteAfter(terms.startsAt);
  }

  get updates(): TradeUpdate[] {
    return this.#desk.updates.told;
  }

  get nextDue(): number {
    const { day, store } = this.#desk;
    const acts = Math.min(this.#late.nextDue, this.#corporate.nextDue);
    return Math.min(day.nextAt, store.nextDue, acts, this.#nextSample);
  }

  get configuration(): AccountConfiguration {
    return this.#desk.configuration;
  }

  configure(patch: Partial<AccountConfiguration>): AccountConfiguration {
    this.#desk.configuration = { ...this.#desk.configuration, ...patch };
    return this.#desk.configuration;
  }

  quote(quote: Quote): void {
    this.#moveTo(quote.at);
    const { market, store } = this.#desk;
    market.quote(quote);
    for (const record of store.of(quote.instrument)) if (record.works) this.#life.meet(record);
    store.dropEnded();
  }

  trade(print: TradePrint): void {
    this.#moveTo(print.at);
    const { market, store } = this.#desk;
    let left = print.size;
    for (const record of store.of(print.instrument))
      left -= this.#life.matching.meetPrint(record, print, left);
    // After the orders: the first print after a halt is nobody's of ours.
    market.trade(print);
    store.dropEnded();
  }

  status(event: TradingStatusEvent): void {
    this.#moveTo(event.at);
    this.#desk.market.status(event);
  }

  advance(at: EpochMicros): void {
    this.#moveTo(at);
    this.#life.sweep();
    this.#desk.store.dropEnded();
  }

  submit(request: OrderRequest, at: EpochMicros): OrderView | Refusal {
    this.#moveTo(at);
    const record = newOrder(this.#desk, request);
    if (isRefusal(record)) return record;
    const refusal = admit(this.#desk, record);
    if (refusal !== undefined) return refusal;
    this.#desk.store.reserve(record.clientOrderId);
    if (this.#late.take(record)) return nestedView(record);
    this.#life.accept(record);
    const view = nestedView(record);
    if (this.#rejectNext > 0) {
      this.#rejectNext -= 1;
      this.#life.end(record, "rejected");
    } else if (record.works) this.#life.meet(record);
    this.#desk.store.dropEnded();
    return view;
  }

  change(id: string, patch: ChangeRequest, at: EpochMicros): OrderView | Refusal {
    this.#moveTo(at);
    const answer = this.#changes.change(id, patch);
    this.#desk.store.dropEnded();
    return isRefusal(answer) ? answer : viewOf(answer);
  }

  cancel(id: string, at: EpochMicros): OrderView | Refusal {
    this.#moveTo(at);
    const answer = this.#changes.cancel(id);
    this.#desk.store.dropEnded();
    return isRefusal(answer) ? answer : viewOf(answer);
  }

  cancelAll(at: EpochMicros): readonly CancelRow[] {
    this.#moveTo(at);
    const rows = this.#changes.cancelAll();
    this.#desk.store.dropEnded();
    return rows;
  }

  closePosition(symbol: string, part: CloseRequest, at: EpochMicros): OrderView | Refusal {
    this.#moveTo(at);
    const position = this.position(symbol);
    if (isRefusal(position)) return position;
    const { quantity, percentage } = part;
    if (quantity !== undefined && percentage !== undefined)
      return malformed("only one of qty or percentage is accepted");
    if (percentage !== undefined && !(percentage > 0 && percentage <= WHOLE))
      return malformed("percentage must be > 0 and <= 100");
    const held = Math.abs(position.quantity);
    const isLong = position.side === "long";
    // Nobody is short a part of a share.
    const unit = isLong ? 1 : NANOS;
    const asked = quantity ?? Math.floor((held * ((percentage ?? WHOLE) / WHOLE)) / unit) * unit;
    return this.submit(
      {
        symbol: position.symbol,
        quantity: asked,
        side: isLong ? "sell" : "buy",
        type: "market",
        timeInForce: "day",
        positionIntent: isLong ? "sell_to_close" : "buy_to_close",
      },
      at,
    );
  }

  closeAll(cancelOrders: boolean, at: EpochMicros): readonly CloseRow[] {
    this.#moveTo(at);
    if (cancelOrders) this.cancelAll(at);
    return this.positions().map(({ symbol }) => {
      const answer = this.closePosition(symbol, {}, at);
      if (isRefusal(answer)) return { symbol, status: answer.status, body: answer };
      return { symbol, status: 200, body: answer };
    });
  }

  order(id: string, nested = false): OrderView | Refusal {
    return this.#show(this.#desk.store.get(id), id, nested);
  }

  orderByClientId(clientOrderId: string): OrderView | Refusal {
    return this.#show(this.#desk.store.byClientId(clientOrderId), clientOrderId, false);
  }

  orders(filter: OrderFilter = {}): readonly OrderView[] {
    return this.#desk.store.list(filter);
  }

  account(): AccountView {
    return this.#account.view();
  }

  position(symbol: string): PositionView | Refusal {
    const instrument = this.#desk.find(symbol);
    if (instrument === undefined) return notFound(`symbol not found: ${symbol}`);
    return this.#account.position(instrument) ?? notFound("position does not exist");
  }

  positions(): readonly PositionView[] {
    return this.#account.positions();
  }

  activities(filter: ActivityFilter = {}): readonly Activity[] {
    return this.#desk.activities.list(filter);
  }

  /** A deposit, a withdrawal, a dividend, interest: whole micro-dollars, positive is received. */
  moveCash(row: Omit<CashActivity, "id" | "at">): void {
    const { ledger, activities, now } = this.#desk;
    ledger.cash = (ledger.cash + row.netAmount) as typeof ledger.cash;
    activities.cash(now, row);
  }

  /** A company splits its shares now; positions and open limit orders are changed with them. */
  split(symbol: string, ratio: SplitRatio): void {
    const instrument = this.#desk.find(symbol);
    if (instrument !== undefined) this.#corporate.split(instrument, ratio);
  }

  portfolioHistory(filter: HistoryFilter): readonly HistoryRow[] {
    return this.#desk.history.rows(filter);
  }

  assetId(symbol: string): string | undefined {
    const instrument = this.#desk.find(symbol);
    return instrument === undefined ? undefined : this.#desk.assetIds[instrument];
  }

  isEasyToBorrow(symbol: string): boolean {
    const instrument = this.#desk.find(symbol);
    return instrument !== undefined && this.#desk.isEasyToBorrow[instrument] === true;
  }

  stickCancels(symbol: string | undefined): void {
    this.#changes.stick(symbol);
  }

  rejectAfterAccept(count: number): void {
    this.#rejectNext = count;
  }

  loseUpdates(count: number): void {
    this.#desk.updates.loseNext(count);
  }

  htbFlip(symbol: string): void {
    const instrument = this.#desk.find(symbol);
    if (instrument !== undefined) this.#desk.isEasyToBorrow[instrument] = false;
  }

  creationDelay(micros: number): void {
    this.#late.delayMicros = micros;
  }

  #show(record: OrderRecord | undefined, id: string, nested: boolean): OrderView | Refusal {
    if (record === undefined) return notFound(`order not found for ${id}`);
    return nested ? nestedView(record) : viewOf(record);
  }

  #moveTo(at: EpochMicros): void {
    for (let due = this.nextDue; due <= at; due = this.nextDue) this.#run(due as EpochMicros);
    if (at > this.#desk.now) this.#desk.now = at;
  }

  /** All that is due at one instant, always in this order. */
  #run(due: EpochMicros): void {
    const { day, store, history } = this.#desk;
    if (due > this.#desk.now) this.#desk.now = due;
    this.#corporate.runDue();
    while (day.nextAt <= due) {
      const passed = day.pass();
      if (passed !== undefined) this.#cross(passed.boundary, passed.session);
    }
    this.#late.runDue();
    this.#changes.runDue();
    this.#life.expire();
    if (due >= this.#nextSample) history.sample(due, this.#desk.margin().equity, day.hours === "core");
    this.#nextSample = day.hours === "closed" ? Number.POSITIVE_INFINITY : EquityHistory.minuteAfter(due);
    store.dropEnded();
  }

  #cross(boundary: Boundary, { date }: Session): void {
    if (boundary === "pre") {
      this.#desk.dayTrades.begin(date);
      this.#cancelHardToBorrow();
      this.#life.open();
    } else if (boundary === "open") {
      this.#life.open();
      this.#life.sweep();
    } else if (boundary === "close") {
      // Closing orders meet the last quote before the rest of the day's orders expire.
      this.#life.sweep();
      this.#life.expire();
      this.#account.closeDay(date);
    } else this.#chargeFees(date);
  }

  #cancelHardToBorrow(): void {
    const { store, isEasyToBorrow } = this.#desk;
    for (const record of store.live())
      if (record.side === SELL && isOpening(record) && isEasyToBorrow[record.instrument] !== true)
        this.#life.end(record, "canceled");
  }

  #chargeFees(day: number): void {
    const { fees, ledger, activities, now } = this.#desk;
    for (const { subType, dollars } of fees.charge()) {
      ledger.cash = (ledger.cash - dollars) as typeof dollars;
      activities.fee(now, { activitySubType: subType, day, netAmount: -dollars });
    }
  }
}
