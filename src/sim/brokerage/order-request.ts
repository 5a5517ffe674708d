/**
 * An order, a change or a close as a client asks for it: parsed numbers, judged by nobody yet. Words are open strings
 * and numbers may be zero, negative or too fine, because saying no to them is the brokerage's own business.
 */

/** Prices in micro-dollars, quantities in nano-shares, dollars in micro-dollars. */
export interface OrderRequest {
  readonly symbol: string;
  /** Exactly one of quantity and notional. */
  readonly quantity?: number;
  readonly notional?: number;
  /** buy, sell. */
  readonly side: string;
  /** market, limit, stop, stop_limit, trailing_stop. */
  readonly type: string;
  /** day, gtc, ioc, fok, opg, cls. */
  readonly timeInForce: string;
  readonly limitPrice?: number;
  readonly stopPrice?: number;
  readonly trailPrice?: number;
  /** Millionths of a percent: 0.5 % is 500,000. */
  readonly trailPercent?: number;
  readonly extendedHours?: boolean;
  readonly clientOrderId?: string;
  /** "", simple, bracket, oco, oto. */
  readonly orderClass?: string;
  readonly takeProfit?: { readonly limitPrice?: number };
  readonly stopLoss?: { readonly stopPrice?: number; readonly limitPrice?: number };
  /** buy_to_open, buy_to_close, sell_to_open, sell_to_close. */
  readonly positionIntent?: string;
}

/** What may change of a resting order. `trail` is in the unit that the order trails by. */
export interface ChangeRequest {
  readonly quantity?: number;
  readonly limitPrice?: number;
  readonly stopPrice?: number;
  readonly trail?: number;
  readonly timeInForce?: string;
  readonly clientOrderId?: string;
}

/** How much of a position to close; all of it when both are absent. */
export interface CloseRequest {
  /** Nano-shares. */
  readonly quantity?: number;
  /** Of the position: 0 to 100, parts allowed. */
  readonly percentage?: number;
}
