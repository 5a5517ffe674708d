/**
 * Goal    no limit far from the last trusted price leaves, and none where no price is trusted. That none of our own
 *         pricing is refused is shown where both rooms meet, in `test/`.
 * Method  a table around the width of half a per cent.
 */
import { describe, expect, it } from "vitest";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer, NOW } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { MICROS_PER_SECOND } from "../../domain/time.ts";
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
    const facts = { mark: cellNumber(row.mark), quotedAt: Number.NaN };
    expect(answer(rule, { facts, order })).toBe(row.says);
  });

  it.each(
    table(`
      limit   bid     ask     age   close  close age  says   why
      100.5   99.99   100.01  0     90     0          allow  the middle counts, not the close
      90      99.99   100.01  0     90     0          deny   and only the middle
      100.5   99.99   100.01  2     90     0          allow  exactly fresh
      100.5   99.99   100.01  2.1   90     0          deny   too old: the close again
      90.4    99.99   100.01  2.1   90     0          allow  at which this is near
      90.4    99.99   100.01  2.1   90     90         allow  exactly fresh
      90.4    99.99   100.01  2.1   90     90.1       deny   neither is fresh: no entry
      90      none    none    none  90     90.1       deny   nor without any quote
      90      none    none    none  90     -1         deny   a close from after now
      100.5   99.99   100.01  -1    100    0          deny   a quote from after now
      100.5   100.01  99.99   0     100    0          deny   crossed: the close does not make up for it
      100.5   100     100     0     100    0          allow  locked
      100     100     none    0     100    0          deny   nobody offers
      100     none    100     0     100    0          deny   nobody bids
      100     0       200     0     100    0          deny   a bid that is no price
      101     99.9    100.1   0     100    0          allow  five spreads of 0.2 are 1 %
      101.01  99.9    100.1   0     100    0          deny   one cent beyond
      102     0.01    199.99  0     100    0          allow  the ceiling
      102.01  0.01    199.99  0     100    0          deny   however wide the quote
      1       99.99   100.01  0     100    0          deny   the $1 sentinel of 2013
    `),
  )("C-05: limit $limit at $bid to $ask, $age s old: $why", (row) => {
    const ago = (cell: string | undefined) => NOW - cellNumber(cell) * MICROS_PER_SECOND;
    const facts = {
      bid: cellNumber(row.bid),
      ask: cellNumber(row.ask),
      quotedAt: ago(row.age),
      mark: cellNumber(row.close),
      markedAt: ago(row["close age"]),
    };
    expect(answer(rule, { facts, order: { limit: cellNumber(row.limit) } })).toBe(row.says);
  });
});
