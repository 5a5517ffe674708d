/**
 * Goal    the features that see the day from within (opening range and its volume, the session so far, daily ATR and
 *         volume) are what their words say, whatever bars they are made of.
 * Method  days made by hand with the answer worked out beside them; then seeded minutes with holes over sessions among
 *         which is a half day, against the same rolled up here to five minutes and to days, and against `atr`.
 */
import { describe, expect, it } from "vitest";
import { type Bar, type BarColumns, columnsFromBars, type Timeframe } from "../domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../domain/instrument.ts";
import { dayNumber, type EpochMicros, MICROS_PER_MINUTE } from "../domain/time.ts";
import { sessionsBetween } from "../market/calendar.ts";
import { createRng } from "../numerics/rng.ts";
import { atr } from "./atr.ts";
import { computeColumns } from "./batch.ts";
import { dailyAtr } from "./daily-atr.ts";
import { dailyVolume } from "./daily-volume.ts";
import { type Feature, warmupOn } from "./feature.ts";
import { openingRange } from "./opening-range.ts";
import { openingVolume } from "./opening-volume.ts";
import { sessionSoFar } from "./session-so-far.ts";

/** The day after Thanksgiving, the 18th of these, closes at 13:00. */
const sessions = sessionsBetween(dayNumber(2020, 11, 3), dayNumber(2020, 12, 31));
const HALF_DAY = 17;

/** Minutes from the open to the bar's close, then open, high, low, close, volume. */
type Row = readonly [number, number, number, number, number, number];

const barAt = (day: number, [minute, open, high, low, close, volume]: Row, instrument = 0): Bar => ({
  instrument: instrument as InstrumentId,
  closedAt: (sessions.open[day]! + minute * MICROS_PER_MINUTE) as EpochMicros,
  ...{ open, high, low, close, volume },
});

/** Days of bars of one instrument; undefined: no bar that day. */
const columnsOf = (days: readonly (readonly Row[] | undefined)[], timeframe: Timeframe = "1m"): BarColumns =>
  columnsFromBars(
    timeframe,
    instrumentTable(["A"]),
    days.flatMap((rows, day) => (rows ?? []).map((row) => barAt(day, row))),
  );

const read = (feature: Feature, name: string, columns: BarColumns) => [
  ...(computeColumns([feature], columns).get(name) ?? []),
];
const flat = (minute: number, price: number, volume = 100): Row => [
  minute,
  price,
  price,
  price,
  price,
  volume,
];

describe("opening_range", () => {
  const feature = openingRange({ minutes: 5 });
  const opening: Row[] = [
    [1, 10, 12, 9, 11, 100],
    [3, 11, 13, 11, 12, 200],
    [5, 12, 12.5, 8, 9, 300],
  ];
  const all = (columns: BarColumns) => feature.outputs.map((name) => read(feature, name, columns));

  it("is one bar of the first minutes, known when they are over and until the session ends", () => {
    const columns = columnsOf([[...opening, flat(6, 50), flat(390, 60)], [flat(1, 70)]]);
    const none = [Number.NaN, Number.NaN];
    expect(all(columns)).toEqual([
      [...none, 10, 10, 10, Number.NaN],
      [...none, 13, 13, 13, Number.NaN],
      [...none, 8, 8, 8, Number.NaN],
      [...none, 9, 9, 9, Number.NaN],
      [...none, 600, 600, 600, Number.NaN],
    ]);
  });

  it("is known with the first bar after them when the last of them is missing", () => {
    const columns = columnsOf([[...opening.slice(0, 2), flat(8, 50)]]);
    expect(all(columns).map((values) => values[2])).toEqual([10, 13, 9, 12, 300]);
  });

  it("is not known all day without a bar in them, before the open, or on bars that are longer", () => {
    expect(read(feature, "opening_high_5m", columnsOf([[flat(6, 50), flat(390, 60)]]))).toEqual([
      Number.NaN,
      Number.NaN,
    ]);
    const early = read(feature, "opening_high_5m", columnsOf([[flat(-10, 99), flat(0, 99), ...opening]]));
    expect(early).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, 13]);
    expect(read(openingRange({ minutes: 3 }), "opening_high_3m", columnsOf([[flat(5, 50)]], "5m"))).toEqual([
      Number.NaN,
    ]);
  });

  it("is not known on daily bars, and learns nothing of them", () => {
    const daily = columnsOf([[flat(390, 50)], [flat(390, 51)], [flat(390, 52)]], "1d");
    const names = [feature, sessionSoFar({}), dailyAtr({ sessions: 1 }), dailyVolume({ sessions: 1 })];
    for (const values of computeColumns(
      [...names, openingVolume({ minutes: 5, sessions: 1 })],
      daily,
    ).values())
      expect([...values]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });
});

describe("opening_relative_volume", () => {
  const feature = openingVolume({ minutes: 5, sessions: 2 });
  const of = (days: readonly (readonly Row[] | undefined)[]) =>
    read(feature, "opening_relative_volume_5m", columnsOf(days));

  it("is the opening's volume over the mean of the openings before it, itself left out", () => {
    const days = [100, 300, 500, 80].map((volume) => [
      flat(1, 10, volume / 2),
      flat(5, 10, volume / 2),
      flat(6, 10, 1e6),
    ]);
    const first = [Number.NaN, Number.NaN, Number.NaN];
    expect(of(days)).toEqual([...first, ...first, Number.NaN, 2.5, 2.5, Number.NaN, 0.2, 0.2]);
  });

  it("counts the last openings that there were: a day that began late is none", () => {
    const days = [[flat(5, 10, 100)], [flat(5, 10, 300)], [flat(30, 10, 900)], undefined, [flat(5, 10, 600)]];
    expect(of(days)).toEqual([Number.NaN, Number.NaN, Number.NaN, 3]);
  });

  it("is undefined after openings without volume", () => {
    expect(of([[flat(5, 10, 0)], [flat(5, 10, 0)], [flat(5, 10, 100)]])[2]).toBeNaN();
  });
});

describe("session_so_far", () => {
  const feature = sessionSoFar({});
  const last = (days: readonly (readonly Row[] | undefined)[]) => {
    const columns = columnsOf(days);
    return feature.outputs.map((name) => read(feature, name, columns).at(-1));
  };

  it("is the day's bar so far and its gap from the close before", () => {
    const today: Row[] = [
      [1, 52, 53, 51, 52.5, 100],
      [2, 52.5, 54, 52, 53, 100],
    ];
    expect(last([[flat(1, 40), flat(390, 50)], today])).toEqual([52, 54, 51, 50, 52 / 50 - 1]);
    // What trades outside regular hours moves nothing, and is told nothing.
    expect(
      last([
        [flat(390, 50), flat(500, 70)],
        [flat(-5, 80), ...today],
      ]),
    ).toEqual([52, 54, 51, 50, 52 / 50 - 1]);
    expect(last([[flat(390, 50)], [...today, flat(391, 99)]])).toEqual(Array(5).fill(Number.NaN));
  });

  it("knows no gap on the first day, nor over a day without a bar, but over a half day", () => {
    const gap = (days: readonly (readonly Row[] | undefined)[]) => last(days).at(-1);
    expect(gap([[flat(1, 40), flat(2, 41)]])).toBeNaN();
    expect(gap([[flat(390, 50)], undefined, [flat(1, 55)]])).toBeNaN();
    const before: (readonly Row[] | undefined)[] = Array(HALF_DAY).fill(undefined);
    expect(gap([...before, [flat(210, 50)], [flat(1, 55)]])).toBeCloseTo(0.1, 12);
    // Its bars after 13:00 are none of the session's.
    expect(gap([...before, [flat(210, 50), flat(300, 70)], [flat(1, 55)]])).toBeCloseTo(0.1, 12);
  });
});

describe("daily_atr and daily_volume", () => {
  it("are the averages of the days before this one", () => {
    const days: Row[][] = [
      [flat(1, 10), flat(390, 10)],
      [
        [1, 11, 12, 11, 11, 500],
        [390, 11, 11, 9, 10, 500],
      ],
      [flat(1, 15, 700), flat(390, 14, 300)],
      [flat(1, 14)],
    ];
    const columns = columnsOf(days);
    const range = read(dailyAtr({ sessions: 2 }), "daily_atr_2", columns);
    // True ranges 12 - 9 of the second day, 15 - 10 of the third.
    expect(range).toEqual([...Array(6).fill(Number.NaN), 4]);
    expect(read(dailyAtr({ sessions: 2 }), "daily_natr_2", columns).at(-1)).toBeCloseTo(400 / 14, 12);
    const usual = read(dailyVolume({ sessions: 2 }), "daily_volume_2", columns);
    expect(usual).toEqual([...Array(4).fill(Number.NaN), 600, 600, 1000]);
  });
});

/** Minutes of two instruments: the second misses a third of them and is listed on the sixth day. */
function randomMinutes(seed: number, days: number): Bar[] {
  return [0, 1].flatMap((instrument) => {
    const rng = createRng(seed, `minutes ${instrument}`);
    let price = 50;
    const bars: Bar[] = [];
    for (let day = instrument === 0 ? 0 : 5; day < days; day++) {
      price *= Math.exp(0.01 * rng.normal());
      const minutes = (sessions.close[day]! - sessions.open[day]!) / MICROS_PER_MINUTE;
      for (let minute = 1; minute <= minutes; minute++) {
        const open = price;
        price *= Math.exp(0.001 * rng.normal());
        if (instrument === 1 && rng.uniform() < 0.33) continue;
        const [high, low] = [Math.max(open, price) * 1.0005, Math.min(open, price) * 0.9995];
        bars.push(barAt(day, [minute, open, high, low, price, rng.integer(1000)], instrument));
      }
    }
    return bars;
  });
}

/** Bars that end at each multiple of so many minutes from the open; 390 for the day, which ends at the close. */
function rolled(minutes: readonly Bar[], length: number): Bar[] {
  const made = new Map<string, Bar>();
  for (const bar of minutes) {
    const day = sessions.close.findIndex((close) => close >= bar.closedAt);
    const step = length * MICROS_PER_MINUTE;
    const end = sessions.open[day]! + Math.ceil((bar.closedAt - sessions.open[day]!) / step) * step;
    const closedAt = Math.min(end, sessions.close[day]!) as EpochMicros;
    const known = made.get(`${bar.instrument} ${closedAt}`);
    const { open, high, low, volume } = known ?? { open: bar.open, high: 0, low: Infinity, volume: 0 };
    made.set(`${bar.instrument} ${closedAt}`, {
      ...{ instrument: bar.instrument, closedAt, open, close: bar.close },
      ...{ high: Math.max(high, bar.high), low: Math.min(low, bar.low), volume: volume + bar.volume },
    });
  }
  return [...made.values()];
}

describe.each([1, 2, 3])("over seeded minutes, seed %i", (seed) => {
  const DAYS = 24;
  const names = instrumentTable(["A", "B"]);
  const minutes = randomMinutes(seed, DAYS);
  const ones = columnsFromBars("1m", names, minutes);
  const fives = columnsFromBars("5m", names, rolled(minutes, 5));
  const daily = columnsFromBars("1d", names, rolled(minutes, 390));
  const features = [
    ...[
      openingRange({ minutes: 5 }),
      openingRange({ minutes: 15 }),
      openingVolume({ minutes: 5, sessions: 14 }),
    ],
    ...[sessionSoFar({}), dailyAtr({ sessions: 14 }), dailyVolume({ sessions: 14 })],
  ];
  /** By instrument and instant. */
  const byPlace = (columns: BarColumns, values: ArrayLike<number>) => {
    const places = new Map<string, number>();
    for (let b = 0; b < columns.closedAt.length; b++)
      for (let row = columns.offset[b]!; row < columns.offset[b + 1]!; row++)
        places.set(`${columns.instrument[row]} ${columns.closedAt[b]}`, values[row]!);
    return places;
  };

  it("says the same on bars of one minute and of five", () => {
    const [one, five] = [computeColumns(features, ones), computeColumns(features, fives)];
    let compared = 0;
    for (const [name, values] of five) {
      const places = byPlace(ones, one.get(name) ?? []);
      for (const [place, value] of byPlace(fives, values)) {
        const other = places.get(place);
        // A five-minute bar ends at its fifth minute even where that one is missing.
        if (other === undefined) continue;
        expect(value, `${name} ${place}`).toBe(other);
        if (!Number.isNaN(value)) compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(10_000);
  });

  it("has the ATR of the daily bars that the minutes add up to, bit for bit", () => {
    const daysAtr = byPlace(daily, computeColumns([atr({ period: 14 })], daily).get("atr_14") ?? []);
    const within = byPlace(
      ones,
      computeColumns([dailyAtr({ sessions: 14 })], ones).get("daily_atr_14") ?? [],
    );
    let compared = 0;
    for (const instrument of [0, 1]) {
      for (let day = 15; day < DAYS; day++) {
        const expected = daysAtr.get(`${instrument} ${sessions.close[day - 1]}`);
        const found = [...within]
          .filter(([place]) => {
            const [i, at] = place.split(" ").map(Number);
            return i === instrument && at! > sessions.open[day]! && at! <= sessions.close[day]!;
          })
          .map(([, value]) => value);
        expect(new Set(found), `${instrument} on day ${day}`).toEqual(new Set([expected]));
        if (!Number.isNaN(expected)) compared += 1;
      }
    }
    // The second one's fifteen days end on the twentieth of these.
    expect(compared).toBe(9 + 4);
  });

  it("is warm when it says, on bars of either length", () => {
    for (const feature of features) {
      for (const columns of [ones, fives]) {
        const values = feature.outputs.map((name) => read(feature, name, columns));
        const own = [...columns.instrument.keys()].filter((row) => columns.instrument[row] === 0);
        const first = own.findIndex((row) => values.every((column) => !Number.isNaN(column[row])));
        expect(first + 1, `${feature.key} ${columns.timeframe}`).toBe(warmupOn(feature, columns.timeframe));
      }
    }
  });
});
