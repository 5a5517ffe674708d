/**
 * Alpaca's history of bars over REST, one definition a feed: `sip` is the whole market, `iex` one exchange with a
 * few percent of its volume. Shapes, paging and statuses after the protocol reference; the newest 15 minutes of `sip`
 * are refused to the plan without payment, and nobody asks for them here. Not tried against the real service.
 */
import { z } from "zod";
import type { Adjustment } from "../../domain/bars.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { fromNewYork } from "../../market/us-eastern.ts";
import { instantText, parseNanoInstant } from "../brokers/alpaca/wire-instant.ts";
import { alpacaActions } from "./alpaca-actions.ts";
import { type BarsQuery, numeric, type SourceBar, type SourceDefinition } from "./bar-source.ts";
import { barStart } from "./bar-start.ts";
import { allPages } from "./source-pages.ts";

const BARS_PAGE = 10_000;
const LAST_MINUTE = 24 * 60 - 1;
const words = { "1d": "1Day", "5m": "5Min", "1m": "1Min" } as const;
const bases: Readonly<Record<Adjustment, string>> = { raw: "raw", split: "split", full: "all" };

const page = z.object({
  bars: z.record(z.string(), z.array(z.record(z.string(), z.unknown()))).nullish(),
  next_page_token: z.string().nullish(),
});

const everything = ["raw", "split", "full"] as const;

function alpacaBars(feed: "iex" | "sip"): SourceDefinition {
  return {
    id: `alpaca_${feed}`,
    origin: "https://data.alpaca.markets",
    keys: [
      ["ALPACA_API_KEY", "APCA_API_KEY_ID"],
      ["ALPACA_SECRET_KEY", "APCA_API_SECRET_KEY"],
    ],
    perMinute: 200,
    volume: feed === "sip" ? "consolidated" : "one exchange",
    lists: { "1d": everything, "5m": everything, "1m": everything },
    spanDays: { "5m": 180, "1m": 35 },
    hasIndices: false,
    actions: alpacaActions,
    bars: ({ client, origin, keys }, query, asking) => {
      const [keyId, secret] = keys;
      const headers = {
        "APCA-API-KEY-ID": keyId?.reveal() ?? "",
        "APCA-API-SECRET-KEY": secret?.reveal() ?? "",
        accept: "application/json",
      };
      const first = `${origin}/v2/stocks/bars?${questionOf(query, feed)}`;
      return allPages(client, first, (url) => ({
        url,
        headers,
        asking,
        isSettled: query.isSettled,
        read: (body) => {
          const { bars, next_page_token: token } = page.parse(JSON.parse(body));
          const rows = bars?.[query.symbol] ?? [];
          const next =
            token == null || token === "" ? undefined : `${first}&page_token=${encodeURIComponent(token)}`;
          return { bars: rows.map((row) => barOf(row, query)), next };
        },
      }));
    },
  };
}

function questionOf({ symbol, timeframe, adjustment, from, to }: BarsQuery, feed: string): string {
  return new URLSearchParams({
    symbols: symbol,
    timeframe: words[timeframe],
    adjustment: bases[adjustment],
    start: instantText(fromNewYork(from, 0)),
    end: instantText(fromNewYork(to, LAST_MINUTE)),
    limit: String(BARS_PAGE),
    feed,
    sort: "asc",
  }).toString();
}

function barOf(row: Readonly<Record<string, unknown>>, { timeframe }: BarsQuery): SourceBar {
  const at = typeof row.t === "string" ? parseNanoInstant(row.t)?.micros : undefined;
  return {
    ts: barStart(timeframe, at ?? (Number.NaN as EpochMicros)),
    open: numeric(row.o),
    high: numeric(row.h),
    low: numeric(row.l),
    close: numeric(row.c),
    volume: numeric(row.v),
  };
}

export const alpacaIex: SourceDefinition = alpacaBars("iex");
export const alpacaSip: SourceDefinition = alpacaBars("sip");
