/**
 * The guardian's own client of the broker's REST interface (ALPACA.md 1, 2, 4.7, 5, 6): what it takes to look, cancel
 * and close, and nothing that could open. Shares no code with the engine's client on purpose: one mistake must not be
 * made twice.
 *
 * A field that cannot be read fails the whole read: half a list of positions is worse than none.
 */
import { BUY, SELL, sideName } from "../domain/order.ts";
import { type EpochMicros, isoInstant } from "../domain/time.ts";
import { ask, type HttpAnswer } from "./http.ts";
import {
  BrokerError,
  type CloseOrder,
  type CloseResult,
  type GuardianBroker,
  type SeenAccount,
  type SeenClock,
  type SeenOrder,
  type SeenPosition,
  type SeenQuote,
} from "./ports.ts";
import type { GuardianKeys } from "./terms.ts";

const READ_DEADLINE_MS = 4000;
const WRITE_DEADLINE_MS = 8000;
const QUOTE_DEADLINE_MS = 1500;
const ORDERS_MAX = 500;
const ATTEMPT = /-(\d+)$/;

type Row = Readonly<Record<string, unknown>>;

export class BrokerClient implements GuardianBroker {
  readonly #apiUrl: string;
  readonly #dataUrl: string | undefined;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(urls: { readonly apiUrl: string; readonly dataUrl?: string }, keys: GuardianKeys) {
    this.#apiUrl = urls.apiUrl;
    this.#dataUrl = urls.dataUrl;
    this.#headers = {
      "APCA-API-KEY-ID": keys.keyId,
      "APCA-API-SECRET-KEY": keys.secret,
      accept: "application/json",
    };
  }

  async account(): Promise<SeenAccount> {
    const row = rowOf(await this.#read("/v2/account"));
    return { equity: number(row, "equity"), lastEquity: number(row, "last_equity") };
  }

  async positions(): Promise<readonly SeenPosition[]> {
    return rowsOf(await this.#read("/v2/positions")).map((row) => {
      const shares = number(row, "qty");
      const available = row.qty_available ?? Math.abs(shares);
      return {
        symbol: text(row, "symbol"),
        shares,
        available: Math.abs(number({ available }, "available")),
        price: row.current_price == null ? 0 : number(row, "current_price"),
      };
    });
  }

  async openOrders(): Promise<readonly SeenOrder[]> {
    return rowsOf(await this.#read(`/v2/orders?status=open&limit=${ORDERS_MAX}&nested=false`)).map(orderOf);
  }

  async attempts(haltId: string, since: EpochMicros): Promise<ReadonlyMap<string, number>> {
    const after = encodeURIComponent(isoInstant(since));
    const rows = rowsOf(
      await this.#read(`/v2/orders?status=all&limit=${ORDERS_MAX}&direction=desc&after=${after}`),
    );
    const highest = new Map<string, number>();
    for (const row of rows) {
      const { clientId, symbol } = orderOf(row);
      const attempt = clientId.startsWith(`H${haltId}-`) ? Number(ATTEMPT.exec(clientId)?.[1] ?? 0) : 0;
      highest.set(symbol, Math.max(attempt, highest.get(symbol) ?? 0));
    }
    return highest;
  }

  async clock(): Promise<SeenClock> {
    const row = rowOf(await this.#read("/v2/clock"));
    if (typeof row.is_open !== "boolean") throw new BrokerError("clock: is_open is no boolean");
    return { at: instant(row, "timestamp"), isOpen: row.is_open };
  }

  async quotes(symbols: readonly string[]): Promise<ReadonlyMap<string, SeenQuote>> {
    const found = new Map<string, SeenQuote>();
    if (this.#dataUrl === undefined || symbols.length === 0) return found;
    const list = symbols.map(encodeURIComponent).join(",");
    try {
      const url = `${this.#dataUrl}/v2/stocks/quotes/latest?symbols=${list}`;
      const answer = await ask({ method: "GET", url, headers: this.#headers, deadlineMs: QUOTE_DEADLINE_MS });
      const quotes = rowOf(rowOf(parsed(answer.text, "quotes")).quotes);
      for (const [symbol, value] of Object.entries(quotes)) {
        const row = rowOf(value);
        found.set(symbol, { at: instant(row, "t"), bid: number(row, "bp"), ask: number(row, "ap") });
      }
    } catch {
      // No quote is an answer: the close becomes a limit.
    }
    return found;
  }

  cancelAll(): Promise<boolean> {
    return this.#delete("/v2/orders");
  }

  cancel(orderId: string): Promise<boolean> {
    return this.#delete(`/v2/orders/${encodeURIComponent(orderId)}`);
  }

  async close(order: CloseOrder): Promise<{ readonly result: CloseResult; readonly text: string }> {
    const { clientId, symbol, side, shares, limit } = order;
    const body = JSON.stringify({
      symbol,
      qty: shares.toFixed(9).replace(/\.?0+$/, ""),
      side: sideName(side),
      type: limit === undefined ? "market" : "limit",
      time_in_force: "day",
      ...(limit === undefined ? {} : { limit_price: limit.toFixed(limit >= 1 ? 2 : 4) }),
      client_order_id: clientId,
      position_intent: side === SELL ? "sell_to_close" : "buy_to_close",
    });
    try {
      const answer = await ask({
        method: "POST",
        url: `${this.#apiUrl}/v2/orders`,
        headers: { ...this.#headers, "content-type": "application/json" },
        body,
        deadlineMs: WRITE_DEADLINE_MS,
      });
      return { result: resultOf(answer), text: `${answer.status} ${answer.text.slice(0, 300)}` };
    } catch (error) {
      return { result: "unknown", text: error instanceof Error ? error.message : String(error) };
    }
  }

  async #read(path: string): Promise<unknown> {
    let answer: HttpAnswer;
    try {
      const url = `${this.#apiUrl}${path}`;
      answer = await ask({ method: "GET", url, headers: this.#headers, deadlineMs: READ_DEADLINE_MS });
    } catch (error) {
      throw new BrokerError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (answer.status !== 200) throw new BrokerError(`${path}: status ${answer.status}`);
    return parsed(answer.text, path);
  }

  /** True when the broker took the request: what it did with it shows in the next look. */
  async #delete(path: string): Promise<boolean> {
    try {
      const url = `${this.#apiUrl}${path}`;
      const { status } = await ask({
        method: "DELETE",
        url,
        headers: this.#headers,
        deadlineMs: WRITE_DEADLINE_MS,
      });
      return status >= 200 && status < 300;
    } catch {
      return false;
    }
  }
}

/** Status and code decide; the message only where one code has two meanings. */
function resultOf({ status, text: body }: HttpAnswer): CloseResult {
  if (status >= 200 && status < 300) return "accepted";
  if (status === 422 && /client_order_id/.test(body) && /unique/.test(body)) return "duplicate";
  if (status === 403 && /held_for_orders|insufficient qty/.test(body)) return "held";
  return status >= 400 && status < 500 && status !== 408 ? "refused" : "unknown";
}

function orderOf(row: Row): SeenOrder {
  const side = text(row, "side");
  if (side !== "buy" && side !== "sell") throw new BrokerError(`order: side ${side} is unknown`);
  return {
    id: text(row, "id"),
    clientId: text(row, "client_order_id"),
    symbol: text(row, "symbol"),
    side: side === "buy" ? BUY : SELL,
    submittedAt: instant(row, row.submitted_at == null ? "created_at" : "submitted_at"),
  };
}

function parsed(body: string, what: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new BrokerError(`${what}: the answer is no JSON`);
  }
}

function rowsOf(value: unknown): readonly Row[] {
  if (!Array.isArray(value)) throw new BrokerError("a list was expected");
  return value.map(rowOf);
}

function rowOf(value: unknown): Row {
  if (typeof value !== "object" || value === null) throw new BrokerError("an object was expected");
  return value as Row;
}

function text(row: Row, key: string): string {
  const value = row[key];
  if (typeof value !== "string" || value === "") throw new BrokerError(`${key} is no text`);
  return value;
}

/** A decimal as text or as a number. */
function number(row: Row, key: string): number {
  const value = row[key];
  const is = typeof value === "number" || (typeof value === "string" && value.trim() !== "");
  const parsedNumber = is ? Number(value) : Number.NaN;
  if (!Number.isFinite(parsedNumber)) throw new BrokerError(`${key} = ${String(value)} is no number`);
  return parsedNumber;
}

function instant(row: Row, key: string): EpochMicros {
  const ms = Date.parse(text(row, key));
  if (!Number.isFinite(ms)) throw new BrokerError(`${key} is no instant`);
  return (ms * 1000) as EpochMicros;
}
