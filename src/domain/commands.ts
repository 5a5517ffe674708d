/**
 * Everything the engine can ask of a venue besides placing an approved order, which only the risk gate
 * can make. All of these reduce risk, so nothing may block them.
 */
import type { OrderNumber } from "./order.ts";

export interface CancelOrder {
  readonly kind: "CancelOrder";
  readonly order: OrderNumber;
}

/** Moves a resting protective stop towards the price. The venue refuses any other direction (I-36). */
export interface ReplaceStop {
  readonly kind: "ReplaceStop";
  readonly order: OrderNumber;
  /** Dollars per share. */
  readonly stop: number;
}

export type ReducingCommand = CancelOrder | ReplaceStop;
