/** What must be true once all has settled: the engine was told what the broker's books hold, no more, no less. */
import { isEnded } from "../src/domain/broker.ts";
import { BUY, type OrderNumber, SELL, type Side } from "../src/domain/order.ts";
import type { LiveOrder } from "../src/execution/lifecycle/words.ts";
import type { Case, LifecycleStorm } from "./lifecycle-storm.ts";

interface Sum {
  shares: number;
  dollars: number;
}

export interface Account {
  readonly wrongs: string[];
  readonly tombstones: number;
  readonly orders: number;
}

export function checkStorm(storm: LifecycleStorm): Account {
  const { broker, lifecycle, placed } = storm;
  const wrongs = [...broker.violations, ...checkStream(storm)];
  const tombstoned = new Set(lifecycle.tombstones().map(({ clientId }) => clientId));
  const wasDoubted = new Set(
    storm.told.notes.filter(({ to }) => to === "UNKNOWN").map(({ clientId }) => clientId),
  );
  if (lifecycle.unknownCount > 0) wrongs.push(`${lifecycle.unknownCount} orders are still in doubt`);
  let orders = 0;
  for (const order of placed) {
    const made = broker.orders.filter(({ clientId }) => clientId === order.clientId);
    orders += made.length;
    if (made.length > 1) wrongs.push(`${order.clientId} has ${made.length} orders`);
    wrongs.push(...checkSlices(storm, order));
    const isLost = made.length === 0 && wasDoubted.has(order.clientId) && !tombstoned.has(order.clientId);
    if (isLost && !endsOtherwise(storm, order.clientId)) wrongs.push(`${order.clientId} vanished`);
  }
  for (const one of storm.cases) {
    const { symbol, entry, stops, targets } = one;
    if (entry !== undefined) {
      const side = placed.find(({ number }) => number === entry)?.side ?? BUY;
      wrongs.push(...checkFills(storm, [entry], symbol, side, undefined), ...checkEnd(storm, entry));
    }
    if (stops.length === 0) continue;
    wrongs.push(...checkFills(storm, stops, symbol, SELL, "stop"));
    wrongs.push(...checkFills(storm, targets, symbol, SELL, "limit"), ...checkProtection(storm, one));
  }
  for (const open of lifecycle.open()) {
    const real = broker.orders.find(({ id }) => id === open.brokerId);
    if (real === undefined || isEnded(real.status))
      wrongs.push(`${open.clientId} is ${open.state}, really over`);
  }
  for (const real of broker.orders) {
    const isKnown = lifecycle.open().some(({ brokerId }) => brokerId === real.id);
    if (!isEnded(real.status) && !isKnown) wrongs.push(`${real.clientId} works unknown to us`);
  }
  return { wrongs, tombstones: tombstoned.size, orders };
}

/** All that was ever asked for under a sliced order is no more than the order, each slice once (C-03). */
function checkSlices({ broker, told }: LifecycleStorm, order: LiveOrder): string[] {
  const { slices, symbol, side, shares } = order;
  if (slices === undefined) return [];
  const specs = told.requests.flatMap((request) => (request.kind === "Submit" ? [request.spec] : []));
  const own = new Map(
    specs
      .filter((spec) => spec.symbol === symbol && spec.side === side)
      .map((spec) => [spec.clientId, spec.shares]),
  );
  const asked = [...own.values()].reduce((sum, each) => sum + each, 0);
  const wrongs = asked > shares ? [`${symbol}: slices of ${asked} for an order of ${shares}`] : [];
  const made = broker.orders.filter((one) => one.symbol === symbol && one.side === side);
  const ids = new Set(made.map(({ clientId }) => clientId));
  if (ids.size < made.length) wrongs.push(`${symbol}: a slice has two orders`);
  return wrongs;
}

/** Refused, too old or canceled before it left again, after a doubt: provably no order either. */
const endsOtherwise = ({ told }: LifecycleStorm, id: string): boolean =>
  told.notes.some(
    ({ clientId, to, reason }) =>
      clientId === id &&
      (to === "REJECTED" || to === "EXPIRED" || (to === "CANCELED" && reason === "canceled before it left")),
  );

function checkFills(
  { told, broker }: LifecycleStorm,
  numbers: readonly OrderNumber[],
  symbol: string,
  side: Side,
  type: "stop" | "limit" | undefined,
): string[] {
  const truth: Sum = { shares: 0, dollars: 0 };
  for (const order of broker.orders) {
    if (order.symbol !== symbol || order.side !== side || (type !== undefined && order.type !== type))
      continue;
    truth.shares += order.filled;
    truth.dollars += order.value;
  }
  const heard: Sum = { shares: 0, dollars: 0 };
  for (const event of told.events) {
    if (event.kind !== "OrderFilled" || !numbers.includes(event.order)) continue;
    heard.shares += event.quantity / 1e9;
    heard.dollars += (event.quantity / 1e9) * (event.price / 1e6);
  }
  const isSame = heard.shares === truth.shares && Math.abs(heard.dollars - truth.dollars) < 1e-3;
  return isSame ? [] : [`${symbol}: told ${JSON.stringify(heard)}, truly ${JSON.stringify(truth)}`];
}

const filledOf = ({ told }: LifecycleStorm, number: OrderNumber): number =>
  told.events.reduce(
    (sum, event) => sum + (event.kind === "OrderFilled" && event.order === number ? event.quantity / 1e9 : 0),
    0,
  );

const endsOf = ({ told }: LifecycleStorm, number: OrderNumber) =>
  told.events.filter(
    ({ kind, ...event }) =>
      (kind === "OrderCanceled" || kind === "OrderExpired" || kind === "OrderRejected") &&
      "order" in event &&
      event.order === number,
  );

function checkEnd(storm: LifecycleStorm, number: OrderNumber): string[] {
  const order = storm.placed.find((one) => one.number === number);
  const ends = endsOf(storm, number).length;
  const isFull = filledOf(storm, number) === order?.shares;
  const isOpen = storm.broker.orders.some(
    ({ symbol, side, status }) => symbol === order?.symbol && side === order.side && !isEnded(status),
  );
  if (ends > 1) return [`order ${number} ended ${ends} times`];
  if (!isFull && !isOpen && ends === 0) return [`order ${number} never ended`];
  return isOpen && ends > 0 ? [`order ${number} ended and works`] : [];
}

/** What is held is under the legs that are still wanted, exactly once. */
function checkProtection(storm: LifecycleStorm, { symbol, entry, held, stops, targets }: Case): string[] {
  const sold = [...stops, ...targets].reduce((sum, leg) => sum + filledOf(storm, leg), 0);
  const left = held + (entry === undefined ? 0 : filledOf(storm, entry)) - sold;
  if (left < 0) return [`${symbol} was turned around by ${-left}`];
  const live = storm.broker.orders.filter(
    (one) => one.symbol === symbol && one.side === SELL && !isEnded(one.status),
  );
  if (left === 0) return live.length > 0 ? [`${symbol} is flat and ${live.length} orders rest`] : [];
  const placed = (leg: OrderNumber) =>
    entry !== undefined || storm.placed.some(({ number }) => number === leg);
  return [stops, targets].flatMap((legs, n) => {
    const wanted = legs.filter((leg) => placed(leg) && endsOf(storm, leg).length === 0);
    // Of two who share an entry one may have lost its stop; what the other holds is not told by fills.
    if (legs.length > 1 && wanted.length < legs.length) return [];
    const name = n === 0 ? "stop" : "limit";
    const rests = live
      .filter(({ type }) => type === name)
      .reduce((sum, one) => sum + one.shares - one.filled, 0);
    const due = wanted.length > 0 ? left : 0;
    return rests === due ? [] : [`${symbol}: ${name} rests for ${rests}, ${due} wanted`];
  });
}

/** Of each order: accepted once, fills by a name that grows. */
function checkStream({ told }: LifecycleStorm): string[] {
  const wrongs: string[] = [];
  const accepted = new Set<number>();
  const last = new Map<number, number>();
  for (const event of told.events) {
    if (event.kind === "OrderAccepted") {
      if (accepted.has(event.order)) wrongs.push(`order ${event.order} was accepted twice`);
      accepted.add(event.order);
    } else if (event.kind === "OrderFilled") {
      const name = event.fillId as number;
      if (name <= (last.get(event.order) ?? 0))
        wrongs.push(`fill ${name} of order ${event.order} came again`);
      last.set(event.order, name);
    }
  }
  return wrongs;
}
