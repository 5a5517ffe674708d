/**
 * Goal    the universe of a day is what was known that day: every exclusion has its reason, who was delisted later is
 *         in it, and nothing that comes later moves it.
 * Method  names measured by hand, and a lake of random walks of which one ends in between and one begins.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeFilings } from "../../adapters/lake/filing-store.ts";
import { createLake, type Lake } from "../../adapters/lake/lake.ts";
import { importFacts } from "../../adapters/lake/name-facts.ts";
import { lakePaths } from "../../adapters/lake/paths.ts";
import { instrumentTable } from "../../domain/instrument.ts";
import { type DayNumber, dayNumber, type EpochMicros, isoDate, isoInstant } from "../../domain/time.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { type Filing, figureNames } from "../../market/fundamentals/filing.ts";
import { createRng } from "../../numerics/rng.ts";
import { loadConfig } from "../config.ts";
import type { ReferenceWorld } from "../references/reference-provider.ts";
import { universeProvider } from "../references/universe-provider.ts";
import { buildUniverse } from "./build-universe.ts";
import { judgeUniverse, type NameFacts } from "./judge-universe.ts";
import type { MeasuredName } from "./measure-names.ts";
import { reasonCounts } from "./reason-counts.ts";
import { tierBefore } from "./tier-names.ts";

const { universe: params } = loadConfig();
const today = dayNumber(2016, 6, 1);
const nothing: NameFacts = {
  ...{ marketCap: undefined, isShortable: undefined, earningsSessions: undefined, sector: undefined },
};

describe("judging", () => {
  const good = { bars: 78, lastDay: today, price: 50, adv: 20e6, spreadBps: 5, volatility: 0.2 };
  const judged = (
    change: Partial<MeasuredName>,
    facts: Partial<NameFacts> = {},
    terms: Partial<typeof params> = {},
  ) => {
    const rows = judgeUniverse(
      [{ ...good, symbol: "AAA", ...change }],
      () => ({ ...nothing, ...facts }),
      { ...params, ...terms },
      (day) => today - day,
    );
    return [rows[0]!.tier, ...rows[0]!.reasons];
  };

  it.each([
    [{}, {}, ["core"]],
    [{ lastDay: dayNumber(2016, 5, 27) }, {}, ["core"]],
    [{ lastDay: dayNumber(2016, 5, 26) }, {}, [null, "stale: last bar of 2016-05-26"]],
    [{ bars: 62 }, {}, [null, "history: 62 bars of 63"]],
    [{ price: 5 }, {}, ["core"]],
    [{ price: 4.99 }, {}, [null, "price: 4.99 below 5"]],
    [{ price: 500.01 }, {}, [null, "price: 500.01 above 500"]],
    [{ adv: 4.9e6 }, {}, ["extended", "core_adv: 4.90 M below 5.00 M"]],
    [{ adv: 0.9e6 }, {}, [null, "adv: 0.90 M below 1.00 M"]],
    [{ spreadBps: 50 }, {}, [null, "spread: 50.0 bps, not below 50"]],
    [{ spreadBps: Number.NaN }, {}, [null, "spread: cannot be estimated"]],
    [{}, { marketCap: 100e6 }, [null, "market_cap: 100.00 M, not above 100.00 M"]],
    [{}, { marketCap: 101e6 }, ["core"]],
    [{}, { earningsSessions: 2 }, [null, "earnings: 2 sessions away, within 2"]],
    [{}, { earningsSessions: -2 }, [null, "earnings: -2 sessions away, within 2"]],
    [{}, { earningsSessions: -3 }, ["core"]],
    [{}, { isShortable: false }, ["core"]],
    [{ price: 3, adv: 1 }, {}, [null, "price: 3.00 below 5", "adv: 0.00 M below 1.00 M"]],
  ])("of %o with %o is %j", (change, facts, expected) => {
    expect(judged(change, facts)).toEqual(expected);
  });

  it("asks what can be borrowed where shorts are traded, and only of who is known not to be", () => {
    const shorting = { shorting: true };
    expect(judged({}, { isShortable: false }, shorting)).toEqual([
      null,
      "shortable: on no list of what can be borrowed",
    ]);
    expect(judged({}, {}, shorting)).toEqual(["core"]);
  });

  it("ranks by score, ties by symbol, into tiers of the size that was set, and thirds by volatility", () => {
    const names = [5, 4, 3, 2, 2, 1].map((size, n) => ({
      ...{ ...good, symbol: "FEDCBA"[n]!, adv: size * 10e6, spreadBps: 10 - size, volatility: size / 10 },
    }));
    const rows = judgeUniverse(
      names,
      () => nothing,
      { ...params, coreNames: 2, extendedNames: 4 },
      () => 0,
    );
    expect(rows.map(({ symbol, tier, bucket }) => [symbol, tier, bucket])).toEqual([
      ["A", null, "low"],
      ["B", "extended", "low"],
      ["C", null, "medium"],
      ["D", "extended", "medium"],
      ["E", "core", "high"],
      ["F", "core", "high"],
    ]);
    // F is first of six by size and spread, last by calm: 0.6 + 0.3 + 0.
    expect(rows[5]!.score).toBeCloseTo(0.9, 12);
    expect(rows[2]!.reasons).toEqual(["core_rank: behind the first 2", "rank: behind the first 4"]);
    expect(reasonCounts(rows)).toEqual([
      { rule: "core_rank", count: 4 },
      { rule: "rank", count: 2 },
    ]);
  });
});

/** Sessions 2015-01-02 to 2015-12-31: AAA and BBB all the time, GONE until June, LATE from August on. */
const days = [...xnysSessions().date].filter(
  (day) => day >= dayNumber(2015, 1, 2) && day <= dayNumber(2015, 12, 31),
) as DayNumber[];
const lives: Readonly<Record<string, (day: DayNumber) => boolean>> = {
  AAA: () => true,
  BBB: () => true,
  GONE: (day) => day <= dayNumber(2015, 6, 30),
  LATE: (day) => day >= dayNumber(2015, 8, 3),
};

/** Two for one, of AAA: one before the days that are asked about, one after. */
const splits = [dayNumber(2015, 5, 20), dayNumber(2015, 9, 1)];

function bars(until: DayNumber): string {
  const lines = Object.entries(lives).flatMap(([symbol, isListed], n) => {
    const rng = createRng(7, symbol);
    let close = 40 + n;
    return days.map((day) => {
      if (symbol === "AAA" && splits.includes(day)) close /= 2;
      const open = close;
      close *= 1 + 0.01 * (rng.uniform() - 0.5);
      const [high, low] = [Math.max(open, close) * 1.002, Math.min(open, close) * 0.998];
      const volume = 1_000_000 + Math.floor(rng.uniform() * 1000);
      return isListed(day) && day <= until
        ? `${symbol},${isoDate(day)},${open},${high},${low},${close},${volume}\n`
        : "";
    });
  });
  return `symbol,date,open,high,low,close,volume\n${lines.flat().join("")}`;
}

const filed = (end: DayNumber, on: DayNumber, shares: number): Filing => ({
  ...{ source: "s", symbol: "BBB", form: "annual", periodEnd: end, filed: on, fiscalYear: undefined },
  isAmended: false,
  figures: {
    ...(Object.fromEntries(figureNames.map((name) => [name, Number.NaN])) as Filing["figures"]),
    shares,
  },
});

describe("over a lake", () => {
  const folder = mkdtempSync(join(tmpdir(), "plimsoll-universe-"));
  const whole = join(folder, "whole");
  const cut = join(folder, "cut");
  const june = dayNumber(2015, 6, 15);
  const lakes: Lake[] = [];
  afterAll(() => {
    for (const lake of lakes) lake.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function filled(root: string, until: DayNumber): Promise<Lake> {
    const lake = createLake(root);
    lakes.push(lake);
    const file = join(folder, "bars.csv");
    writeFileSync(file, bars(until));
    const now = (dayNumber(2020, 1, 1) * 86_400e6) as EpochMicros;
    await lake.importFiles({ files: [file], timeframe: "1d", adjustment: "raw", now });
    const actions = join(folder, "splits.csv");
    const known = splits.filter((day) => day <= until).map((day) => `AAA,${isoDate(day)},split,2,1,0,\n`);
    writeFileSync(
      actions,
      `symbol,ex_date,kind,new_shares,old_shares,cash_per_share,reference\n${known.join("")}`,
    );
    expect((await lake.importActions({ files: [actions] })).imported).toBe(known.length);
    const reports = [
      filed(dayNumber(2014, 12, 31), dayNumber(2015, 2, 20), 1e9),
      filed(dayNumber(2015, 3, 31), june, 1e6),
    ];
    writeFilings(
      lakePaths(root),
      reports.filter((report) => (report.filed ?? 0) <= until),
    );
    const list = ["symbol,date,known_on", "AAA,2015-06-17,2015-06-01", "AAA,2015-06-10,2015-06-10"];
    const rows = list.map((line) => line.split(","));
    importFacts(lakePaths(root), "earnings", "list.csv", rows, june);
    return lake;
  }
  const world = (root: string, lake: Lake) => ({ root, lake, config: loadConfig(), choice: {} });
  let [all, before]: Lake[] = [];
  beforeAll(async () => {
    all = await filled(whole, dayNumber(2015, 12, 31));
    before = await filled(cut, june);
  }, 30_000);

  it("has who was delisted later, and has not who was listed later", async () => {
    const { rows } = await buildUniverse(world(whole, all!), june);
    expect(rows.map(({ symbol, included }) => [symbol, included])).toEqual([
      ["AAA", false],
      ["BBB", false],
      ["GONE", true],
    ]);
    expect(rows.slice(0, 2).map(({ reasons }) => reasons)).toEqual([
      ["earnings: 2 sessions away, within 2"],
      ["earnings: 0 sessions away, within 2"],
    ]);
    const later = await buildUniverse(world(whole, all!), dayNumber(2015, 7, 20));
    expect(later.rows.find(({ symbol }) => symbol === "GONE")?.reasons).toEqual([
      "stale: last bar of 2015-06-30",
    ]);
  });

  it("is the same where the future is cut off, and the same bytes the second time", async () => {
    for (const day of [dayNumber(2015, 5, 4), dayNumber(2015, 6, 1), june]) {
      const { rows, notes, date } = await buildUniverse(world(whole, all!), day);
      const short = await buildUniverse(world(cut, before!), day);
      expect({ rows: short.rows, notes: short.notes, date: short.date }).toEqual({ rows, notes, date });
    }
    const kept = join(whole, "data", "reference", "universe");
    const texts = () => readdirSync(kept).map((file) => [file, readFileSync(join(kept, file), "utf8")]);
    const first = texts();
    const again = await buildUniverse(world(whole, all!), june);
    expect(texts()).toEqual(first);
    expect(again.rows.map(({ score }) => score)).toEqual(
      (await buildUniverse(world(cut, before!), june)).rows.map(({ score }) => score),
    );
  });

  it("counts the shares of the report that was known, from the day after its filing on", async () => {
    const capOn = async (day: DayNumber) =>
      (await buildUniverse(world(whole, all!), day)).rows.find(({ symbol }) => symbol === "BBB");
    const [on, after] = [await capOn(june), await capOn((june + 1) as DayNumber)];
    expect(on?.marketCap).toBeCloseTo(1e9 * on!.price, 0);
    expect(after?.marketCap).toBeCloseTo(1e6 * after!.price, 0);
    expect(after?.reasons.some((reason) => reason.startsWith("market_cap: "))).toBe(true);
  });

  it("looks through a split, and asks the price that was printed", async () => {
    const aaa = async (day: DayNumber) =>
      (await buildUniverse(world(whole, all!), day)).rows.find(({ symbol }) => symbol === "AAA");
    const [before20, after20] = [await aaa(dayNumber(2015, 5, 19)), await aaa(dayNumber(2015, 5, 20))];
    expect(after20!.price / before20!.price).toBeCloseTo(0.5, 2);
    // Half a per cent a day at most; a halving would be more than two hundred per cent a year.
    for (const row of [before20, after20]) expect(row!.volatility).toBeLessThan(0.1);
  });

  it("is told monthly before the open, of the session before, and no past moves with the future", async () => {
    const told = (root: string, lake: Lake) =>
      universeProvider.tell({
        ...world(root, lake),
        ...{ instruments: instrumentTable(["GONE", "AAA", "LATE", "BBB"]), timeframe: "1d" },
        ...{ sessions: xnysSessions(), first: dayNumber(2015, 5, 5), last: june },
      } as unknown as ReferenceWorld);
    const events = await told(whole, all!);
    expect(
      events.map(({ at, isWhole, rows }) => [isoInstant(at), isWhole, rows.map((row) => row.instrument)]),
    ).toEqual([
      ["2015-05-05T13:30:00Z", true, [0, 1, 3]],
      ["2015-06-01T13:30:00Z", true, [0, 1, 3]],
    ]);
    expect(events[0]!.rows[0]!.values[0]).toBe(1);
    expect(await told(cut, before!)).toEqual(events);
  });

  it("gives a run the names of the session before its first", async () => {
    const { date, names } = await tierBefore(world(whole, all!), "core", june);
    expect([date, names]).toEqual(["2015-06-12", ["BBB", "GONE"]]);
    await expect(tierBefore(world(whole, all!), "core", dayNumber(2015, 1, 20))).rejects.toThrow(
      "--symbols @core: nobody is in it on 2015-01-16",
    );
  });
});
