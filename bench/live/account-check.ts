/** Does the exchange's account say of orders, fills and positions what ours do? */
import { type BrokerOrder, isEnded } from "../../src/domain/broker.ts";
import { entries } from "./bar-tally.ts";
import type { LiveRig } from "./rig.ts";

export interface AccountCheck {
  readonly orders: number;
  readonly filledOrders: number;
  readonly trades: number;
  readonly positions: number;
  /** One sentence per difference. */
  readonly differences: readonly string[];
}

interface TheirOrder {
  readonly id: string;
  readonly client_order_id: string;
  readonly symbol: string;
  readonly status: string;
  readonly filled_qty: string;
  readonly submitted_at: string;
}

interface Snapshot {
  readonly positions: readonly { readonly symbol: string; readonly shares: number }[];
  readonly trades: { readonly count: number };
}

const PAGE = 500;
const theirEnds = ["filled", "canceled", "expired", "rejected", "replaced"];

/** Asks execute while it runs, and the journal what it heard of each order. */
export async function checkAccount(rig: LiveRig): Promise<AccountCheck> {
  const { snapshot } = await rig.ask<{ readonly snapshot: Snapshot }>({ verb: "status" });
  await rig.stopSystem();
  const theirs = await allOrders(rig);
  const heard = heardOrders(rig);
  const differences: string[] = [];
  for (const order of theirs) {
    const ours = heard.get(order.id);
    const name = `order ${order.client_order_id} of ${order.symbol}`;
    if (ours === undefined) differences.push(`${name} was never heard of`);
    else if (ours.filled !== Number(order.filled_qty))
      differences.push(`${name}: ${ours.filled} filled here, ${order.filled_qty} there`);
    else if (isEnded(ours.status) !== theirEnds.includes(order.status))
      differences.push(`${name}: ${ours.status} here, ${order.status} there`);
  }
  const held = await rig.get<readonly { readonly symbol: string; readonly qty: string }[]>("/v2/positions");
  const there = new Map(held.map(({ symbol, qty }) => [symbol, Number(qty)]));
  const here = new Map(snapshot.positions.map(({ symbol, shares }) => [symbol, shares]));
  for (const symbol of new Set([...there.keys(), ...here.keys()])) {
    const [a, b] = [here.get(symbol) ?? 0, there.get(symbol) ?? 0];
    if (a !== b) differences.push(`${symbol}: ${a} shares here, ${b} there`);
  }
  return {
    orders: theirs.length,
    filledOrders: theirs.filter(({ filled_qty }) => Number(filled_qty) > 0).length,
    trades: snapshot.trades.count,
    positions: held.length,
    differences,
  };
}

/** In pages by instant of submission; one instant may stand on two pages. */
async function allOrders(rig: LiveRig): Promise<readonly TheirOrder[]> {
  const found = new Map<string, TheirOrder>();
  for (let after = ""; ; ) {
    const bound = after === "" ? "" : `&after=${encodeURIComponent(after)}`;
    const page = await rig.get<readonly TheirOrder[]>(
      `/v2/orders?status=all&limit=${PAGE}&direction=asc${bound}`,
    );
    for (const order of page) found.set(order.id, order);
    const last = page.at(-1)?.submitted_at;
    if (page.length < PAGE || last === undefined || last === after) return [...found.values()];
    after = last;
  }
}

/** What execute heard last of each order, legs among them, by the exchange's own name. */
function heardOrders({ root, run }: LiveRig): ReadonlyMap<string, BrokerOrder> {
  const heard = new Map<string, BrokerOrder>();
  const take = (order: BrokerOrder) => {
    const before = heard.get(order.id);
    if (before === undefined || order.filled > before.filled || !isEnded(before.status))
      heard.set(order.id, order);
    for (const leg of order.legs) take(leg);
  };
  for (const { part, payload } of entries(root, "journal.db", run)) {
    if (part !== "input" || !payload.startsWith("news ")) continue;
    const news = JSON.parse(payload.slice(payload.indexOf("{"))) as {
      readonly order?: BrokerOrder;
      readonly look?: { readonly orders: readonly BrokerOrder[] };
    };
    if (news.order !== undefined) take(news.order);
    for (const order of news.look?.orders ?? []) take(order);
  }
  return heard;
}
