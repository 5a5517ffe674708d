/**
 * Books what the broker holds and no order of ours explains (C-47, C-48): the broker is right, so the books follow it
 * (I-24). Used by the execute stage alone.
 *
 * PA-1  What makes the account's position smaller is taken from who holds it: first from what belongs to nobody who
 *       trades, then from the strategies in their order. What makes it larger, or turns it, belongs to nobody.
 * PA-2  An adjustment counts once, by its id.
 * PA-3  A strategy that lost shares takes back its orders that would sell more than it still has: left alone they would
 *       turn the account around (I-15). Stops rest again with the next bar (EX-9).
 */
import { InvariantError } from "../domain/assert.ts";
import type { FillCosts, PositionAdjusted } from "../domain/events.ts";
import type { InstrumentId } from "../domain/instrument.ts";
import { dollarsPerShare, HALF_NANO_SHARE, type Money, shares as toQuantity } from "../domain/money.ts";
import { BUY, type OrderNumber, Purpose, SELL } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import type { VirtualLots } from "../ensemble/virtual-lots.ts";
import { OrderField, type OrderTable } from "../execution/order-table.ts";
import type { Portfolio } from "../portfolio/portfolio.ts";
import type { FillListener } from "./fill-booking.ts";
import type { OrderDesk } from "./order-desk.ts";
import type { TradeLog } from "./trade-log.ts";

/** Signal row of what no strategy asked for. */
const NO_SIGNAL = -1;
const NO_COSTS: FillCosts = { commission: 0 as Money, regulatory: 0 as Money, slippage: 0 as Money };
/** An adjustment may be told again shortly after, never months later. */
const IDS_KEPT = 1000;

export interface AdjustmentParts {
  readonly strategies: number;
  readonly externalStrategy?: number;
  readonly portfolio: Portfolio;
  readonly lots: VirtualLots;
  readonly trades: TradeLog;
  readonly orders: OrderTable;
  readonly desk: OrderDesk;
  readonly onFill: FillListener;
  enterSession(at: EpochMicros): void;
}

export class PositionAdjustments {
  readonly #parts: AdjustmentParts;
  #seen: string[] = [];

  constructor(parts: AdjustmentParts) {
    this.#parts = parts;
  }

  /** Halts in a run that has nobody to hold what is not ours. */
  apply({ at, instrument, shares, price, id }: PositionAdjusted): void {
    const { strategies, externalStrategy: external, portfolio, lots, enterSession } = this.#parts;
    if (this.#seen.includes(id)) return;
    this.#seen = [...this.#seen, id].slice(-IDS_KEPT);
    if (!(Math.abs(shares) >= HALF_NANO_SHARE)) return;
    if (external === undefined)
      throw new InvariantError(`EN-4: adjustment ${id} in a run without an external strategy`);
    // A broker that names no price gets the last one that printed.
    const paid = price > 0 ? price : portfolio.mark(instrument);
    enterSession(at);
    const held = portfolio.shares(instrument);
    const side = shares > 0 ? BUY : SELL;
    portfolio.fill(instrument, side, toQuantity(Math.abs(shares)), dollarsPerShare(paid), NO_COSTS);
    let closing = held * side < 0 ? Math.min(Math.abs(held), Math.abs(shares)) : 0;
    let left = Math.abs(shares);
    const others = Array.from({ length: strategies }, (_, s) => s).filter((s) => s !== external);
    for (const s of [external, ...others]) {
      const lot = lots.shares(s, instrument);
      const taken = lot * held > 0 ? Math.min(Math.abs(lot), closing) : 0;
      if (taken < HALF_NANO_SHARE) continue;
      this.#book(at, s, instrument, side * taken, paid);
      closing -= taken;
      left -= taken;
    }
    if (left >= HALF_NANO_SHARE) this.#book(at, external, instrument, side * left, paid);
  }

  /** Ids of the last adjustments: what must survive a restart. */
  save(): readonly string[] {
    return this.#seen;
  }

  /** Takes over what `save` gave, once it was checked, besides what was counted since. */
  load(ids: readonly string[]): void {
    this.#seen = [...new Set([...ids, ...this.#seen])];
  }

  #book(
    at: EpochMicros,
    strategy: number,
    instrument: InstrumentId,
    signedShares: number,
    price: number,
  ): void {
    const { lots, trades, onFill, externalStrategy } = this.#parts;
    const after = lots.fill(strategy, instrument, signedShares, price);
    const closedReturn = trades.fill({
      at,
      strategy,
      instrument,
      signedShares,
      price,
      costs: 0,
      slippage: 0,
      signal: NO_SIGNAL,
      purpose: Purpose.Exit,
      riskPerShare: Number.NaN,
      crossed: false,
    });
    this.#takeBack(strategy, instrument, Math.abs(after));
    // What nobody trades is in nobody's mirror.
    if (strategy !== externalStrategy)
      onFill({ strategy, instrument, signedShares, price, signal: NO_SIGNAL, closedReturn });
  }

  /** What of the slot works and would sell more than is held; and its entry, because nobody may enter there now. */
  #takeBack(strategy: number, instrument: InstrumentId, held: number): void {
    const { orders, desk } = this.#parts;
    desk.cancelEntry(strategy, instrument);
    for (let n = 0; n < orders.length; n++) {
      const order = n as OrderNumber;
      if (orders.strategy(order) !== strategy || orders.instrument(order) !== instrument) continue;
      if (!orders.isWorking(order) || orders.purpose(order) === Purpose.Entry) continue;
      const entry = orders.get(order, OrderField.parent);
      // The legs of an entry that still works go with it.
      if (entry >= 0 && orders.isWorking(entry as OrderNumber)) continue;
      if (orders.remaining(order) > held + HALF_NANO_SHARE)
        desk.commands.push({ kind: "CancelOrder", order: orders.group(order) });
    }
  }
}
