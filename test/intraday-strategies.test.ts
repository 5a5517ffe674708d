/** Strategies of the day, on bars made by hand where the right answer can be worked out on paper (STRAT-4). */
import { describe, expect, it } from "vitest";
import { type Bar, type BarColumns, columnsFromBars } from "../src/domain/bars.ts";
import type { ReferenceTold } from "../src/domain/events.ts";
import { type InstrumentId, instrumentTable } from "../src/domain/instrument.ts";
import { MARKET_ROW } from "../src/domain/reference-table.ts";
import { dayNumber, type EpochMicros, MICROS_PER_MINUTE } from "../src/domain/time.ts";
import { atr } from "../src/features/atr.ts";
import { computeColumns } from "../src/features/batch.ts";
import { sessionsBetween } from "../src/market/calendar.ts";
import { newsTable } from "../src/market/references/news.ts";
import { regimeTable } from "../src/market/references/regime.ts";
import { universeTable } from "../src/market/references/universe.ts";
import { gapFill } from "../src/strategies/gap-fill.ts";
import { intradayMeanReversion } from "../src/strategies/intraday-mean-reversion.ts";
import { openingRangeBreakout } from "../src/strategies/opening-range-breakout.ts";
import { relativeVolumeBreakout } from "../src/strategies/relative-volume-breakout.ts";
import type { StrategyModule } from "../src/strategies/strategy.ts";
import { vwapReversion } from "../src/strategies/vwap-reversion.ts";
import { StrategyDriver } from "./strategy-driver.ts";

/** From 16 November on, so that the ninth of them, the day after Thanksgiving, closes at 13:00. */
const sessions = sessionsBetween(dayNumber(2020, 11, 16), dayNumber(2020, 12, 31));
const HALF_DAY = 8;

/** Minutes from the open to the bar's close, then open, high, low, close and, 1000 if left out, volume. */
type Row = readonly [number, number, number, number, number, number?];
type Days = readonly (readonly Row[])[];

function columnsOf(paths: Readonly<Record<string, Days>>): BarColumns {
  const bars = Object.values(paths).flatMap((days, i) =>
    days.flatMap((rows, day) =>
      rows.map(([minute, open, high, low, close, volume = 1000]): Bar => {
        const closedAt = (sessions.open[day]! + minute * MICROS_PER_MINUTE) as EpochMicros;
        return { instrument: i as InstrumentId, closedAt, open, high, low, close, volume };
      }),
    ),
  );
  return columnsFromBars("5m", instrumentTable(Object.keys(paths)), bars);
}

/** What is wished: day, minute, symbol, kind and reason as text, and the wish itself. */
function wishesOf(
  { bind }: StrategyModule,
  params: unknown,
  columns: BarColumns,
  told: readonly ReferenceTold[] = [],
) {
  return new StrategyDriver(bind(params), columns, told).run().wishes.map((wish) => {
    const at = columns.closedAt[wish.batch]!;
    const day = sessions.close.findIndex((close) => close >= at);
    const minute = (at - sessions.open[day]!) / MICROS_PER_MINUTE;
    const symbol = columns.instruments.symbols[wish.instrument];
    return { ...wish, text: `${day} ${minute} ${symbol} ${wish.kind} ${wish.reason}` };
  });
}
const texts = (list: ReturnType<typeof wishesOf>) => list.map(({ text }) => text);

const told = (
  table: { readonly id: string; readonly columns: object },
  given: Record<string, number>,
  row = 0,
) => ({
  ...{ kind: "ReferenceTold" as const, at: (sessions.open[0]! - 1) as EpochMicros, table: table.id },
  rows: [
    {
      instrument: row as InstrumentId | typeof MARKET_ROW,
      values: Object.keys(table.columns).map((name) => given[name] ?? null),
    },
  ],
});

/** A day at 100 with a true range of 2: its opening has so many shares, the whole day two millions. */
const usualDay = (opening = 1e6, price = 100): Row[] => [
  [5, price, price * 1.01, price * 0.99, price, opening],
  [390, price, price, price, price, 2e6 - opening],
];
const still = (minute: number, price: number): Row => [minute, price, price, price, price];
/** Averages of two days: three days and the first bar of a fourth. */
const params = { sessions: 2 };
const warm: Days = [usualDay(), usualDay(), usualDay()];

describe("opening_range_breakout", () => {
  const rising: Row = [5, 100, 101, 99.5, 100.5];
  const falling: Row = [5, 100, 100.5, 99, 99.5];
  const played = (today: readonly Row[], given: object = {}, before: Days = warm) =>
    wishesOf(openingRangeBreakout, { ...params, ...given }, columnsOf({ A: [...before, today] }));
  const held = [still(20, 102), still(370, 102), still(375, 102)];

  it("buys the first close above the range, a tenth of the daily ATR as stop, and is out at 15:45", () => {
    const touched: Row = [10, 100.5, 101.2, 100.4, 101];
    const found = played([rising, touched, still(15, 101.5), ...held]);
    expect(texts(found)).toEqual(["3 15 A enter broke", "3 375 A exit dayOver"]);
    const [entry, exit] = found;
    expect(entry?.numbers.slice(0, 2)).toEqual([101.5, 101]);
    expect(entry?.entry).toMatchObject({ conviction: 1 });
    expect(entry?.entry?.target).toBeUndefined();
    expect(entry?.entry?.stop).toBeCloseTo(101.5 - 0.1 * 2, 10);
    expect(exit?.numbers).toEqual([15, 15]);
  });

  it("is out a quarter of an hour before the end of a half day", () => {
    const before = Array.from({ length: HALF_DAY }, () => usualDay());
    const today = [rising, still(15, 101.5), still(20, 102), still(190, 102), still(195, 102)];
    expect(texts(played(today, {}, before))).toEqual(["8 15 A enter broke", "8 195 A exit dayOver"]);
  });

  it("leaves at once what a missing last bar left over night", () => {
    const cut = [rising, still(15, 101.5), still(20, 102)];
    const found = played([still(5, 103), still(10, 103)], {}, [...warm, cut]);
    expect(texts(found)[1]).toBe("4 5 A exit overstayed");
  });

  it("follows the opening's own side only, and sells short only when told to", () => {
    const down = [falling, still(10, 98.5), still(15, 98), still(380, 98)];
    expect(played(down)).toEqual([]);
    const short = played(down, { shorts: true });
    expect(texts(short)).toEqual(["3 10 A enter broke", "3 380 A exit dayOver"]);
    expect(short[0]?.entry).toMatchObject({ conviction: -1 });
    expect(short[0]?.entry?.stop).toBeCloseTo(98.5 + 0.2, 10);
    // A fall out of a rising opening and a rise out of a falling one are none of its breaks.
    expect(played([rising, still(10, 99)], { shorts: true })).toEqual([]);
    expect(played([falling, still(10, 102)], { shorts: true })).toEqual([]);
    const doji: Row = [5, 100, 101, 99, 100];
    expect(played([doji, still(10, 102), still(15, 98)], { shorts: true })).toEqual([]);
  });

  it("speaks once a day, whatever came of it, and again the next", () => {
    // The second bar after the entry goes through the stop.
    const stopped: Row = [25, 102, 102, 100, 100];
    const today = [rising, still(15, 101.5), still(20, 102), stopped, still(30, 102), still(375, 102)];
    expect(texts(played(today))).toEqual(["3 15 A enter broke"]);
    const twice = played(today, {}, [...warm, today]);
    expect(texts(twice)).toEqual(["3 15 A enter broke", "4 15 A enter broke"]);
  });

  it("stays out in the last hour, and where the range or the ATR is not known", () => {
    expect(played([rising, still(325, 102)])).not.toEqual([]);
    // 330 minutes after the open are 60 before the close: no longer more than an hour.
    expect(played([rising, still(330, 102)])).toEqual([]);
    expect(played([still(10, 100), still(15, 102)])).toEqual([]);
    expect(played([rising, still(15, 101.5)], {}, [usualDay(), usualDay()])).toEqual([]);
  });

  it("has the rules of the paper of 2023 by parameters: in at the open, stop across the range, ten risks", () => {
    const paper = { at: "opening", stopAt: "range", targetRisks: 10 };
    const [entry, ...rest] = played([rising, still(10, 100.5)], paper);
    expect(rest).toEqual([]);
    expect(entry?.text).toBe("3 5 A enter pointed");
    expect(entry?.entry).toMatchObject({ conviction: 1, stop: 99.5, target: 110.5 });
    expect(played([falling, still(10, 99)], paper)).toEqual([]);
    const short = played([falling, still(10, 99)], { ...paper, shorts: true });
    expect(short[0]?.entry).toMatchObject({ conviction: -1, stop: 100.5, target: 89.5 });
  });
});

describe("relative_volume_breakout", () => {
  /** An opening with so many shares that rises, and a close above it five minutes later. */
  const breaking = (volume: number, price = 100): Row[] => [
    [5, price, price * 1.01, price * 0.99, price * 1.005, volume],
    still(10, price * 1.02),
  ];
  const path = (volume: number, price = 100, opening = 1e6): Days => [
    ...Array.from({ length: 3 }, () => usualDay(opening, price)),
    breaking(volume, price),
  ];
  const entered = (paths: Readonly<Record<string, Days>>, given: object = {}) =>
    texts(wishesOf(relativeVolumeBreakout, { ...params, ...given }, columnsOf(paths)));

  it("enters the breaks of the busiest openings, the busiest first, of equals the first by number", () => {
    const paths = { A: path(2e6), B: path(0.9e6), C: path(5e6), D: path(2e6), E: path(1e6) };
    const order = (names: string) => [...names].map((name) => `3 10 ${name} enter broke`);
    expect(entered(paths)).toEqual(order("CADE"));
    expect(entered(paths, { top: 2 })).toEqual(order("CA"));
    expect(entered(paths, { least: 0.5 })).toEqual(order("CADEB"));
  });

  it("leaves out what is cheap, thin, or hardly moves", () => {
    const cheap = path(9e6, 4);
    const thin: Days = path(9e6).map((rows) =>
      rows.map(([minute, open, high, low, close]): Row => [minute, open, high, low, close, 4e5]),
    );
    const calm: Days = path(9e6).map((rows, day) =>
      day === 3
        ? rows
        : rows.map(([minute, , , , , volume = 0]): Row => [minute, 100, 100.1, 99.9, 100, volume]),
    );
    const paths = { CALM: calm, CHEAP: cheap, GOOD: path(2e6), THIN: thin };
    expect(entered(paths, { top: 1 })).toEqual(["3 10 GOOD enter broke"]);
    expect(entered({ CALM: calm }, { minAtr: 0.1 })).toHaveLength(1);
    expect(entered({ CHEAP: cheap }, { minPrice: 1, minAtr: 0.01 })).toHaveLength(1);
    expect(entered({ THIN: thin }, { minVolume: 1e5, least: 0 })).toHaveLength(1);
  });

  it("makes its list when the opening is over: who has no bar then is not on it that day", () => {
    const absent: Days = [...path(9e6).slice(0, 3), [still(10, 100), still(15, 110)]];
    expect(entered({ A: path(2e6), LATE: absent })).toEqual(["3 10 A enter broke"]);
    // This one traded at the open, but not in the minute in which the list is made.
    const rising = breaking(9e6)[0]!;
    const silent: Days = [...path(9e6).slice(0, 3), [rising, still(15, 110)]];
    const there: Days = [...path(2e6).slice(0, 3), [rising, still(10, 100.5), still(15, 110)]];
    expect(entered({ A: there, LATE: silent }, { minutes: 10 })).toEqual(["3 15 A enter broke"]);
    expect(entered({ LATE: silent }, { minutes: 10 })).toEqual(["3 15 LATE enter broke"]);
    const second = [...path(2e6), breaking(0.5e6)];
    expect(entered({ A: second })).toEqual(["3 10 A enter broke"]);
  });

  it("knows nothing before its averages are warm, and is out a quarter of an hour before the close", () => {
    expect(entered({ A: path(2e6).slice(1) })).toEqual([]);
    const days = [...path(2e6).slice(0, 3), [...breaking(2e6), still(15, 103), still(376, 103)]];
    expect(entered({ A: days })).toEqual(["3 10 A enter broke", "3 376 A exit dayOver"]);
  });
});

describe("gap_fill", () => {
  /** Down a dollar over night, 0.5 daily ATR, and no further in fifteen minutes. */
  const gapDown: Row[] = [
    [5, 99, 99.2, 98.8, 98.9],
    [10, 98.9, 99.2, 98.9, 99.1],
    [15, 99.1, 99.4, 99, 99.3],
  ];
  /** The same day about 100, upside down. */
  const mirrored = (rows: readonly Row[]): Row[] =>
    rows.map(([minute, open, high, low, close]) => [minute, 200 - open, 200 - low, 200 - high, 200 - close]);
  const played = (today: readonly Row[], given: object = {}, references: readonly ReferenceTold[] = []) =>
    wishesOf(gapFill, { ...params, ...given }, columnsOf({ A: [...warm, today] }), references);

  it("buys the gap once the opening is over, to yesterday's close, a quarter of an ATR below the day's low", () => {
    const found = played([...gapDown, still(20, 99.4), still(145, 99.5), still(150, 99.5)]);
    expect(texts(found)).toEqual(["3 15 A enter gapped", "3 150 A exit noon"]);
    expect(found[0]?.entry).toMatchObject({ conviction: 1, target: 100 });
    expect(found[0]?.entry?.stop).toBeCloseTo(98.8 - 0.25 * 2, 10);
    expect(found[0]?.numbers[0]).toBeCloseTo(-0.01, 12);
    expect(found[0]?.numbers[1]).toBeCloseTo(2, 10);
    expect(found[1]?.numbers).toEqual([150, 150]);
  });

  it("is out before the close where noon comes later than that, half days too", () => {
    const late = [...gapDown, still(20, 99.4), still(375, 99.5)];
    expect(texts(played(late, { outMinutes: 390 }))).toEqual(["3 15 A enter gapped", "3 375 A exit dayOver"]);
    const days = [
      ...Array.from({ length: HALF_DAY }, () => usualDay()),
      [...gapDown, still(20, 99.4), still(195, 99.5)],
    ];
    const half = wishesOf(gapFill, { ...params, outMinutes: 390 }, columnsOf({ A: days }));
    expect(texts(half)).toEqual(["8 15 A enter gapped", "8 195 A exit dayOver"]);
  });

  it("leaves at once what a missing last bar left over night", () => {
    const days = [...warm, [...gapDown, still(20, 99.4)], [still(5, 99.5), still(10, 99.5)]];
    expect(texts(wishesOf(gapFill, params, columnsOf({ A: days })))[1]).toBe("4 5 A exit overstayed");
  });

  it("leaves alone what the opening extends, what is filled already, and gaps too small or too large", () => {
    const upTo = (close: number): Row[] => [
      ...gapDown.slice(0, 2),
      [15, 99.1, Math.max(99.4, close), 98.9, close],
    ];
    expect(played(upTo(98.95))).toEqual([]);
    expect(played(upTo(99))).toHaveLength(1);
    expect(played(upTo(100.1))).toEqual([]);
    const from = (open: number): Row[] => [
      [5, open, open + 0.05, open - 0.05, open],
      [10, open, open + 0.05, open - 0.05, open],
      [15, open, open + 0.05, open - 0.05, open],
    ];
    // 0.3 % of 100 and 1.5 times the daily ATR of 2 %.
    for (const [open, count] of [
      [99.8, 0],
      [99.6, 1],
      [97.1, 1],
      [96.9, 0],
    ] as const)
      expect(played(from(open)), String(open)).toHaveLength(count);
  });

  it("sells a gap up short only when told to, the mirror image", () => {
    expect(played(mirrored(gapDown))).toEqual([]);
    const [short] = played(mirrored(gapDown), { shorts: true });
    expect(short?.entry).toMatchObject({ conviction: -1, target: 100 });
    expect(short?.entry?.stop).toBeCloseTo(101.2 + 0.5, 10);
  });

  it("keeps away from news, and trades where nothing is known of any", () => {
    const count = (stories: number | undefined) =>
      played(gapDown, {}, stories === undefined ? [] : [told(newsTable, { stories })]).length;
    expect([count(undefined), count(0), count(1)]).toEqual([1, 1, 0]);
  });

  it("looks once: a gap that it left is left for the day", () => {
    const extended: Row = [15, 99.1, 99.4, 98.7, 98.8];
    expect(played([...gapDown.slice(0, 2), extended, still(20, 99.3)])).toEqual([]);
    // Where the bar of the fifteenth minute is missing it looks at the next, and knows that one's low.
    const later = played([...gapDown.slice(0, 2), [25, 99.1, 99.4, 98.6, 99.3]]);
    expect(texts(later)).toEqual(["3 25 A enter gapped"]);
    expect(later[0]?.entry?.stop).toBeCloseTo(98.6 - 0.5, 10);
  });

  it("asks for the largest gap first, in ATR", () => {
    const larger = gapDown.map(
      ([minute, open, high, low, close]): Row => [minute, open - 1, high - 1, low - 1, close - 1],
    );
    const columns = columnsOf({ A: [...warm, gapDown], B: [...warm, larger] });
    expect(texts(wishesOf(gapFill, params, columns))).toEqual(["3 15 B enter gapped", "3 15 A enter gapped"]);
  });
});

describe("vwap_reversion", () => {
  const rowsOf = (closes: readonly number[], volumes: readonly number[] = []): Row[] =>
    closes.map((close, n) => {
      const open = closes[n - 1] ?? close;
      return [
        5 * (n + 1),
        open,
        Math.max(open, close) + 0.1,
        Math.min(open, close) - 0.1,
        close,
        volumes[n] ?? 1000,
      ];
    });
  /** Three dollars around a hundred, so that one deviation is about two. */
  const swinging = (bars: number) => Array.from({ length: bars }, (_, n) => 100 + 3 * Math.sin(n));
  const fall = [96, 94.5, 94];
  const yesterday = rowsOf(swinging(78));
  const given = { sessions: 1 };
  const columns = (closes: readonly number[], volumes?: readonly number[]) =>
    columnsOf({ A: [yesterday, rowsOf(closes, volumes)] });
  const played = (closes: readonly number[], more: object = {}, references: readonly ReferenceTold[] = []) =>
    wishesOf(vwapReversion, { ...given, ...more }, columns(closes), references);

  it("buys the stretch with the VWAP as target and its stop an ATR beyond the last stretch that is one", () => {
    const bars = columns([...swinging(30), ...fall, 96, 101]);
    const [entry, exit, ...rest] = wishesOf(vwapReversion, given, bars);
    expect(rest).toEqual([]);
    expect([entry?.text, exit?.text]).toEqual(["1 155 A enter stretched", "1 175 A exit returned"]);
    const [away = 0, average = 0, strength, busy] = entry?.numbers ?? [];
    expect(away).toBeLessThan(-2);
    expect(away).toBeGreaterThan(-3.5);
    expect(strength).toBeLessThan(10);
    expect(busy).toBe(1);
    const deviation = (96 - average) / away;
    const range = computeColumns([atr({ period: 14 })], bars).get("atr_14")?.[78 + 30] ?? Number.NaN;
    expect(entry?.entry).toMatchObject({ conviction: 1, target: average, timeStopBars: 12 });
    expect(entry?.entry?.stop).toBeCloseTo(average - 3.5 * deviation - range, 8);
  });

  it("wants an ordinary day: usual volume, known and below twice; no report; no bear market", () => {
    const closes = [...swinging(30), fall[0]!];
    const busy = (times: number) =>
      wishesOf(vwapReversion, given, columns(closes, [...Array(30).fill(1000), 1000 * times])).length;
    expect([busy(0.5), busy(1.9), busy(2), busy(5)]).toEqual([1, 1, 0, 0]);
    expect(wishesOf(vwapReversion, given, columnsOf({ A: [rowsOf(closes)] }))).toEqual([]);
    const bear = (value: number) =>
      played(closes, {}, [told(regimeTable, { bear: value }, MARKET_ROW)]).length;
    expect([bear(0.2), bear(0.5)]).toEqual([1, 0]);
    const days = (value: number) =>
      played(closes, {}, [told(universeTable, { earnings_days: value })]).length;
    expect([days(0), days(1), days(-1)]).toEqual([0, 1, 1]);
  });

  it("sells short only when told to, a bear market or not", () => {
    const mirrored = [...swinging(30), ...fall].map((close) => 200 - close);
    expect(played(mirrored)).toEqual([]);
    const bear = [told(regimeTable, { bear: 1 }, MARKET_ROW)];
    const [short] = played(mirrored, { shorts: true }, bear);
    expect(short?.entry?.conviction).toBe(-1);
    expect(short?.entry?.target).toBeLessThan(short?.close ?? 0);
    expect(short?.entry?.stop).toBeGreaterThan(short?.close ?? 0);
  });

  it("leaves at once what a missing last bar left over night", () => {
    const days = [yesterday, rowsOf([...swinging(30), 96, 96]), rowsOf([96])];
    const found = texts(wishesOf(vwapReversion, given, columnsOf({ A: days })));
    expect(found).toEqual(["1 155 A enter stretched", "2 5 A exit overstayed"]);
    const sister = texts(wishesOf(intradayMeanReversion, { maxBars: 400 }, columnsOf({ A: days })));
    expect(sister).toEqual(["1 155 A enter stretched", "2 5 A exit overstayed"]);
  });

  it("a crash is no stretch, and what is held is out a quarter of an hour before the close", () => {
    expect(played([...swinging(30), 80, 79])).toEqual([]);
    const late = played([...swinging(70), ...fall, 94, 94], { rsiMaximum: 50 });
    expect(texts(late)).toEqual(["1 355 A enter stretched", "1 375 A exit dayOver"]);
    expect(played([...swinging(72), ...fall], { rsiMaximum: 50 })).toEqual([]);
  });
});
