/** Thirty virtual days on which nothing is wrong and everything is odd: the watchdog must close nothing. */
import { describe, expect, it } from "vitest";
import { dayNumber, startOfDay } from "../../domain/time.ts";
import { FeedCadence } from "../../market/cadence.ts";
import { sessionRowOn, xnysSessions } from "../../market/calendar.ts";
import { AFTER_CLOSE_MICROS, BEFORE_OPEN_MICROS, ExchangeClock } from "../../market/exchange-clock.ts";
import { newYorkDay } from "../../market/us-eastern.ts";
import { createRng } from "../../numerics/rng.ts";
import { openSession } from "./feed-watch.ts";
import { Watchdog } from "./watchdog.ts";

const sessions = xnysSessions();
/** 2026-11-20 to 12-20: Thanksgiving, a half day, four weekends. */
const from = startOfDay(dayNumber(2026, 11, 20));
const until = startOfDay(dayNumber(2026, 12, 20));

interface Days {
  readonly speed: number;
  readonly skipsClosedHours: boolean;
  /** Mean gap between the messages of the whole basket, milliseconds of the exchange's clock. */
  readonly gapMs: number;
  /** Shares of ticks at which our own process stalls, the feed restarts, a symbol halts. */
  readonly stalls: number;
  readonly restarts: number;
}

function live(days: Days): { flattens: number; episodes: number; sessions: number } {
  const rng = createRng(7, "quiet days");
  const clock = new ExchangeClock(
    { machineMs: 0, exchangeAt: from, speed: days.speed, skipsClosedHours: days.skipsClosedHours },
    sessions,
  );
  const cadence = new FeedCadence("iex");
  const row = sessionRowOn(newYorkDay(from));
  const dog = new Watchdog(
    {
      channels: [
        { name: "compute", class: "HB-internal", isEngine: true },
        { name: "data", class: "HB-transport", carriesData: true },
        { name: "broker", class: "HB-broker" },
        { name: "feed", class: "CAD-feed" },
      ],
      sessions,
      speed: days.speed,
      heartbeatMs: 500,
      confirmMs: 30_000,
      feedDownMs: 120_000,
      cadenceMs: (at) => {
        const session = openSession(sessions, at);
        return session === undefined ? 30_000 : cadence.deadlineMs(at, session);
      },
      restCountsAsFeed: false,
    },
    0,
    from,
  );
  dog.context({ kind: "subscribed", symbols: 8 }, 0);
  dog.context({ kind: "exposure", dollars: 1 }, 0);
  let flattens = 0;
  let mono = 0;
  let restartsOver = 0;
  let seen = 0;
  let lastDate = -1;
  for (let tick = 0; ; tick += 1) {
    mono += rng.uniform() < days.stalls ? 300 + 1700 * rng.uniform() : 100;
    const at = clock.exchangeAt(mono);
    if (at >= until) break;
    const session = openSession(sessions, at);
    if (session !== undefined && session.date !== lastDate) {
      lastDate = session.date;
      seen += 1;
    }
    dog.beat("compute", mono, { seq: tick, pending: 1 });
    if (tick % 10 === 0) {
      for (const channel of ["data", "broker"]) {
        dog.context({ kind: "pinged", channel }, mono);
        dog.beat(channel, mono + 30);
      }
    }
    if (rng.uniform() < days.restarts) {
      dog.context({ kind: "line", channel: "data", state: "down" }, mono);
      restartsOver = mono + 3000;
    }
    if (restartsOver > 0 && mono >= restartsOver) {
      dog.context({ kind: "line", channel: "data", state: "up" }, mono);
      restartsOver = 0;
    }
    const gapsPerTick = (100 * days.speed) / days.gapMs;
    const speaks = session !== undefined && restartsOver === 0 && rng.uniform() < 1 - Math.exp(-gapsPerTick);
    if (speaks) {
      dog.message(mono, at);
      cadence.message(at, session);
    }
    if (tick % 5000 === 0)
      dog.context({ kind: "halted", symbol: "THIN", isHalted: tick % 10_000 === 0 }, mono);
    const verdict = dog.tick(mono, at);
    if (verdict.level === "FLATTEN") flattens += 1;
    cadence.freeze(verdict.stage !== "clear");
  }
  expect(row).toBeGreaterThan(0);
  return { flattens, episodes: dog.episodes, sessions: seen };
}

describe("thirty quiet days close nothing", () => {
  it.each<[string, Days, number]>([
    [
      "one by one, at 120 times",
      { speed: 120, skipsClosedHours: false, gapMs: 500, stalls: 0, restarts: 0 },
      0,
    ],
    [
      "with stalls of ours to 2 s",
      { speed: 60, skipsClosedHours: true, gapMs: 500, stalls: 0.002, restarts: 0 },
      0,
    ],
    [
      "with the feed restarted every ten minutes",
      { speed: 60, skipsClosedHours: true, gapMs: 500, stalls: 0, restarts: 1 / 6000 },
      20,
    ],
    [
      "with a basket of illiquid names only",
      { speed: 20, skipsClosedHours: true, gapMs: 2500, stalls: 0.0005, restarts: 0 },
      12,
    ],
    [
      "jumping over closed hours",
      { speed: 240, skipsClosedHours: true, gapMs: 500, stalls: 0, restarts: 0 },
      0,
    ],
  ])("%s", (_, days, episodesMost) => {
    const found = live(days);
    expect(found.sessions).toBe(20);
    expect(found.flattens).toBe(0);
    // Safety mode at the start, before every channel has spoken, is none of these.
    expect(found.episodes).toBeLessThanOrEqual(episodesMost);
  });

  it("the days hold a holiday, a half day and weekends, and the clock leaves closed hours out", () => {
    const days = [25, 26, 27, 28].map((day) => sessionRowOn(dayNumber(2026, 11, day)));
    expect(days.map((row) => row >= 0)).toEqual([true, false, true, false]);
    const friday = days[2] ?? 0;
    expect((sessions.close[friday]! - sessions.open[friday]!) / 3_600_000_000).toBe(3.5);
    expect(BEFORE_OPEN_MICROS + AFTER_CLOSE_MICROS).toBeLessThan(1_000_000_000);
  });
});
