/**
 * One look at the account: open orders, orders that ended since an instant, fills since then, positions, account. All
 * pages, or nothing: a list that was cut short reads as "not there", and what is not there gets closed or forgotten.
 */
import type { z } from "zod";
import type { BrokerCash, BrokerFill, BrokerLook, BrokerOrder, Priority } from "../../../domain/broker.ts";
import { isEnded } from "../../../domain/broker.ts";
import { type EpochMicros, MICROS_PER_DAY } from "../../../domain/time.ts";
import type { Counts } from "../../net/counts.ts";
import { accountFrom, positionFrom } from "./map-account.ts";
import { fillFrom, orderFrom } from "./map-orders.ts";
import { judge, type Verdict } from "./outcome.ts";
import type { AlpacaRest, RestRequest } from "./rest.ts";
import { wireAccount, wirePositions } from "./wire-account.ts";
import { cashFrom, wireCashRows } from "./wire-cash.ts";
import { instantText } from "./wire-instant.ts";
import { type WireOrder, wireFills, wireOrders } from "./wire-orders.ts";

const ORDERS_PAGE = 500;
const FILLS_PAGE = 100;
const PAGES_MAX = 200;

export interface LookContext {
  readonly rest: AlpacaRest;
  readonly counts: Counts;
  readonly priority: Priority;
  /** The exchange's time. */
  readonly now: () => EpochMicros;
}

export type LookAnswer =
  | { readonly kind: "look"; readonly look: BrokerLook }
  | Exclude<Verdict, { readonly kind: "ok" }>;

/** Carries a verdict out of a chain of reads. Caught in `lookAt`, nowhere else. */
class ReadFailed extends Error {
  readonly verdict: Exclude<Verdict, { readonly kind: "ok" }>;
  constructor(verdict: Exclude<Verdict, { readonly kind: "ok" }>) {
    super(verdict.reason);
    this.verdict = verdict;
  }
}

/**
 * `at` is the moment before the first question: whatever happened later may be missing. Orders come first and
 * positions last, so that a fill in between shows in the positions and not only in the orders.
 */
export async function lookAt(
  context: LookContext,
  since: EpochMicros,
  cashSince?: EpochMicros,
): Promise<LookAnswer> {
  const at = context.now();
  try {
    const open = await orders(context, { status: "open" });
    const closed = await orders(context, { status: "closed", after: instantText(dayBefore(since)) });
    const fills = await fillsSince(context, since);
    const cash = cashSince === undefined ? undefined : await cashRows(context, cashSince);
    const positions = await read(context, { path: "/v2/positions" }, wirePositions);
    const account = await read(context, { path: "/v2/account" }, wireAccount);
    const byId = new Map([...open, ...closed.filter((order) => endedSince(order, since))].map(idAndOrder));
    const look: BrokerLook = {
      at,
      account: accountFrom(account),
      positions: positions.filter((row) => row.asset_class === "us_equity").map(positionFrom),
      orders: [...byId.values()],
      fills,
      ...(cash === undefined ? {} : { cash }),
    };
    return { kind: "look", look };
  } catch (error) {
    if (error instanceof ReadFailed) return error.verdict;
    throw error;
  }
}

/** The list of orders is by the time of submission: one that ended since may have been submitted a day before. */
const dayBefore = (at: EpochMicros): EpochMicros => Math.max(0, at - MICROS_PER_DAY) as EpochMicros;

const idAndOrder = (order: BrokerOrder): [string, BrokerOrder] => [order.id, order];

const endedSince = ({ status, updatedAt }: BrokerOrder, since: EpochMicros): boolean =>
  isEnded(status) && (updatedAt === undefined || updatedAt >= since);

async function orders(
  context: LookContext,
  query: { readonly status: string; readonly after?: string },
): Promise<BrokerOrder[]> {
  const all = new Map<string, BrokerOrder>();
  let last: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { after, status } = query;
    const place = last === undefined ? { after } : { after_order_id: last };
    const shape = { status, nested: true, direction: "asc", limit: ORDERS_PAGE };
    const rows = await read(context, { path: "/v2/orders", query: { ...shape, ...place } }, wireOrders);
    for (const row of rows) {
      if ("isForeign" in row) context.counts.add("alpaca.foreign-class");
      else put(all, row, context.counts);
    }
    const next = rows.at(-1)?.id;
    // A page may count legs that it then shows inside their parents.
    const counted = rows.reduce((sum, row) => sum + 1 + ("legs" in row ? (row.legs?.length ?? 0) : 0), 0);
    if (counted < ORDERS_PAGE || next === undefined || next === last) return [...all.values()];
    last = next;
  }
  throw new ReadFailed({ kind: "unknown", reason: `more than ${PAGES_MAX} pages of orders` });
}

/** An order that we cannot read makes the look unreadable: it might hold shares. */
function put(all: Map<string, BrokerOrder>, row: WireOrder, counts: Counts): void {
  const order = orderFrom(row, counts);
  if (order === undefined)
    throw new ReadFailed({ kind: "unknown", reason: `order ${row.id} cannot be read` });
  all.set(order.id, order);
}

async function fillsSince(context: LookContext, since: EpochMicros): Promise<BrokerFill[]> {
  const rows = await activities(context, { path: "/v2/account/activities/FILL", since }, wireFills);
  return rows.map((row) => {
    const fill = fillFrom(row, context.counts);
    if (fill === undefined)
      throw new ReadFailed({ kind: "unknown", reason: `fill ${row.id} cannot be read` });
    return fill;
  });
}

async function cashRows(context: LookContext, since: EpochMicros): Promise<BrokerCash[]> {
  const asked = { path: "/v2/account/activities", since, category: "non_trade_activity" };
  const rows = await activities(context, asked, wireCashRows);
  return rows.map(cashFrom).filter((row) => row !== undefined);
}

/** All pages of a part of the account's record. */
async function activities<Row extends { readonly id: string }>(
  context: LookContext,
  {
    path,
    since,
    ...shape
  }: { readonly path: string; readonly since: EpochMicros; readonly category?: string },
  schema: z.ZodType<Row[]>,
): Promise<Row[]> {
  const all: Row[] = [];
  let token: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const place = { after: instantText(since), direction: "asc", page_size: FILLS_PAGE, page_token: token };
    const rows = await read(context, { path, query: { ...shape, ...place } }, schema);
    all.push(...rows);
    const next = rows.at(-1)?.id;
    if (rows.length < FILLS_PAGE || next === undefined || next === token) return all;
    token = next;
  }
  throw new ReadFailed({ kind: "unknown", reason: `more than ${PAGES_MAX} pages of ${path}` });
}

async function read<Schema extends z.ZodType>(
  { rest, priority }: LookContext,
  request: Pick<RestRequest, "path" | "query">,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const verdict = judge(await rest.send({ method: "GET", priority, ...request }));
  if (verdict.kind !== "ok") throw new ReadFailed(verdict);
  const value = schema.safeParse(verdict.json);
  if (!value.success)
    throw new ReadFailed({ kind: "unknown", reason: `${request.path} answered what cannot be read` });
  return value.data;
}
