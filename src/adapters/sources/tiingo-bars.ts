/**
 * Tiingo: daily prices of its own engine, as printed or adjusted for splits and dividends together (never for splits
 * alone), and bars of minutes from the IEX exchange under a name of their own. An answer about minutes ends after some
 * 2,000 bars without saying so: a question covers fewer. Class shares are written BRK-B there. The plan without
 * payment has 50 requests an hour by some accounts and 500 by others. Not tried against the real service; that the
 * minutes are not adjusted for splits is our reading of its documentation.
 */
import { z } from "zod";
import { type EpochMicros, isoDate, parseIsoDate, startOfDay } from "../../domain/time.ts";
import { parseNanoInstant } from "../brokers/alpaca/wire-instant.ts";
import { type BarsQuery, numeric, type SourceBar, type SourceDefinition } from "./bar-source.ts";
import { barStart } from "./bar-start.ts";
import type { SourceRequest } from "./source-client.ts";
import { allPages, type BarsPage } from "./source-pages.ts";

type Row = Readonly<Record<string, unknown>>;
const rows = z.array(z.record(z.string(), z.unknown()));
/** Comes with status 200. */
const UNKNOWN = /^\s*"?Error: Ticker .* not found/i;
const keys = [["TIINGO_API_KEY", "TIINGO_TOKEN"]] as const;

export const tiingoDaily: SourceDefinition = {
  id: "tiingo",
  origin: "https://api.tiingo.com",
  keys,
  perMinute: 8,
  volume: "consolidated",
  lists: { "1d": ["raw", "full"] },
  spanDays: {},
  hasIndices: false,
  bars: ({ client, origin, keys: [key] }, query, asking) => {
    const question = new URLSearchParams({ startDate: isoDate(query.from), endDate: isoDate(query.to) });
    const first = `${origin}/tiingo/daily/${nameOf(query)}/prices?${question}`;
    const rest = { asking, isSettled: query.isSettled, headers: headersOf(key?.reveal()) };
    return allPages(client, first, (url) => ({ url, ...rest, ...reading((row) => dailyOf(row, query)) }));
  },
};

export const tiingoIex: SourceDefinition = {
  id: "tiingo_iex",
  origin: "https://api.tiingo.com",
  keys,
  perMinute: 8,
  volume: "one exchange",
  lists: { "5m": ["raw"], "1m": ["raw"] },
  spanDays: { "5m": 28, "1m": 5 },
  hasIndices: false,
  bars: ({ client, origin, keys: [key] }, query, asking) => {
    const question = new URLSearchParams({
      startDate: isoDate(query.from),
      endDate: isoDate(query.to),
      resampleFreq: query.timeframe === "1m" ? "1min" : "5min",
      columns: "open,high,low,close,volume",
    });
    const first = `${origin}/iex/${nameOf(query)}/prices?${question}`;
    const rest = { asking, isSettled: query.isSettled, headers: headersOf(key?.reveal()) };
    return allPages(client, first, (url) => ({ url, ...rest, ...reading((row) => minuteOf(row, query)) }));
  },
};

const nameOf = ({ symbol }: BarsQuery): string =>
  encodeURIComponent(symbol.replaceAll(".", "-").toLowerCase());

const headersOf = (key = ""): Readonly<Record<string, string>> => ({
  authorization: `Token ${key}`,
  accept: "application/json",
});

function reading(barOf: (row: Row) => SourceBar): Pick<SourceRequest<BarsPage>, "read" | "judge"> {
  return {
    read: (body) => ({ bars: rows.parse(JSON.parse(body)).map(barOf), next: undefined }),
    judge: ({ status, body }) =>
      status === 200 && UNKNOWN.test(body)
        ? { ok: false, why: "unknown_symbol", reason: "tiingo knows no such ticker" }
        : undefined,
  };
}

/** The date is the session's, whatever time of day and zone stand behind it. */
function dailyOf(row: Row, { adjustment }: BarsQuery): SourceBar {
  const day = parseIsoDate(String(row.date).slice(0, 10));
  const of = (plain: string, adjusted: string) => numeric(row[adjustment === "full" ? adjusted : plain]);
  return {
    ts: day === undefined ? (Number.NaN as EpochMicros) : startOfDay(day),
    open: of("open", "adjOpen"),
    high: of("high", "adjHigh"),
    low: of("low", "adjLow"),
    close: of("close", "adjClose"),
    volume: of("volume", "adjVolume"),
  };
}

function minuteOf(row: Row, { timeframe }: BarsQuery): SourceBar {
  const at = parseNanoInstant(String(row.date))?.micros;
  return {
    ts: barStart(timeframe, at ?? (Number.NaN as EpochMicros)),
    open: numeric(row.open),
    high: numeric(row.high),
    low: numeric(row.low),
    close: numeric(row.close),
    volume: numeric(row.volume),
  };
}
