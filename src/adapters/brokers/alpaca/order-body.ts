/**
 * Our orders as Alpaca reads them: decimals as texts, prices on the legal grid, what is unset left out (a null or a
 * zero price is refused), and what the order does to the position, so that a misreading is refused instead of traded.
 */
import type { OrderChange, OrderSpec } from "../../../domain/broker.ts";
import type { Price } from "../../../domain/money.ts";
import { BUY, type Side, sideName } from "../../../domain/order.ts";
import { type RoundingDirection, roundToTick } from "../../../market/ticks.ts";

/** The body of a POST or PATCH, or why there can be none. */
export type OrderBody = { readonly body: Readonly<Record<string, unknown>> } | { readonly problem: string };

const MICROS = 1_000_000;
const CLIENT_ID_MAX = 128;

export function submitBody(spec: OrderSpec): OrderBody {
  const problem = specProblem(spec);
  if (problem !== undefined) return { problem };
  const exitSide = -spec.side as Side;
  const { takeProfit, stopLoss } = spec;
  return {
    body: {
      symbol: spec.symbol,
      qty: sharesText(spec.shares),
      side: sideName(spec.side),
      type: spec.type,
      time_in_force: spec.timeInForce,
      client_order_id: spec.clientId,
      position_intent: `${sideName(spec.side)}_to_${spec.opens ? "open" : "close"}`,
      ...(spec.limit === undefined ? {} : { limit_price: priceText(spec.limit, careful(spec.side)) }),
      ...(spec.stop === undefined ? {} : { stop_price: priceText(spec.stop, careful(spec.side)) }),
      ...(spec.orderClass === "simple" ? {} : { order_class: spec.orderClass }),
      ...(takeProfit === undefined
        ? {}
        : { take_profit: { limit_price: priceText(takeProfit, careful(legSide(spec, exitSide))) } }),
      ...(stopLoss === undefined
        ? {}
        : { stop_loss: { stop_price: priceText(stopLoss, careful(legSide(spec, exitSide))) } }),
    },
  };
}

export function changeBody({ clientId, shares, limit, stop }: OrderChange): OrderBody {
  const problem = firstProblem({ shares, limit, stop }) ?? clientIdProblem(clientId);
  if (problem !== undefined) return { problem };
  if (shares === undefined && limit === undefined && stop === undefined)
    return { problem: "a change that changes nothing" };
  return {
    body: {
      client_order_id: clientId,
      ...(shares === undefined ? {} : { qty: sharesText(shares) }),
      ...(limit === undefined ? {} : { limit_price: priceText(limit, "nearest") }),
      ...(stop === undefined ? {} : { stop_price: priceText(stop, "nearest") }),
    },
  };
}

/** Dollars per share as a text on the legal grid, at least two decimals. */
export function priceText(dollars: number, direction: RoundingDirection): string {
  const micros = roundToTick(Math.round(dollars * MICROS) as Price, direction);
  const text = (micros / MICROS).toFixed(4);
  return text.endsWith("00") ? text.slice(0, -2) : text;
}

/** Up to nine decimals, none of them an idle zero. */
export function sharesText(shares: number): string {
  return shares.toFixed(9).replace(/\.?0+$/, "");
}

/** Never worse than asked: a buyer's price down, a seller's up; a seller's stop too, which protects earlier. */
const careful = (side: Side): RoundingDirection => (side === BUY ? "down" : "up");

/** The legs of a pair that closes a position stand on the side of the pair itself. */
const legSide = ({ orderClass, side }: OrderSpec, exitSide: Side): Side =>
  orderClass === "oco" ? side : exitSide;

function specProblem(spec: OrderSpec): string | undefined {
  const { shares, limit, stop, takeProfit, stopLoss, type, orderClass } = spec;
  const problem =
    firstProblem({ shares, limit, stop, takeProfit, stopLoss }) ?? clientIdProblem(spec.clientId);
  if (problem !== undefined) return problem;
  const needsLimit = (type === "limit" || type === "stop_limit") && orderClass !== "oco";
  if (needsLimit !== (limit !== undefined) && orderClass !== "oco")
    return `a ${type} order ${needsLimit ? "needs a limit" : "has no limit"}`;
  const needsStop = type === "stop" || type === "stop_limit";
  if (needsStop !== (stop !== undefined))
    return `a ${type} order ${needsStop ? "needs a stop" : "has no stop"}`;
  const legs = (takeProfit === undefined ? 0 : 1) + (stopLoss === undefined ? 0 : 1);
  const wanted = { simple: 0, oto: 1, bracket: 2, oco: 2 }[orderClass];
  return legs === wanted ? undefined : `${orderClass} takes ${wanted} exits, was given ${legs}`;
}

function firstProblem(values: Readonly<Record<string, number | undefined>>): string | undefined {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const least = name === "shares" ? 1e-9 : 1 / MICROS;
    if (!(value >= least && Number.isFinite(value))) return `${name} is ${value}, must be a positive number`;
  }
  return undefined;
}

const clientIdProblem = (clientId: string): string | undefined =>
  clientId.length >= 1 && clientId.length <= CLIENT_ID_MAX
    ? undefined
    : `client order id has ${clientId.length} characters, allowed is 1 to ${CLIENT_ID_MAX}`;
