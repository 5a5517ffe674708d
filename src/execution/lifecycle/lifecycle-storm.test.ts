/**
 * Goal    whatever a broker loses, repeats, delays or answers wrongly, every decision ends as exactly one order or as
 *         none and a tombstone, and the engine is told what the broker's own books hold (RELIABILITY 2, B and 3.3).
 * Method  10,000 seeded decisions in virtual time against a broker that does all of it; its books are the truth.
 * Broken  a life cycle without tombstones, and one that sends again without asking: both were found within 200 seeds.
 */
import { expect, it } from "vitest";
import { checkStorm } from "../../../test/lifecycle-check.ts";
import { feed, type Input, LifecycleStorm, newLifecycle } from "../../../test/lifecycle-storm.ts";

const SEEDS = 1_000;
const ORDERS = 10;

it("every intent ends with exactly one order or a tombstone, and the engine's books are the broker's", {
  timeout: 300_000,
}, () => {
  const reach = new Map<string, number>();
  let decisions = 0;
  let tombstones = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const storm = new LifecycleStorm(seed);
    storm.run(ORDERS);
    const account = checkStorm(storm);
    expect(account.wrongs, `seed ${seed}`).toEqual([]);
    decisions += storm.placed.length;
    tombstones += account.tombstones;
    for (const [what, count] of storm.broker.reach) reach.set(what, (reach.get(what) ?? 0) + count);
  }
  expect(decisions).toBeGreaterThanOrEqual(SEEDS * ORDERS);
  const often = (what: string) => reach.get(what) ?? 0;
  for (const what of ["acceptedThen504", "resetAfterWrite", "createdLate"])
    expect(often(what), what).toBeGreaterThanOrEqual(500);
  for (const what of ["throttled", "notSent", "buying_power", "shares_held", "asyncReject", "reportLost"])
    expect(often(what), what).toBeGreaterThanOrEqual(100);
  for (const what of ["cancelTooLate", "cancelIgnored", "changed", "changeRefused", "lateTwin"])
    expect(often(what), what).toBeGreaterThanOrEqual(10);
  expect(tombstones).toBeGreaterThanOrEqual(100);
});

it("the same inputs, read back from text, give the same outputs, request by request and note by note", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const storm = new LifecycleStorm(seed);
    storm.run(ORDERS);
    const again = newLifecycle();
    for (const input of storm.inputs) feed(again, revive(input));
    expect(again.requests).toEqual(storm.told.requests);
    expect(again.events).toEqual(storm.told.events);
    expect(again.notes).toEqual(storm.told.notes);
  }
});

/** Through JSON, which writes NaN as null. */
function revive(input: Input): Input {
  const prices = new Set(["limit", "stop", "target"]);
  const text = JSON.stringify(input);
  return JSON.parse(text, (key, value) => (value === null && prices.has(key) ? Number.NaN : value)) as Input;
}
