/**
 * Goal: each minute of the market is able or lost once, and what was lost has the right cause.
 * Method: tables of outages over sessions of the calendar, a half day among them; random ones against a count.
 */
import { describe, expect, it, test } from "vitest";
import {
  type DayNumber,
  type EpochMicros,
  MICROS_PER_MINUTE,
  MICROS_PER_SECOND,
  parseIsoDate,
} from "../domain/time.ts";
import { sessionAt, sessionOn, sessionRowOn, xnysSessions } from "../market/calendar.ts";
import { createRng } from "../numerics/rng.ts";
import { ableMinutes, type Outage, type OutageCause, outageCauses, type Spell } from "./able-minutes.ts";

const dayOf = (date: string) => parseIsoDate(date) as DayNumber;
const session = (date: string) => sessionOn(dayOf(date))!;
const FULL = session("2026-11-18");
/** The day after Thanksgiving ends at 13:00. */
const HALF = session("2026-11-27");

/** `cause from-to` in minutes since the open, `held from-to` for a hold. */
function given(text: string, { open }: { readonly open: number }): { outages: Outage[]; holds: Spell[] } {
  const spells = text.split(",").flatMap((part) => {
    const [, cause = "", from = "", to = ""] = /^\s*(\w+) (-?[\d.]+)-([\d.]+)$/.exec(part) ?? [];
    const at = (minute: string) => open + Number(minute) * MICROS_PER_MINUTE;
    return cause === "" ? [] : [{ cause, from: at(from), to: at(to), what: part }];
  });
  return {
    outages: spells.filter(({ cause }) => cause !== "held") as Outage[],
    holds: spells.filter(({ cause }) => cause === "held"),
  };
}

const over = (one: typeof FULL, text: string, from = one.open, until = one.close) =>
  ableMinutes({ sessions: [one], from, until, ...given(text, one) });

describe("a minute is lost once, and to the right cause", () => {
  it.each([
    ["nothing", "", 390, {}],
    ["one outage", "own 10-12", 388, { own: 2 }],
    ["parts of minutes", "own 10-10.5", 389.5, { own: 0.5 }],
    ["two apart", "broker 10-12, feed 100-130", 358, { broker: 2, feed: 30 }],
    ["the same twice", "own 10-20, own 15-30", 370, { own: 20 }],
    [
      "broker and feed at once are the way to both",
      "broker 10-20, feed 15-30",
      370,
      { broker: 5, network: 5, feed: 10 },
    ],
    ["ours hides the others", "own 10-30, broker 5-20, feed 15-40", 355, { broker: 5, own: 20, feed: 10 }],
    ["the network itself", "network 0-1, feed 0.5-2", 388, { network: 1, feed: 1 }],
    ["before the open and after the close", "own -60-5, feed 385-900", 380, { own: 5, feed: 5 }],
    ["all day", "broker -10-1000", 0, { broker: 390 }],
    ["an outage of no length", "own 10-10", 390, {}],
  ] as const)("%s", (_, text, able, lost) => {
    const found = over(FULL, text);
    expect(found.able).toBeCloseTo(able, 9);
    expect(found.lost).toEqual({ own: 0, broker: 0, feed: 0, network: 0, ...lost });
  });

  it("holds count as able and are told beside it; an outage within one is lost all the same", () => {
    const found = over(FULL, "held 0-60, own 30-40");
    expect(found).toMatchObject({ scheduled: 390, able: 380, held: 50, lost: { own: 10 } });
  });
});

describe("the calendar", () => {
  it("a half day has 210 minutes", () => {
    expect(over(HALF, "own 200-260")).toMatchObject({ scheduled: 210, able: 200, lost: { own: 10 } });
  });

  it("a weekend between two sessions is nobody's loss", () => {
    const sessions = [session("2026-11-20"), session("2026-11-23")];
    const outage: Outage = {
      from: sessions[0]!.close - 60e6,
      to: sessions[1]!.open + 60e6,
      what: "",
      cause: "own",
    };
    const found = ableMinutes({ sessions, from: 0, until: Infinity, outages: [outage], holds: [] });
    expect(found).toMatchObject({ scheduled: 780, able: 778, lost: { own: 2 } });
  });

  it("nothing is promised before the record begins, and nothing known after it", () => {
    const from = (FULL.open + 60 * MICROS_PER_MINUTE) as EpochMicros;
    const until = (FULL.open + 120 * MICROS_PER_MINUTE) as EpochMicros;
    expect(over(FULL, "own 0-70", from, until)).toMatchObject({ scheduled: 60, able: 50, fraction: 50 / 60 });
    const none = over(FULL, "own 0-70", FULL.close, FULL.close);
    expect(none).toMatchObject({ days: [], scheduled: 0, fraction: null });
  });
});

describe("the budget of 21 sessions", () => {
  const table = xnysSessions();
  const row = sessionRowOn(dayOf("2026-11-18"));
  const sessions = Array.from({ length: 21 }, (_, n) => sessionAt(table, row - 20 + n));
  const lose = (minutes: number) =>
    ableMinutes({ sessions, from: 0, until: Infinity, ...given(`own 0-${minutes}`, sessions[3]!) });

  it.each([
    [0, 40.95, "free"],
    [20, 20.95, "free"],
    [20.5, 20.45, "careful"],
    [40.95, 0, "exhausted"],
    [60, -19.05, "exhausted"],
  ] as const)("%s minutes lost leave %s: %s", (minutes, left, policy) => {
    const found = lose(minutes);
    expect(found.budget.minutes).toBeCloseTo(40.95, 9);
    expect(found.budget.left).toBeCloseTo(left, 6);
    expect(found.policy).toBe(policy);
  });
});

test("AM-1 able and lost add up to what was scheduled, second by second", () => {
  const rng = createRng(7, "able");
  for (let round = 0; round < 40; round++) {
    const spell = () => {
      const from = Math.floor(rng.uniform() * 24_000) - 300;
      return { from, to: from + Math.floor(rng.uniform() * 4000) };
    };
    const outages = Array.from({ length: 1 + Math.floor(rng.uniform() * 6) }, () => ({
      ...spell(),
      cause: outageCauses[Math.floor(rng.uniform() * 4)] as OutageCause,
    }));
    const at = (second: number) => FULL.open + second * MICROS_PER_SECOND;
    const found = ableMinutes({
      sessions: [FULL],
      from: 0,
      until: Infinity,
      holds: [],
      outages: outages.map(({ from, to, cause }) => ({ from: at(from), to: at(to), cause, what: "" })),
    });
    let lost = 0;
    for (let second = 0; second < 23_400; second++)
      if (outages.some(({ from, to }) => from <= second && second < to)) lost += 1;
    expect(found.scheduled - found.able).toBeCloseTo(lost / 60, 6);
    const causes = outageCauses.reduce((sum, cause) => sum + found.lost[cause], 0);
    expect(found.able + causes).toBeCloseTo(found.scheduled, 6);
  }
});
