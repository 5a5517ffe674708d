/** Orders and positions by REST: every verb of both, over the brokerage. */
import type { EpochMicros } from "../domain/time.ts";
import type { BrokeragePort } from "../sim/brokerage/brokerage-port.ts";
import type { CloseRequest } from "../sim/brokerage/order-request.ts";
import type { OrderFilter, OrderView } from "../sim/brokerage/order-view.ts";
import { isRefusal, type Refusal } from "../sim/brokerage/refusals.ts";
import { positionJson } from "./account-wire.ts";
import { sharesOf } from "./decimals.ts";
import {
  type Answer,
  type Ask,
  badParameter,
  flagParameter,
  listParameter,
  missing,
  ok,
  Refused,
  type Route,
  timeParameter,
  unprocessable,
  wholeParameter,
  wordParameter,
} from "./http-words.ts";
import { changeRequest, orderJson, orderRequest } from "./order-wire.ts";

const MULTI_STATUS = 207;
const MOST_ORDERS = 500;

export function orderRoutes(brokerage: BrokeragePort, now: () => EpochMicros): readonly Route[] {
  const desk = new OrderRoutes(brokerage, now);
  const route = (method: Route["method"], path: RegExp, answer: (ask: Ask) => Answer): Route => ({
    method,
    path,
    group: "trading",
    answer,
  });
  return [
    route("POST", /^\/v2\/orders$/, (ask) => desk.submit(ask)),
    route("GET", /^\/v2\/orders$/, (ask) => desk.list(ask)),
    route("DELETE", /^\/v2\/orders$/, () => desk.cancelAll()),
    route("GET", /^\/v2\/orders:by_client_order_id$/, (ask) => desk.byClientId(ask)),
    route("GET", /^\/v2\/orders\/([^/]+)$/, (ask) => desk.one(ask)),
    route("PATCH", /^\/v2\/orders\/([^/]+)$/, (ask) => desk.change(ask)),
    route("DELETE", /^\/v2\/orders\/([^/]+)$/, (ask) => desk.cancel(ask)),
    route("GET", /^\/v2\/positions$/, () => ok(brokerage.positions().map(positionJson))),
    route("GET", /^\/v2\/positions\/([^/]+)$/, ({ parts }) =>
      ok(positionJson(granted(brokerage.position(parts[0] ?? "")))),
    ),
    route("DELETE", /^\/v2\/positions$/, (ask) => desk.closeAll(ask)),
    route("DELETE", /^\/v2\/positions\/([^/]+)$/, (ask) => desk.close(ask)),
  ];
}

class OrderRoutes {
  readonly #brokerage: BrokeragePort;
  readonly #now: () => EpochMicros;

  constructor(brokerage: BrokeragePort, now: () => EpochMicros) {
    this.#brokerage = brokerage;
    this.#now = now;
  }

  submit({ body }: Ask): Answer {
    return ok(orderJson(granted(this.#brokerage.submit(orderRequest(body), this.#now()))));
  }

  list({ query }: Ask): Answer {
    const filter: OrderFilter = {
      status: wordParameter(query, "status", ["open", "closed", "all"]),
      limit: wholeParameter(query, "limit", { least: 1, most: MOST_ORDERS, otherwise: 50 }),
      direction: wordParameter(query, "direction", ["desc", "asc"]),
      nested: flagParameter(query, "nested"),
      ...this.#bounds(query),
      ...symbolsOf(query),
      ...(query.has("side") ? { side: wordParameter(query, "side", ["buy", "sell"]) } : {}),
    };
    wordParameter(query, "asset_class", ["us_equity", "all"]);
    return ok(this.#brokerage.orders(filter).map(orderJson));
  }

  byClientId({ query }: Ask): Answer {
    const id = query.get("client_order_id");
    if (id === null || id === "") throw unprocessable("client_order_id is required");
    return ok(orderJson(granted(this.#brokerage.orderByClientId(id))));
  }

  one({ parts, query }: Ask): Answer {
    return ok(orderJson(granted(this.#brokerage.order(idOf(parts), flagParameter(query, "nested")))));
  }

  change({ parts, body }: Ask): Answer {
    return ok(orderJson(granted(this.#brokerage.change(idOf(parts), changeRequest(body), this.#now()))));
  }

  cancel({ parts }: Ask): Answer {
    granted(this.#brokerage.cancel(idOf(parts), this.#now()));
    return { status: 204 };
  }

  cancelAll(): Answer {
    const rows = this.#brokerage.cancelAll(this.#now());
    const body = rows.map(({ id, status, body }) => ({
      id,
      status,
      ...(body === undefined ? {} : { body: refusalJson(body) }),
    }));
    return { status: MULTI_STATUS, body };
  }

  close({ parts, query }: Ask): Answer {
    const quantity = sharesOf("qty", query.get("qty"));
    const percentage = query.get("percentage");
    if (quantity !== undefined && percentage !== null)
      throw unprocessable("only one of qty and percentage is accepted");
    if (quantity !== undefined && !(quantity > 0)) throw unprocessable("qty must be > 0");
    const part: CloseRequest = {
      ...(quantity === undefined ? {} : { quantity }),
      ...(percentage === null ? {} : { percentage: percentOf(percentage) }),
    };
    const symbol = parts[0] ?? "";
    return ok(orderJson(granted(this.#brokerage.closePosition(symbol, part, this.#now()))));
  }

  closeAll({ query }: Ask): Answer {
    const rows = this.#brokerage.closeAll(flagParameter(query, "cancel_orders"), this.#now());
    const body = rows.map(({ symbol, status, body }) => ({
      symbol,
      status,
      body: isRefusal(body) ? refusalJson(body) : orderJson(body),
    }));
    return { status: MULTI_STATUS, body };
  }

  /** Times, or the orders that stand at the ends of the page; never both. */
  #bounds(query: URLSearchParams): Pick<OrderFilter, "after" | "until"> {
    const after = timeParameter(query, "after");
    const until = timeParameter(query, "until");
    const afterId = query.get("after_order_id");
    const beforeId = query.get("before_order_id");
    if (afterId !== null && beforeId !== null)
      throw badParameter("before_order_id and after_order_id are mutually exclusive");
    if ((afterId ?? beforeId) !== null && (after ?? until) !== undefined)
      throw badParameter("order ids and times cannot bound the same request");
    const submitted = (id: string) => granted(this.#brokerage.order(id)).submittedAt;
    if (afterId !== null) return { after: submitted(afterId) };
    if (beforeId !== null) return { until: submitted(beforeId) };
    return { ...(after === undefined ? {} : { after }), ...(until === undefined ? {} : { until }) };
  }
}

/** The answer, or the brokerage's refusal thrown. */
export function granted<Value extends object>(answer: Value | Refusal): Value {
  if (!isRefusal(answer)) return answer;
  throw new Refused(answer.status, answer.code, answer.message, answer.extra ?? {});
}

const refusalJson = ({ code, message, extra }: Refusal) => ({ code, message, ...extra });

function symbolsOf(query: URLSearchParams): Pick<OrderFilter, "symbols"> {
  const symbols = listParameter(query, "symbols");
  return symbols === undefined ? {} : { symbols };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function idOf(parts: readonly string[]): OrderView["id"] {
  const [id = ""] = parts;
  if (UUID.test(id)) return id;
  throw missing(`order not found for ${id.slice(0, 60)}`);
}

function percentOf(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value > 0 && value <= 100) return value;
  throw unprocessable("percentage must be above 0 and at most 100");
}
