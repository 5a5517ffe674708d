/**
 * Market data by REST: bars, trades and quotes of the past, the latest of each, snapshots, auctions, dictionaries.
 */

import type { EpochMicros } from "../domain/time.ts";
import { isoDate } from "../domain/time.ts";
import {
  barJson,
  exchangeNames,
  letterOf,
  quoteConditions,
  quoteJson,
  tradeConditions,
  tradeJson,
} from "./data-wire.ts";
import {
  type Answer,
  type Ask,
  badParameter,
  listParameter,
  missing,
  ok,
  type Route,
  SYMBOL_SHAPE,
  timeParameter,
  wholeParameter,
  wordParameter,
} from "./http-words.ts";
import type { AuctionDay, MarketHistory, Span } from "./market-history.ts";
import { type PageRequest, readPage } from "./pages.ts";
import { midnightOf, parseTimeframe } from "./timeframe.ts";
import { marketDay } from "./wire-time.ts";

const kinds = ["bars", "trades", "quotes", "auctions"] as const;
type Kind = (typeof kinds)[number];
const latestKinds = ["bars", "trades", "quotes"] as const;
type LatestKind = (typeof latestKinds)[number];

const MOST_ROWS = 10_000;
const feeds = ["sip", "iex", "boats", "otc", "delayed_sip", "overnight"] as const;
const adjustments = ["raw", "split", "dividend", "spin-off", "all"];

export function dataRoutes(history: MarketHistory, now: () => EpochMicros): readonly Route[] {
  const data = (path: RegExp, answer: (ask: Ask) => Answer | Promise<Answer>): Route => ({
    method: "GET",
    path,
    group: "data",
    answer,
  });
  const reader = new DataReader(history, now);
  return [
    data(/^\/v2\/stocks\/meta\/exchanges$/, () => ok(exchangeNames)),
    data(/^\/v2\/stocks\/meta\/conditions\/(\w+)$/, ({ parts, query }) => conditions(parts[0], query)),
    data(/^\/v2\/stocks\/(bars|trades|quotes)\/latest$/, (ask) => reader.latestMany(ask)),
    data(/^\/v2\/stocks\/([^/]+)\/(bars|trades|quotes)\/latest$/, (ask) => reader.latestOne(ask)),
    data(/^\/v2\/stocks\/snapshots$/, (ask) => reader.snapshots(ask)),
    data(/^\/v2\/stocks\/([^/]+)\/snapshot$/, (ask) => reader.snapshot(ask)),
    data(/^\/v2\/stocks\/(bars|trades|quotes|auctions)$/, (ask) => reader.many(ask)),
    data(/^\/v2\/stocks\/([^/]+)\/(bars|trades|quotes|auctions)$/, (ask) => reader.one(ask)),
  ];
}

class DataReader {
  readonly #history: MarketHistory;
  readonly #now: () => EpochMicros;

  constructor(history: MarketHistory, now: () => EpochMicros) {
    this.#history = history;
    this.#now = now;
  }

  async many({ parts, query }: Ask): Promise<Answer> {
    const kind = parts[0] as Kind;
    const { rows, next } = await this.#page(kind, symbolsOf(query), query);
    return ok({ [kind]: Object.fromEntries(rows), next_page_token: next, ...currencyOf(query) });
  }

  async one({ parts, query }: Ask): Promise<Answer> {
    const symbol = checkedSymbol(parts[0] ?? "");
    const kind = parts[1] as Kind;
    const { rows, next } = await this.#page(kind, [symbol], query);
    return ok({ symbol, [kind]: rows.get(symbol) ?? [], next_page_token: next, ...currencyOf(query) });
  }

  latestMany({ parts, query }: Ask): Answer {
    const kind = parts[0] as LatestKind;
    checkFeed(query);
    const found = symbolsOf(query).flatMap((symbol) => {
      const row = this.#history.find(symbol);
      const latest = row === undefined ? undefined : this.#latest(row, kind);
      return latest === undefined ? [] : [[symbol, latest] as const];
    });
    return ok({ [kind]: Object.fromEntries(found), ...currencyOf(query) });
  }

  latestOne({ parts, query }: Ask): Answer {
    const symbol = checkedSymbol(parts[0] ?? "");
    const kind = parts[1] as LatestKind;
    checkFeed(query);
    const row = this.#history.find(symbol);
    const latest = row === undefined ? undefined : this.#latest(row, kind);
    if (latest === undefined) throw missing(`no ${kind.slice(0, -1)} found for ${symbol}`);
    return ok({ symbol, [kind.slice(0, -1)]: latest, ...currencyOf(query) });
  }

  snapshots({ query }: Ask): Answer {
    checkFeed(query);
    const found = symbolsOf(query).flatMap((symbol) => {
      const row = this.#history.find(symbol);
      return row === undefined ? [] : [[symbol, this.#snapshot(row)] as const];
    });
    return ok(Object.fromEntries(found));
  }

  snapshot({ parts, query }: Ask): Answer {
    const symbol = checkedSymbol(parts[0] ?? "");
    checkFeed(query);
    const row = this.#history.find(symbol);
    if (row === undefined) throw missing(`no snapshot found for ${symbol}`);
    return ok({ symbol, ...this.#snapshot(row) });
  }

  #latest(row: number, kind: LatestKind): object | undefined {
    const listing = this.#history.listing(row);
    if (kind === "bars") {
      const bar = this.#history.latestBar(row);
      return bar && barJson(bar);
    }
    if (kind === "trades") {
      const trade = this.#history.latestTrade(row);
      return trade && tradeJson(listing, trade);
    }
    const quote = this.#history.latestQuote(row);
    return quote && quoteJson(listing, quote);
  }

  #snapshot(row: number): object {
    const [day, before] = this.#history.latestDays(row, 2);
    return {
      latestTrade: this.#latest(row, "trades") ?? null,
      latestQuote: this.#latest(row, "quotes") ?? null,
      minuteBar: this.#latest(row, "bars") ?? null,
      dailyBar: day === undefined ? null : barJson(day),
      prevDailyBar: before === undefined ? null : barJson(before),
    };
  }

  async #page(kind: Kind, symbols: readonly string[], query: URLSearchParams) {
    checkFeed(query);
    const request: PageRequest = {
      symbols: symbols.toSorted(),
      span: this.#span(query),
      descending: wordParameter(query, "sort", ["asc", "desc"]) === "desc",
      limit: wholeParameter(query, "limit", { least: 1, most: MOST_ROWS, otherwise: 1000 }),
      token: query.get("page_token"),
    };
    const page = await this.#rows(kind, request, query);
    return { rows: page.bySymbol, next: page.nextToken };
  }

  async #rows(kind: Kind, request: PageRequest, query: URLSearchParams) {
    const history = this.#history;
    const { descending } = request;
    const listed = <Row>(make: (row: number, span: Span) => Iterable<Row>) => {
      return (symbol: string, span: Span): Iterable<Row> => {
        const row = history.find(symbol);
        return row === undefined ? [] : make(row, span);
      };
    };
    if (kind === "bars") {
      const timeframe = parseTimeframe(query.get("timeframe"));
      checkAdjustment(query);
      return mapped(
        await readPage(
          request,
          listed((row, span) => history.bars(row, span, timeframe, descending)),
        ),
        (_, bar) => barJson(bar),
      );
    }
    const listingOf = (symbol: string) => history.listing(history.find(symbol) ?? 0);
    if (kind === "trades")
      return mapped(
        await readPage(
          request,
          listed((row, span) => history.trades(row, span, descending)),
        ),
        (symbol, trade) => tradeJson(listingOf(symbol), trade),
      );
    if (kind === "quotes")
      return mapped(
        await readPage(
          request,
          listed((row, span) => history.quotes(row, span, descending)),
        ),
        (symbol, quote) => quoteJson(listingOf(symbol), quote),
      );
    const stamped = (row: number, span: Span) => stampedDays(history.auctions(row, span, descending));
    return mapped(await readPage(request, listed(stamped)), (symbol, auction) =>
      auctionJson(letterOf(listingOf(symbol)), auction),
    );
  }

  #span(query: URLSearchParams): Span {
    const now = this.#now();
    const from = timeParameter(query, "start") ?? midnightOf(marketDay(now));
    const end = timeParameter(query, "end");
    if (end !== undefined && from > end) throw badParameter("end should not be before start");
    return { from, to: Math.min(end ?? now, now) as EpochMicros };
  }
}

function mapped<Row, Wire>(
  page: { readonly bySymbol: ReadonlyMap<string, readonly Row[]>; readonly nextToken: string | null },
  wire: (symbol: string, row: Row) => Wire,
) {
  const bySymbol = new Map<string, readonly object[]>();
  for (const [symbol, rows] of page.bySymbol)
    bySymbol.set(
      symbol,
      rows.map((row) => wire(symbol, row) as object),
    );
  return { bySymbol, nextToken: page.nextToken };
}

function* stampedDays(days: Iterable<AuctionDay>) {
  for (const day of days) yield { at: midnightOf(day.day), ...day };
}

function auctionJson(letter: string, { day, opening, closing }: AuctionDay) {
  const print = ({ at, price, size }: AuctionDay["opening"], c: string) => [
    { t: new Date(at / 1000).toISOString(), x: letter, p: price, s: size, c },
  ];
  return { d: isoDate(day), o: print(opening, "O"), c: closing === undefined ? [] : print(closing, "6") };
}

function conditions(kind: string | undefined, query: URLSearchParams): Answer {
  const tape = query.get("tape") ?? "";
  if (!["A", "B", "C"].includes(tape))
    throw badParameter(`invalid tape: ${tape.slice(0, 10)}; give A, B or C`);
  if (kind === "trade") return ok(tradeConditions);
  if (kind === "quote") return ok(quoteConditions);
  throw badParameter("invalid ticktype; give trade or quote");
}

function symbolsOf(query: URLSearchParams): readonly string[] {
  const symbols = listParameter(query, "symbols");
  if (symbols === undefined) throw badParameter("symbols is required");
  return symbols.map(checkedSymbol);
}

function checkedSymbol(symbol: string): string {
  if (SYMBOL_SHAPE.test(symbol)) return symbol;
  throw badParameter(`invalid symbol: ${symbol.slice(0, 40)}`);
}

function checkFeed(query: URLSearchParams): void {
  wordParameter(query, "feed", feeds);
}

/** Prices are what the source has: it knows no actions, so every adjustment of them is the same. */
function checkAdjustment(query: URLSearchParams): void {
  for (const word of listParameter(query, "adjustment") ?? [])
    if (!adjustments.includes(word)) throw badParameter(`invalid adjustment: ${word.slice(0, 20)}`);
}

function currencyOf(query: URLSearchParams): { readonly currency?: string } {
  const currency = query.get("currency");
  return currency === null || currency === "" ? {} : { currency };
}
