/** Goal: the broker's lists become splits and dividends, and what is neither is never passed over. */
import { expect, it } from "vitest";
import { dayNumber } from "../../../domain/time.ts";
import { announcedOf } from "./announced.ts";

const isAsked = (symbol: string) => symbol === "ACME";
const TODAY = dayNumber(2026, 3, 2);
const day = { ex_date: "2026-03-04", process_date: "2026-03-05" };

it.each([
  [
    "forward_splits",
    { symbol: "ACME", new_rate: 4, old_rate: 1 },
    { kind: "split", newShares: 4, oldShares: 1 },
  ],
  [
    "forward_splits",
    { symbol: "ACME", new_rate: 3, old_rate: 2 },
    { kind: "split", newShares: 3, oldShares: 2 },
  ],
  [
    "forward_splits",
    { symbol: "ACME", new_rate: 1.05, old_rate: 1 },
    { kind: "split", newShares: 21, oldShares: 20 },
  ],
  [
    "reverse_splits",
    { symbol: "ACME", new_rate: 1, old_rate: 10 },
    { kind: "split", newShares: 1, oldShares: 10 },
  ],
  ["stock_dividends", { symbol: "ACME", rate: 0.05 }, { kind: "split", newShares: 21, oldShares: 20 }],
  ["cash_dividends", { symbol: "ACME", rate: 0.24 }, { kind: "dividend", perShare: 0.24 }],
  ["cash_dividends", { symbol: "ACME", rate: "much" }, { kind: "other", what: "cash dividend" }],
  ["forward_splits", { symbol: "ACME", new_rate: 0, old_rate: 1 }, { kind: "other", what: "forward split" }],
  ["forward_splits", { symbol: "ACME", new_rate: 1, old_rate: 1 }, { kind: "other", what: "forward split" }],
  ["name_changes", { old_symbol: "ACME", new_symbol: "ACM" }, { kind: "other", what: "name change" }],
  ["spin_offs", { source_symbol: "ACME", new_symbol: "NEW" }, { kind: "other", what: "spin off" }],
  ["cash_mergers", { acquiree_symbol: "ACME", rate: 12 }, { kind: "other", what: "cash merger" }],
  ["unheard_ofs", { symbol: "ACME" }, { kind: "other", what: "unheard of" }],
])("%s %j", (type, fields, terms) => {
  const made = announcedOf({ type, fields: { ...fields, ...day, id: "a1" } }, isAsked, TODAY);
  expect(made).toEqual({ id: "a1", symbol: "ACME", exDate: dayNumber(2026, 3, 4), terms });
});

it("goes by its kind, symbol and day where the broker gives it no name", () => {
  const listed = { type: "cash_dividends", fields: { symbol: "ACME", rate: 1, process_date: "2026-03-05" } };
  expect(announcedOf(listed, isAsked, TODAY)?.id).toBe(`cash_dividends ACME ${dayNumber(2026, 3, 5)}`);
});

it("is nothing of a symbol that nobody asked for", () => {
  const fields = { symbol: "ELSE", new_rate: 2, old_rate: 1, ...day };
  expect(announcedOf({ type: "forward_splits", fields }, isAsked, TODAY)).toBe(undefined);
});

it("counts as of today, and is restated by nobody, without a day", () => {
  const fields = { symbol: "ACME", new_rate: 2, old_rate: 1 };
  const made = announcedOf({ type: "forward_splits", fields }, isAsked, TODAY);
  expect(made).toMatchObject({ exDate: TODAY, terms: { kind: "other", what: "forward split" } });
});
