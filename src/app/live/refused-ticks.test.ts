/** Goal: what was refused is written down with its rule and its payload, and a flood of it is only counted. */
import { expect, it } from "vitest";
import type { EpochMicros } from "../../domain/time.ts";
import type { AuditEntry } from "../../market/gatekeeper.ts";
import { refusedNotes } from "./refused-ticks.ts";

const entry = (sequence: number): AuditEntry => ({
  ...{ at: 1_795_000_000_000_000 as EpochMicros, symbol: "ACME", channel: "quotes", sequence },
  ...{ rule: "crossed", reason: "bid above ask", payload: { bid: 2, ask: 1 } },
});

it("each is a note, and taken away", () => {
  const audit = [entry(1), entry(2)];
  expect(refusedNotes(audit)).toEqual([
    `refused ${JSON.stringify(entry(1))}`,
    `refused ${JSON.stringify(entry(2))}`,
  ]);
  expect([audit, refusedNotes(audit)]).toEqual([[], []]);
});

it("of a flood ten are notes and the rest a number", () => {
  const notes = refusedNotes(Array.from({ length: 5000 }, (_, n) => entry(n)));
  expect(notes).toHaveLength(11);
  expect(notes.at(-1)).toBe("refused 4990 more at once");
});
