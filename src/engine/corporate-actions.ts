/**
 * Corporate actions on the account's books: lots, positions, cash, marks, working orders, round trips (DATA-6, C-49).
 * Used by the execute stage alone; compute keeps its own mirror and the venue its own orders, each by the same
 * arithmetic on the same event.
 *
 * CA-1  No action moves the value of the account: what the marks lose the shares or the cash gain. A part of a share
 *       is paid out at the last mark.
 * CA-2  Each lot is rounded towards zero by itself, so that lots, orders and the venue agree without asking each
 *       other; the position is their sum (EN-4). A broker rounds the account once: with several strategies in one
 *       instrument he may leave it a share more.
 * CA-3  A stop falls by a dividend, as the price does: the one move away from the price it may make (I-36). So
 *       does a limit that buys; one that sells stays (FINRA 5330).
 * CA-4  A dividend belongs to the worth of the account and of its strategy from the ex-date on, and is cash to
 *       spend from its pay date, where the source names one. What a short owes is taken on the ex-date: a debt is
 *       not put off.
 * CA-5  Of one day and instrument a split comes first and a dividend is per new share: whoever lists both states
 *       them beside a bar in new shares. Everything sees them in that order (`actionOrder`).
 * CA-6  A dividend that is only expected moves prices, stops and marks: its cash is booked from the broker's record
 *       when it comes, and by nobody else.
 */
import { lessDividend, ratioOf, splitHolding } from "../domain/corporate-action.ts";
import type { CorporateActionEvent, DividendPaid, SharesSplit } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { dollarsPerShare, MICROS, type Money, NANOS, notional, type Quantity } from "../domain/money.ts";
import { type OrderNumber, Purpose } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { VirtualLots } from "../ensemble/virtual-lots.ts";
import { OrderField, type OrderTable } from "../execution/order-table.ts";
import type { Portfolio } from "../portfolio/portfolio.ts";
import { ActionTable } from "./action-table.ts";
import type { OrderDesk } from "./order-desk.ts";
import { isExit } from "./order-requests.ts";
import { Receivables } from "./receivables.ts";
import type { RiskFacts } from "./risk-facts.ts";
import { incomeDollars, type StrategyIncome } from "./strategy-income.ts";
import type { StrategyLedger } from "./strategy-ledger.ts";
import type { TradeLog } from "./trade-log.ts";

export interface ActionBooks {
  readonly strategies: number;
  readonly lots: VirtualLots;
  readonly portfolio: Portfolio;
  readonly orders: OrderTable;
  readonly trades: TradeLog;
  readonly facts: RiskFacts;
  readonly ledger: StrategyLedger;
  readonly desk: OrderDesk;
  readonly income: StrategyIncome;
}

/** A round trip that a split ended, because less than a share was left of it. */
export interface EndedBySplit {
  readonly strategy: number;
  /** Net profit as a fraction of the entry value. */
  readonly closedReturn: number;
}

const NOBODY: readonly EndedBySplit[] = [];

/** No strategy asked for what an action did. */
const NO_SIGNAL = -1;

export class CorporateActions {
  readonly #books: ActionBooks;
  /** No order before this one works any more. */
  #firstWorking = 0;
  readonly log = new ActionTable();
  readonly #receivables = new Receivables();

  constructor(books: ActionBooks) {
    this.#books = books;
  }

  /** Books the action; tells which round trips it ended. */
  apply(event: CorporateActionEvent): readonly EndedBySplit[] {
    this.#books.facts.forgetQuote(event.instrument);
    if (event.kind === "SharesSplit") return this.#split(event);
    this.#pay(event);
    return NOBODY;
  }

  /** When the next dividend owed becomes cash, epoch micros; infinite when nothing is owed. */
  get nextPayment(): number {
    return this.#receivables.next;
  }

  /** Comes before the account is valued at `now`: what is paid by then is cash (CA-4). */
  settle(now: EpochMicros): void {
    if (now >= this.#receivables.next) this.#books.portfolio.receive(this.#receivables.take(now));
  }

  #split(event: SharesSplit): readonly EndedBySplit[] {
    const { strategies, lots, portfolio, trades, orders, ledger, desk, facts } = this.#books;
    const ended: EndedBySplit[] = [];
    const { instrument, at, newShares, oldShares } = event;
    const ratio = ratioOf(event);
    const mark = portfolio.mark(instrument) / ratio;
    let quantity = 0;
    let cash = 0;
    facts.split(instrument, ratio);
    for (let s = 0; s < strategies; s++) {
      desk.restate(s, instrument, (price) => price / ratio);
      const before = lots.nanos(s, instrument);
      if (before === 0) continue;
      const { kept, fraction } = splitHolding(before, event);
      const entry = lots.averageEntry(s, instrument) / ratio;
      trades.split(s, instrument, (kept + fraction) / NANOS, ratio);
      ledger.split(s, instrument, (kept + fraction) / NANOS);
      lots.restate(s, instrument, kept, 1 / ratio);
      quantity += kept;
      if (fraction === 0) continue;
      const price = Number.isNaN(mark) ? entry : mark;
      const paid = proceeds(fraction, price);
      cash += paid;
      this.#books.income.inLieu(at, s, paid);
      const closedReturn = trades.fill({
        at,
        strategy: s,
        instrument,
        signedShares: -fraction / NANOS,
        price,
        costs: 0,
        slippage: 0,
        signal: NO_SIGNAL,
        purpose: Purpose.Exit,
        riskPerShare: Number.NaN,
        crossed: false,
      });
      if (!Number.isNaN(closedReturn)) ended.push({ strategy: s, closedReturn });
    }
    portfolio.split(instrument, quantity, cash as Money, mark);
    this.#eachWorking(instrument, (order) => this.#restate(order, () => orders.split(order, event)));
    this.log.add([at, instrument, newShares, oldShares, 0, cash / MICROS, quantity / NANOS, mark]);
    return ended;
  }

  #pay(event: DividendPaid): void {
    const { strategies, lots, portfolio, trades, orders, ledger, desk, income } = this.#books;
    const { instrument, at, perShare } = event;
    const less = (price: number) => lessDividend(price, perShare);
    const isBooked = event.isExpected !== true;
    const cash = isBooked ? proceeds(portfolio.nanos(instrument), perShare) : (0 as Money);
    const parts = isBooked ? income.dividend(at, instrument, dollarsPerShare(perShare), cash) : [];
    for (let s = 0; s < strategies; s++) {
      const shares = lots.shares(s, instrument);
      if (shares === 0) continue;
      if (isBooked) {
        const dollars = incomeDollars(parts[s] ?? 0);
        trades.dividend(s, instrument, dollars);
        ledger.dividend(s, dollars);
      }
      desk.restate(s, instrument, less, shares < 0 ? less : (price) => price);
    }
    const mark = lessDividend(portfolio.mark(instrument), perShare);
    const payAt = cash > 0 ? event.payAt : undefined;
    if (payAt !== undefined) this.#receivables.add(payAt, cash);
    portfolio.payDividend(instrument, cash, mark, payAt === undefined);
    this.#eachWorking(instrument, (order) => this.#restate(order, () => orders.payDividend(order, perShare)));
    this.log.add([at, instrument, 1, 1, perShare, cash / MICROS, portfolio.shares(instrument), mark]);
  }

  #restate(order: OrderNumber, restate: () => void): void {
    const { orders, facts } = this.#books;
    const before = { shares: orders.remaining(order), price: orders.price(order) };
    restate();
    const purpose = orders.purpose(order);
    const after = { shares: orders.remaining(order), price: orders.price(order) };
    if (isExit(purpose))
      facts.activity.exitChanged(orders.instrument(order), orders.side(order), after.shares - before.shares);
    if (purpose !== Purpose.Entry) return;
    const stop = orders.get(order, OrderField.stop);
    facts.entryRestated(orders.strategy(order), orders.instrument(order), orders.side(order), before, {
      ...after,
      stop,
    });
  }

  #eachWorking(instrument: InstrumentId, visit: (order: OrderNumber) => void): void {
    const { orders } = this.#books;
    while (this.#firstWorking < orders.length && !orders.isWorking(this.#firstWorking as OrderNumber)) {
      this.#firstWorking += 1;
    }
    for (let n = this.#firstWorking; n < orders.length; n++) {
      const order = n as OrderNumber;
      if (orders.instrument(order) === instrument && orders.isWorking(order)) visit(order);
    }
  }
}

/** Signed micro-dollars for signed nano-shares at dollars per share, rounded like every trade's. */
function proceeds(nanos: number, price: number): Money {
  if (nanos === 0) return 0 as Money;
  return (Math.sign(nanos) * notional(dollarsPerShare(price), Math.abs(nanos) as Quantity)) as Money;
}
