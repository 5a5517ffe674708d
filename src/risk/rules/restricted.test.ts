/**
 * Goal    nothing on the operator's list and nothing below five dollars is entered.
 * Method  a table around the price, with a list beside it.
 */
import { describe, expect, it } from "vitest";
import { cellNumber } from "../../../test/cell-number.ts";
import { answer } from "../../../test/risk-case.ts";
import { table } from "../../../test/table.ts";
import { restricted } from "./restricted.ts";

describe("restricted", () => {
  it.each(
    table(`
      symbol  price     says   why
      AAA     100       allow  not on the list
      AAA     5         allow  exactly five dollars
      AAA     4.999999  deny   a micro-dollar less
      BAD     100       deny   on the list
      BAD.A   100       allow  another share class is another name
      AAA     none      deny   no price
      AAA     0         deny   no price either
      AAA     inf       deny   nor this
    `),
  )("$symbol at $price: $why", (row) => {
    const rule = restricted.configure({ symbols: ["BAD", "WORSE"], minPrice: 5 });
    const facts = { symbol: row.symbol ?? "", mark: cellNumber(row.price) };
    expect(answer(rule, { facts })).toBe(row.says);
  });

  it.each(
    table(`
      mark    raw     without  required  why
      1.25    5       allow    allow     5 dollars were printed, a later split made 1.25 of them
      1.25    4.99    deny     deny      less was printed
      10      1       deny     deny      shares merged later: a stock of a dollar is not one of ten
      10      10      allow    allow     as printed
      10      none    allow    deny      only adjusted prices are known
      1.25    none    deny     deny      and they are too low
      none    10      deny     deny      no price of the run
      10      0       deny     deny      no price was printed
      10      inf     deny     deny      nor is this one
    `),
  )("C-42: $mark in the run, $raw printed: $why", (row) => {
    const facts = { mark: cellNumber(row.mark), rawPrice: cellNumber(row.raw) };
    expect(answer(restricted.configure({}), { facts })).toBe(row.without);
    expect(answer(restricted.configure({ requireRaw: true }), { facts })).toBe(row.required);
  });

  it("a list in small letters is refused, so that no name on it is missed", () => {
    expect(() => restricted.configure({ symbols: ["bad"] })).toThrow(/symbols/);
  });
});
