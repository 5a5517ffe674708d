/**
 * What of an order can be judged without the account: is it well formed, and does the table of types, times in force
 * and classes allow it. First no wins; the order of checks is from form to rule to hour.
 */
import { MICROS, NANOS, type Price } from "../../domain/money.ts";
import { isOnTick } from "../../market/ticks.ts";
import { dollarsText } from "./decimal-text.ts";
import type { OrderRequest } from "./order-request.ts";
import { forbidden, malformed, type Refusal, unprocessable } from "./refusals.ts";
import type { AssetTerms } from "./terms.ts";

const CLIENT_ID_CHARACTERS = 128;
/** Millionths of a percent. */
const LEAST_TRAIL_PERCENT = 100_000;

const words: readonly (readonly [keyof OrderRequest, readonly string[]])[] = [
  ["side", ["buy", "sell"]],
  ["type", ["market", "limit", "stop", "stop_limit", "trailing_stop"]],
  ["timeInForce", ["day", "gtc", "ioc", "fok", "opg", "cls"]],
  ["orderClass", ["", "simple", "bracket", "oco", "oto"]],
  ["positionIntent", ["buy_to_open", "buy_to_close", "sell_to_open", "sell_to_close"]],
];
const wireNames: Partial<Record<keyof OrderRequest, string>> = {
  timeInForce: "time_in_force",
  orderClass: "order_class",
  positionIntent: "position_intent",
};

/** Undefined when the request is in order. */
export function judgeRequest(request: OrderRequest, asset: AssetTerms): Refusal | undefined {
  return (
    judgeWords(request) ??
    judgeAmount(request) ??
    judgePrices(request) ??
    judgeTicks(request) ??
    judgeMatrix(request, asset) ??
    judgeGeometry(request)
  );
}

function judgeWords(request: OrderRequest): Refusal | undefined {
  for (const [key, allowed] of words) {
    const value = request[key];
    if (value === undefined || (typeof value === "string" && allowed.includes(value))) continue;
    return malformed(`invalid ${wireNames[key] ?? key}: ${String(value)}`);
  }
  if ((request.clientOrderId?.length ?? 0) > CLIENT_ID_CHARACTERS)
    return malformed(`client_order_id must be no more than ${CLIENT_ID_CHARACTERS} characters`);
  return undefined;
}

function judgeAmount({ quantity, notional }: OrderRequest): Refusal | undefined {
  if (quantity === undefined && notional === undefined) return malformed("qty or notional is required");
  if (quantity !== undefined && notional !== undefined)
    return malformed("only one of qty or notional is accepted");
  const [name, amount] = quantity === undefined ? ["notional", notional] : ["qty", quantity];
  if (!(amount !== undefined && amount > 0)) return malformed(`${name} must be > 0`);
  if (!Number.isSafeInteger(amount)) return malformed(`${name} has too many decimals or is too large`);
  return undefined;
}

function judgePrices(request: OrderRequest): Refusal | undefined {
  const { type, limitPrice, stopPrice, trailPrice, trailPercent } = request;
  const wantsLimit = type === "stop_limit" || (type === "limit" && request.orderClass !== "oco");
  const wantsStop = type === "stop" || type === "stop_limit";
  if (type === "market" && (limitPrice !== undefined || stopPrice !== undefined))
    return malformed("market orders require no stop or limit price");
  if (wantsLimit && limitPrice === undefined) return malformed(`${type} orders require limit price`);
  if (wantsStop && stopPrice === undefined) return malformed(`${type} orders require stop price`);
  if (type !== "limit" && type !== "stop_limit" && limitPrice !== undefined)
    return malformed(`${type} orders require no limit price`);
  if (!wantsStop && stopPrice !== undefined) return malformed(`${type} orders require no stop price`);
  const trails = [trailPrice, trailPercent].filter((each) => each !== undefined);
  if (type !== "trailing_stop" && trails.length > 0) return malformed(`${type} orders require no trail`);
  if (type === "trailing_stop") {
    if (trails.length !== 1)
      return malformed("trailing stop orders require exactly one of trail_price or trail_percent");
    if (trailPercent !== undefined && trailPercent < LEAST_TRAIL_PERCENT)
      return malformed("trail_percent must be >= 0.1");
    if (trailPrice !== undefined && !(trailPrice > 0)) return malformed("trail_price must be > 0");
  }
  return undefined;
}

function pricesOf({ limitPrice, stopPrice, takeProfit, stopLoss }: OrderRequest) {
  return [
    ["limit_price", limitPrice],
    ["stop_price", stopPrice],
    ["take_profit.limit_price", takeProfit?.limitPrice],
    ["stop_loss.stop_price", stopLoss?.stopPrice],
    ["stop_loss.limit_price", stopLoss?.limitPrice],
  ] as const;
}

function judgeTicks(request: OrderRequest): Refusal | undefined {
  for (const [name, price] of pricesOf(request)) {
    if (price === undefined) continue;
    const refusal = judgePrice(name, price);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Cents from one dollar on, hundredths of a cent below. */
export function judgePrice(name: string, price: number): Refusal | undefined {
  if (!(price > 0)) return malformed(`${name} must be > 0`);
  if (Number.isSafeInteger(price) && isOnTick(price as Price)) return undefined;
  return unprocessable(
    `invalid ${name} ${dollarsText(price)}. sub-penny increment does not fulfill minimum pricing criteria`,
  );
}

function judgeMatrix(request: OrderRequest, asset: AssetTerms): Refusal | undefined {
  const { type, timeInForce, orderClass = "", quantity, extendedHours = false } = request;
  const isPlainLife = timeInForce === "day" || timeInForce === "gtc";
  const isSimple = orderClass === "" || orderClass === "simple";
  const waits = type === "stop" || type === "stop_limit" || type === "trailing_stop";
  if (quantity === undefined || quantity % NANOS !== 0) {
    if (timeInForce !== "day") return unprocessable("fractional orders must be DAY orders");
    if (!isSimple) return unprocessable("fractional orders must be simple orders");
    if (type === "trailing_stop")
      return unprocessable("fractional orders must be market, limit, stop, or stop_limit orders");
    if (extendedHours)
      return unprocessable(`asset ${asset.symbol} is not eligible for fractional extended hours trading`);
    if (!asset.fractionable) return forbidden(`asset "${asset.symbol}" is not fractionable`);
  }
  if (waits && !isPlainLife) return unprocessable(`${type} orders must be DAY or GTC orders`);
  if (!isSimple && !isPlainLife) return unprocessable("complex orders must be DAY or GTC orders");
  if (asset.exchange === "OTC" && !isPlainLife)
    return unprocessable("OTC symbols accept DAY or GTC orders only");
  if (extendedHours && !isSimple) return unprocessable("extended hours orders must be simple orders");
  if (extendedHours && (type !== "limit" || !isPlainLife))
    return unprocessable("extended hours order must be DAY or GTC limit orders");
  return undefined;
}

function judgeGeometry(request: OrderRequest): Refusal | undefined {
  const { orderClass = "", type, takeProfit, stopLoss } = request;
  if (orderClass === "" || orderClass === "simple") {
    if (takeProfit === undefined && stopLoss === undefined) return undefined;
    return unprocessable("take_profit and stop_loss require order_class bracket, oco or oto");
  }
  const target = takeProfit?.limitPrice;
  const stop = stopLoss?.stopPrice;
  if (takeProfit !== undefined && target === undefined)
    return unprocessable("take_profit.limit_price is required");
  if (stopLoss !== undefined && stop === undefined) return unprocessable("stop_loss.stop_price is required");
  if (orderClass === "oto") {
    if ((target === undefined) === (stop === undefined))
      return unprocessable("oto orders require exactly one of take_profit and stop_loss");
  } else if (target === undefined || stop === undefined)
    return unprocessable(`${orderClass} orders require take_profit.limit_price and stop_loss.stop_price`);
  if (orderClass === "oco" && type !== "limit") return unprocessable("oco orders must be limit orders");
  if (orderClass !== "oco" && type !== "market" && type !== "limit")
    return unprocessable(`${orderClass} orders must be market or limit orders`);
  return judgeSpacing(request);
}

/** Which way is profit: up for who buys to enter, and for who sells to leave. */
function judgeSpacing({ orderClass, side, limitPrice, takeProfit, stopLoss }: OrderRequest) {
  const target = takeProfit?.limitPrice ?? Number.NaN;
  const stop = stopLoss?.stopPrice ?? Number.NaN;
  const up = (side === "buy") === (orderClass !== "oco") ? 1 : -1;
  if (up * (target - stop) <= 0)
    return unprocessable(
      `take_profit.limit_price must be ${up > 0 ? ">" : "<"} stop_loss.stop_price for a ${side} order`,
    );
  const base = orderClass === "oco" ? target : (limitPrice ?? Number.NaN);
  return judgeStopDistance(stop, base, up);
}

/** The stop must be a cent beyond `base`, on the losing side; a price that nobody knows forbids nothing. */
export function judgeStopDistance(stop: number, base: number, up: number): Refusal | undefined {
  const cent = MICROS / 100;
  if (!(up * (base - stop) < cent)) return undefined;
  const bound = dollarsText(base - up * cent);
  return unprocessable(`stop_loss.stop_price must be ${up > 0 ? "<=" : ">="} base_price: ${bound}`);
}
