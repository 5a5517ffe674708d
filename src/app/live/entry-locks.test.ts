/**
 * Goal: what the guardian closed is not bought again before an operator has seen it, once for each closing (C-01); a
 * record that is broken locks once for each thing that is wrong with it (RELIABILITY 5).
 */
import { expect, it } from "vitest";
import type { EpochMicros } from "../../domain/time.ts";
import type { ExecuteInput } from "../../engine/live-execute.ts";
import { causeOfText } from "../../ops/alerts/alert-causes.ts";
import { LockWords } from "./entry-locks.ts";

const asInput = (claim: NonNullable<ReturnType<LockWords["heard"]>>): ExecuteInput => ({
  kind: "event",
  event: { kind: "ClaimChanged", at: 1 as EpochMicros, claim },
  now: { at: 1 as EpochMicros, mono: 1 },
});

it.each(["flattening", "holding", "flat"] as const)("a guardian that is %s locks entries", (state) => {
  expect(new LockWords().heard({ state, haltId: "1k7" })).toMatchObject({
    authority: "kill_switch",
    source: "guardian",
    level: "NO_NEW_ENTRIES",
    liftedBy: "operator",
    reason: expect.stringContaining("1k7"),
  });
});

it.each([
  ["watching", undefined],
  ["watching", "1k7"],
  ["blind", "1k7"],
  ["flat", undefined],
] as const)("a guardian that is %s, halt %s, locks nothing", (state, haltId) => {
  expect(new LockWords().heard({ state, ...(haltId === undefined ? {} : { haltId }) })).toBeUndefined();
});

it("one closing locks once, also in the next life of the process; another one locks again", () => {
  const word = new LockWords();
  const claim = word.heard({ state: "flattening", haltId: "1k7" });
  expect(word.heard({ state: "flat", haltId: "1k7" })).toBeUndefined();
  const next = new LockWords();
  next.saw(asInput(claim as NonNullable<typeof claim>));
  expect(next.heard({ state: "flat", haltId: "1k7" })).toBeUndefined();
  expect(next.heard({ state: "flat", haltId: "1k8" })).toBeDefined();
});

it("a broken record locks once, also in the next life; another trouble locks again; a whole one never", () => {
  const word = new LockWords();
  expect(word.record(undefined)).toBeUndefined();
  const claim = word.record("journal.db: audit row 3: is not what was written");
  expect(claim).toMatchObject({ level: "NO_NEW_ENTRIES", source: "record", liftedBy: "operator" });
  expect(causeOfText(claim?.reason ?? "")).toBe("journal");
  const next = new LockWords();
  next.saw(asInput(claim as NonNullable<typeof claim>));
  expect(next.record("journal.db: audit row 3: is not what was written")).toBeUndefined();
  expect(next.record("journal.db: audit row 4: is not what was written")).toBeDefined();
});
