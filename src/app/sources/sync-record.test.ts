/** Goal: no day is asked for twice, none is forgotten, and what was remembered of another lake counts for nothing. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ListedSeries } from "../../adapters/lake/lake.ts";
import { type DayNumber, type EpochMicros, isoDate } from "../../domain/time.ts";
import { inParts, lastClosed, lastSettled } from "./sync-days.ts";
import { type DaySpan, joined, SyncRecord, without } from "./sync-record.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "plimsoll-record-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const span = fc
  .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 12 }))
  .map(([from, days]) => ({ from, to: from + days }) as DaySpan);
const daysOf = (spans: readonly DaySpan[]): number[] =>
  [
    ...new Set(spans.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i))),
  ].toSorted((a, b) => a - b);

describe("days", () => {
  it("that are joined are the same days, apart by one at least", () => {
    fc.assert(
      fc.property(fc.array(span), (spans) => {
        const whole = joined(spans);
        expect(daysOf(whole)).toEqual(daysOf(spans));
        for (const [i, { from }] of whole.entries())
          expect(from).toBeGreaterThan((whole[i - 1]?.to ?? Number.NEGATIVE_INFINITY) + 1);
      }),
    );
  });

  it("that are missing are those wanted and not known", () => {
    fc.assert(
      fc.property(span, fc.array(span), (wanted, known) => {
        const there = new Set(daysOf(known));
        expect(daysOf(without(wanted, known))).toEqual(daysOf([wanted]).filter((day) => !there.has(day)));
      }),
    );
  });

  it("in parts are the same days, none too long", () => {
    fc.assert(
      fc.property(fc.array(span), fc.integer({ min: 1, max: 9 }), (spans, most) => {
        const parts = inParts(spans, most);
        expect(daysOf(parts)).toEqual(daysOf(spans));
        for (const { from, to } of parts) expect(to - from).toBeLessThan(most);
      }),
    );
  });

  it.each([
    // Half an hour after the close at 16:00 in New York its bars are there, and a day later they are final.
    ["2024-03-15T20:29:59Z", "2024-03-14", "2024-03-14"],
    ["2024-03-15T20:30:00Z", "2024-03-15", "2024-03-14"],
    ["2024-03-17T12:00:00Z", "2024-03-15", "2024-03-15"],
    // Thanksgiving, and the half day after it.
    ["2024-11-28T23:00:00Z", "2024-11-27", "2024-11-27"],
    ["2024-11-29T18:30:00Z", "2024-11-29", "2024-11-27"],
  ])("at %s the last session over is %s, and the last settled %s", (at, closed, settled) => {
    const now = (Date.parse(at) * 1000) as EpochMicros;
    expect([lastClosed(now), lastSettled(now)].map((day) => isoDate(day as DayNumber))).toEqual([
      closed,
      settled,
    ]);
  });
});

describe("what was answered", () => {
  const series = { bars: 3, from: "2024-03-04", to: "2024-03-06" } as ListedSeries;
  const spans = [{ from: 5, to: 9 } as DaySpan];

  it("counts while the series is as it was, and survives", () => {
    new SyncRecord(root).cover("A 1d", series, spans);
    const again = new SyncRecord(root);
    expect(again.answered("A 1d", series)).toEqual(spans);
    expect(again.answered("A 1d", { ...series, bars: 4 })).toEqual([]);
    expect(again.answered("A 1d", undefined)).toEqual([]);
    expect(again.answered("B 1d", series)).toEqual([]);
  });

  it("is nothing where the file is damaged", () => {
    new SyncRecord(root).cover("A 1d", series, spans);
    writeFileSync(join(root, "sync", "covered.json"), '{"version":1,');
    expect(new SyncRecord(root).answered("A 1d", series)).toEqual([]);
  });

  it("events are kept to two files of some megabytes", () => {
    const record = new SyncRecord(root);
    const reason = "x".repeat(100_000);
    for (let n = 0; n < 120; n += 1) record.event("now", { n, reason });
    const [newer, older] = ["events.jsonl", "events.jsonl.1"].map((name) => join(root, "sync", name));
    for (const path of [newer, older]) expect(readFileSync(path ?? "").length).toBeLessThan(4.4e6);
    expect(
      readFileSync(newer ?? "", "utf8")
        .trim()
        .split("\\n")
        .at(-1),
    ).toContain('"n":119');
    expect(existsSync(`${older}.1`)).toBe(false);
  });
});
