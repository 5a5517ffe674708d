import { expect, it } from "vitest";
import { falseTripEstimates, poissonTrips } from "./false-trips.ts";
import type { ChannelTerms } from "./terms.ts";

const channels: readonly ChannelTerms[] = [
  { name: "compute", class: "HB-internal", isEngine: true },
  { name: "data", class: "HB-transport", carriesData: true },
  { name: "feed", class: "CAD-feed" },
  { name: "news", class: "NONE" },
];

it.each([
  [1850, 500, 9653],
  [44, 500, 6.2],
])(
  "trades every %d ms judged at %d ms trip %d times a session, as the document's table has it",
  (gap, deadline, trips) => {
    expect(Math.abs(poissonTrips(gap, deadline) / trips - 1)).toBeLessThan(0.01);
  },
);

it("bars as a heartbeat trip on every bar, and a ping about once a session", () => {
  const rows = falseTripEstimates({ channels, heartbeatMs: 500, confirmMs: 30_000 }, "iex", 20_000);
  const tripsOf = (name: string) =>
    rows.find(({ channel }) => channel.startsWith(name))?.tripsPerSession ?? -1;
  expect(tripsOf("bars")).toBe(390);
  expect(tripsOf("data")).toBeCloseTo(0.86, 2);
  expect(tripsOf("feed")).toBeLessThan(1e-6);
  expect(tripsOf("flatten")).toBe(0);
  expect(rows.some(({ channel }) => channel === "news")).toBe(false);
});

it("the literal reading shows what it costs: about one flatten a session", () => {
  const rows = falseTripEstimates({ channels, heartbeatMs: 500, confirmMs: 0 }, "iex", 20_000);
  const flatten = rows.find(({ channel }) => channel.startsWith("flatten"));
  expect(flatten?.tripsPerSession).toBeGreaterThan(0.8);
});
