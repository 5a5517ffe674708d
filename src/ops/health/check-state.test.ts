/** Goal: nothing is bad at first sight, nothing is well at first sight, and a sleep is no evidence (HC-1, HC-2). */
import { expect, it } from "vitest";
import { CheckState } from "./check-state.ts";

const state = () => new CheckState({ lateMs: 10, downMs: 20, betterMs: 50 }, 0);

it("turns late and down only after its time without a break", () => {
  const check = state();
  expect([check.see("late", 0), check.see("late", 9), check.state]).toEqual([false, false, "ok"]);
  check.see("ok", 9.5);
  expect([check.see("late", 10), check.see("late", 19), check.see("late", 20)]).toEqual([false, false, true]);
  expect([check.state, check.sinceMs]).toEqual(["late", 20]);
});

it("counts late and down in turns as bad all the while", () => {
  const check = state();
  check.see("late", 0);
  check.see("down", 5);
  expect([check.see("late", 9), check.see("late", 10), check.state]).toEqual([false, true, "late"]);
});

it("is well again only after a longer while", () => {
  const check = state();
  check.see("down", 0);
  check.see("down", 20);
  expect(check.state).toBe("down");
  check.see("ok", 30);
  expect([check.see("ok", 79), check.see("late", 79.5), check.see("ok", 80), check.state]).toEqual([
    ...[false, false, false],
    "down",
  ]);
  expect([check.see("ok", 129), check.see("ok", 130), check.state]).toEqual([false, true, "ok"]);
});

it("takes nothing from before a sleep for evidence", () => {
  const check = state();
  check.see("down", 0);
  check.slept();
  expect([check.see("down", 100), check.state]).toEqual([false, "ok"]);
});
