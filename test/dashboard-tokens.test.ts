/** DESIGN 3: every colour that carries text has 4.5 against its grounds, every mark 3.0; re-run when a token moves. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const sheet = readFileSync("src/dashboard/web/styles/tokens.css", "utf8");

/** Tokens of a block by its selector, the ground of dark added where a block only changes some. */
function tokensOf(selector: string): Map<string, string> {
  const start = sheet.indexOf(selector);
  const block = sheet.slice(sheet.indexOf("{", start) + 1, sheet.indexOf("}", start));
  return new Map(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{3,8})/gi)].map(([, name = "", value = ""]) => [name, value]),
  );
}

const dark = tokensOf(":root,[data-theme=dark]");
const light = tokensOf("[data-theme=light]");
const themes: readonly (readonly [string, Map<string, string>])[] = [
  ["dark", dark],
  ["light", light],
  ["dark, blue and orange", new Map([...dark, ...tokensOf("[data-theme=dark][data-pnl=bo]")])],
  ["light, blue and orange", new Map([...light, ...tokensOf("[data-theme=light][data-pnl=bo]")])],
];

function luminance(colour: string): number {
  const hex = colour.slice(1);
  const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex.slice(0, 6);
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const part = Number.parseInt(full.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

const texts = ["ink", "ink-2", "ink-3", "sea", "gain", "loss", "l1", "l2", "l3", "l4", "l5"];
const marks = ["line-2", "sea", "g2", "l5", "mark"];
const grounds = ["surface", "bg", "raised", "sunk"];

test("a known pair has the ratio that everybody finds", () => {
  expect(contrast("#000", "#ffffff")).toBeCloseTo(21, 5);
  expect(contrast("#767676", "#fff")).toBeCloseTo(4.54, 2);
});

for (const [name, tokens] of themes) {
  const ratio = (one: string, other: string) => contrast(tokens.get(one) ?? "", tokens.get(other) ?? "");

  test(`${name}: text has 4.5 on every ground`, () => {
    const weak = texts.flatMap((text) =>
      grounds
        .filter((ground) => ratio(text, ground) < 4.5)
        .map((ground) => `${text} on ${ground}: ${ratio(text, ground).toFixed(2)}`),
    );
    expect(weak).toEqual([]);
  });

  test(`${name}: marks have 3.0 on the surface, words on a filled level 4.5`, () => {
    expect(marks.filter((mark) => ratio(mark, "surface") < 3)).toEqual([]);
    expect(["f1", "f2", "f3", "f4"].filter((fill) => ratio("on-lvl", fill) < 4.5)).toEqual([]);
    expect(ratio("on-halt", "halt")).toBeGreaterThanOrEqual(4.5);
    expect(ratio("sea-ink", "sea")).toBeGreaterThanOrEqual(4.5);
    expect(ratio("sea", "track")).toBeGreaterThanOrEqual(3);
    expect(ratio("g2", "track")).toBeGreaterThanOrEqual(3);
    expect(ratio("mark", "track")).toBeGreaterThanOrEqual(4.5);
  });
}

test("what is white on red has 4.5: the strip and the banner of a halt", () => {
  for (const ground of ["#8f1717", "#b81f1f"])
    expect(contrast("#ffffff", ground)).toBeGreaterThanOrEqual(4.5);
  expect(contrast("#ffe3e0", "#8f1717")).toBeGreaterThanOrEqual(4.5);
  expect(contrast("#a51616", "#ffffff")).toBeGreaterThanOrEqual(4.5);
});
