/**
 * Goal    ten instants of throttled entries within a minute end in a latched flatten, and a crowd at one instant does
 *         not, across restarts.
 * Method  refusals told second by second, with and without a restart after each; then the engine, whose throttle does
 *         the refusing.
 */
import { describe, expect, it } from "vitest";
import { barClose, bars, columnsOf, testSessions } from "../../../test/bar-text.ts";
import { at, BreakerAccount } from "../../../test/breaker-case.ts";
import { runWorld, strategyOf } from "../../../test/engine-world.ts";
import type { InstrumentId } from "../../domain/instrument.ts";
import { Purpose } from "../../domain/order.ts";
import { runaway } from "./runaway.ts";
import { throttlePause } from "./throttle-pause.ts";

/** Seconds after the open at which the throttle refuses; the number of the refusal that flattens, from 1. */
function flattenedBy(seconds: readonly number[], restarts: boolean, control = "C-07"): number | undefined {
  const account = new BreakerAccount([runaway.configure({})]);
  for (const [n, second] of seconds.entries()) {
    account.step({ kind: "refused", at: at(0, 5 + second / 60), strategy: n % 2, control });
    if (restarts) account.restart();
    if (account.authorities.flattens) return n + 1;
  }
  return undefined;
}

const every = (seconds: number, times: number) => Array.from({ length: times }, (_, n) => n * seconds);

describe.each([false, true])("C-07, with a restart after every refusal: %s", (restarts) => {
  it.each([
    ["one a second: the tenth", every(1, 20), 10],
    ["six seconds apart: ten are within 54 s", every(6, 20), 10],
    ["seven seconds apart: never ten within a minute", every(7, 60), undefined],
    ["a crowd at one instant is one breach", every(0, 500), undefined],
    ["a crowd each minute, as minute bars have it", every(60, 50).flatMap((s) => [s, s, s]), undefined],
    ["exactly a minute old is out of the window", [0, ...every(1, 8).map((s) => s + 52), 60], undefined],
  ])("%s", (_name, seconds, expected) => {
    expect(flattenedBy(seconds, restarts)).toBe(expected);
  });

  it("refusals by other rules are none", () => {
    expect(flattenedBy(every(1, 30), restarts, "C-13")).toBeUndefined();
  });
});

it("what the pause after a breach bars counts with it; what other claims bar does not", () => {
  const after = (barredBy: string) => {
    const account = new BreakerAccount([runaway.configure({})]);
    for (const second of every(1, 10)) {
      const asked = { at: at(0, 5 + second / 60), strategy: 0 };
      const refusal = second === 0 ? { control: "C-07" } : { control: undefined, barredBy };
      account.step({ kind: "refused", ...asked, ...refusal });
    }
    return account.authorities.flattens;
  };
  expect([after("throttle_pause"), after("strategy_losses")]).toEqual([true, false]);
});

it("it stays latched: time does not lift it, an operator does", () => {
  const account = new BreakerAccount([runaway.configure({})]);
  for (const second of every(1, 10))
    account.step({ kind: "refused", at: at(0, 5 + second / 60), strategy: 0, control: "C-07" });
  account.step({ kind: "mark", at: at(3, 5), equity: 100_000 });
  expect(account.authorities.flattens).toBe(true);
  expect(account.authorities.permission.claims[0]?.reason).toMatch(/10 times within 60 s, limit 10/);
  expect(account.authorities.lift("circuit_breakers", "runaway", "operator")).toBe(true);
  expect(account.authorities.allowsEntries()).toBe(true);
});

describe("in the engine", () => {
  const MINUTES = 8;
  const sessions = testSessions(1, 390);
  const closes = Array.from({ length: MINUTES }, (_, n) => barClose(sessions, 0, n));
  const flat = closes.map(() => "100/100/100/100").join(" ");
  const columns = columnsOf(
    "1m",
    MINUTES,
    [0, 1, 2, 3, 4, 5, 6, 7].flatMap((i) => bars(i, flat, closes)),
  );
  /** Wants one more instrument with every bar, and a second one that the throttle refuses. */
  const greedy = () => {
    let bar = 0;
    return strategyOf((view) => {
      for (const instrument of [bar % MINUTES, (bar + 1) % MINUTES])
        view.enter({ instrument: instrument as InstrumentId, conviction: 0.2 }, "because");
      bar += 1;
    });
  };
  const play = (breakers: readonly ReturnType<typeof runaway.configure>[]) =>
    runWorld({
      world: { columns, sessions },
      strategies: [greedy()],
      risk: { session: { toxicMinutes: 0 }, throttle: { perSecond: 1 } },
      positions: 19.9,
      breakers,
    }).execute;

  it("a strategy that hits the throttle with bar after bar is closed out at the third of three", () => {
    const free = play([]);
    expect(free.authorities.flattens).toBe(false);
    const held = (execute: typeof free) =>
      Array.from({ length: MINUTES }, (_, i) => execute.portfolio.shares(i as InstrumentId)).filter(Boolean);
    expect(held(free).length).toBeGreaterThan(4);
    const stopped = play([runaway.configure({ breaches: 3, windowSeconds: 600 })]);
    expect(stopped.authorities.isAtLeast("FLATTEN")).toBe(true);
    expect(held(stopped)).toEqual([]);
    const { orders } = stopped;
    const exits = Array.from({ length: orders.length }, (_, n) => orders.purpose(n as never));
    expect(exits).toContain(Purpose.Flatten);
  });

  it("the pause bars that strategy until the throttle has forgotten", () => {
    const { blocked } = play([throttlePause.configure({ pauseSeconds: 150 })]);
    const count = (rule: string) => blocked.list().find((line) => line.rule === rule)?.count ?? 0;
    // Bars 0, 3 and 6 hit it; what is asked for with the two bars after each is barred. One wish is for what is held.
    expect([count("throttle"), count("permission:throttle_pause")]).toEqual([3, 9]);
  });
});
