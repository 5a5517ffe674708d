/**
 * Goal    the same wish twice is one entry.
 * Method  a table over the time since the last entry and a working one; a window of 30 seconds.
 */
import { describe, expect, it } from "vitest";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer, calm, NOW, ordinary, viewOf } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import type { InstrumentId } from "../../domain/instrument.ts";
import { type EpochMicros, MICROS_PER_SECOND } from "../../domain/time.ts";
import { duplicate } from "./duplicate.ts";

const rule = duplicate.configure({ windowSeconds: 30 });

describe("duplicate", () => {
  it.each(
    table(`
      last ago   working  says   why
      none       no       allow  there never was one
      none       yes      deny   one is working
      0          no       deny   the same instant: a replayed bar
      29.999999  no       deny   a microsecond too early
      30         no       allow  exactly the window
      3600       yes      deny   however long it works
      3600       no       allow  long ago
      -5         no       deny   an entry from the future is no reason to send another
      inf        no       deny   an instant that is none
      -inf       no       deny   an instant that is none
    `),
  )("working $working: $why", (row) => {
    const lastEntryAt = NOW - cellNumber(row["last ago"]) * MICROS_PER_SECOND;
    expect(answer(rule, { facts: { lastEntryAt, entryWorking: row.working === "yes" } })).toBe(row.says);
  });

  it("asks about its own strategy and instrument only", () => {
    const order = { ...ordinary, strategy: 3, instrument: 7 as InstrumentId };
    const own = (strategy: number, instrument: number) => strategy === 3 && instrument === 7;
    const verdict = rule.check(order, {
      ...viewOf(calm),
      lastEntryAt: (strategy, instrument) => (own(strategy, instrument) ? Number.NaN : NOW),
      entryWorking: (strategy, instrument) => !own(strategy, instrument),
    });
    expect(verdict.kind).toBe("allow");
  });

  it("a window of zero still refuses a second one while the first works", () => {
    const off = duplicate.configure({ windowSeconds: 0 });
    const lastEntryAt = NOW - 1;
    expect(answer(off, { facts: { lastEntryAt } })).toBe("allow");
    expect(answer(off, { facts: { lastEntryAt, entryWorking: true } })).toBe("deny");
  });

  it.each(
    table(`
      decided ago  sent ago  says   why
      0            40        allow  a decision of after the last entry
      40           40        deny   the bar that the last entry was decided on
      41           40        deny   an older one, made again after a restart
      none         40        deny   decided at no instant
    `),
  )("decided $decided ago s ago, sent $sent ago s ago: $why", (row) => {
    const ago = (cell: string | undefined) => (NOW - cellNumber(cell) * MICROS_PER_SECOND) as EpochMicros;
    const facts = { lastEntryAt: ago(row["sent ago"]) };
    const decidedAt = ago(row["decided ago"]);
    expect(answer(rule, { facts, order: { decidedAt } })).toBe(row.says);
    // Windows do not matter to it.
    const off = duplicate.configure({ windowSeconds: 0, alikeSeconds: 0 });
    expect(answer(off, { facts, order: { decidedAt } })).toBe(row.says);
  });

  it.each(
    table(`
      ago        says   why
      none       allow  no entry was like it
      29.999999  deny   a double of another strategy
      30         allow  exactly the window
      -1         deny   an entry from the future
      inf        deny   an instant that is none
    `),
  )("one like it $ago s ago: $why", (row) => {
    const alikeEntryAt = NOW - cellNumber(row.ago) * MICROS_PER_SECOND;
    expect(answer(rule, { facts: { alikeEntryAt } })).toBe(row.says);
  });
});
