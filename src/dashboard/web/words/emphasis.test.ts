import { expect, test } from "vitest";
import { emphasised } from "./emphasis.ts";

test("who speaks and the figure that decides are bold, and no word is lost", () => {
  const text = "Regime holds it there. Next rung: 1.60% more from the day's high bars entries.";
  const pieces = emphasised(text);
  expect(pieces.map((piece) => piece.text).join("")).toBe(text);
  expect(pieces.filter((piece) => piece.isStrong).map((piece) => piece.text)).toEqual([
    "Regime",
    "1.60% more",
  ]);
});

test("markup in a reason stays text", () => {
  expect(emphasised("<b>Breakers</b> hold it.")).toEqual([
    { text: "<b>Breakers</b> hold it.", isStrong: false },
  ]);
});
