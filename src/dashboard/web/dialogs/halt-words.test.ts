import { expect, test } from "vitest";
import type { Picture } from "../../contract/picture.ts";
import { haltChoices, haltDelay } from "./halt-words.ts";

test("the dialog says what is closed before it is pressed, and works without a picture", () => {
  const picture = {
    positions: [{}, {}],
    money: { equity: 100_000, gross: 29_400 },
  } as unknown as Picture;
  const [keep, flatten] = haltChoices(picture);
  expect(keep?.text).toContain("2 positions stay under their stops.");
  expect(flatten?.text).toContain("Closes 2 positions, 29,400 USD gross.");
  expect(haltChoices(null).map((choice) => choice.value)).toEqual(["keep", "flatten"]);
});

test("the delay after a halt is read out of what bars the resumption", () => {
  expect(haltDelay(["books differ", "the halt is 12 s old; wait until it is 60 s old"])).toEqual({
    age: 12,
    least: 60,
  });
  expect(haltDelay([])).toBeNull();
});
