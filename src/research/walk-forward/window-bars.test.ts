/**
 * Goal    what was told before a window begins is there when it begins, restated at splits since, and nothing more.
 * Method  a probe that writes down what it reads, over a split in the days that a window warms up on.
 */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { calmBars, dailyColumns } from "../../../test/daily-market.ts";
import { loadConfig } from "../../app/config.ts";
import { runEngine } from "../../app/engine-run.ts";
import { historyOf } from "../../app/run-history.ts";
import type { CorporateActionEvent, ReferenceTold } from "../../domain/events.ts";
import type { InstrumentId } from "../../domain/instrument.ts";
import { reference } from "../../domain/reference-table.ts";
import type { DayNumber, EpochMicros } from "../../domain/time.ts";
import { xnysSessions } from "../../market/calendar.ts";
import { fundamentalsTable } from "../../market/references/fundamentals.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import { defineStrategy } from "../../strategies/strategy.ts";
import { toldIn, windowBars } from "./window-bars.ts";

const seen: number[][] = [];
const probe = defineStrategy({
  id: "probe",
  card: { idea: "reads", source: "this test, no paper at all", failsWhen: "never, it does nothing" },
  timeframes: ["1d"],
  params: z.strictObject({}),
  sizing: "fixed_risk",
  reasons: {},
  memory: {},
  features: () => ({}),
  references: () => ({ shares: reference(fundamentalsTable, "shares") }),
  decide(view) {
    seen.push([0, 1].map((i) => view.reference.shares.at(i as InstrumentId)));
  },
});

const sessions = xnysSessions();
const columns = dailyColumns({ AAA: calmBars(Array(80).fill(50)), BBB: calmBars(Array(80).fill(30)) });
const dayAt = (n: number): DayNumber => newYorkDay(columns.closedAt[n] as EpochMicros);
const openOf = (n: number) => sessions.open[sessions.date.indexOf(dayAt(n))] as EpochMicros;
const told = (
  n: number,
  isWhole: boolean,
  ...rows: readonly (readonly [number, number])[]
): ReferenceTold => ({
  ...{ kind: "ReferenceTold", at: openOf(n), table: fundamentalsTable.id, ...(isWhole ? { isWhole } : {}) },
  rows: rows.map(([instrument, shares]) => ({ instrument: instrument as InstrumentId, values: [shares] })),
});

function heard(references: readonly ReferenceTold[], actions: readonly CorporateActionEvent[] = []) {
  seen.length = 0;
  const setup = { config: loadConfig(), strategyIds: ["probe"], columns, sessions, cash: 1e5, actions };
  const parts = windowBars(setup, { from: dayAt(60), to: dayAt(62) }, [probe.bind({})])!;
  const events = actions.filter(({ at }) => at >= parts.before.closedAt[0]!);
  const run = { ...setup, ...historyOf(parts.before, events), columns: parts.columns };
  runEngine({ ...run, references: toldIn(references, parts) }, { modules: [probe] });
  return seen.map((row) => [...row]);
}

describe("a window hears", () => {
  it("each table as it stood before the days that it warms up on, and later rows on their day", () => {
    const rows = [
      told(3, false, [0, 7], [1, 9]),
      told(9, false, [0, 8]),
      told(61, false, [1, 5]),
      told(63, false, [0, 1]),
    ];
    expect(heard(rows)).toEqual([
      [8, 9],
      [8, 5],
      [8, 5],
    ]);
    expect(heard([rows[0]!, told(9, true, [1, 4]), rows[2]!])[0]).toEqual([Number.NaN, 4]);
  });

  it("what is in shares as a split in the days before has made it", () => {
    const ratio = { newShares: 2, oldShares: 1 };
    const action = { kind: "SharesSplit", at: openOf(50), instrument: 0 as InstrumentId, ...ratio } as const;
    expect(heard([told(45, false, [0, 100], [1, 10])], [action])[0]).toEqual([200, 10]);
    expect(heard([told(55, false, [0, 100], [1, 10])], [action])[0]).toEqual([100, 10]);
  });
});
