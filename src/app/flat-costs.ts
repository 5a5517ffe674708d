/**
 * How many fills paid a flat figure, whatever the volatility, the size or the stock: those that met an auction, or all
 * where the model is a fixed one. Daily bars fill at the open, so that this is most of a daily run's fills.
 */
import type { Timeframe } from "../domain/bars.ts";
import { MICROS } from "../domain/money.ts";
import { type OrderNumber, TimeInForce } from "../domain/order.ts";
import { FillField } from "../engine/fill-table.ts";
import { OrderField } from "../execution/order-table.ts";
import type { CostParams } from "../sim/cost-model.ts";
import type { EngineRun } from "./engine-run.ts";
import type { FlatCosts } from "./run-result.ts";
import { grouped } from "./run-warnings.ts";

/**
 * Daily bars open in one; of other fills only an order for an auction meets one. It is told by its price: no drift, no
 * impact, and no more than the flat charge, of which a limit may have cut off a part.
 * What crossed inside the account met no market and is not counted.
 */
export function flatCosts(
  { loop, overTicks }: EngineRun,
  { slippage, auctionBps, fixedBps }: CostParams,
  timeframe: Timeframe,
): FlatCosts {
  const { fills, orders } = loop.execute;
  const allOpenInAuctions = timeframe === "1d" && overTicks !== true;
  const isFixed = slippage === "fixed" && overTicks !== true;
  const bps = isFixed ? fixedBps : auctionBps;
  let [flat, market] = [0, 0];
  for (let fill = 0; fill < fills.length; fill++) {
    const get = (field: FillField) => fills.get(fill, field);
    if (get(FillField.crossed) > 0) continue;
    market += 1;
    const [spread, shares] = [get(FillField.spread), get(FillField.shares)];
    const order = get(FillField.order) as OrderNumber;
    const side = orders.side(order);
    if (!isFixed && !allOpenInAuctions && !waitsForAuction(orders.get(order, OrderField.timeInForce)))
      continue;
    const unslipped = get(FillField.price) * shares - side * get(FillField.slippage);
    const most = (unslipped * bps) / 10_000 + 1 / MICROS + shares / MICROS;
    const isFlat = get(FillField.drift) === 0 && get(FillField.impact) === 0 && spread > 0 && spread <= most;
    if (isFlat) flat += 1;
  }
  return { fills: flat, of: market, bps, isAuction: !isFixed };
}

const waitsForAuction = (timeInForce: number): boolean =>
  timeInForce === TimeInForce.AtOpen || timeInForce === TimeInForce.AtClose;

/** Empty when nothing paid a flat figure. */
export function flatCostWarnings({ fills, of, bps, isAuction }: FlatCosts): string[] {
  if (fills === 0) return [];
  const share = `${Math.round((fills / of) * 100)}% of fills (${grouped(fills)} of ${grouped(of)})`;
  const met = isAuction ? `${share} met an opening or closing auction.` : `${share} paid a fixed cost.`;
  return [
    `${met} Each is charged a flat ${bps.toFixed(2)} bps, whatever the volatility, the size and the stock: ` +
      "a real one may cost more.",
  ];
}
