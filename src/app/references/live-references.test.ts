/**
 * Goal    a running system is told what a backtest over minute bars from its first session on is told, row for row, and
 *         what is not of the day before is not told at all.
 * Method  the market made of chance as a lake; the providers over a span beside the table of each of its days; the lake
 *         cut off a day earlier.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Lake } from "../../adapters/lake/lake.ts";
import { lakePaths } from "../../adapters/lake/paths.ts";
import { addReports } from "../../adapters/lake/report-store.ts";
import { addStories } from "../../adapters/lake/story-store.ts";
import type { InstrumentId } from "../../domain/instrument.ts";
import { instrumentTable } from "../../domain/instrument.ts";
import type { ReferenceTable } from "../../domain/reference-table.ts";
import { type DayNumber, type EpochMicros, parseIsoDate } from "../../domain/time.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { earningsTable } from "../../market/references/earnings.ts";
import { fundamentalsTable } from "../../market/references/fundamentals.ts";
import { newsTable } from "../../market/references/news.ts";
import { pairsTable } from "../../market/references/pairs.ts";
import { vixTable } from "../../market/references/vix.ts";
import { loadConfig } from "../config.ts";
import { liveReferences } from "./live-references.ts";
import type { ReferenceWorld } from "./reference-provider.ts";
import { referenceProviders } from "./registry.ts";
import { syntheticFilings, syntheticLake, syntheticSectors } from "./synthetic-lake.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-told-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const [MINUTE, HOUR] = [60e6, 3600e6];

/** A root whose first symbol has a story and a report at each of these instants. */
function filled(name: string, ats: readonly number[]): string {
  const root = join(folder, name);
  const paths = lakePaths(root);
  const of = (at: number) => ({ symbol: "MINTA", publishedAt: at as EpochMicros, title: `story of ${at}` });
  addStories(
    paths,
    ats.map((at, n) => ({ ...of(at), score: 0.1 * n })),
  );
  addReports(
    paths,
    ats.map((at, n) => ({ symbol: "MINTA", announcedAt: at as EpochMicros, eps: n, expected: 1 })),
  );
  return root;
}

const sessions = xnysSessions();
const past = { seed: 1, firstSession: parseIsoDate("2026-11-18") as DayNumber };
const rowOf = (day: DayNumber) => sessions.date.indexOf(day);
const first = past.firstSession;
const later = (n: number) => sessions.date[rowOf(first) + n] as DayNumber;
const symbols = ["MINTA", "TILLA", "CREDA", "TIDES"];
const instruments = instrumentTable(symbols);

/** Read once: making minutes is what takes the time. */
const kept = new Map<string, ReturnType<Lake["loadBars"]>>();
const whole = syntheticLake(past);
const lake: Pick<Lake, "loadBars"> = {
  loadBars(asked) {
    const key = JSON.stringify(asked);
    const answer = kept.get(key) ?? whole.loadBars(asked);
    kept.set(key, answer);
    return answer;
  },
};
const world = {
  ...{ root: "/nowhere", config: loadConfig(), instruments, lake },
  ...{ sectors: syntheticSectors(), filings: syntheticFilings(past), first },
};

/** As the backtest hears it: instruments by number. */
async function backtestTells(table: ReferenceTable, last: DayNumber) {
  const provider = referenceProviders.find((one) => one.table.id === table.id);
  const span = { first, last, sessions, choice: {}, timeframe: "1m", regime: { absent: "" } } as const;
  return await provider!.tell({ ...world, ...span } as ReferenceWorld);
}

async function liveTells(table: ReferenceTable, session: DayNumber, over: Partial<typeof world> = {}) {
  return await liveReferences({ ...world, ...over, session }, [table]);
}

it("a lake of some symbols is that of all, less the others", async () => {
  const span = { timeframe: "1d", from: later(-3), to: later(-1) } as const;
  const all = await whole.loadBars({ ...span, symbols: "all" });
  const some = await whole.loadBars({ ...span, symbols: ["TILLA"] });
  const id = all.columns.instruments.find("TILLA")!;
  const closes = all.columns.close.filter((_, row) => all.columns.instrument[row] === id);
  expect(closes.length).toBe(3);
  expect(some.columns.close).toEqual(closes);
});

describe("what a running system is told of a day", () => {
  it.each([vixTable, fundamentalsTable])("is what a backtest is told of it: $id", async (table) => {
    const told = await backtestTells(table, later(2));
    for (const n of [0, 1, 2]) {
      const at = sessions.open[rowOf(later(n))];
      const ofDay = told.find((event) => event.at === at);
      const live = await liveTells(table, later(n));
      expect(live.untold).toEqual([]);
      if (table.id === "vix" || n === 0) expect(ofDay).toBeDefined();
      // Reports are told once a month there, and each morning here: their age alone goes on.
      const values = live.told[0]!.rows.map(({ values: row }) => row);
      if (ofDay !== undefined) expect(values).toEqual(ofDay.rows.map(({ values: row }) => row));
    }
  });

  it.each([newsTable, earningsTable])(
    "is what a backtest is told of it, of what was out by then: $id",
    async (table) => {
      const days = [0, 1, 2, 3].map(later);
      const open = (n: number) => sessions.open[rowOf(days[n]!)]!;
      // In the evening, at dawn, and in the last minutes, which nobody could fetch in time any more.
      const ats = [
        open(0) - 15 * HOUR,
        open(1) - 3 * HOUR,
        open(1) - 15 * MINUTE,
        open(2) - 17 * MINUTE,
        open(2) - MINUTE,
      ];
      const root = filled("whole", ats);
      const span = {
        first,
        last: days[3]!,
        sessions,
        choice: {},
        timeframe: "1m",
        regime: { absent: "" },
      } as const;
      const provider = referenceProviders.find((one) => one.table.id === table.id)!;
      const told = await provider.tell({ ...world, root, ...span } as ReferenceWorld);
      const listed: number[] = [];
      for (const [n, day] of days.entries()) {
        const ofDay = told.find(({ at }) => at === open(n))!;
        const asked = open(n) - 15 * MINUTE;
        const known = filled(
          `of ${n}`,
          ats.filter((at) => at <= asked - MINUTE),
        );
        const live = await liveTells(table, day, { root: known });
        expect(live.untold).toEqual([]);
        const rows = live.told[0]!.rows.map(({ symbol, values }) => ({
          instrument: instruments.find(symbol),
          values,
        }));
        expect(rows).toEqual(ofDay.rows);
        expect(live.told[0]).toMatchObject({ since: day, isWhole: true });
        listed.push(rows[0]!.values[table.id === "news" ? 0 : 1]!);
      }
      // Stories since the reading before; sessions since the last report.
      expect(listed).toEqual(table.id === "news" ? [1, 1, 2, 1] : [0, 0, 0, 0]);
    },
  );

  it("is an empty table where no company is in the news, and nothing where nobody ever brought any", async () => {
    const root = filled("old", [sessions.open[rowOf(later(-20))]!]);
    const { told, untold } = await liveTells(newsTable, first, { root });
    expect([told[0]?.rows, told[0]?.isWhole, untold]).toEqual([[], true, []]);
    const none = await liveTells(newsTable, first, { root: folder });
    expect(none.untold[0]?.why).toContain("there is no news: plimsoll sentiment import");
  });

  it("is the pairs of the last formation, under one name until the next one", async () => {
    const told = await backtestTells(pairsTable, later(21));
    expect(told.map(({ at }) => at)).toEqual([0, 21].map((n) => sessions.open[rowOf(later(n))]));
    expect(told[0]!.rows.length).toBeGreaterThan(0);
    const live = await Promise.all([0, 20, 21].map((n) => liveTells(pairsTable, later(n))));
    const tables = live.map(({ told: [table] }) => table!);
    expect(tables.map(({ since }) => since)).toEqual([first, first, later(21)]);
    expect(tables[0]!.version).toBe(tables[1]!.version);
    expect(tables[2]!.version).not.toBe(tables[1]!.version);
    for (const [n, of] of [0, 0, 1].entries())
      expect(
        tables[n]!.rows.map(({ symbol, ...row }) => ({ instrument: instruments.find(symbol), ...row })),
      ).toEqual(told[of]!.rows);
    // However late they are told: prices are those of the evening before the formation.
    for (const [n, before] of [later(-1), later(-1), later(20)].entries())
      for (const { basis } of tables[n]!.rows) expect(basis).toEqual({ asOf: before });
    expect(
      tables[0]!.rows.every(({ values: [partner] }) => symbols[partner as InstrumentId] !== undefined),
    ).toBe(true);
  }, 60_000);

  it.each([vixTable, pairsTable])("is nothing where the day before is not there: $id", async (table) => {
    const short: Pick<Lake, "loadBars"> = {
      loadBars: (asked) => lake.loadBars({ ...asked, to: later(-2) }),
    };
    const { told, untold } = await liveTells(table, first, { lake: short });
    expect(told).toEqual([]);
    expect(untold[0]?.why).toMatch(/of 2026-11-17 (is known|are missing)/);
  });
});
