/**
 * Goal    the same decision has the same id after a crash, no two share one, and every venue takes it (EX-2).
 * Method  properties over runs and rows; ids that no venue would take are refused.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { OrderNumber } from "../domain/order.ts";
import { clientOrderId } from "./client-order-id.ts";

const row = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }).map((n) => n as OrderNumber);
const run = fc.stringMatching(/^[a-z0-9-]{1,36}$/);

it("is a function of run and row, in the letters and the length that venues take", () => {
  fc.assert(
    fc.property(run, row, (runId, order) => {
      const id = clientOrderId(runId, order);
      expect(id).toBe(clientOrderId(`${runId}`, order));
      expect(id).toMatch(/^[a-z0-9-]{1,48}$/);
    }),
  );
  expect(clientOrderId("bt-00ff00ff00ff", 0 as OrderNumber)).toBe("bt-00ff00ff00ff-000000");
  expect(clientOrderId("bt-1", 36 as OrderNumber)).toBe("bt-1-000010");
});

it("no two decisions share one, also of runs whose names look like ids", () => {
  const near = fc.constantFrom("a", "a-000001", "a-000001-", "a-", "-a", "a-0");
  const few = fc.constantFrom(0, 1, 35, 36, 36 ** 6 - 1, 36 ** 6, 36 ** 7).map((n) => n as OrderNumber);
  const runs = fc.oneof(run, near);
  const rows = fc.oneof(row, few);
  fc.assert(
    fc.property(runs, rows, runs, rows, (oneRun, one, otherRun, other) => {
      const isSame = oneRun === otherRun && one === other;
      expect(clientOrderId(oneRun, one) === clientOrderId(otherRun, other)).toBe(isSame);
    }),
    { numRuns: 5_000 },
  );
});

it("halts on a run or a row that would make an id no venue takes", () => {
  for (const runId of ["", "BT-1", "bt 1", "bt_1", "bt-é", "x".repeat(37), "bt-1\n"]) {
    expect(() => clientOrderId(runId, 1 as OrderNumber)).toThrow(/EX-2/);
  }
  for (const order of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => clientOrderId("bt-1", order as OrderNumber)).toThrow(/EX-2/);
  }
});
