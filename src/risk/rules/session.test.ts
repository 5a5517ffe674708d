/**
 * Goal    no entry outside the regular session, in its first and last minutes, or when no session is known.
 * Method  a table of instants at and around each edge; half-days shift by themselves, because only distances
 *         to the session's own edges count.
 */
import { describe, expect, it } from "vitest";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer, NOW } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { TimeInForce } from "../../domain/order.ts";
import { MICROS_PER_MINUTE } from "../../domain/time.ts";
import { session } from "./session.ts";

describe("session", () => {
  it.each(
    table(`
      open ago  close in  session  order     toxic  says   why
      5         60        yes      NextBar   5      allow  exactly five minutes after the open
      4.9999    60        yes      NextBar   5      deny   a hair before
      60        5.0001    yes      NextBar   5      allow  a hair before the last five minutes
      60        5         yes      NextBar   5      deny   C-34 sent as they begin, it would trade inside them
      205       5.0001    yes      NextBar   5      allow  13:00 closes shift with their session
      390       0         yes      NextBar   0      allow  a window of zero bars nothing at the close either
      60        60        no       NextBar   5      deny   between the edges, yet out of session
      -10       400       no       NextBar   5      deny   before the open
      400       -10       no       NextBar   5      deny   after the close
      0         390       yes      NextBar   0      allow  a window of zero bars nothing in session
      0         390       no       NextBar   0      deny   and nothing out of session passes
      390       0         yes      AtOpen    5      allow  EXEC-6 the auction order is sent at the close
      -600      990       no       AtOpen    5      allow  EXEC-6 and overnight
      390       0         yes      AtClose   5      allow  a day ahead of the closing auction
      none      none      no       AtClose   5      deny   C-43 no auction of an unknown session either
      none      60        yes      NextBar   5      deny   C-43 no open known
      60        none      yes      NextBar   5      deny   C-43 no close known
      none      none      no       AtOpen    5      deny   C-43 no auction of an unknown session
      60        inf       yes      NextBar   5      deny   a session without end is none
    `),
  )("$order, $session: $why", (row) => {
    const rule = session.configure({ toxicMinutes: cellNumber(row.toxic) });
    const facts = {
      sessionOpen: NOW - cellNumber(row["open ago"]) * MICROS_PER_MINUTE,
      sessionClose: NOW + cellNumber(row["close in"]) * MICROS_PER_MINUTE,
      inSession: row.session === "yes",
    };
    const timeInForce = TimeInForce[row.order as "AtOpen" | "AtClose" | "NextBar"];
    expect(answer(rule, { facts, order: { timeInForce } })).toBe(row.says);
  });
});
