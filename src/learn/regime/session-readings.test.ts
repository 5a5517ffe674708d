/**
 * Goal    what is said before a session is made of the days before it and of nothing else; what was not seen makes the
 *         model silent for one session and forgets nothing (REGIME-1, C-18, C-19).
 * Method  two years of quiet and loud times; the same with the future cut off, poisoned, and with holes.
 */
import { expect, it } from "vitest";
import type { DayNumber } from "../../domain/time.ts";
import { nextSession, xnysSessions } from "../../market/calendar.ts";
import { createRng } from "../../numerics/rng.ts";
import { pointInTimeParams } from "./point-in-time.ts";
import { type IndexDays, sessionReadings } from "./session-readings.ts";

const params = {
  model: pointInTimeParams.parse({ daysMin: 252, windowDays: 300, starts: 3 }),
  gate: { enter: 0.7, leave: 0.5, neutralScale: 0.5 },
  scalesByVix: true,
};

const COUNT = 480;

function days(): IndexDays {
  const rng = createRng(7, "session readings");
  const { date } = xnysSessions();
  let close = 1000;
  let vix = 14;
  const [closes, readings] = [new Float64Array(COUNT), new Float64Array(COUNT)];
  for (let t = 0; t < COUNT; t++) {
    const loud = Math.floor(t / 45) % 3;
    close *= Math.exp((0.004 + 0.009 * loud) * rng.normal() + 0.0004 * (1 - loud));
    vix += 0.3 * (12 + 11 * loud - vix) + 0.4 * rng.normal();
    closes[t] = close;
    readings[t] = Math.max(9, vix);
  }
  const first = 2000;
  return {
    date: Array.from({ length: COUNT }, (_, t) => date[first + t] as DayNumber),
    close: closes,
    vix: readings,
  };
}

const whole = days();
const known = sessionReadings(whole, params);
const cut = ({ date, close, vix }: IndexDays, end: number): IndexDays => ({
  date: date.slice(0, end),
  close: close.slice(0, end),
  vix: vix.slice(0, end),
});

it("each is for the session after its day, and adds up to 1 once there is a model", () => {
  expect(known.readings.map(({ session }) => session)).toEqual(
    whole.date.map((day) => nextSession(day)?.date),
  );
  const spoken = known.readings.filter(({ bull }) => bull !== null);
  expect(spoken.length).toBeGreaterThan(150);
  expect(known.readings.slice(0, 250).every(({ bull, longScale }) => bull === null && longScale === 0)).toBe(
    true,
  );
  for (const { bull, neutral, bear } of spoken)
    expect(Math.abs(bull! + neutral! + bear! - 1)).toBeLessThan(1e-9);
  const scales = new Set(spoken.map(({ regime, longScale }) => `${regime} ${longScale}`));
  expect(scales).toEqual(new Set(["Bull 1", "Neutral 0.5", "Bear 0"]));
  expect(new Set(spoken.map(({ vixScale }) => vixScale)).size).toBeGreaterThan(2);
});

it("cutting off the future, or poisoning it, changes nothing that was said before it", () => {
  for (const end of [253, 300, 371, 431]) {
    expect(sessionReadings(cut(whole, end), params).readings).toEqual(known.readings.slice(0, end));
    const poisoned = { ...whole, close: whole.close.slice(), vix: whole.vix.slice() };
    for (let t = end; t < COUNT; t++) {
      poisoned.close[t] = whole.close[t]! * (t % 2 === 0 ? 0.5 : 2);
      poisoned.vix[t] = 80;
    }
    const { readings } = sessionReadings(poisoned, params);
    expect(readings.slice(0, end)).toEqual(known.readings.slice(0, end));
    expect(readings.slice(end)).not.toEqual(known.readings.slice(end));
  }
});

it("after a day without a close or a VIX the model does not speak, and goes on after the next", () => {
  const at = 400;
  for (const column of ["close", "vix"] as const) {
    const holed = { ...whole, close: whole.close.slice(), vix: whole.vix.slice() };
    holed[column][at] = Number.NaN;
    const { readings } = sessionReadings(holed, params);
    expect(readings[at]).toMatchObject({ bull: null, neutral: null, bear: null, regime: null, longScale: 0 });
    expect(readings[at]!.vix).toBe(column === "vix" ? null : whole.vix[at]);
    if (column === "vix") expect(readings[at]!.vixScale).toBeLessThanOrEqual(0.7);
    expect(readings[at + 1]!.bull).not.toBeNull();
  }
});

it("says no scale where nobody scales by the VIX, and refuses days that do not ascend", () => {
  const { readings } = sessionReadings(cut(whole, 30), { ...params, scalesByVix: false });
  expect(readings.every(({ vixScale, vix }) => vixScale === null && vix !== null)).toBe(true);
  const swapped = [whole.date[1]!, whole.date[0]!];
  expect(() => sessionReadings({ ...cut(whole, 2), date: swapped }, params)).toThrow("days must ascend");
});
