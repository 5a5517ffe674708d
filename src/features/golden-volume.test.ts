/**
 * Goal    volume, liquidity, quote, trade and cross-asset features give the numbers of pandas, statsmodels, R's
 *         TTR and bidask, and of plain definitions, on one stock, its market and a stream of quotes and trades.
 * Method  read the golden files; without them the tests are skipped by name. Every key of ours must be there.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Bar, type BarColumns, columnsFromBars, type Timeframe } from "../domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../domain/instrument.ts";
import { type EpochMicros, MICROS_PER_MINUTE, parseIsoDate, startOfDay } from "../domain/time.ts";
import { xnysSessions } from "../market/calendar.ts";
import { CrossSection } from "../numerics/cross-section.ts";
import { computeColumns } from "./batch.ts";
import {
  effectiveSpreadBps,
  leeReadySign,
  micropriceOf,
  midOf,
  orderFlowOf,
  queueImbalanceOf,
  quotedSpreadBps,
} from "./book-arithmetic.ts";
import type { Feature } from "./feature.ts";
import { orderFlow } from "./order-flow.ts";
import { quotedSpread } from "./quoted-spread.ts";
import { features } from "./registry.ts";
import { tickSign } from "./tick-rule.ts";
import { tradeFlow } from "./trade-flow.ts";

const folder = process.env.PLIMSOLL_GOLDEN ?? "../shared/golden";
const missing = !existsSync(join(folder, "MANIFEST.json"));
const withGolden = describe.skipIf(missing);

type Column = readonly (number | null)[];
interface Golden {
  readonly tolerance: { readonly rel: number; readonly abs: number };
  readonly input: Readonly<Record<string, readonly number[]>>;
  readonly expected: Readonly<Record<string, Column>>;
}

/** The keys of features_pandas.json that are about volume, liquidity or the market. */
const ours = [
  "volume_ratio_20_excl",
  "volume_z_20_excl",
  "log_volume_z_20_excl",
  "obv_from_zero",
  "amihud_20_x1e6",
  "dollar_adv_20",
  "beta_60",
  "corr_60",
  "rel_strength_20",
  "rel_strength_60",
  "roll_spread_rel_60",
  "tick_sign",
  "tick_imbalance_20",
];

withGolden(`golden numbers (skipped when ${folder}/MANIFEST.json is missing)`, () => {
  const values = missing ? new Map<string, Float64Array>() : stockBesideMarket();

  it.each(ours)("pandas: %s", (name) => {
    const { tolerance, expected } = golden("features_pandas.json");
    expectEqual(name, values.get(name), expected[name], tolerance);
  });

  it("statsmodels: kyle_lambda_60, to the relative tolerance alone, because it is near 1e-11", () => {
    const { expected } = golden("features_pandas.json");
    expectEqual("kyle", values.get("kyle_lambda_60"), expected.kyle_lambda_60, { rel: 1e-9, abs: 0 });
  });

  it("TTR: obv", () => {
    const { tolerance, expected } = golden("indicators_ttr.json");
    expectEqual("obv", values.get("obv"), expected.obv, tolerance);
  });

  it("bidask: Corwin-Schultz signed and floored, Roll and EDGE, over 21 and 60 bars", () => {
    const { tolerance, expected } = golden("spread_estimators.json");
    expect(Object.keys(expected)).toHaveLength(8);
    for (const [name, column] of Object.entries(expected)) {
      expectEqual(name, values.get(name), column, tolerance);
    }
  });

  it("pandas: session VWAP, which begins anew at each open, a half day among them", () => {
    const { tolerance, expected } = golden("intraday_vwap.json");
    const intraday = computeColumns(features, intradayBars());
    const names = { vwap: "vwap", deviation: "vwap_deviation", vwap_sd: "vwap_sd", z: "vwap_z" };
    expect(Object.keys(expected)).toEqual(Object.keys(names));
    for (const [name, output] of Object.entries(names)) {
      expectEqual(output, intraday.get(output), expected[name], tolerance);
    }
  });
});

withGolden("quotes and trades, event by event (skipped when the golden files are missing)", () => {
  it("the arithmetic of single events", () => {
    const { tolerance, input, expected } = golden("microstructure.json");
    const { bid = [], ask = [], bid_size = [], ask_size = [], trade_price = [], trade_size = [] } = input;
    const book = bid.map((b, t) => ({ bid: b, bidSize: bid_size[t]!, ask: ask[t]!, askSize: ask_size[t]! }));
    const mid = bid.map((b, t) => midOf(b, ask[t]!));
    const flow = book.map((now, t) => (t === 0 ? Number.NaN : orderFlowOf(book[t - 1]!, now)));
    const tick: number[] = [];
    for (const [t, price] of trade_price.entries()) {
      tick.push(t === 0 ? 0 : tickSign(price - trade_price[t - 1]!, tick[t - 1]!));
    }
    const sign = trade_price.map((price, t) => leeReadySign(price, mid[t]!, tick[t]!));
    const signed = sign.map((s, t) => s * trade_size[t]!);
    const actual: Record<string, number[]> = {
      spread_bps: bid.map((b, t) => quotedSpreadBps(b, ask[t]!)),
      microprice: book.map((q) => micropriceOf(q.bid, q.bidSize, q.ask, q.askSize)),
      queue_imbalance: book.map((q) => queueImbalanceOf(q.bidSize, q.askSize)),
      ofi: flow,
      ofi_sum_20: sumsOf(flow, 20),
      tick_sign: tick,
      lee_ready_sign: sign,
      signed_volume_sum_20: sumsOf(signed, 20),
      imbalance_20: sumsOf(signed, 20).map((s, t) => s / sumsOf(trade_size, 20)[t]!),
      effective_spread_bps: trade_price.map((price, t) => effectiveSpreadBps(sign[t]!, price, mid[t]!)),
    };
    expect(Object.keys(expected).toSorted()).toEqual(Object.keys(actual).toSorted());
    for (const [name, column] of Object.entries(expected)) {
      expectEqual(name, Float64Array.from(actual[name] ?? []), column, tolerance);
    }
  });

  it("the features, when a bar closes after each quote and the trade that follows it", () => {
    const { tolerance, input, expected } = golden("microstructure.json");
    const actual = {
      ...afterEachEvent(quotedSpread({}), input),
      ...afterEachEvent(orderFlow({ updates: 20 }), input),
      ...afterEachEvent(tradeFlow({ trades: 20 }), input),
    };
    const same = [
      ["quoted_spread_bps", "spread_bps"],
      ["trade_tick_sign", "tick_sign"],
      ...["microprice", "queue_imbalance", "ofi_sum_20", "lee_ready_sign"].map((name) => [name, name]),
      ...["signed_volume_sum_20", "imbalance_20", "effective_spread_bps"].map((name) => [name, name]),
    ] as const;
    for (const [ours = "", theirs = ""] of same) {
      expectEqual(ours, Float64Array.from(actual[ours] ?? []), expected[theirs], tolerance);
    }
    const flow = expected.ofi?.map((e) => e ?? 0);
    expectEqual("ofi_bar", Float64Array.from(actual.ofi_bar ?? []), flow, tolerance);
  });
});

withGolden("cross-sections (skipped when the golden files are missing)", () => {
  it("pandas: ranks with ties and missing values, and scores without winsorising", () => {
    const { expected } = golden("xs_ranks.json") as unknown as {
      expected: Readonly<Record<string, readonly Column[]>>;
    };
    const { values = [], rank_avg = [], rank_pct_01 = [], zscore_pop = [] } = expected;
    expect(values.flat().includes(null)).toBe(true);
    const tolerance = { rel: 1e-9, abs: 1e-9 };
    for (const [t, row] of values.entries()) {
      const given = Float64Array.from(row, (x) => x ?? Number.NaN);
      const section = new CrossSection(given.length, Infinity);
      section.take(given, given.length);
      const valid = row.filter((x) => x !== null).length;
      const rank = given.map((x) => section.rank(x));
      expectEqual(`rank ${t}`, rank, rank_pct_01[t], tolerance);
      expectEqual(
        `average rank ${t}`,
        rank.map((r) => 1 + r * (valid - 1)),
        rank_avg[t],
        tolerance,
      );
      expectEqual(
        `z ${t}`,
        given.map((x) => section.score(x)),
        zscore_pop[t],
        tolerance,
      );
    }
  });
});

function expectEqual(
  name: string,
  actual: Float64Array | undefined,
  expected: Column | undefined,
  { rel, abs }: Golden["tolerance"],
): void {
  expect(expected?.length, name).toBeGreaterThan(0);
  expect(actual?.length, name).toBe(expected?.length);
  const off = (expected ?? []).flatMap((want, t) => {
    const got = actual?.[t] ?? Number.NaN;
    if (want === null) return Number.isNaN(got) ? [] : [`${name}[${t}] is ${got}, expected NaN`];
    const near = Math.abs(got - want) <= Math.max(abs, rel * Math.abs(want));
    return near ? [] : [`${name}[${t}] is ${got}, expected ${want}`];
  });
  expect(off).toEqual([]);
}

/** NaN until there are n numbers. */
function sumsOf(values: readonly number[], n: number): number[] {
  return values.map((_, t) =>
    t + 1 < n ? Number.NaN : values.slice(t + 1 - n, t + 1).reduce((a, b) => a + b, 0),
  );
}

/** Columns of a feature that hears a quote as each bar opens, and a trade half way to its close. */
function afterEachEvent(feature: Feature, input: Golden["input"]): Record<string, number[]> {
  const { bid = [], ask = [], bid_size = [], ask_size = [], trade_price = [], trade_size = [] } = input;
  const start = Date.UTC(2024, 6, 2, 15) * 1000;
  const instrument = 0 as InstrumentId;
  const bars = bid.map((_, t) => barOf(start + 2e6 * (t + 1), [1, 1, 1, 1, 1]));
  const columns = columnsFromBars("1s", instrumentTable(["A"]), bars);
  const state = feature.start({ instruments: 1, market: undefined, sessions: xnysSessions() });
  const seen: Record<string, number[]> = Object.fromEntries(feature.outputs.map((name) => [name, []]));
  for (const [t, b] of bid.entries()) {
    const at = (start + 2e6 * t) as EpochMicros;
    const quote = { at, instrument, bid: b, bidSize: bid_size[t]!, ask: ask[t]!, askSize: ask_size[t]! };
    state.quote?.(quote);
    const later = (at + 1e6) as EpochMicros;
    state.trade?.({ at: later, instrument, price: trade_price[t]!, size: trade_size[t]! });
    state.update({ at: (at + 2e6) as EpochMicros, from: t, to: t + 1, columns });
    for (const [k, name] of feature.outputs.entries()) seen[name]?.push(state.outputs[k]?.[0] ?? Number.NaN);
  }
  return seen;
}

function golden(file: string): Golden {
  return JSON.parse(readFileSync(join(folder, file), "utf8"));
}

/** The stock's own rows of every feature, with the market's bars in the same batches. */
function stockBesideMarket(): ReadonlyMap<string, Float64Array> {
  const bars = [...daily("ohlcv_stock.csv", 1), ...daily("ohlcv_market.csv", 0)];
  const columns = columnsFromBars("1d", instrumentTable(["GSPC", "GOOG"]), bars);
  const isStock = (_: number, row: number) => columns.instrument[row] === 1;
  const all = computeColumns(features, columns, "GSPC");
  return new Map([...all].map(([name, column]) => [name, column.filter(isStock)]));
}

function daily(file: string, instrument: number): Bar[] {
  return rowsOf(file).map(([date = "", ...numbers]) => {
    const day = parseIsoDate(date);
    if (day === undefined) throw new Error(`not a date in ${file}: ${date}`);
    return barOf(startOfDay(day), numbers.map(Number), instrument);
  });
}

/** Stamped at their start there, at their close here. */
function intradayBars(): BarColumns {
  const timeframe: Timeframe = "5m";
  const bars = rowsOf("intraday_5m.csv").map(([start = "", , ...numbers]) => {
    return barOf(Date.parse(start) * 1000 + 5 * MICROS_PER_MINUTE, numbers.map(Number));
  });
  return columnsFromBars(timeframe, instrumentTable(["A"]), bars);
}

function rowsOf(file: string): string[][] {
  const [, ...lines] = readFileSync(join(folder, file), "utf8").trim().split("\n");
  return lines.map((line) => line.split(","));
}

function barOf(closedAt: number, numbers: readonly number[], instrument = 0): Bar {
  const [open = 0, high = 0, low = 0, close = 0, volume = 0] = numbers;
  return {
    instrument: instrument as InstrumentId,
    closedAt: closedAt as EpochMicros,
    open,
    high,
    low,
    close,
    volume,
  };
}
