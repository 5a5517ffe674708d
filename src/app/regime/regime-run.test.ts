/**
 * Goal    a backtest hears of a session's regime when it could first have been known, and acts on it by the way of the
 *         live engine; without the data it is the run of before, and says so (REGIME-1, BACK-3).
 * Method  whole runs over seeded days with readings made by hand, and the lake and the file as ports.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { randomDaily } from "../../../test/daily-market.ts";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import type { LoadedBars, LoadRequest } from "../../adapters/lake/load-bars.ts";
import { InputError } from "../../domain/assert.ts";
import { columnsFromBars } from "../../domain/bars.ts";
import { type InstrumentId, instrumentTable } from "../../domain/instrument.ts";
import { BUY, type OrderNumber, OrderStatus, Purpose } from "../../domain/order.ts";
import type { RegimeReading } from "../../domain/regime-reading.ts";
import { type DayNumber, type EpochMicros, isoDate } from "../../domain/time.ts";
import { OrderField } from "../../execution/order-table.ts";
import { sessionOn, sessionRowOn, xnysSessions } from "../../market/calendar.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import { loadConfig } from "../config.ts";
import { dailySeries } from "../daily-series.ts";
import { type RunSetup, runEngine } from "../engine-run.ts";
import { exposureCurve } from "../exposure-curve.ts";
import { runWarnings } from "../run-warnings.ts";
import { indexDays, inFolder } from "./index-days.ts";
import { regimeEvents } from "./regime-events.ts";
import { runRegime } from "./run-regime.ts";

const sessions = xnysSessions();
const columns = randomDaily({ seed: 3, sessions: 200 });
const days = Array.from(columns.closedAt, (at) => newYorkDay(at as EpochMicros));
const config = loadConfig({ assignments: ["strategies.reference_ema_cross.params={fast: 3, slow: 8}"] });
const base: RunSetup = { config, strategyIds: ["reference_ema_cross"], columns, sessions, cash: 50_000 };

/** For the session after each of the days. */
const readingsBy = (regimeOf: (day: number) => "Bull" | "Bear" | null): RegimeReading[] =>
  days.map((_day, n) => {
    const session = sessions.date[sessionRowOn(days[0]!) + n + 1] as DayNumber;
    const regime = regimeOf(n);
    const known = regime !== null;
    return {
      session,
      ...{ bull: known ? Number(regime === "Bull") : null, bear: known ? Number(regime === "Bear") : null },
      ...{ neutral: known ? 0 : null, regime, longScale: regime === "Bull" ? 1 : 0 },
      ...{ vix: 18, vixRegime: "normal", vixScale: 1 },
    };
  });

/** The days at whose close longs were asked for, and whether they came through. */
function asked(setup: RunSetup): { readonly day: number; readonly denied: boolean }[] {
  const { orders } = runEngine(setup).loop.execute;
  return Array.from({ length: orders.length }, (_, n) => n as OrderNumber)
    .filter((order) => orders.purpose(order) === Purpose.Entry && orders.side(order) === BUY)
    .map((order) => ({
      day: days.indexOf(newYorkDay(orders.get(order, OrderField.decidedAt) as EpochMicros)),
      denied: orders.status(order) === OrderStatus.Denied,
    }));
}

describe("a run over days", () => {
  it("bars what is decided at the close before the session that is Bear, and nothing before the first word", () => {
    const alternating = readingsBy((n) => (n < 40 ? null : n % 20 < 10 ? "Bull" : "Bear"));
    const all = asked({ ...base, regime: alternating });
    expect(all.length).toBeGreaterThan(20);
    for (const { day, denied } of all) expect([day, denied]).toEqual([day, day >= 40 && day % 20 >= 10]);
    expect(all.filter(({ denied }) => denied).length).toBeGreaterThan(5);
  });

  it("bars no long of a refuge, whatever the regime is", () => {
    const [name = ""] = columns.instruments.symbols;
    const settings = { ...config, regime: { ...config.regime, refuges: [name, "NOT_OF_THE_RUN"] } };
    const { orders } = runEngine({ ...base, config: settings, regime: readingsBy(() => "Bear") }).loop
      .execute;
    const rows = Array.from({ length: orders.length }, (_, n) => n as OrderNumber).filter(
      (order) => orders.purpose(order) === Purpose.Entry && orders.side(order) === BUY,
    );
    expect(rows.some((order) => orders.instrument(order) === 0)).toBe(true);
    for (const order of rows)
      expect(orders.status(order) === OrderStatus.Denied).toBe(orders.instrument(order) !== 0);
  });

  it("without readings it is the run of before: no claim, no word but the one that says so", () => {
    const run = runEngine(base);
    expect(run.loop.execute.regime).toBeUndefined();
    expect(run.loop.execute.claimLog.claims.filter(({ claim }) => claim.authority === "regime")).toEqual([]);
    const always = runEngine({ ...base, regime: readingsBy(() => "Bull") });
    expect(Array.from(always.curve.equity)).toEqual(Array.from(run.curve.equity));
    const words = (of: typeof run, noRegime?: string) => {
      const daily = dailySeries(
        of.curve,
        exposureCurve(columns, of.loop.execute, 50_000),
        columns,
        sessions,
        50_000,
      );
      return runWarnings({ run: of, daily, columns, trades: [], cash: 50_000, noRegime }).join("\n");
    };
    expect(words(run, "regime.enabled is false")).toContain("no part in this run (regime.enabled is false)");
    expect(words(always)).toContain(`speaks from ${isoDate(days[0]!)} on`);
  });

  it("a run that begins later hears the word that stood before it, and none twice", () => {
    const readings = readingsBy(() => "Bear");
    const told = regimeEvents(readings, { ...columns, closedAt: columns.closedAt.subarray(50) }, sessions);
    expect(told[0]!.session).toBe(days[50]);
    expect(told[0]!.at).toBe(columns.closedAt[49]);
    expect(new Set(told.map(({ session }) => session)).size).toBe(told.length);
  });

  it("bars within the day hear it at the open of its session", () => {
    const minutes = { timeframe: "1m", closedAt: columns.closedAt.subarray(50) } as const;
    const told = regimeEvents(
      readingsBy(() => "Bull"),
      minutes,
      sessions,
    );
    const today = told.find(({ session }) => session === days[60]);
    expect(today!.at).toBe(sessionOn(days[60]!)!.open);
  });
});

describe("its data", () => {
  const folder = scratchFolder("plimsoll-regime-run-");
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "vix.csv");
  const params = { ...config.regime, vix: { symbol: "VIX", file } };

  const lake = (has: readonly string[]) => ({
    loadBars: async ({ symbols }: LoadRequest) => {
      const [symbol = ""] = symbols;
      if (!has.includes(symbol)) throw new InputError(`${symbol}: no such symbol`);
      const bars = days.map((_, n) => {
        const price = 100 + n;
        const closedAt = columns.closedAt[n] as EpochMicros;
        const instrument = 0 as InstrumentId;
        return { instrument, closedAt, open: price, high: price, low: price, close: price, volume: 1 };
      });
      return {
        columns: columnsFromBars("1d", instrumentTable([symbol]), bars),
        snapshot: `id of ${symbol}`,
      } as LoadedBars;
    },
  });

  it("are days of the index, with the VIX of each from the lake or a file", async () => {
    writeFileSync(file, `date,close\n${isoDate(days[1]!)},17.5\n`);
    const found = await indexDays(lake(["SPY"]), params, {}, undefined);
    expect(found.date).toEqual(days);
    expect(Array.from(found.vix.subarray(0, 3))).toEqual([Number.NaN, 17.5, Number.NaN]);
    const both = await indexDays(
      lake(["SPY", "VIX"]),
      { ...params, vix: { symbol: "VIX", file: "" } },
      {},
      undefined,
    );
    expect([both.vix[2], both.id]).toEqual([102, "id of SPY+id of VIX"]);
  });

  it("are others where the file says something else, wherever it lies", async () => {
    const idOf = async (close: number, name: string) => {
      writeFileSync(join(folder, name), `date,close\n${isoDate(days[1]!)},${close}\n`);
      const given = inFolder({ ...params, vix: { symbol: "VIX", file: name } }, folder);
      return (await indexDays(lake(["SPY"]), given, {}, undefined)).id;
    };
    const id = await idOf(17.5, "a.csv");
    expect([await idOf(17.5, "b.csv"), (await idOf(17.6, "b.csv")) === id]).toEqual([id, false]);
  });

  it.each([
    ["date,close\n2024-13-01,17\n", /line 2 is no date,close/],
    ["date,close\n2024-01-02,0\n", /line 2 is no date,close/],
    ["date,close\n2024-01-02,\n", /line 2 is no date,close/],
  ])("a file that says %j is refused by its line", async (text, why) => {
    writeFileSync(file, text);
    await expect(indexDays(lake(["SPY"]), params, {}, undefined)).rejects.toThrow(why);
  });

  it("that are missing, too few or switched off make a run without a regime, and the reason is told", async () => {
    writeFileSync(file, "date,close\n");
    const reasonOf = async (has: readonly string[], more: object = {}) => {
      const regime = await runRegime(lake(has), { ...params, ...more }, {}, undefined);
      return "absent" in regime ? regime.absent : "spoke";
    };
    expect(await reasonOf([])).toMatch(/no daily closes of SPY: SPY: no such symbol/);
    expect(await reasonOf(["SPY"])).toMatch(/200 sessions of SPY and the VIX are too few/);
    expect(await reasonOf(["SPY", "VIX"], { enabled: false })).toBe("regime.enabled is false");
  });
});
