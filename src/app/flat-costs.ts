/**
 * How many fills paid a flat figure, whatever the volatility, the size or the stock: those that met an auction, or all
 * where the model is a fixed one. Daily bars fill at the open, so that this is most of a daily run's fills.
 */

import { MICROS } from "../domain/money.ts";
import type { OrderNumber } from "../domain/order.ts";
import { FillField } from "../engine/fill-table.ts";
import type { CostParams } from "../sim/cost-model.ts";
import type { EngineRun } from "./engine-run.ts";
import type { FlatCosts } from "./run-result.ts";

/**
 * An auction is told by its price: no drift, no impact, and no more than its flat charge, of which a limit may have cut
 * off a part. What crossed inside the account met no market and is not counted.
 */
export function flatCosts({ loop }: EngineRun, { slippage, auctionBps, fixedBps }: CostParams): FlatCosts {
  const { fills, orders } = loop.execute;
  const bps = slippage === "fixed" ? fixedBps : auctionBps;
  let [flat, market] = [0, 0];
  for (let fill = 0; fill < fills.length; fill++) {
    const get = (field: FillField) => fills.get(fill, field);
    if (get(FillField.crossed) > 0) continue;
    market += 1;
    const [spread, shares] = [get(FillField.spread), get(FillField.shares)];
    const side = orders.side(get(FillField.order) as OrderNumber);
    const unslipped = get(FillField.price) * shares - side * get(FillField.slippage);
    const most = (unslipped * bps) / 10_000 + 1 / MICROS + shares / MICROS;
    const isFlat = get(FillField.drift) === 0 && get(FillField.impact) === 0 && spread > 0 && spread <= most;
    if (isFlat) flat += 1;
  }
  return { fills: flat, of: market, bps, isAuction: slippage !== "fixed" };
}

/** Empty when nothing paid a flat figure. */
export function flatCostWarnings({ fills, of, bps, isAuction }: FlatCosts): string[] {
  if (fills === 0) return [];
  const share = `${Math.round((fills / of) * 100)}% of fills (${fills} of ${of})`;
  const met = isAuction ? `${share} met an opening or closing auction.` : `${share} paid a fixed cost.`;
  return [
    `${met} Each is charged a flat ${bps.toFixed(2)} bps, whatever the volatility, the size and the stock: ` +
      "a real one may cost more.",
  ];
}
