/**
 * Pages over many symbols: symbol-major, then time, one limit for all of them, and a token that says where the next
 * page begins. The token names the last row's symbol and instant and how many rows of that instant were given, so it
 * stays true while new rows arrive.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { z } from "zod";
import type { EpochMicros } from "../domain/time.ts";
import { badParameter } from "./http-words.ts";
import type { Span } from "./market-history.ts";

export interface PageRequest {
  /** Ascending. */
  readonly symbols: readonly string[];
  readonly span: Span;
  readonly descending: boolean;
  readonly limit: number;
  readonly token: string | null;
}

export interface Page<Row> {
  readonly bySymbol: ReadonlyMap<string, readonly Row[]>;
  readonly nextToken: string | null;
}

/** Work done in one go before other requests and streams get their turn. */
const SLICE_MS = 15;

const position = z.strictObject({ s: z.string(), t: z.int(), k: z.int().min(1) });
type Position = z.infer<typeof position>;

/** `rows` makes the rows of a symbol lazily: what is not on the page is not made. Throws the 400 of a bad token. */
export async function readPage<Row extends { readonly at: EpochMicros }>(
  { symbols, span, descending, limit, token }: PageRequest,
  rows: (symbol: string, span: Span) => Iterable<Row>,
): Promise<Page<Row>> {
  const start = token === null || token === "" ? undefined : decode(token);
  const bySymbol = new Map<string, Row[]>();
  let given = 0;
  let last: Position | undefined;
  let sliceFrom = performance.now();
  for (const symbol of symbols) {
    if (start !== undefined && symbol < start.s) continue;
    const resumed = start !== undefined && symbol === start.s ? start : undefined;
    let skip = resumed?.k ?? 0;
    for (const row of rows(symbol, resumed === undefined ? span : rest(span, resumed, descending))) {
      if (resumed !== undefined && row.at === resumed.t && skip > 0) {
        skip -= 1;
        continue;
      }
      if (given === limit) return { bySymbol, nextToken: last === undefined ? null : encode(last) };
      const list = bySymbol.get(symbol);
      if (list === undefined) bySymbol.set(symbol, [row]);
      else list.push(row);
      given += 1;
      last = after(last ?? resumed, symbol, row.at);
      if (performance.now() - sliceFrom > SLICE_MS) {
        await nextTurn();
        sliceFrom = performance.now();
      }
    }
  }
  return { bySymbol, nextToken: null };
}

const after = (last: Position | undefined, symbol: string, at: number): Position =>
  last !== undefined && last.s === symbol && last.t === at
    ? { ...last, k: last.k + 1 }
    : { s: symbol, t: at, k: 1 };

function rest(span: Span, { t }: Position, descending: boolean): Span {
  const at = t as EpochMicros;
  return descending ? { from: span.from, to: at } : { from: at, to: span.to };
}

const encode = (at: Position): string => Buffer.from(JSON.stringify(at)).toString("base64url");

function decode(token: string): Position {
  try {
    return position.parse(JSON.parse(Buffer.from(token.slice(0, 400), "base64url").toString("utf8")));
  } catch {
    throw badParameter("invalid page_token");
  }
}
