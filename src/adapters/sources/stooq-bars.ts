/**
 * Stooq's CSV of daily bars over HTTP, without a key. Everything is status 200: an unknown symbol is the text "No
 * data", too many questions "Exceeded the daily hits limit", and lines of a failing script may stand before the
 * header. Prices are adjusted for splits and dividends by our reading. Since 2025 people report that it asks programs
 * for proof that they are none; then it answers a web page, which is refused here. Not tried against the real service.
 */
import { type EpochMicros, isoDate, parseIsoDate, startOfDay } from "../../domain/time.ts";
import type { BarsQuery, SourceBar, SourceDefinition, SourceFailure } from "./bar-source.ts";
import type { BarsPage } from "./source-pages.ts";

const HEADER = /^Date,Open,High,Low,Close(?:,Volume)?\s*$/m;
const NOTHING = /^\s*No data\s*$/i;
const LIMIT = /Exceeded the daily hits limit/i;
/** Until it may be asked again; the count is of a day, but whose is not told. */
const REST_MS = 3_600_000;

export const stooqBars: SourceDefinition = {
  id: "stooq",
  origin: "https://stooq.com",
  keys: [],
  perMinute: 30,
  volume: "consolidated",
  lists: { "1d": ["full"] },
  spanDays: {},
  hasIndices: false,
  bars: async ({ client, origin }, { symbol, from, to, isSettled }, asking) => {
    const compact = (day: BarsQuery["from"]) => isoDate(day).replaceAll("-", "");
    const name = `${symbol.replaceAll(".", "-").toLowerCase()}.us`;
    const question = new URLSearchParams({ s: name, d1: compact(from), d2: compact(to), i: "d" });
    const fetched = await client.get({
      url: `${origin}/q/d/l/?${question}`,
      headers: { accept: "text/csv" },
      asking,
      isSettled,
      read: pageOf,
      judge: ({ body }): SourceFailure | undefined =>
        LIMIT.test(body)
          ? { ok: false, why: "rate_limited", reason: "stooq has no more answers today", restMs: REST_MS }
          : undefined,
    });
    return fetched.ok ? { ok: true, bars: fetched.value.bars } : fetched;
  },
};

function pageOf(body: string): BarsPage | undefined {
  if (NOTHING.test(body)) return { bars: [], next: undefined };
  const header = HEADER.exec(body);
  if (header === null) return undefined;
  const lines = body
    .slice(header.index + header[0].length)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
  const cells = header[0].split(",").length;
  // A file that was cut off ends within a line.
  if (lines.some((line) => line.split(",").length !== cells)) return undefined;
  return { bars: lines.map(barOf), next: undefined };
}

function barOf(line: string): SourceBar {
  const [date = "", open, high, low, close, volume] = line.split(",");
  const day = parseIsoDate(date);
  return {
    ts: day === undefined ? (Number.NaN as EpochMicros) : startOfDay(day),
    open: number(open),
    high: number(high),
    low: number(low),
    close: number(close),
    // Indices and funds have no such column.
    volume: volume === undefined ? 0 : number(volume),
  };
}

const number = (cell: string | undefined): number =>
  /^-?[\d.]+$/.test(cell?.trim() ?? "") ? Number(cell) : Number.NaN;
