/** What the account says to an order that is well formed: positions, other orders, borrowing, money. First no wins. */
import { MICROS, NANOS } from "../../domain/money.ts";
import { BUY, SELL, type Side } from "../../domain/order.ts";
import { dollarsText, sharesText } from "./decimal-text.ts";
import { type Desk, isWhole } from "./desk.ts";
import { MARGIN_FLOOR, reservedBy, valueAt } from "./margin.ts";
import { isOpening, type OrderRecord, remainingOf, sideWord } from "./order-record.ts";
import type { IntentWord } from "./order-view.ts";
import { dayTradeProtection, forbidden, type Refusal, unprocessable } from "./refusals.ts";
import { judgeStopDistance } from "./validity.ts";

const LEAST_ORDER = MICROS;

/** What an order of that side would do to the position. */
export function inferIntent(position: number, side: Side): IntentWord {
  if (side === BUY) return position < 0 ? "buy_to_close" : "buy_to_open";
  return position > 0 ? "sell_to_close" : "sell_to_open";
}

/** Undefined when the order may stand. `replaced` is the order whose place it takes. */
export function admit(desk: Desk, record: OrderRecord, replaced?: OrderRecord): Refusal | undefined {
  return (
    judgeAccount(desk, record) ??
    judgeHour(desk, record) ??
    judgeClass(desk, record) ??
    (isOpening(record) ? judgeOpening(desk, record) : judgeClosing(desk, record, replaced)) ??
    judgeWash(desk, record, replaced) ??
    (isOpening(record) ? judgeMoney(desk, record, replaced) : judgeDayTrade(desk, record))
  );
}

function judgeAccount({ configuration }: Desk, record: OrderRecord): Refusal | undefined {
  if (configuration.suspendTrade) return forbidden("new orders are rejected by user request");
  const isFractional = Number.isNaN(record.quantity) || !isWhole(record.quantity);
  if (isFractional && !configuration.fractionalTrading && isOpening(record))
    return forbidden("fractional trading is disabled by user request");
  return undefined;
}

function judgeHour({ day, now }: Desk, { timeInForce }: OrderRecord): Refusal | undefined {
  if (timeInForce !== "opg" && timeInForce !== "cls") return undefined;
  if (!day.isTooLate(timeInForce, now)) return undefined;
  const window = timeInForce === "opg" ? "9:28am and before 7:00pm" : "3:50pm and before 7:00pm";
  return forbidden(`${timeInForce} orders are not accepted after ${window} ET`);
}

function judgeClass(desk: Desk, record: OrderRecord): Refusal | undefined {
  const { group, side, instrument } = record;
  if (group === undefined) return undefined;
  if (group.kind === "oco") {
    if (isOpening(record)) return unprocessable("oco orders must be exit orders");
  } else if (record.role === "entry" && !isOpening(record))
    return unprocessable(`${group.kind} orders must be entry orders`);
  const up = (side === BUY) === (group.kind !== "oco") ? 1 : -1;
  const stop = group.stop?.stop ?? Number.NaN;
  return record.role === "stop" ? undefined : judgeStopDistance(stop, desk.market.price(instrument), up);
}

/** Nobody goes through flat: what closes may close what is there and is not promised to another order. */
function judgeClosing(desk: Desk, record: OrderRecord, replaced?: OrderRecord): Refusal | undefined {
  const { instrument, symbol, side } = record;
  const available = desk.available(instrument, replaced);
  const wanted = remainingOf(record);
  if (wanted <= available) return undefined;
  const existing = Math.abs(desk.position(instrument));
  const related = desk.store
    .of(instrument)
    .filter((each) => each.side === side && !isOpening(each) && each !== replaced)
    .map(({ id }) => id);
  const [requested, free] = [sharesText(wanted), sharesText(available)];
  return forbidden(`insufficient qty available for order (requested: ${requested}, available: ${free})`, {
    symbol,
    available: free,
    existing_qty: sharesText(existing),
    held_for_orders: sharesText(existing - available),
    related_orders: related,
  });
}

function judgeOpening(desk: Desk, record: OrderRecord): Refusal | undefined {
  const { instrument, side, symbol } = record;
  if (desk.position(instrument) === 0) {
    const pending = desk.store.of(instrument).find((each) => each.side !== side && isOpening(each));
    if (pending !== undefined)
      return forbidden(
        side === BUY
          ? "cannot open a long buy while a short sell order is open"
          : "cannot open a short sell while a long buy order is open",
        { existing_order_id: pending.id },
      );
  }
  return side === SELL ? judgeShort(desk, record, symbol) : undefined;
}

function judgeShort(desk: Desk, record: OrderRecord, symbol: string): Refusal | undefined {
  const { instrument, quantity } = record;
  if (Number.isNaN(quantity) || !isWhole(quantity))
    return unprocessable("fractional orders cannot be sold short");
  if (desk.configuration.noShorting || desk.multiplier === 1 || desk.margin().equity < MARGIN_FLOOR)
    return forbidden("account is not allowed to short");
  if (!desk.asset(instrument).shortable) return forbidden(`asset "${symbol}" cannot be sold short`);
  if (desk.isEasyToBorrow[instrument] !== true)
    return forbidden(`asset "${symbol}" is hard to borrow and cannot be sold short`);
  return undefined;
}

/** Opposite orders of one account that could meet each other: groups and trailing stops are exempt. */
function judgeWash(desk: Desk, record: OrderRecord, replaced?: OrderRecord): Refusal | undefined {
  if (!isInWashTable(record)) return undefined;
  for (const other of desk.store.of(record.instrument)) {
    if (other === replaced || other.side === record.side || !isInWashTable(other)) continue;
    const [buy, sell] = record.side === BUY ? [record, other] : [other, record];
    const takesAny = [buy, sell].some(({ type }) => type === "market" || type === "stop");
    if (!takesAny && buy.limit < sell.limit) continue;
    const reason = takesAny ? "opposite side market/stop order exists" : "opposite side limit order exists";
    return forbidden("potential wash trade detected. use complex orders", {
      existing_order_id: other.id,
      reject_reason: reason,
    });
  }
  return undefined;
}

const isInWashTable = ({ orderClass, type }: OrderRecord): boolean =>
  orderClass === "simple" && type !== "trailing_stop";

function judgeMoney(desk: Desk, record: OrderRecord, replaced?: OrderRecord): Refusal | undefined {
  const { instrument, notional, quantity } = record;
  if (Number.isNaN(record.reservePrice)) return forbidden(`no market price is known for ${record.symbol}`);
  const cost = Number.isNaN(notional) ? valueAt(record.reservePrice, quantity) : notional;
  if (cost < LEAST_ORDER) return forbidden("cost basis must be >= minimal amount of order 1");
  const buyingPower = desk.buyingPower(desk.margin(), replaced);
  if (desk.charge(instrument, reservedBy(record)) <= buyingPower) return undefined;
  return forbidden("insufficient buying power", {
    buying_power: dollarsText(buyingPower),
    cost_basis: dollarsText(cost),
  });
}

function judgeDayTrade(desk: Desk, { instrument }: OrderRecord): Refusal | undefined {
  if (desk.terms.legacyPdt !== true) return undefined;
  return desk.dayTrades.refuses(instrument, desk.sessionDay, desk.margin().equity)
    ? dayTradeProtection
    : undefined;
}

/** Undefined when the client's word for what the order does agrees with the position. */
export function judgeIntent(record: OrderRecord, claimed: string | undefined): Refusal | undefined {
  if (claimed === undefined || claimed === record.intent) return undefined;
  return unprocessable(
    `position intent mismatch, inferred: ${record.intent}, specified: ${claimed} (${sideWord(record.side)})`,
  );
}

/** Nano-shares that a sale by value may take of the position: what its dollars are worth now. */
export function sharesForValue(dollars: number, price: number): number {
  return price > 0 ? Math.floor((dollars * NANOS) / price) : Number.NaN;
}
