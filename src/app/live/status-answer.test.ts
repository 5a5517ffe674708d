/** Goal: what the screen draws after a trip through JSON is what execute saw, unknown figures unknown. */
import { expect, it } from "vitest";
import { isAtRest, revivedSnapshot, type StatusValue, statusOf } from "./status-answer.ts";

const snapshot = {
  mode: "demo",
  session: { date: "2026-11-18", phase: "TRADING", progress: 0.5, number: 1, of: Number.POSITIVE_INFINITY },
  permission: {
    level: "NORMAL",
    scalar: 1,
    claims: [{ authority: "regime", reason: "x", until: undefined }],
  },
  equity: 97_000,
  grossLimit: Number.NaN,
  positions: [{ symbol: "AAA", shares: 1, stop: Number.NaN }],
  orders: [{ symbol: "AAA", price: Number.NaN, verdict: "" }],
  curve: [1, Number.NaN],
};
const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

it("NaN and a count of sessions without end survive", () => {
  expect(revivedSnapshot(sent(snapshot))).toEqual({
    ...snapshot,
    permission: { ...snapshot.permission, claims: [{ authority: "regime", reason: "x" }] },
  });
});

const rest = {
  run: "d1",
  isFlat: true,
  workingOrders: 0,
  workingEntries: 0,
  unknownOrders: 0,
  requestsHeld: 0,
};
const status = (over: object) =>
  statusOf({ id: "1", kind: "told", value: sent({ ...rest, snapshot, feed: null, ...over }) }) as StatusValue;

it("a feed that nobody has heard of is unknown, not an object of nothing", () => {
  expect(status({})).toMatchObject({ feed: undefined, lastReconciliation: null });
  expect(status({ feed: { line: "up", messageAgeMs: 5 } }).feed).toMatchObject({ line: "up" });
});

it("limits that an operator has tightened are told, and there are none where nothing is said", () => {
  const override = { key: "risk.spread.maxFraction", value: 0.0003, until: 5 };
  expect(status({}).overrides).toEqual([]);
  expect(status({ overrides: [override] }).overrides).toEqual([override]);
});

it.each(["workingOrders", "unknownOrders", "requestsHeld"])("with %s nothing is at rest", (name) => {
  expect(isAtRest(status({}))).toBe(true);
  expect(isAtRest(status({ [name]: 1 }))).toBe(false);
  expect(isAtRest(status({ isFlat: false }))).toBe(false);
});
