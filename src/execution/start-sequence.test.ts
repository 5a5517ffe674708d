/**
 * Goal    nothing trades before every step of a start has passed, in order and in time; what was in the account before
 *         us is answered as a person chose (RUN-7). Reconciliation is due when it should be.
 * Method  the state machine by hand, a table of choices, the cadence over an hour.
 */
import { describe, expect, it } from "vitest";
import type { EpochMicros } from "../domain/time.ts";
import type { Instants } from "./instants.ts";
import { ReconcileCadence } from "./reconcile-cadence.ts";
import { nothingFound } from "./reconciliation-facts.ts";
import { StartSequence, startSteps } from "./start-sequence.ts";

const at = (ms: number): Instants => ({ at: 0 as EpochMicros, ms });
const terms = { existing: "refuse", deadlineMs: 10_000 } as const;
const adjustment = { symbol: "AAA", shares: 30, price: 90, reason: "there before", id: "x-AAA-1-30" };

/** As far as the comparison. */
function comparing(existing: "adopt" | "ignore" | "refuse"): StartSequence {
  const start = new StartSequence({ ...terms, existing }, at(0));
  for (const step of startSteps.slice(0, startSteps.indexOf("compare"))) start.passed(step, at(1));
  return start;
}

describe("a start", () => {
  it("is ready when every step has passed in its order", () => {
    const start = new StartSequence(terms, at(0));
    for (const step of startSteps) {
      expect(start.next).toBe(step);
      start.passed(step, at(1));
    }
    expect([start.next, start.failure]).toEqual(["ready", undefined]);
  });

  it("fails for good at the first step that fails, comes too early or too late", () => {
    const failed = new StartSequence(terms, at(0));
    failed.failed("journal", "the hash chain is broken at 17");
    for (const step of startSteps) failed.passed(step, at(1));
    expect([failed.next, failed.failure]).toEqual(["failed", "journal: the hash chain is broken at 17"]);
    const early = new StartSequence(terms, at(0));
    early.passed("compare", at(1));
    expect(early.next).toBe("failed");
    const late = new StartSequence(terms, at(0));
    late.passed("journal", at(10_001));
    expect(late.failure).toMatch(/took longer/);
  });

  it("goes on comparing while something is found out, until the time is over", () => {
    const start = comparing("refuse");
    start.compared({ ...nothingFound(), clean: false }, at(5000));
    expect(start.next).toBe("compare");
    start.compared({ ...nothingFound(), clean: false }, at(10_001));
    expect(start.next).toBe("failed");
  });

  it("passes the comparison when it is clean, and fails on what only an operator may lift", () => {
    const clean = comparing("refuse");
    clean.compared(nothingFound(), at(2));
    expect(clean.next).toBe("rearm");
    const claim = { source: "x", level: "NO_NEW_ENTRIES", reason: "fills", liftedBy: "operator" } as const;
    const dirty = comparing("refuse");
    dirty.compared({ ...nothingFound(), clean: false, claims: [claim] }, at(2));
    expect(dirty.failure).toBe("compare: fills");
  });

  it("RUN-7: what was there before us is adopted, ignored, or the reason not to start", () => {
    const found = { ...nothingFound(), clean: false, adjustments: [adjustment] };
    expect(comparing("adopt").compared(found, at(2)).adjustments).toEqual([adjustment]);
    expect(comparing("ignore").compared(found, at(2))).toMatchObject({
      adjustments: [],
      ignored: [{ symbol: "AAA", shares: 30 }],
    });
    const refused = comparing("refuse");
    refused.compared(found, at(2));
    expect(refused.failure).toMatch(/30 AAA; close it, or choose adopt or ignore/);
  });
});

it("C-47: in an hour each part is compared at its rate, and all of it at once when it is asked for", () => {
  const cadence = new ReconcileCadence();
  const counts = { orders: 0, account: 0, positions: 0, activities: 0 };
  for (let ms = 0; ms < 3_600_000; ms += 1000) {
    const due = cadence.due(ms);
    for (const part of due) counts[part] += 1;
    cadence.compared(ms, due);
  }
  expect(counts).toEqual({ orders: 360, account: 120, positions: 60, activities: 12 });
  expect([cadence.due(3_600_000 - 1), cadence.nextMs]).toEqual([[], 3_600_000]);
  cadence.askForAll();
  expect(cadence.due(3_600_000 - 1).length).toBe(4);
});
