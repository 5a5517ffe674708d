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

  it.each(
    table(`
      scalar  open  held  says   why
      0.71    29    0     allow  above the tier: the thirtieth
      0.7     9     0     allow  in the tier: the tenth
      0.7     10    0     deny   and no eleventh
      0.5     10    0     deny   halved after a drawdown
      0.5     10    100   allow  adding to what is held
      0.5     11    100   deny   over the lower limit nothing is added
      0       9     0     allow  the scalar itself is not this rule's
      1.2     29    0     allow  and never lifts the limit
      1.2     30    0     deny   not by a fifth either
      none    0     0     deny   an unknown scalar
      inf     0     0     deny   no number
    `),
  )("C-25: $open open at a scalar of $scalar: $why", (row) => {
    const facts = {
      scalar: cellNumber(row.scalar),
      openPositions: cellNumber(row.open),
      position: cellNumber(row.held),
    };
    expect(answer(rule, { facts })).toBe(row.says);
    // A limit below the tier's stays in force in it.
    const tight = { facts: { ...facts, openPositions: 6, position: 0 } };
    expect(answer(maxPositions.configure({ limit: 6 }), tight)).toBe("deny");
  });
});
