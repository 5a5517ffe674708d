/**
 * Goal    no entry across a spread of more than five basis points or on a quote older than two seconds; a run that
 *         never saw a quote says by its settings whether it may trade.
 * Method  a table around both limits.
 */
import { describe, expect, it } from "vitest";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer, NOW } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { MICROS_PER_SECOND } from "../../domain/time.ts";
import { spread } from "./spread.ts";

describe("spread", () => {
  it.each(
    table(`
      bid      ask       age       required  says   why
      99.975   100.025   0         no        allow  exactly five basis points
      99.975   100.026   0         no        deny   a tenth of a cent more
      100      100       0         no        allow  a locked market costs nothing
      100.01   100       0         no        deny   a crossed one is an error
      99.99    100.01    2         no        allow  two seconds old
      99.99    100.01    2.000001  no        deny   a microsecond older
      99.99    100.01    -1        no        deny   I-28 from the future
      none     100.01    0         no        deny   nobody bids
      99.99    none      0         no        deny   nobody offers
      0        100.01    0         no        deny   no price
      99.99    inf       0         no        deny   no price
      none     none      none      no        allow  a run without quotes
      none     none      none      yes       deny   where they are required
      99.99    100.01    0         yes       allow  and seen
      99.99    100.01    inf       no        deny   no age
    `),
  )("$bid / $ask, $age s old: $why", (row) => {
    const rule = spread.configure({ required: row.required === "yes" });
    const facts = {
      bid: cellNumber(row.bid),
      ask: cellNumber(row.ask),
      quotedAt: NOW - cellNumber(row.age) * MICROS_PER_SECOND,
    };
    expect(answer(rule, { facts })).toBe(row.says);
  });
});
