/**
 * Goal    a strategy holds no more positions than its capital is divided by; adding to one of them passes.
 * Method  a table around the cap.
 */
import { describe, expect, it } from "vitest";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { strategyPositions } from "./strategy-positions.ts";

describe("strategy_positions", () => {
  it.each(
    table(`
      others  cap   says   why
      0       1     allow  its only one
      4       5     allow  the last
      5       5     deny   one too many
      40      30    deny   far beyond
      none    5     deny   a count that was lost
      -inf    5     deny   no number
      0       none  deny   no cap known
      0       inf   deny   no cap is none
    `),
  )("$others others of $cap: $why", (row) => {
    const facts = { otherPositions: cellNumber(row.others), positionCap: cellNumber(row.cap) };
    expect(answer(strategyPositions.configure({}), { facts })).toBe(row.says);
  });
});
