/**
 * Goal    the same decision has the same id after a crash, no two share one, and every venue takes it (EX-2).
 * Method  properties over decisions; ids that no venue would take are refused.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { flattenOrderId } from "../domain/flatten-order-id.ts";
import { Purpose } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import { ClientOrderIds, clientOrderId, type Decision, idKindOf, ownsClientId } from "./client-order-id.ts";

const decision: fc.Arbitrary<Decision> = fc.record({
  environment: fc.constantFrom("paper", "live", "twin", "backtest"),
  strategy: fc.string({ maxLength: 30 }),
  symbol: fc.oneof(fc.stringMatching(/^[A-Z]{1,6}$/), fc.constantFrom("BRK.B", "BF.A", "LONGSYMBOL")),
  decidedAt: fc.integer({ min: 0, max: 4e15 }).map((n) => n as EpochMicros),
  kind: fc.constantFrom("E", "S", "T", "X", "V", "H"),
});
const AT: Decision = {
  environment: "paper",
  strategy: "momentum",
  symbol: "AAPL",
  decidedAt: 1_795_000_000_000_000 as EpochMicros,
  kind: "E",
};

it("is a function of the decision, in the letters and the length that venues take, and known as ours", () => {
  fc.assert(
    fc.property(decision, fc.integer({ min: 0, max: 999_999_999 }), (made, revision) => {
      const id = clientOrderId(made, revision);
      expect(id).toBe(clientOrderId({ ...made }, revision));
      expect(id).toMatch(/^[A-Za-z0-9-]{1,48}$/);
      expect(ownsClientId(id)).toBe(true);
    }),
  );
});

it("differs by environment, strategy, symbol, instant, kind and revision", () => {
  const others: Partial<Decision>[] = [
    { environment: "live" },
    { strategy: "momentun" },
    { strategy: "momentum_2" },
    { symbol: "AAPL.A" },
    { decidedAt: (AT.decidedAt + 1000) as EpochMicros },
    { kind: "S" },
  ];
  const ids = new Set([clientOrderId(AT, 0), clientOrderId(AT, 1), clientOrderId(AT, 10)]);
  for (const other of others) ids.add(clientOrderId({ ...AT, ...other }, 0));
  expect(ids.size).toBe(3 + others.length);
});

it("two strategies whose tags collide still get ids of their own, as does every further order of a decision", () => {
  const ids = new ClientOrderIds();
  const seen = new Set<string>();
  for (let n = 0; n < 3; n++) {
    const id = ids.next(AT);
    expect(ids.next(AT)).toBe(id);
    ids.taken(id);
    seen.add(id);
  }
  ids.taken(clientOrderId(AT, 7));
  expect(ids.next(AT)).toBe(clientOrderId(AT, 8));
  expect(seen.size).toBe(3);
});

it("knows its own, the ids of a halt included, and nobody else's", () => {
  expect(ownsClientId(flattenOrderId("1n3k", "BRK.B", 2))).toBe(true);
  expect(idKindOf(Purpose.VirtualStop)).toBe("V");
  const foreign = ["", "a1", "3f0c6d1e-8a52-4c0e-9b37-5b6f2d0a4c11", "a1p-x-y-z-E0", "a1q-mom-AAPL-1-E0"];
  for (const id of foreign) expect(ownsClientId(id)).toBe(false);
});

it("halts on a revision or an instant that would make an id no venue takes", () => {
  for (const revision of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => clientOrderId(AT, revision)).toThrow(/EX-2/);
  for (const at of [-1, 0.5, Number.NaN])
    expect(() => clientOrderId({ ...AT, decidedAt: at as EpochMicros }, 0)).toThrow(/EX-2/);
});
