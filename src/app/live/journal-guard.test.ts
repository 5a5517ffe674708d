import { expect, it } from "vitest";
import type { JournalHealth } from "../../adapters/journal/journal-terms.ts";
import { JournalGuard } from "./journal-guard.ts";

const well: JournalHealth = {
  state: "open",
  pending: 0,
  oldestMs: 0,
  isSlow: false,
  isFull: false,
  failure: undefined,
};

it("bars entries while the journal lives on its ballast, no longer, and for good once it has failed", () => {
  const guard = new JournalGuard();
  expect(guard.look(well)).toBeUndefined();
  const full = { ...well, isFull: true, isSlow: true, oldestMs: 300 };
  expect(guard.look(full)?.claim).toMatchObject({
    level: "NO_NEW_ENTRIES",
    reason: "the disk is full: the journal lives on its ballast",
  });
  expect(guard.look(full)).toBeUndefined();
  expect(guard.look({ ...full, isFull: false })?.claim?.reason).toContain("has waited 300 ms");
  expect(guard.look(well)?.lifted).toMatchObject({ source: "journal" });
  const failed = { ...full, state: "failed", failure: "database or disk is full" } as const;
  expect(guard.look(failed)?.claim?.reason).toBe("the journal has failed: database or disk is full");
  expect(guard.look(well)).toBeUndefined();
});
