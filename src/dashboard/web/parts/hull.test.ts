/** DESIGN 2: the load line. */
import { expect, test } from "vitest";
import type { ClaimRow } from "../../contract/picture.ts";
import { hull, hullSentence } from "./hull.ts";

const claim = (given: Partial<ClaimRow>): ClaimRow => ({
  authority: "regime",
  level: null,
  scalar: 1,
  scope: null,
  source: "",
  reason: "",
  since: null,
  until: null,
  liftedBy: null,
  isLeading: false,
  isScheduled: false,
  isAbsent: false,
  ...given,
});

test("the rungs rise in order and the disc stands on NO NEW ENTRIES", () => {
  const { rungs, disc } = hull(460, 280, []);
  const ys = rungs.map((rung) => rung.y);
  expect(ys).toEqual(ys.toSorted((a, b) => b - a));
  expect(disc.y).toBe(rungs.find((rung) => rung.level === "NO_NEW_ENTRIES")?.y);
});

test("a column rises to the strictest claim on the account; what binds one strategy is drawn beside it", () => {
  const { columns, rungs } = hull(460, 280, [
    claim({ authority: "strategy", level: "NO_NEW_ENTRIES", scope: "gap_fill" }),
    claim({ authority: "strategy", level: "SCALED", scalar: 0.5, scope: "pairs" }),
    claim({ level: "SCALED", scalar: 0.7, isLeading: true }),
    claim({ level: "REDUCE_ONLY" }),
  ]);
  const yOf = (level: string) => rungs.find((rung) => rung.level === level)?.y;
  const strategy = columns.find((column) => column.authority === "strategy");
  expect(strategy?.account).toBeNull();
  expect(strategy?.scoped).toEqual({ level: "NO_NEW_ENTRIES", y: yOf("NO_NEW_ENTRIES"), tag: "2 held" });
  const regime = columns.find((column) => column.authority === "regime");
  expect(regime?.account).toEqual({ level: "REDUCE_ONLY", y: yOf("REDUCE_ONLY"), tag: "" });
});

test("all columns fit into the hull, on a phone too", () => {
  for (const width of [300, 374, 460, 840]) {
    const { columns, left, right } = hull(width, 262, []);
    expect(columns[0]?.x).toBeGreaterThan(left);
    expect(columns.at(-1)?.x).toBeLessThan(right - 10);
  }
});

test("the sentence says whether entries pass, and that an unknown level is unknown", () => {
  expect(hullSentence("SCALED", [claim({ level: "SCALED", isLeading: true })])).toContain(
    "held by Regime. Entries pass.",
  );
  expect(hullSentence("NO_NEW_ENTRIES", [])).toContain("Entries do not pass.");
  expect(hullSentence(null, [])).toContain("unknown");
});
