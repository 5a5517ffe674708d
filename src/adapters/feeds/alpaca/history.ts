/**
 * Market data by request: bars for warm-up and for what the stream missed, latest quotes and trades, snapshots, and
 * corporate actions. All pages or a reason, never half of an answer: the caller would take the rest for silence.
 */
import { z } from "zod";
import type { Priority } from "../../../domain/broker.ts";
import type { EpochMicros } from "../../../domain/time.ts";
import { type DayNumber, isoDate } from "../../../domain/time.ts";
import { createRng } from "../../../numerics/rng.ts";
import type { Answered } from "../../brokers/alpaca/account-reads.ts";
import type { AlpacaCredentials } from "../../brokers/alpaca/credentials.ts";
import { judge } from "../../brokers/alpaca/outcome.ts";
import { RateLimit } from "../../brokers/alpaca/rate-limit.ts";
import { AlpacaRest } from "../../brokers/alpaca/rest.ts";
import { instantText } from "../../brokers/alpaca/wire-instant.ts";
import type { Counts } from "../../net/counts.ts";
import type { Clock, Transport } from "../../net/ports.ts";
import { readLossless } from "./frames.ts";
import {
  barFrom,
  type FeedBar,
  type FeedQuote,
  type FeedTrade,
  instantOf,
  quoteFrom,
  type RawMessage,
  tradeFrom,
} from "./records.ts";

const BARS_PAGE = 10_000;
const ACTIONS_PAGE = 1_000;
const PAGES_MAX = 1_000;
/** A longer list of symbols makes an address that servers refuse. */
const SYMBOLS_MAX = 100;
/** Of the plan without payment; the other one has 10,000. */
export const DATA_REQUESTS_PER_MINUTE = 200;

export interface HistoryOptions {
  readonly clock: Clock;
  readonly transport: Transport;
  readonly credentials: AlpacaCredentials;
  /** As `https://data.alpaca.markets`. */
  readonly origin: string;
  readonly feed: "iex" | "sip";
  readonly seed: number;
  readonly counts: Counts;
  readonly requestsPerMinute?: number;
}

export interface BarsQuery {
  readonly symbols: readonly string[];
  readonly timeframe: "1Min" | "1Day";
  readonly adjustment: "raw" | "split" | "dividend" | "all";
  /** Beginnings of bars, both included. */
  readonly from: EpochMicros;
  readonly to: EpochMicros;
  readonly priority: Priority;
}

/** The newest of everything about one symbol; absent where there is none. */
export interface Snapshot {
  readonly trade?: FeedTrade;
  readonly quote?: FeedQuote;
  readonly minuteBar?: FeedBar;
  readonly dailyBar?: FeedBar;
  readonly previousDailyBar?: FeedBar;
}

/** One corporate action as the broker lists it: `type` is its list (`forward_splits`, `cash_dividends`, ...). */
export interface ListedAction {
  readonly type: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const row = z.record(z.string(), z.unknown());
const pageToken = z.string().nullish();
const barsPage = z.object({
  bars: z.record(z.string(), z.array(row)).nullish(),
  next_page_token: pageToken,
});
const latestQuotes = z.object({ quotes: z.record(z.string(), row).nullish() });
const latestTrades = z.object({ trades: z.record(z.string(), row).nullish() });
const snapshot = z.object({
  latestTrade: row.nullish(),
  latestQuote: row.nullish(),
  minuteBar: row.nullish(),
  dailyBar: row.nullish(),
  prevDailyBar: row.nullish(),
});
const snapshotPage = z.record(z.string(), snapshot.nullish());
const actionsPage = z.object({
  corporate_actions: z.record(z.string(), z.array(row).nullish()).nullish(),
  next_page_token: pageToken,
});

type Query = Readonly<Record<string, string | number | undefined>>;

export class AlpacaHistory {
  readonly #rest: AlpacaRest;
  readonly #feed: string;

  constructor(options: HistoryOptions) {
    const { clock, transport, credentials, origin, feed, seed, counts } = options;
    const perMinute = options.requestsPerMinute ?? DATA_REQUESTS_PER_MINUTE;
    const limit = new RateLimit({ clock, perMinute });
    const rng = createRng(seed, "alpaca history");
    this.#rest = new AlpacaRest({ clock, transport, credentials, origin, limit, rng, counts });
    this.#feed = feed;
  }

  stop(): void {
    this.#rest.stop();
  }

  /** Ascending by symbol's own time; a symbol without bars is absent. */
  async bars(query: BarsQuery): Promise<Answered<ReadonlyMap<string, readonly FeedBar[]>>> {
    const bars = new Map<string, FeedBar[]>();
    for (const symbols of chunksOf(query.symbols)) {
      const shape = {
        symbols,
        timeframe: query.timeframe,
        adjustment: query.adjustment,
        start: instantText(query.from),
        end: instantText(query.to),
        limit: BARS_PAGE,
        feed: this.#feed,
      };
      const problem = await this.#pages("/v2/stocks/bars", shape, query.priority, barsPage, (page) => {
        for (const [symbol, rows] of Object.entries(page.bars ?? {})) {
          const list = bars.get(symbol) ?? [];
          for (const raw of rows) list.push(barFrom("bar", raw, symbol, instantOf(raw.t)));
          bars.set(symbol, list);
        }
      });
      if (problem !== undefined) return { ok: false, reason: problem };
    }
    return { ok: true, value: bars };
  }

  /** A symbol that nobody quotes is absent. */
  latestQuotes(
    symbols: readonly string[],
    priority: Priority,
  ): Promise<Answered<ReadonlyMap<string, FeedQuote>>> {
    return this.#bySymbol("/v2/stocks/quotes/latest", symbols, priority, latestQuotes, (page) =>
      mapped(page.quotes ?? {}, (raw, symbol) => quoteFrom(raw, symbol, instantOf(raw.t))),
    );
  }

  latestTrades(
    symbols: readonly string[],
    priority: Priority,
  ): Promise<Answered<ReadonlyMap<string, FeedTrade>>> {
    return this.#bySymbol("/v2/stocks/trades/latest", symbols, priority, latestTrades, (page) =>
      mapped(page.trades ?? {}, (raw, symbol) => tradeFrom(raw, symbol, instantOf(raw.t))),
    );
  }

  snapshots(
    symbols: readonly string[],
    priority: Priority,
  ): Promise<Answered<ReadonlyMap<string, Snapshot>>> {
    return this.#bySymbol("/v2/stocks/snapshots", symbols, priority, snapshotPage, (page) =>
      Object.entries(page).flatMap(([symbol, raw]): [string, Snapshot][] =>
        raw == null ? [] : [[symbol, snapshotFrom(raw, symbol)]],
      ),
    );
  }

  /** Actions processed from `from` to `to`, both included. They may be listed late, and amended. */
  async corporateActions(
    symbols: readonly string[],
    from: DayNumber,
    to: DayNumber,
  ): Promise<Answered<readonly ListedAction[]>> {
    const actions: ListedAction[] = [];
    for (const chunk of chunksOf(symbols)) {
      const shape = { symbols: chunk, start: isoDate(from), end: isoDate(to), limit: ACTIONS_PAGE };
      const path = "/v1/corporate-actions";
      const problem = await this.#pages(path, shape, "research", actionsPage, (page) => {
        for (const [type, rows] of Object.entries(page.corporate_actions ?? {}))
          for (const fields of rows ?? []) actions.push({ type, fields });
      });
      if (problem !== undefined) return { ok: false, reason: problem };
    }
    return { ok: true, value: actions };
  }

  async #bySymbol<Schema extends z.ZodType, Value>(
    path: string,
    symbols: readonly string[],
    priority: Priority,
    schema: Schema,
    read: (page: z.infer<Schema>) => Iterable<[string, Value]>,
  ): Promise<Answered<ReadonlyMap<string, Value>>> {
    const all = new Map<string, Value>();
    for (const chunk of chunksOf(symbols)) {
      const answer = await this.#get(path, { symbols: chunk, feed: this.#feed }, priority, schema);
      if (!answer.ok) return answer;
      for (const [symbol, value] of read(answer.value)) all.set(symbol, value);
    }
    return { ok: true, value: all };
  }

  /** Follows the token, never the count: a page may be short or empty while more follow. */
  async #pages<Schema extends z.ZodType<{ next_page_token?: string | null | undefined }>>(
    path: string,
    shape: Query,
    priority: Priority,
    schema: Schema,
    take: (page: z.infer<Schema>) => void,
  ): Promise<string | undefined> {
    let token: string | undefined;
    for (let page = 0; page < PAGES_MAX; page += 1) {
      const answer = await this.#get(path, { ...shape, page_token: token }, priority, schema);
      if (!answer.ok) return answer.reason;
      take(answer.value);
      const next = answer.value.next_page_token ?? undefined;
      if (next === undefined || next === "") return undefined;
      if (next === token) return `${path} repeats its page token`;
      token = next;
    }
    return `${path} has more than ${PAGES_MAX} pages`;
  }

  async #get<Schema extends z.ZodType>(
    path: string,
    query: Query,
    priority: Priority,
    schema: Schema,
  ): Promise<Answered<z.infer<Schema>>> {
    const outcome = await this.#rest.send({ method: "GET", path, query, priority });
    const verdict = judge(outcome);
    if (verdict.kind !== "ok" || outcome.kind !== "response")
      return { ok: false, reason: "reason" in verdict ? verdict.reason : "no answer" };
    // Trade ids do not fit a double: read again where they may occur.
    const read = schema.safeParse(path.endsWith("/bars") ? verdict.json : readLossless(outcome.body));
    if (read.success) return { ok: true, value: read.data };
    return { ok: false, reason: `${path} answered what cannot be read` };
  }
}

function snapshotFrom(raw: z.infer<typeof snapshot>, symbol: string): Snapshot {
  const { latestTrade, latestQuote, minuteBar, dailyBar, prevDailyBar } = raw;
  const bar = (kind: FeedBar["kind"], value: RawMessage): FeedBar =>
    barFrom(kind, value, symbol, instantOf(value.t));
  return {
    ...(latestTrade == null ? {} : { trade: tradeFrom(latestTrade, symbol, instantOf(latestTrade.t)) }),
    ...(latestQuote == null ? {} : { quote: quoteFrom(latestQuote, symbol, instantOf(latestQuote.t)) }),
    ...(minuteBar == null ? {} : { minuteBar: bar("bar", minuteBar) }),
    ...(dailyBar == null ? {} : { dailyBar: bar("dailyBar", dailyBar) }),
    ...(prevDailyBar == null ? {} : { previousDailyBar: bar("dailyBar", prevDailyBar) }),
  };
}

const mapped = <Value>(
  rows: Readonly<Record<string, RawMessage>>,
  map: (raw: RawMessage, symbol: string) => Value,
): [string, Value][] => Object.entries(rows).map(([symbol, raw]) => [symbol, map(raw, symbol)]);

function chunksOf(symbols: readonly string[]): string[] {
  const chunks: string[] = [];
  for (let from = 0; from < symbols.length; from += SYMBOLS_MAX)
    chunks.push(symbols.slice(from, from + SYMBOLS_MAX).join(","));
  return chunks;
}
