/** All orders that a filter leaves, as a file for a spreadsheet: read in parts, made here, sent nowhere. */
import type { OrdersAnswer } from "../../../contract/trading-answers.ts";
import { request } from "../../state/request.ts";
import { csvText } from "../csv-text.ts";
import { queryText } from "../query-text.ts";

const partRows = 500;
/** Orders of one export at most. */
const rowsMax = 50_000;

const head = [
  "id",
  "at_utc",
  "symbol",
  "strategy",
  "side",
  "purpose",
  "shares",
  "filled",
  "price",
  "state",
  "slippage_bps",
  "cause",
];

interface Filter {
  readonly symbol: string;
  readonly strategy: string;
  readonly state: string;
}

/** Empty when the file was handed to the browser, else why not. */
export async function exportOrders(filter: Filter, session: string): Promise<string> {
  const rows: OrdersAnswer["rows"][number][] = [];
  const seen = new Set<string>();
  for (let from = 0; from < rowsMax; ) {
    const path = `/api/orders${queryText({ from, limit: partRows, ...filter })}`;
    const reply = await request<OrdersAnswer>(path);
    if (reply.kind === "ended") return "the session ended";
    if (reply.kind !== "answer") return reply.kind === "failed" ? reply.text : "it was taken back";
    // New orders push the older ones along while this reads: what came twice is kept once.
    for (const row of reply.body.rows) if (!seen.has(row.id)) rows.push(row);
    for (const { id } of reply.body.rows) seen.add(id);
    from += reply.body.rows.length;
    if (reply.body.rows.length === 0 || from >= reply.body.total) break;
  }
  save(`plimsoll-orders-${session}.csv`, csvText(head, rows.map(cells)));
  return "";
}

function cells(row: OrdersAnswer["rows"][number]) {
  const { id, at, symbol, strategy, side, purpose, shares, filled, price, state, slippageBps, cause } = row;
  return [id, at, symbol, strategy, side, purpose, shares, filled, price, state, slippageBps, cause];
}

function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
