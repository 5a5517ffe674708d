/**
 * Goal    an entry never meets an order of ours on the other side.
 * Method  a table over both sides; one share is too many, and what works on the order's own side does not matter.
 */
import { describe, expect, it } from "vitest";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { BUY, SELL } from "../../domain/order.ts";
import { selfTrade } from "./self-trade.ts";

describe("self_trade", () => {
  it.each(
    table(`
      side  buys  sells  exit buys  exit sells  now   says   why
      buy   0     0      0          0           0     allow  nothing works
      buy   9     0      9          0           0     allow  only the same side works
      buy   0     1      0          0           0     deny   an entry sells
      buy   0     0      0          1           0     deny   an exit sells
      sell  1     0      0          0           0     deny   an entry buys
      sell  0     0      1          0           0     deny   an exit buys
      sell  0     9      0          9           0     allow  turning a long around sells twice
      buy   0     -1e-9  0          -1e-9       0     allow  the dust of differences is no order
      buy   0     3      0          4           7     allow  all of it was decided in this step
      buy   0     3      0          4           6     deny   one share of it left before
      buy   0     none   0          0           0     deny   unknown entries
      buy   0     3      0          0           none  deny   unknown decisions
      buy   0     0      0          none        0     deny   unknown exits
      buy   0     0      none       0           0     deny   on either side
    `),
  )("$side: $why", (row) => {
    const facts = {
      workingBuy: cellNumber(row.buys),
      workingSell: cellNumber(row.sells),
      exitingBuy: cellNumber(row["exit buys"]),
      exitingSell: cellNumber(row["exit sells"]),
      deciding: cellNumber(row.now),
    };
    const order = { side: row.side === "buy" ? BUY : SELL };
    expect(answer(selfTrade.configure({}), { facts, order })).toBe(row.says);
  });
});
