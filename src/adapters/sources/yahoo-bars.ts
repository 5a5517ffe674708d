/**
 * Yahoo's chart API: daily history without a key, indices as ^VIX among it. Prices and volumes are adjusted for
 * splits; `adjclose` for dividends too, and the other prices follow it by its factor. It is no documented service: it
 * refuses whom it takes for a robot with 429 and a line of plain text, has null in all five columns of a day that it
 * missed, and its day in progress is not final. An unknown symbol is 404 with an error inside. Not tried against the
 * real service from here.
 */
import { z } from "zod";
import { type EpochMicros, MICROS_PER_SECOND, startOfDay } from "../../domain/time.ts";
import type { HttpResponse } from "../net/ports.ts";
import {
  type BarsQuery,
  numeric,
  type SourceBar,
  type SourceDefinition,
  type SourceFailure,
} from "./bar-source.ts";
import { barStart } from "./bar-start.ts";
import type { BarsPage } from "./source-pages.ts";

const column = z.array(z.unknown()).nullish();
const quote = z.object({ open: column, high: column, low: column, close: column, volume: column });
const result = z.object({
  timestamp: z.array(z.unknown()).nullish(),
  indicators: z.object({
    quote: z.array(quote),
    adjclose: z.array(z.object({ adjclose: column })).nullish(),
  }),
});
const chart = z.object({ chart: z.object({ result: z.array(result).nullable(), error: z.unknown() }) });

export const yahooBars: SourceDefinition = {
  id: "yahoo",
  origin: "https://query1.finance.yahoo.com",
  keys: [],
  // Nothing is told; more than this was seen refused.
  perMinute: 30,
  volume: "consolidated",
  lists: { "1d": ["split", "full"] },
  spanDays: {},
  hasIndices: true,
  bars: async ({ client, origin }, query, asking) => {
    const name = encodeURIComponent(query.symbol.replaceAll(".", "-"));
    const seconds = (day: number) => startOfDay(day as BarsQuery["from"]) / MICROS_PER_SECOND;
    const question = new URLSearchParams({
      period1: String(seconds(query.from)),
      // Not included itself.
      period2: String(seconds(query.to + 1)),
      interval: "1d",
      events: "div,splits",
      includeAdjustedClose: "true",
    });
    const fetched = await client.get({
      url: `${origin}/v8/finance/chart/${name}?${question}`,
      headers: { accept: "application/json", "user-agent": "Mozilla/5.0 (compatible; plimsoll)" },
      asking,
      isSettled: query.isSettled,
      read: (body) => pageOf(body, query),
      judge: judged,
    });
    return fetched.ok ? { ok: true, bars: fetched.value.bars } : fetched;
  },
};

function pageOf(body: string, query: BarsQuery): BarsPage | undefined {
  const [found] = chart.parse(JSON.parse(body)).chart.result ?? [];
  if (found === undefined) return undefined;
  const [quotes] = found.indicators.quote;
  const adjusted = found.indicators.adjclose?.[0]?.adjclose;
  const at = found.timestamp ?? [];
  const columns = [quotes?.open, quotes?.high, quotes?.low, quotes?.close, quotes?.volume];
  // Columns of other lengths than the times belong to other days.
  if (columns.some((values) => (values?.length ?? 0) !== at.length)) return undefined;
  if (query.adjustment === "full" && (adjusted?.length ?? 0) !== at.length) return undefined;
  const bars = at.map((seconds, i): SourceBar => {
    const [open, high, low, close, volume] = columns.map((values) => numeric(values?.[i])) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const whole = query.adjustment === "full" ? numeric(adjusted?.[i]) : close;
    // In this order low <= close <= high stays true to the last bit.
    const scaled = (price: number) => (whole === close ? price : (price / close) * whole);
    return {
      ts: barStart("1d", (numeric(seconds) * MICROS_PER_SECOND) as EpochMicros),
      open: scaled(open),
      high: scaled(high),
      low: scaled(low),
      close: whole,
      volume,
    };
  });
  // The newest session may come twice, with the volume of the last row the greater one: that is the later word.
  const isTwice = bars.length > 1 && bars.at(-1)?.ts === bars.at(-2)?.ts;
  return { bars: isTwice ? bars.toSpliced(-2, 1) : bars, next: undefined };
}

/** A range without a day is a 400 that says so. */
function judged({ status, body }: HttpResponse): BarsPage | SourceFailure | undefined {
  if (status === 400 && /Data doesn't exist/i.test(body)) return { bars: [], next: undefined };
  return undefined;
}
