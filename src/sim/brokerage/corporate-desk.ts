/**
 * What a company does to the shares of an account: splits before a session, dividends for who held before their
 * ex-date, paid later. As brokers do it, positions are changed once over the whole account; an open limit order good
 * till canceled is restated and told, and stops and the legs of groups are left as they are (the vendor's own words).
 */
import { ratioOf, type SplitRatio, splitHolding } from "../../domain/corporate-action.ts";
import type { InstrumentId } from "../../domain/instrument.ts";
import { type Money, notional, type Price, type Quantity } from "../../domain/money.ts";
import type { EpochMicros } from "../../domain/time.ts";
import type { Desk } from "./desk.ts";
import { isLive, type OrderRecord } from "./order-record.ts";

const CENT_MICROS = 10_000;

/** Carried out once, at their time. */
export type BrokerageAction = { readonly at: EpochMicros; readonly instrument: InstrumentId } & (
  | ({ readonly kind: "split" } & SplitRatio)
  /** Whoever holds at `at` is paid micro-dollars per share at `payAt`; whoever is short pays. */
  | { readonly kind: "dividend"; readonly perShare: number; readonly payAt: EpochMicros }
);

interface Owed {
  readonly at: EpochMicros;
  readonly instrument: InstrumentId;
  /** Micro-dollars. */
  readonly amount: number;
}

export class CorporateDesk {
  readonly #desk: Desk;
  readonly #waiting: BrokerageAction[];
  #owed: Owed[] = [];

  constructor(desk: Desk, actions: readonly BrokerageAction[]) {
    this.#desk = desk;
    this.#waiting = actions.filter(({ at }) => at >= desk.now).toSorted((a, b) => a.at - b.at);
  }

  get nextDue(): number {
    const owed = this.#owed.reduce((due, { at }) => Math.min(due, at), Number.POSITIVE_INFINITY);
    return Math.min(this.#waiting[0]?.at ?? Number.POSITIVE_INFINITY, owed);
  }

  runDue(): void {
    const { now } = this.#desk;
    while ((this.#waiting[0]?.at ?? Number.POSITIVE_INFINITY) <= now) {
      const action = this.#waiting.shift() as BrokerageAction;
      if (action.kind === "split") this.split(action.instrument, action);
      else this.#owe(action.instrument, action);
    }
    const due = this.#owed.filter(({ at }) => at <= now);
    this.#owed = this.#owed.filter(({ at }) => at > now);
    for (const { instrument, amount } of due) this.#pay(instrument, amount);
  }

  /** Now: positions, open limit orders, and what was seen of the market. */
  split(instrument: InstrumentId, ratio: SplitRatio): void {
    const { ledger, market, store } = this.#desk;
    market.split(instrument, ratioOf(ratio));
    const { kept, fraction } = splitHolding(ledger.quantity[instrument]!, ratio);
    const price = market.price(instrument);
    const paid =
      fraction === 0 || Number.isNaN(price)
        ? 0
        : Math.sign(fraction) * notional(price as Price, Math.abs(fraction) as Quantity);
    ledger.split(instrument, { kept, fraction, paid: paid as Money }, ratio);
    for (const record of store.of(instrument)) this.#restate(record, ratio);
  }

  #restate(record: OrderRecord, ratio: SplitRatio): void {
    const { updates, now } = this.#desk;
    const isAlone = record.role === "single" && record.type === "limit";
    if (!isLive(record) || !isAlone || record.timeInForce !== "gtc") return;
    record.quantity = splitHolding(record.quantity, ratio).kept;
    record.filled = splitHolding(record.filled, ratio).kept;
    record.limit = Math.round(record.limit / ratioOf(ratio) / CENT_MICROS) * CENT_MICROS;
    updates.tell("restated", record, now);
  }

  #owe(instrument: InstrumentId, { perShare, payAt }: { perShare: number; payAt: EpochMicros }): void {
    const held = this.#desk.ledger.quantity[instrument]!;
    if (held === 0) return;
    const amount = Math.sign(held) * notional(perShare as Price, Math.abs(held) as Quantity);
    this.#owed.push({ at: payAt, instrument, amount });
  }

  #pay(instrument: InstrumentId, amount: number): void {
    const { ledger, activities, now } = this.#desk;
    ledger.cash = (ledger.cash + amount) as Money;
    const { symbol } = this.#desk.asset(instrument);
    activities.cash(now, { activityType: "DIV", netAmount: amount, symbol });
  }
}
