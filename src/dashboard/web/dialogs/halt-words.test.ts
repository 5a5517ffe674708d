import { expect, test } from "vitest";
import type { Picture } from "../../contract/picture.ts";
import { haltChoices, haltDelay } from "./halt-words.ts";

const held = (killMode: Picture["killMode"]) =>
  ({ killMode, positions: [{}, {}], money: { equity: 100_000, gross: 29_400 } }) as unknown as Picture;

test("the dialog says what is closed before it is pressed, and works without a picture", () => {
  const [keep, halt] = haltChoices(held("flatten"));
  expect(keep?.text).toContain("2 positions stay under their stops.");
  expect(halt?.text).toContain("Closes 2 positions, 29,400 USD gross.");
  expect(haltChoices(null).map((choice) => choice.verb)).toEqual(["pause", "halt"]);
});

test.each([
  ["cancel", /Takes working entries back.*2 positions stay under their stops/],
  ["halt_only", /cancels and closes nothing.*2 positions stay under their stops/],
] as const)(
  "where kill.mode is %s a halt promises no closing, and closing is offered by name",
  (mode, says) => {
    const [keep, halt, close] = haltChoices(held(mode));
    expect(keep?.verb).toBe("pause");
    expect(halt).toMatchObject({ verb: "halt", closes: false, text: expect.stringMatching(says) });
    expect(`${halt?.title} ${halt?.confirm} ${halt?.steps.join(" ")}`).not.toMatch(/flatten|verify flat/i);
    expect(close).toMatchObject({ verb: "flatten", closes: true });
  },
);

test("the delay after a halt is read out of what bars the resumption", () => {
  expect(haltDelay(["books differ", "the halt is 12 s old; wait until it is 60 s old"])).toEqual({
    age: 12,
    least: 60,
  });
  expect(haltDelay([])).toBeNull();
});
