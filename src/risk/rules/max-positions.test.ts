/**
 * Goal    never more than thirty instruments held or being entered; adding to one of them passes.
 * Method  a table. `open` counts what is held or being entered, this instrument included when it is.
 */
import { describe, expect, it } from "vitest";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { maxPositions } from "./max-positions.ts";

const rule = maxPositions.configure({ limit: 30 });

describe("max_positions", () => {
  it.each(
    table(`
      open  held  buys  sells  says   why
      0     0     0     0      allow  the first
      29    0     0     0      allow  the thirtieth
      30    0     0     0      deny   one too many
      30    100   0     0      allow  adding to what is held
      30    -100  0     0      allow  a short is held, too
      30    0     50    0      allow  RK-3 one that is being entered counts already
      30    0     0     50     allow  on either side
      31    100   0     0      deny   over the limit nothing is added
      none  0     0     0      deny   an unknown count
      -inf  0     0     0      deny   no number
      30    none  0     0      deny   an unknown position is not one that is held
      30    0     none  0      deny   nor is an unknown order
      0     0     0     inf    deny   nor an infinite one
    `),
  )("$open open, $held held: $why", (row) => {
    const facts = {
      openPositions: cellNumber(row.open),
      position: cellNumber(row.held),
      workingBuy: cellNumber(row.buys),
      workingSell: cellNumber(row.sells),
    };
    expect(answer(rule, { facts })).toBe(row.says);
  });
});
