import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dayNumber, type EpochMicros, MICROS_PER_SECOND } from "../../domain/time.ts";
import { sessionOn, xnysSessions } from "../../market/calendar.ts";
import { CadenceKeeper } from "./cadence-keeper.ts";

const week = [2, 3, 4, 5, 6].map((day) => sessionOn(dayNumber(2026, 3, day)));
const well = { isUp: true, silentMs: 0 };

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cadence-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function keeper(path: string | undefined, lines: string[] = []): CadenceKeeper {
  return new CadenceKeeper({ feed: "iex", sessions: xnysSessions(), path, log: (line) => lines.push(line) });
}

/** A message each second, from 40 minutes after the open, for an hour, of each day of the week; then the close. */
function live(kept: CadenceKeeper, gapSeconds = 1): void {
  for (const session of week) {
    const from = (session?.open ?? 0) + 2400 * MICROS_PER_SECOND;
    for (let s = 0; s < 3600; s += gapSeconds) {
      const at = (from + s * MICROS_PER_SECOND) as EpochMicros;
      kept.deadlineMs(at, well);
      kept.message(at);
    }
    kept.deadlineMs(((session?.close ?? 0) + 1) as EpochMicros, well);
  }
}

const middle = ((week[4]?.open ?? 0) + 3000 * MICROS_PER_SECOND) as EpochMicros;

describe("what is usual for a feed is learned and kept", () => {
  it("five sessions of a message a second shorten the seed of 20 s, and the next start knows it", () => {
    const path = join(folder, "db", "cadence.json");
    const first = keeper(path);
    expect(first.deadlineMs(middle, well)).toBe(20_000);
    live(first);
    const learned = first.deadlineMs(middle, well);
    expect(learned).toBeGreaterThanOrEqual(3_000);
    expect(learned).toBeLessThan(6_000);
    const second = keeper(path);
    expect(second.sessionsKnown).toBe(5);
    expect(second.deadlineMs(middle, well)).toBe(learned);
  });

  it("an outage of ten minutes a day teaches nothing", () => {
    const kept = keeper(undefined);
    for (const session of week) {
      const from = (session?.open ?? 0) + 2400 * MICROS_PER_SECOND;
      for (let s = 0; s < 3600; s++) {
        const at = (from + s * MICROS_PER_SECOND) as EpochMicros;
        const isOut = s >= 600 && s < 1200;
        kept.deadlineMs(at, { isUp: true, silentMs: isOut ? (s - 599) * 1000 : 0 });
        if (!isOut) kept.message(at);
      }
      kept.deadlineMs(((session?.close ?? 0) + 1) as EpochMicros, well);
    }
    expect(kept.deadlineMs(middle, well)).toBeLessThan(6_000);
  });

  it("nothing is learned outside the session, and the deadline is the longest there", () => {
    const kept = keeper(undefined);
    const night = ((week[0]?.close ?? 0) + 3600 * MICROS_PER_SECOND) as EpochMicros;
    kept.message(night);
    expect(kept.deadlineMs(night, well)).toBe(30_000);
    expect(kept.sessionsKnown).toBe(0);
  });

  it("a file that is no cadence is told and the seeds hold", () => {
    const path = join(folder, "broken.json");
    writeFileSync(path, '{"feed":"sip","sessions":[]}');
    const lines: string[] = [];
    expect(keeper(path, lines).deadlineMs(middle, well)).toBe(20_000);
    expect(lines).toHaveLength(1);
    expect(readFileSync(path, "utf8")).toContain("sip");
  });
});
