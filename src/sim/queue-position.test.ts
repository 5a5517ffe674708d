/**
 * Goal    the queue moves as documented and QP-1 holds, whatever quotes and trades come.
 * Method  a table by hand; then random streams.
 *
 * Steps: `q300` displays 300 at the price, `t100` trades 100 there, `lead` leaves nobody else.
 */
import fc from "fast-check";
import { expect, it } from "vitest";
import { table } from "../../test/table.ts";
import { leadQueue, lookAtQueue, notQueued, tradeInQueue } from "./queue-position.ts";

function walk(steps: string) {
  const queue = notQueued();
  let ours = 0;
  for (const step of steps.split(" ")) {
    const shares = Number(step.slice(1));
    if (step === "lead") leadQueue(queue);
    else if (step.startsWith("q")) lookAtQueue(queue, shares);
    else ours += tradeInQueue(queue, shares);
  }
  return { ahead: queue.ahead, ours };
}

it.each(
  table(`
    steps                      ahead  ours  why
    t500                       NaN    0     depth unknown: nothing is ours
    q300                       300    0     behind all that is displayed
    q300 t100                  200    0     trades move us up
    q300 t300                  0      0     to the front
    q300 t350                  0      50    what is left over is ours
    q300 t100 q200             200    0     the display fell by what traded: nobody canceled
    q300 q100                  100    0     200 canceled, half of them ahead; and no more ahead than displayed
    q300 q200                  200    0     100 canceled would leave 250, but only 200 are displayed
    q300 t100 q100             100    0     200 - 50, capped by the display
    q300 q900                  300    0     who comes later stands behind us
    q300 q900 q700             200    0     200 canceled, half of them ahead
    q300 q900 q0               0      0     all gone
    q300 lead t100             0      100   alone at the price
  `),
)("$steps: $why", (row) => {
  const { ahead, ours } = walk(row.steps ?? "");
  expect(`${ahead} ${ours}`).toBe(`${row.ahead} ${row.ours}`);
});

it("QP-1: never negative, never more than displayed, and never more ours than traded", () => {
  const step = fc.oneof(
    fc.integer({ min: 0, max: 900 }).map((shares) => `q${shares}`),
    fc.integer({ min: 1, max: 400 }).map((shares) => `t${shares}`),
  );
  let filled = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
      const queue = notQueued();
      let displayed = Number.NaN;
      for (const each of steps) {
        const shares = Number(each.slice(1));
        if (each.startsWith("q")) {
          displayed = shares;
          lookAtQueue(queue, shares);
        } else {
          const ours = tradeInQueue(queue, shares);
          expect(ours).toBeGreaterThanOrEqual(0);
          expect(ours).toBeLessThanOrEqual(shares);
          if (ours > 0) filled += 1;
        }
        if (Number.isNaN(queue.ahead)) continue;
        expect(queue.ahead).toBeGreaterThanOrEqual(0);
        expect(queue.ahead).toBeLessThanOrEqual(displayed);
      }
    }),
  );
  expect(filled).toBeGreaterThan(20);
});
