/**
 * Goal    no limit far from the last close leaves. That none of our own pricing is refused is shown where both
 *         rooms meet, in `test/`.
 * Method  a table around the width of half a per cent.
 */
import { describe, expect, it } from "vitest";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { priceCollar } from "./price-collar.ts";

const rule = priceCollar.configure({ maxFraction: 0.005 });

describe("price_collar", () => {
  it.each(
    table(`
      limit   mark   reference  says   why
      100     100    100        allow  at the close
      100.5   100    100        allow  exactly at the width
      100.51  100    100        deny   one cent beyond
      99.5    100    100        allow  the same below
      99.49   100    100        deny   one cent beyond below
      6.03    6      6          allow  at the width, where doubles say a hair more
      1       100    100        deny   the $1 sentinel of 2013
      none    100    100.2      allow  a market order is measured by its decision
      none    100    102        deny   decided at a price that is gone
      none    100    none       deny   a market order without a decision price
      100     none   100        deny   no close known
      100     0      100        deny   a close that is no price
      100     -100   100        deny   nor is this
      100     inf    100        deny   nor this
      0       100    100        deny   a limit that is no price
      inf     100    100        deny   nor is this
    `),
  )("limit $limit, close $mark: $why", (row) => {
    const order = { limit: cellNumber(row.limit), reference: cellNumber(row.reference) };
    expect(answer(rule, { facts: { mark: cellNumber(row.mark) }, order })).toBe(row.says);
  });
});
