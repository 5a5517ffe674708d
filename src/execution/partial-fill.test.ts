/**
 * Goal    what an entry got until its time was over is kept or closed as C-40 says, to the share.
 * Method  both sides of each limit by hand.
 */
import { expect, it } from "vitest";
import { table } from "../../test/table.ts";
import { judgePartial } from "./partial-fill.ts";
import { partialFillParams } from "./stop-params.ts";

it.each(
  table(`
    filled  ordered  price  stop  minValue  minRisk  verdict  why
    80      100      100    95    1e6       1e6      accept   80.0 %: whatever it is worth
    79.9    100      100    95    0         0        keep     79.9 %, and everything is worth having
    79.9    100      100    95    1e6       0        unwind   79.9 %, and worth too little
    1       100      100    95    100       0        keep     exactly the least worth
    0.99    100      100    95    100       0        unwind   a dollar less
    10      100      100    95    0         50       keep     exactly the least risk
    10      100      100    95.1  0         50       unwind   a dollar of risk less
    10      100      100    NaN   0         50       keep     without a stop there is no risk to count
    0.8     1        100    95    1000      0        accept   the part counts, not the shares
    0.3     0.375    100    95    1000      0        accept   80 % of a fraction, in floats
  `),
)("$filled of $ordered at $price: $verdict, $why", (row) => {
  const figure = (name: string) => Number(row[name]);
  const fill = {
    filled: figure("filled"),
    ordered: figure("ordered"),
    price: figure("price"),
    stop: figure("stop"),
  };
  const limits = { minValue: figure("minValue"), minRisk: figure("minRisk") };
  expect(judgePartial(fill, partialFillParams.parse(limits))).toBe(row.verdict);
});
