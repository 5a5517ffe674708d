/** Goal: a split that nobody announced is told from a trade by what money and price did, and doubt is no split. */
import { expect, it } from "vitest";
import { type CountChange, unannouncedSplit } from "./unannounced-split.ts";

const change = (parts: Partial<CountChange>): CountChange => ({
  ...{ believed: 100, held: 400, price: 100, theirPrice: 25.5, cashAhead: 0 },
  ...parts,
});
const ratio = (newShares: number, oldShares: number, waits = false) => ({
  ratio: { newShares, oldShares },
  waits,
});

it.each([
  ["four for one", {}, ratio(4, 1)],
  ["of a short position", { believed: -100, held: -400 }, ratio(4, 1)],
  ["three for two", { held: 150, theirPrice: 66 }, ratio(3, 2)],
  [
    "one for ten, the part of a share paid out",
    { believed: 105, held: 10, theirPrice: 990, cashAhead: 495 },
    ratio(1, 10),
  ],
  [
    "one for thirty of few, by the price",
    { believed: 40, held: 1, theirPrice: 3100, cashAhead: 1000 },
    ratio(1, 31),
  ],
  ["whose price has not followed", { theirPrice: 100 }, ratio(4, 1, true)],
  ["five for four, and the price stands", { held: 125, theirPrice: 100 }, ratio(5, 4, true)],
  ["four for five, and the price stands", { held: 80, theirPrice: 100 }, ratio(4, 5, true)],
  ["three for four, and the price stands", { held: 75, theirPrice: 100 }, ratio(3, 4, true)],
  ["three for two, and the price fell like on a bad day", { held: 150, theirPrice: 93 }, ratio(3, 2, true)],
  ["five for four, and the price followed", { held: 125, theirPrice: 79 }, ratio(5, 4)],
  ["bought: the money moved", { cashAhead: -7650 }, undefined],
  ["sold by somebody: the money moved", { held: 50, theirPrice: 100, cashAhead: 5000 }, undefined],
  ["closed", { held: 0 }, undefined],
  ["turned", { held: -100 }, undefined],
  ["an odd count", { held: 437 }, undefined],
  ["a few more", { held: 105 }, undefined],
  ["without a price of ours", { price: Number.NaN }, undefined],
])("%s", (_, parts, found) => expect(unannouncedSplit(change(parts))).toEqual(found));
