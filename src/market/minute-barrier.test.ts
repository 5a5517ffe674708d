/**
 * Goal    show that every minute is decided once, in order, on bars that came in time and on no other.
 * Method  the cases worth remembering, then random arrivals, asked at random times, against a naive reading.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EpochMicros, MICROS_PER_SECOND } from "../domain/time.ts";
import { type BarsClosed, MinuteBarrier, PENDING_MINUTES_MAX } from "./minute-barrier.ts";

const grace = 2 * MICROS_PER_SECOND;
/** Seconds after the hour, as an instant. */
const t = (seconds: number) => (1.7e15 + seconds * MICROS_PER_SECOND) as EpochMicros;

function barrier(series: readonly number[] = [0, 1]): MinuteBarrier {
  const made = new MinuteBarrier({ graceMicros: grace });
  made.subscribe(series);
  return made;
}

describe("a minute", () => {
  it("is due with the last awaited bar, before its deadline", () => {
    const b = barrier();
    expect(b.report(1, t(60), t(60.1))).toBe("counted");
    expect(b.due(t(60.2))).toBeUndefined();
    expect(b.nextDeadline()).toBe(t(62));
    expect(b.report(0, t(60), t(60.5))).toBe("counted");
    expect(b.due(t(60.5))).toEqual({ minuteEnd: t(60), dueAt: t(60.5), present: [0, 1], absent: [] });
    expect(b.due(t(99))).toBeUndefined();
  });

  it("is due at its deadline with the absent named", () => {
    const b = barrier();
    b.report(1, t(60), t(60.1));
    expect(b.due((t(62) - 1) as EpochMicros)).toBeUndefined();
    expect(b.due(t(62))).toEqual({ minuteEnd: t(60), dueAt: t(62), present: [1], absent: [0] });
    expect(b.report(0, t(60), t(62.1))).toBe("late");
  });

  it("that nobody reports is due when it was announced", () => {
    const b = barrier();
    b.expect(t(60));
    expect(b.due(t(70))).toMatchObject({ minuteEnd: t(60), present: [], absent: [0, 1] });
    b.expect(t(60));
    expect(b.due(t(70))).toBeUndefined();
  });

  it("refuses a bar at its deadline even when nobody has asked yet", () => {
    const b = barrier();
    expect(b.report(0, t(60), t(61))).toBe("counted");
    expect(b.report(1, t(60), t(62))).toBe("late");
    expect(b.due(t(65))).toMatchObject({ dueAt: t(62), present: [0], absent: [1] });
  });

  it("calls a second version of a counted bar late", () => {
    const b = barrier();
    expect(b.report(0, t(60), t(60.1))).toBe("counted");
    expect(b.report(0, t(60), t(60.2))).toBe("late");
  });

  it("keeps the subscription it began with; strangers are told apart", () => {
    const b = barrier([0, 1]);
    b.expect(t(60));
    b.subscribe([2, 2, 1]);
    expect(b.report(2, t(60), t(60.1))).toBe("unsubscribed");
    expect(b.report(2, t(120), t(120.1))).toBe("counted");
    expect(b.due(t(63))).toMatchObject({ absent: [0, 1] });
    expect(b.due(t(123))).toMatchObject({ present: [2], absent: [1] });
  });

  it("with no subscription is due at its deadline, empty", () => {
    const b = barrier([]);
    b.expect(t(60));
    expect(b.due(t(61))).toBeUndefined();
    expect(b.due(t(62))).toMatchObject({ present: [], absent: [] });
  });

  it("waits for the minute before it", () => {
    const b = barrier([0]);
    b.expect(t(60));
    b.report(0, t(120), t(61));
    expect(b.due(t(61.5))).toBeUndefined();
    expect(b.due(t(62))?.minuteEnd).toBe(t(60));
    expect(b.due(t(62))?.minuteEnd).toBe(t(120));
  });

  it("comes before a later one that was heard of first", () => {
    const b = barrier([0]);
    b.report(0, t(120), t(120.1));
    b.report(0, t(60), t(61));
    expect([b.due(t(121))?.minuteEnd, b.due(t(121))?.minuteEnd]).toEqual([t(60), t(120)]);
  });

  it("halts when minutes pile up that nobody asks for", () => {
    const b = barrier();
    for (let i = 1; i <= PENDING_MINUTES_MAX; i += 1) b.expect(t(60 * i));
    expect(() => b.expect(t(60 * (PENDING_MINUTES_MAX + 1)))).toThrow(/MB-2/);
  });
});

it("what is decided depends on arrivals alone, not on how often one asks", () => {
  const arrival = fc.record({
    series: fc.integer({ min: 0, max: 3 }),
    minute: fc.integer({ min: 1, max: 6 }),
    delayMs: fc.integer({ min: 0, max: 4000 }),
  });
  const asks = fc.array(fc.integer({ min: 60_000, max: 420_000 }), { minLength: 0, maxLength: 30 });
  let absentInAll = 0;
  fc.assert(
    fc.property(fc.array(arrival, { minLength: 10, maxLength: 30 }), asks, (arrivals, asked) => {
      const events = [
        ...arrivals.map((a) => ({ ...a, ms: a.minute * 60_000 + a.delayMs })),
        ...asked.map((ms) => ({ ms, series: -1, minute: 0 })),
      ].toSorted((a, b) => a.ms - b.ms);
      const b = barrier([0, 1, 2]);
      for (let minute = 1; minute <= 6; minute += 1) b.expect(t(60 * minute));
      const closed: BarsClosed[] = [];
      const expected = new Map<number, Set<number>>([1, 2, 3, 4, 5, 6].map((m) => [m, new Set()]));
      for (const { ms, series, minute } of events) {
        if (series < 0) {
          for (let due = b.due(t(ms / 1000)); due; due = b.due(t(ms / 1000))) closed.push(due);
          continue;
        }
        const set = expected.get(minute);
        const inTime = series < 3 && ms < minute * 60_000 + 2000 && !set?.has(series) && (set?.size ?? 3) < 3;
        const fate = b.report(series, t(minute * 60), t(ms / 1000));
        expect(fate === "counted").toBe(inTime);
        if (inTime) set?.add(series);
      }
      for (let due = b.due(t(1000)); due; due = b.due(t(1000))) closed.push(due);

      expect(closed.map((c) => c.minuteEnd)).toEqual([1, 2, 3, 4, 5, 6].map((m) => t(60 * m)));
      for (const [i, { present, absent, dueAt, minuteEnd }] of closed.entries()) {
        expect(present).toEqual([...(expected.get(i + 1) ?? [])].toSorted());
        expect([...present, ...absent].toSorted()).toEqual([0, 1, 2]);
        expect(dueAt).toBeLessThanOrEqual(minuteEnd + grace);
        absentInAll += absent.length;
      }
    }),
  );
  expect(absentInAll).toBeGreaterThan(0);
});
