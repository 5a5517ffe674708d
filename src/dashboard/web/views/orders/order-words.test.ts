import { describe, expect, test } from "vitest";
import { sharesText, sideAndPurpose, stateWord } from "./order-words.ts";

describe("the words of orders", () => {
  test.each([
    ["filled", "Filled", "plain"],
    ["FILLED", "Filled", "plain"],
    ["partially_filled", "Partial", "amber"],
    ["denied", "Denied", "dashed"],
    ["rejected", "Rejected", "bad"],
    ["unknown", "Unknown", "amber"],
    ["held_for_orders", "Held for orders", "outlined"],
  ])("%s is %s, %s", (state, text, look) => {
    expect(stateWord(state)).toEqual({ text, look });
  });

  test("an exit says what it is for, an entry need not", () => {
    expect(sideAndPurpose("sell", "stop_loss")).toBe("sell, stop");
    expect(sideAndPurpose("buy", "entry")).toBe("buy");
  });

  test("what is not whole shows both numbers; what never left shows what was asked", () => {
    expect(sharesText({ shares: 1200, filled: 1200, state: "filled" })).toBe("1,200");
    expect(sharesText({ shares: 44, filled: 0, state: "canceled" })).toBe("0 of 44");
    expect(sharesText({ shares: 22, filled: 19, state: "partially_filled" })).toBe("19 of 22");
    expect(sharesText({ shares: 70, filled: 0, state: "denied" })).toBe("70");
  });
});
