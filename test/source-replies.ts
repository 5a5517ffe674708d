/** Answers as each provider documents them, made of the same bars: what a contract over all of them is tested with. */
import type { VirtualAnswer } from "../src/adapters/net/virtual-network.ts";
import type { BarsQuery, SourceBar, SourceDefinition } from "../src/adapters/sources/bar-source.ts";
import { sourceDefinitions } from "../src/adapters/sources/source-registry.ts";
import { dayOf, type EpochMicros, isoDate, isoInstant, startOfDay } from "../src/domain/time.ts";
import { sessionsBetween } from "../src/market/calendar.ts";
import { fromNewYork } from "../src/market/us-eastern.ts";

export interface SourceCase {
  readonly definition: SourceDefinition;
  readonly adjustment: BarsQuery["adjustment"];
  readonly timeframe: BarsQuery["timeframe"];
  /** `next` is the token or address of the page that follows; those with one page have none. */
  readonly body: (bars: readonly Reply[], next?: string) => string;
  readonly hasPages: boolean;
  readonly unknown: VirtualAnswer;
  /** What a key looks like on the wire; undefined where there is none. */
  readonly key: ((headers: Readonly<Record<string, unknown>>) => unknown) | undefined;
}

/** A bar whose numbers may be missing. */
export type Reply = { readonly [Field in keyof SourceBar]: SourceBar[Field] | null };

export const KEYS = ["KEY-ONE-5551", "SECRET-TWO-7773"] as const;

const json = (value: unknown): string => JSON.stringify(value);
const midnight = (ts: EpochMicros): EpochMicros => fromNewYork(dayOf(ts), 0);
const of = (id: string): SourceDefinition => {
  const found = sourceDefinitions.find((definition) => definition.id === id);
  if (found === undefined) throw new Error(id);
  return found;
};

const alpaca = (id: string): SourceCase => ({
  definition: of(id),
  adjustment: "split",
  timeframe: "1d",
  hasPages: true,
  key: (headers) => headers["apca-api-secret-key"] ?? headers["APCA-API-SECRET-KEY"],
  // Well-formed and unknown: 200 without the name.
  unknown: { status: 200, body: json({ bars: {}, next_page_token: null }) },
  body: (bars, next) =>
    json({
      bars: {
        AAPL: bars.map(({ ts, open, high, low, close, volume }) => ({
          t: isoInstant(midnight(ts as EpochMicros)),
          o: open,
          h: high,
          l: low,
          c: close,
          v: volume,
          n: 100,
          vw: close,
        })),
      },
      next_page_token: next ?? null,
    }),
});

export const sourceCases: readonly SourceCase[] = [
  alpaca("alpaca_sip"),
  alpaca("alpaca_iex"),
  {
    definition: of("polygon"),
    adjustment: "split",
    timeframe: "1d",
    hasPages: true,
    key: (headers) => headers.authorization,
    unknown: {
      status: 200,
      body: json({ ticker: "AAPL", status: "OK", queryCount: 0, resultsCount: 0, adjusted: true }),
    },
    body: (bars, next) =>
      json({
        ticker: "AAPL",
        status: "OK",
        adjusted: true,
        resultsCount: bars.length,
        results: bars.map(({ ts, open, high, low, close, volume }) => ({
          t: midnight(ts as EpochMicros) / 1000,
          o: open,
          h: high,
          l: low,
          c: close,
          v: volume,
          vw: close,
          n: 100,
        })),
        ...(next === undefined
          ? {}
          : {
              next_url: `https://elsewhere.example/v2/aggs/ticker/AAPL/range/1/day/1/2?cursor=${next}&apiKey=x`,
            }),
      }),
  },
  {
    definition: of("tiingo"),
    adjustment: "raw",
    timeframe: "1d",
    hasPages: false,
    key: (headers) => headers.authorization,
    unknown: { status: 404, body: json({ detail: "Not found." }) },
    body: (bars) =>
      json(
        bars.map(({ ts, ...row }) => ({
          date: `${isoDate(dayOf(ts as EpochMicros))}T00:00:00.000Z`,
          ...row,
          adjOpen: 1,
          adjHigh: 1,
          adjLow: 1,
          adjClose: 1,
          adjVolume: 1,
          divCash: 0,
          splitFactor: 1,
        })),
      ),
  },
  {
    definition: of("tiingo_iex"),
    adjustment: "raw",
    timeframe: "5m",
    hasPages: false,
    key: (headers) => headers.authorization,
    unknown: { status: 200, body: "[]" },
    body: (bars) =>
      json(
        bars.map(({ ts, ...row }) => ({ date: isoInstant(ts as EpochMicros).replace("Z", ".000Z"), ...row })),
      ),
  },
  {
    definition: of("yahoo"),
    adjustment: "split",
    timeframe: "1d",
    hasPages: false,
    key: undefined,
    unknown: {
      status: 404,
      body: json({
        chart: {
          result: null,
          error: { code: "Not Found", description: "No data found, symbol may be delisted" },
        },
      }),
    },
    body: (bars) => {
      const column = (field: keyof SourceBar) => bars.map((bar) => bar[field]);
      const quote = {
        open: column("open"),
        high: column("high"),
        low: column("low"),
        close: column("close"),
        volume: column("volume"),
      };
      const timestamp = bars.map(({ ts }) => fromNewYork(dayOf(ts as EpochMicros), 570) / 1e6);
      const indicators = { quote: [quote], adjclose: [{ adjclose: column("close") }] };
      return json({ chart: { result: [{ meta: { symbol: "AAPL" }, timestamp, indicators }], error: null } });
    },
  },
  {
    definition: of("stooq"),
    adjustment: "full",
    timeframe: "1d",
    hasPages: false,
    key: undefined,
    unknown: { status: 200, body: "No data" },
    body: (bars) =>
      [
        "Date,Open,High,Low,Close,Volume",
        ...bars.map(({ ts, open, high, low, close, volume }) =>
          [isoDate(dayOf(ts as EpochMicros)), open, high, low, close, volume].join(","),
        ),
        "",
      ].join("\r\n"),
  },
];

/** Sound bars, one a session; for minutes the first bar of each. */
export function someBars(query: Pick<BarsQuery, "timeframe" | "from" | "to">, scale = 1): SourceBar[] {
  const { date, open } = sessionsBetween(query.from, query.to);
  return [...date].map((day, i) => {
    const close = (100 + ((i * 7) % 13)) * scale;
    const ts = query.timeframe === "1d" ? startOfDay(day as BarsQuery["from"]) : (open[i] as EpochMicros);
    return {
      ts,
      open: close - scale,
      high: close + 2 * scale,
      low: close - 2 * scale,
      close,
      volume: 1000 + i,
    };
  });
}
