/** Goal: whoever bars the account on purpose is no outage; what broke has its owner; what nobody knows is ours. */
import { expect, it } from "vitest";
import { outageCause } from "./outage-causes.ts";

it.each([
  ["day_base_loss", "lost 3.1%", undefined],
  ["operator", "ann: lunch", undefined],
  ["end_of_run", "start: the last session ends", undefined],
  ["startup", "starting: books are compared", "own"],
  ["stopping", "start: stopped from outside", "own"],
  ["broker_errors", "5 of 9 requests failed", "broker"],
  ["broker_refuses_key", "401", "broker"],
  ["round-trips", "p95 1200 ms", "broker"],
  ["certificate", "not the broker's", "network"],
  ["watchdog", "S0: compute silent 612 of 500 ms", "own"],
  ["watchdog", "S1: feed stale 31000 of 30000 ms", "feed"],
  ["watchdog", "S0: trade-updates down 1 of 500 ms", "broker"],
  ["watchdog", "S1: data down 1500 of 500 ms, broker silent 6000 of 5000 ms", "network"],
  ["watchdog", "S1: broker silent 6000 of 5000 ms, compute silent 900 of 500 ms", "own"],
  ["watchdog", "S0: feed recovering 100 of 1000 ms", "feed"],
  ["watchdog", "S0: recovering", "own"],
  ["somebody_new", "why not", "own"],
] as const)("%s, %s: %s", (source, reason, cause) => {
  expect(outageCause({ source, reason, level: "NO_NEW_ENTRIES" })).toBe(cause);
});

it("what only scales is no outage, whoever says so", () => {
  expect(outageCause({ source: "watchdog", reason: "S0: compute silent", level: "SCALED" })).toBeUndefined();
});
