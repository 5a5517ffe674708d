/**
 * Goal    pairs told to a backtest are found of bars before the day alone; the planted one is found, noise is not.
 * Method  a lake in memory over real sessions; its future cut off and changed, beside the whole.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { writeActions } from "../../adapters/lake/action-store.ts";
import { readCatalog, writeCatalog } from "../../adapters/lake/catalog.ts";
import type { LoadRequest } from "../../adapters/lake/load-bars.ts";
import { lakePaths } from "../../adapters/lake/paths.ts";
import { type Adjustment, type Bar, columnsFromBars } from "../../domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../../domain/instrument.ts";
import { type DayNumber, type EpochMicros, parseIsoDate } from "../../domain/time.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { pairsTable } from "../../market/references/pairs.ts";
import { createRng } from "../../numerics/rng.ts";
import { pairsProvider } from "./pairs-provider.ts";
import type { ReferenceWorld } from "./reference-provider.ts";

const sessions = xnysSessions();
const day = (text: string) => parseIsoDate(text)!;
const rowOf = (of: DayNumber) => sessions.date.findIndex((each) => each >= of);

const [begin, first, last] = [day("2014-06-02"), day("2016-01-04"), day("2016-09-30")];
const rows = Array.from({ length: rowOf(last) - rowOf(begin) + 1 }, (_, n) => rowOf(begin) + n);
const symbols = ["A", "B", "N0", "N1", "N2", "N3", "N4"];

/** B is A and a deviation that comes back; the others wander alone. */
const closes = symbols.map((_, symbol) => {
  const rng = createRng(symbol === 1 ? 0 : symbol, "walk");
  const own = createRng(9, "off");
  let [log, off] = [4, 0];
  return rows.map(() => {
    log += 0.012 * rng.normal();
    off = 0.8 * off + 0.006 * own.normal();
    return Math.exp(log + (symbol === 1 ? off : 0));
  });
});

const barsOf = (priceOf: (symbol: number, n: number) => number | undefined): Bar[] =>
  symbols.flatMap((_, symbol) =>
    rows.flatMap((row, n): Bar[] => {
      const close = priceOf(symbol, n);
      const closedAt = sessions.close[row] as EpochMicros;
      const prices = { open: close!, high: close!, low: close!, close: close! };
      return close === undefined
        ? []
        : [{ instrument: symbol as InstrumentId, closedAt, volume: 1e6, ...prices }];
    }),
  );

function worldOver(
  bars: readonly Bar[],
  over: Partial<ReferenceWorld> = {},
  adjustment: Adjustment = "full",
) {
  const instruments = instrumentTable(symbols);
  const asked: LoadRequest[] = [];
  const loadBars = (request: LoadRequest) => {
    asked.push(request);
    const [from, to] = [sessions.close[rowOf(request.from!)]!, sessions.close[rowOf(request.to!)]!];
    const within = bars.filter(({ closedAt }) => closedAt >= from && closedAt <= to);
    const columns = columnsFromBars("1d", instruments, within);
    return Promise.resolve({
      columns,
      series: symbols.map((symbol) => ({ symbol, adjustment })),
      snapshot: "s",
      raw: { actions: [], findings: [], factors: [] },
    });
  };
  const world = { root: "/nowhere", lake: { loadBars }, choice: {}, instruments, timeframe: "1d", sessions };
  return { asked, world: { ...world, first, last, ...over } as unknown as ReferenceWorld };
}

const whole = barsOf((symbol, n) => closes[symbol]![n]);
const tell = (bars: readonly Bar[], over?: Partial<ReferenceWorld>, adjustment?: Adjustment) =>
  pairsProvider.tell(worldOver(bars, over, adjustment).world);

it("forms before the first session and every 21, tells whole tables, and finds the planted pair alone", async () => {
  const told = await tell(whole);
  const start = rowOf(first);
  expect(told.map(({ at }) => at)).toEqual(
    Array.from({ length: told.length }, (_, k) => sessions.close[start + 21 * k - 1]),
  );
  expect(told.length).toBe(Math.ceil((rowOf(last) - start + 1) / 21));
  expect(told.every(({ isWhole }) => isWhole === true)).toBe(true);
  const found = told.filter(({ rows: of }) => of.length > 0);
  expect(found.length).toBeGreaterThan(told.length / 2);
  const columns = Object.keys(pairsTable.columns);
  for (const { rows: of, at } of found) {
    const planted = of.filter(({ instrument }) => instrument <= 1);
    const noise = of.length - planted.length;
    expect([planted.length, noise]).toEqual([2, 0]);
    const value = (leg: number, name: string) => planted[leg]!.values[columns.indexOf(name)]!;
    expect([value(0, "role"), value(1, "role")]).toEqual([1, -1]);
    expect([value(0, "partner"), value(1, "partner")]).toEqual([
      planted[1]!.instrument,
      planted[0]!.instrument,
    ]);
    const last = sessions.date[sessions.close.indexOf(at)]!;
    expect(value(0, "formation")).toBe(last);
    // The spread that the strategy will read is, over the formation, what the table says of it.
    const end = rows.findIndex((row) => sessions.date[row] === last) + 1;
    const log = (leg: number, n: number) => {
      const { instrument } = planted[leg]!;
      return Math.log(closes[instrument]![n]! / value(leg, "anchor"));
    };
    const spread = Array.from({ length: 252 }, (_, k) => end - 252 + k).map(
      (n) => log(0, n) - value(0, "hedge") * log(1, n),
    );
    const mean = spread.reduce((a, b) => a + b, 0) / spread.length;
    const square = spread.reduce((a, b) => a + (b - mean) ** 2, 0) / (spread.length - 1);
    expect(value(0, "mean")).toBeCloseTo(mean, 10);
    expect(value(0, "deviation")).toBeCloseTo(Math.sqrt(square), 10);
    expect(value(0, "hedge")).toBeGreaterThan(0);
    expect(value(0, "half_life")).toBeGreaterThan(2);
  }
});

it("what comes later changes nothing that was told before", async () => {
  const told = await tell(whole);
  for (const cut of [rowOf(day("2016-03-01")), rowOf(day("2016-07-01"))]) {
    const until = sessions.close[cut]!;
    const before = told.filter(({ at }) => at <= until);
    expect(before.length).toBeGreaterThan(1);
    const cutOff = whole.filter(({ closedAt }) => closedAt <= until);
    const changed = whole.map((bar) => (bar.closedAt <= until ? bar : { ...bar, close: 3 * bar.close + 1 }));
    for (const bars of [cutOff, changed])
      expect((await tell(bars)).filter(({ at }) => at <= until)).toEqual(before);
    const shorter = await tell(whole, { last: sessions.date[cut] as DayNumber });
    expect(shorter).toEqual(before.filter(({ at }) => at < until));
  }
});

it("reads the bars before the run, and says where there are too few or nothing held up", async () => {
  const { world, asked } = worldOver(whole);
  await pairsProvider.tell(world);
  expect(asked[0]!.from).toBeLessThanOrEqual(sessions.date[rowOf(first) - 315]!);
  const late = whole.filter(({ closedAt }) => closedAt >= sessions.close[rowOf(day("2016-06-01"))]!);
  await expect(tell(late)).rejects.toThrow("pairs are formed of 315 sessions");
  const noise = whole.filter(({ instrument }) => instrument !== 1);
  await expect(tell(noise)).rejects.toThrow(/no pair of 7 symbols held up in 9 formations/);
});

describe("a split of a leg on the day for which a running system is told of it", () => {
  const root = mkdtempSync(join(tmpdir(), "plimsoll-pair-splits-"));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const live = { root, timeframe: "1m", isLive: true, last: first } as const;
  const asOf = sessions.date[rowOf(first) - 1] as DayNumber;
  const anchors = async (adjustment: Adjustment) => {
    const [told] = await tell(whole, live, adjustment);
    return told!.rows.map(({ instrument, values, basis }) => ({ instrument, anchor: values[3], basis }));
  };
  const list = (...days: readonly DayNumber[]) => {
    const paths = lakePaths(root);
    const split = {
      kind: "split",
      newShares: 4,
      oldShares: 1,
      cashPerShare: 0,
      reference: Number.NaN,
    } as const;
    const actions = days.map((exDate) => ({ ...split, symbol: "B", exDate }));
    writeCatalog(paths, readCatalog(paths), writeActions(paths, actions) ?? null);
  };

  it("is counted where prices are as printed, and said to be: the run may begin after it", async () => {
    list(asOf);
    const before = await anchors("raw");
    expect(before.map(({ basis }) => basis)).toEqual([{ asOf }, { asOf }]);
    list(asOf, first, (first + 1) as DayNumber);
    const after = await anchors("raw");
    for (const [n, { instrument, anchor, basis }] of after.entries()) {
      const isSplit = instrument === 1;
      expect(anchor).toBe(before[n]!.anchor! / (isSplit ? 4 : 1));
      const splits = [{ exDate: first, newShares: 4, oldShares: 1 }];
      expect(basis).toEqual(isSplit ? { asOf, splits } : { asOf });
    }
    expect(after.map(({ instrument }) => instrument).toSorted()).toEqual([0, 1]);
  });

  it("leaves the pair out where the source has adjusted prices: nobody knows whether by this split", async () => {
    list(asOf);
    expect((await anchors("split")).length).toBe(2);
    list(asOf, first);
    expect(await anchors("split")).toEqual([]);
  });
});
