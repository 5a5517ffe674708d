/**
 * BG-1, BG-2: bars made of shorter ones are the bars that a run over the longer length would see, handed on when it
 * would see them. Method: random minutes on real sessions, half days and late listings among them, against bars that
 * are put together by hand.
 */
import { describe, expect, it } from "vitest";
import { type Bar, type BarBatch, type BarColumns, batchCount, columnsFromBars } from "../domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../domain/instrument.ts";
import { dayNumber, type EpochMicros, MICROS_PER_MINUTE } from "../domain/time.ts";
import { output } from "../features/feature.ts";
import { rsi } from "../features/rsi.ts";
import { sessionsBetween, xnysSessions } from "../market/calendar.ts";
import { createRng } from "../numerics/rng.ts";
import { BarGroup } from "./bar-group.ts";

// With the day after Thanksgiving, which closes at 13:00.
const days = sessionsBetween(dayNumber(2019, 11, 20), dayNumber(2019, 12, 4));
const instruments = instrumentTable(["AAA", "BBB", "CCC"]);
const world = { instruments: 3, market: undefined, sessions: xnysSessions() };

function minutes(seed: number, keeps: (day: number, minute: number, i: number) => boolean): BarColumns {
  const rng = createRng(seed, "minutes");
  const bars: Bar[] = [];
  for (let i = 0; i < 3; i++) {
    let price = 50 + 10 * i;
    for (let day = 0; day < days.date.length; day++)
      // An hour before the open and one after the close belong to no bar of the session.
      for (
        let at = days.open[day]! - 60 * MICROS_PER_MINUTE;
        at <= days.close[day]! + 60 * MICROS_PER_MINUTE;
      ) {
        at += MICROS_PER_MINUTE;
        const open = price;
        price *= Math.exp(0.001 * rng.normal());
        const minute = Math.round((at - days.open[day]!) / MICROS_PER_MINUTE);
        if (!keeps(day, minute, i) || rng.uniform() < 0.1) continue;
        const [high, low] = [Math.max(open, price) + 0.01, Math.min(open, price) - 0.01];
        const bar = { open, high, low, close: price, volume: 100 + rng.integer(900) };
        bars.push({ instrument: i as InstrumentId, closedAt: at as EpochMicros, ...bar });
      }
  }
  return columnsFromBars("1m", instruments, bars);
}

interface Row {
  readonly at: number;
  readonly handed: number;
  readonly row: readonly number[];
}

/** What the group hands on, and when. */
function handedOn(columns: BarColumns, timeframe: "5m" | "1d"): Row[] {
  const group = new BarGroup({ timeframe, world, basis: undefined, isOwn: false });
  const rows: Row[] = [];
  for (let b = 0; b < batchCount(columns); b++) {
    const batch: BarBatch = {
      ...{ at: columns.closedAt[b] as EpochMicros, from: columns.offset[b]!, to: columns.offset[b + 1]! },
      columns,
    };
    group.take(batch);
    if (group.batch === undefined) continue;
    const { at, from, to, columns: made } = group.batch;
    for (let row = from; row < to; row++)
      rows.push({
        ...{ at, handed: batch.at },
        row: [made.instrument, made.open, made.high, made.low, made.close, made.volume].map((c) => c[row]!),
      });
  }
  return rows;
}

function byHand(columns: BarColumns, bucketMinutes: number): Pick<Row, "at" | "row">[] {
  const rows: Pick<Row, "at" | "row">[] = [];
  for (let day = 0; day < days.date.length; day++)
    for (let start = days.open[day]!; start < days.close[day]!; start += bucketMinutes * MICROS_PER_MINUTE) {
      const end = Math.min(days.close[day]!, start + bucketMinutes * MICROS_PER_MINUTE);
      for (let i = 0; i < 3; i++) {
        const inside: number[] = [];
        for (let b = 0; b < batchCount(columns); b++)
          if (columns.closedAt[b]! > start && columns.closedAt[b]! <= end)
            for (let row = columns.offset[b]!; row < columns.offset[b + 1]!; row++)
              if (columns.instrument[row] === i) inside.push(row);
        if (inside.length === 0) continue;
        const of = (column: Float64Array) => inside.map((row) => column[row]!);
        const volume = of(columns.volume).reduce((a, b) => a + b, 0);
        const [high, low] = [Math.max(...of(columns.high)), Math.min(...of(columns.low))];
        const [open, close] = [columns.open[inside[0]!]!, columns.close[inside.at(-1)!]!];
        rows.push({ at: end, row: [i, open, high, low, close, volume] });
      }
    }
  return rows;
}

describe("BG-1 longer bars", () => {
  it.each([
    ["1d", 24 * 60],
    ["5m", 5],
  ] as const)("of %s are those of regular hours, each handed on at its end", (timeframe, bucket) => {
    const columns = minutes(1, (_, minute, i) => i !== 2 || minute > 100);
    const found = handedOn(columns, timeframe);
    expect(found.map(({ at, row }) => ({ at, row }))).toEqual(byHand(columns, bucket));
    // Where nobody trades in the minute that ends it, the next one hands it on (BG-2).
    const late = found.filter(({ at, handed }) => handed !== at);
    expect(late.length).toBeLessThan(found.length / 100);
    for (const { at } of late) expect(columns.closedAt).not.toContain(at);
    expect(found.length).toBeGreaterThan(20);
  });

  it("features see them, and nothing between", () => {
    const columns = minutes(2, () => true);
    const group = new BarGroup({ timeframe: "1d", world, basis: undefined, isOwn: false });
    const column = group.bank.column(output(rsi({ period: 2 })));
    const own = new BarGroup({ timeframe: "1d", world, basis: undefined, isOwn: true });
    const wanted = own.bank.column(output(rsi({ period: 2 })));
    const bars = byHand(columns, 24 * 60).map(
      ({ at, row: [i = 0, open = 0, high = 0, low = 0, close = 0, volume = 0] }) => ({
        ...{ instrument: i as InstrumentId, closedAt: at as EpochMicros, open, high, low, close, volume },
      }),
    );
    const daily = columnsFromBars("1d", instruments, bars);
    let day = 0;
    for (let b = 0; b < batchCount(columns); b++) {
      const [from, to] = [columns.offset[b]!, columns.offset[b + 1]!];
      group.take({ at: columns.closedAt[b] as EpochMicros, from, to, columns });
      if (group.batch === undefined) continue;
      own.take({ at: group.batch.at, from: daily.offset[day]!, to: daily.offset[day + 1]!, columns: daily });
      day += 1;
      expect([...column]).toEqual([...wanted]);
    }
    expect(day).toBe(days.date.length);
    expect([...group.barsSeen]).toEqual([day, day, day]);
  });
});

describe("BG-2 a bar whose end never comes", () => {
  it("is handed on with the next one, as the bar that it was", () => {
    // Nobody trades in the last ten minutes of the second session.
    const columns = minutes(3, (day, minute) => day !== 1 || (minute <= 380 && minute > 0));
    const found = handedOn(columns, "1d");
    expect(found.map(({ at, row }) => ({ at, row }))).toEqual(byHand(columns, 24 * 60));
    const late = found.filter(({ at, handed }) => handed !== at);
    expect(late.map(({ at }) => at)).toEqual([days.close[1], days.close[1], days.close[1]]);
    expect(late.every(({ handed }) => handed > days.close[1]! && handed < days.open[2]!)).toBe(true);
  });
});
