/**
 * Polygon's aggregates v2 (the company is called Massive since October 2025; both hosts answer). `adjusted` means for
 * splits alone; dividends never are. An unknown ticker is an empty answer, not a 404, and `results` is left out then.
 * The address of the next page comes from the server: only its path is taken, so that the key goes nowhere else. The
 * plan without payment has 5 requests a minute and two years. Not tried against the real service.
 */
import { z } from "zod";
import { type EpochMicros, isoDate } from "../../domain/time.ts";
import { type BarsQuery, numeric, type SourceBar, type SourceDefinition } from "./bar-source.ts";
import { barStart } from "./bar-start.ts";
import { allPages } from "./source-pages.ts";

const BARS_PAGE = 50_000;
const words = { "1d": "1/day", "5m": "5/minute", "1m": "1/minute" } as const;
const good: readonly unknown[] = ["OK", "DELAYED"];

const page = z.object({
  status: z.string(),
  adjusted: z.boolean().optional(),
  results: z.array(z.record(z.string(), z.unknown())).nullish(),
  next_url: z.string().nullish(),
});

const bases = ["raw", "split"] as const;

export const polygonBars: SourceDefinition = {
  id: "polygon",
  origin: "https://api.polygon.io",
  keys: [["POLYGON_API_KEY", "MASSIVE_API_KEY"]],
  perMinute: 5,
  volume: "consolidated",
  lists: { "1d": bases, "5m": bases, "1m": bases },
  // A page counts the minutes that it is made of, 960 a day with the hours before and after.
  spanDays: { "5m": 60, "1m": 60 },
  hasIndices: false,
  bars: ({ client, origin, keys: [key] }, query, asking) => {
    const { symbol, timeframe, adjustment, from, to, isSettled } = query;
    const range = `${words[timeframe]}/${isoDate(from)}/${isoDate(to)}`;
    const path = `/v2/aggs/ticker/${encodeURIComponent(symbol)}/range/${range}`;
    const isAdjusted = adjustment === "split";
    const first = `${origin}${path}?adjusted=${isAdjusted}&sort=asc&limit=${BARS_PAGE}`;
    return allPages(client, first, (url) => ({
      url,
      headers: { authorization: `Bearer ${key?.reveal() ?? ""}`, accept: "application/json" },
      asking,
      isSettled,
      read: (body) => {
        const { status, adjusted, results, next_url: next } = page.parse(JSON.parse(body));
        // An answer on another basis than was asked for would be mixed into the series.
        if (!good.includes(status) || (adjusted ?? isAdjusted) !== isAdjusted) return undefined;
        const bars = (results ?? []).map((row) => barOf(row, query));
        return { bars, next: next == null || next === "" ? undefined : sameHost(next, origin) };
      },
    }));
  },
};

function barOf(row: Readonly<Record<string, unknown>>, { timeframe }: BarsQuery): SourceBar {
  return {
    ts: barStart(timeframe, (numeric(row.t) * 1000) as EpochMicros),
    open: numeric(row.o),
    high: numeric(row.h),
    low: numeric(row.l),
    close: numeric(row.c),
    volume: numeric(row.v),
  };
}

function sameHost(next: string, origin: string): string {
  const url = new URL(next);
  url.searchParams.delete("apiKey");
  return `${origin}${url.pathname}${url.search}`;
}
