/** Goal: a child that crashes comes back, ever slower, and after three crashes in ten minutes in safe hold (C-54). */
import { describe, expect, it } from "vitest";
import {
  type ChildEnd,
  crashesAt,
  decideRestart,
  freshRestartState,
  isCrashLoop,
  type RestartState,
} from "./restart-policy.ts";

const crash = { code: 1, signal: null };
const killed = { code: null, signal: "SIGKILL" };
const fine = { code: 0, signal: null };
const end = (startedMs: number, endedMs: number, changes: Partial<ChildEnd> = {}): ChildEnd => ({
  exit: crash,
  when: "always",
  startedMs,
  endedMs,
  ...changes,
});

/** Waits of a child that dies a second after each start. */
function waits(ends: number, state: RestartState = freshRestartState): (number | undefined)[] {
  let [now, current] = [0, state];
  return Array.from({ length: ends }, () => {
    const decision = decideRestart(current, end(now, now + 1000));
    current = decision.state;
    now += 1000 + (decision.restartAfterMs ?? 0);
    return decision.restartAfterMs;
  });
}

describe("the wait before a restart", () => {
  it("doubles from 0.2 s to 10 s", () => {
    expect(waits(8)).toEqual([200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
  });

  it.each([
    [59_999, 400],
    [60_000, 200],
  ])("after %i ms up is %i ms", (upMs, waitMs) => {
    const once = decideRestart(freshRestartState, end(0, 10)).state;
    expect(decideRestart(once, end(1000, 1000 + upMs)).restartAfterMs).toBe(waitMs);
  });
});

it.each([
  ["always", crash, 200, true],
  ["always", killed, 200, true],
  ["always", fine, 200, false],
  ["on-failure", crash, 200, true],
  ["on-failure", killed, 200, true],
  ["on-failure", fine, undefined, false],
  ["never", crash, undefined, true],
] as const)("restart %s after %o waits %s, abnormal: %s", (when, exit, restartAfterMs, isAbnormal) => {
  expect(decideRestart(freshRestartState, end(0, 10, { when, exit }))).toMatchObject({
    restartAfterMs,
    isAbnormal,
  });
});

describe("a crash loop", () => {
  it("is three abnormal ends in ten minutes, and is over when the first of them is older", () => {
    let state = freshRestartState;
    for (const at of [0, 100_000]) state = decideRestart(state, end(at - 10, at)).state;
    expect(isCrashLoop(state, 100_000)).toBe(false);
    state = decideRestart(state, end(500_000, 599_999)).state;
    expect(crashesAt(state, 599_999)).toBe(3);
    expect(isCrashLoop(state, 599_999)).toBe(true);
    expect(isCrashLoop(state, 600_000)).toBe(false);
  });

  it("is not made of ends with code 0", () => {
    let state = freshRestartState;
    for (const at of [0, 1, 2, 3]) state = decideRestart(state, end(at, at, { exit: fine })).state;
    expect(isCrashLoop(state, 4)).toBe(false);
  });
});
