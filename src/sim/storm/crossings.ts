/**
 * What strategies traded with each other (ENS-1): no event and no command tells of it, so it is read from the engine's
 * table of fills, and asked whether it comes in pairs that move nothing of the account.
 */
import type { OrderNumber, Purpose, Side } from "../../domain/order.ts";
import type { ExecuteStage } from "../../engine/execute.ts";
import { FillField } from "../../engine/fill-table.ts";
import { broken } from "./check.ts";

export interface Crossing {
  readonly number: OrderNumber;
  readonly strategy: number;
  readonly instrument: number;
  readonly side: Side;
  readonly purpose: Purpose;
  readonly shares: number;
  /** Dollars per share. */
  readonly price: number;
}

export class Crossings {
  #looked = 0;

  /** Those since the last call, each purchase and sale in the order in which they were booked. */
  take({ fills, orders }: Pick<ExecuteStage, "fills" | "orders">): readonly Crossing[] {
    const found: Crossing[] = [];
    for (; this.#looked < fills.length; this.#looked++) {
      const get = (field: FillField) => fills.get(this.#looked, field);
      if (get(FillField.crossed) !== 1) continue;
      const number = get(FillField.order) as OrderNumber;
      found.push({
        number,
        strategy: orders.strategy(number),
        instrument: orders.instrument(number),
        side: orders.side(number),
        purpose: orders.purpose(number),
        shares: get(FillField.shares),
        price: get(FillField.price),
      });
    }
    for (let n = 0; n < found.length; n += 2) checkPair(found[n] as Crossing, found[n + 1]);
    return found;
  }
}

/** A purchase and a sale of the same, at one price, by two strategies. */
function checkPair(one: Crossing, other: Crossing | undefined): void {
  const fits =
    other !== undefined &&
    one.side === -other.side &&
    one.shares === other.shares &&
    one.price === other.price &&
    one.instrument === other.instrument &&
    one.strategy !== other.strategy;
  if (!fits) broken("I-2", `order ${one.number} crossed ${one.side * one.shares} with nobody`);
}
