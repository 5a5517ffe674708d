/** Goal: text and marks stay readable when a token moves (DESIGN 3: text 4.5, marks 3.0; WCAG 2 contrast). */
import { describe, expect, it } from "vitest";
import { type ColourName, dark, light, type Palette, SHADE_STEPS, shadePercent, themeCss } from "./theme.ts";

type Rgb = readonly [red: number, green: number, blue: number];
const grounds: readonly ColourName[] = ["surface", "bg", "raised", "sunk", "hover"];
const textTokens: readonly ColourName[] = ["ink", "ink-2", "ink-3", "sea", "gain", "loss", "l2", "l4", "l5"];

describe.each([
  ["dark", dark],
  ["light", light],
])("%s", (_, palette) => {
  it.each(grounds.flatMap((ground) => textTokens.map((text) => [text, ground] as const)))(
    "%s on %s reads",
    (text, ground) => {
      expect(contrast(rgb(palette[text]), rgb(palette[ground]))).toBeGreaterThanOrEqual(4.5);
    },
  );

  it.each(["line-2", "sea", "mark", "g2", "loss-wash", "gain-wash", "ink-2", "ink-3"] as const)(
    "the mark %s shows on a panel",
    (mark) => {
      expect(contrast(rgb(palette[mark]), rgb(palette.surface))).toBeGreaterThanOrEqual(3);
    },
  );

  it("white on the fill of HALTED reads", () => {
    expect(contrast(rgb(palette["on-halt"]), rgb(palette.halt))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(["f1", "f2", "f3", "f4"] as const)("ink on the fill %s of a verdict or a level reads", (fill) => {
    expect(contrast(rgb(palette["on-lvl"]), rgb(palette[fill]))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(["gain-wash", "loss-wash"] as const)("a number on any shade of %s reads", (wash) => {
    for (let step = 0; step <= SHADE_STEPS; step += 1) {
      const ground = mixed(rgb(palette[wash]), rgb(palette.surface), shadePercent(step) / 100);
      expect(contrast(rgb(palette.ink), ground)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it("words on the amber ground of a gate that is short read", () => {
    const ground = mixed(rgb(palette.g2), rgb(palette.surface), 0.09);
    for (const text of ["ink", "ink-2", "sea", "loss"] as const) {
      expect(contrast(rgb(palette[text]), ground)).toBeGreaterThanOrEqual(4.5);
    }
  });
});

it("the ratios of DESIGN 3 come out of this computation", () => {
  const ratio = (palette: Palette, name: ColourName) =>
    contrast(rgb(palette[name]), rgb(palette.surface)).toFixed(1);
  expect([ratio(dark, "ink"), ratio(dark, "ink-3"), ratio(dark, "gain")]).toEqual(["15.2", "5.9", "8.5"]);
  expect([ratio(light, "ink"), ratio(light, "ink-3"), ratio(light, "loss")]).toEqual(["17.6", "5.4", "5.7"]);
});

it("paper is light whatever the screen prefers", () => {
  const printed = themeCss().replace(/@media screen[^\n]*/g, "");
  expect(printed).toContain(light.surface);
  expect(printed).not.toContain(dark.surface);
});

function rgb(hex: string): Rgb {
  const part = (from: number) => Number.parseInt(hex.slice(from, from + 2), 16);
  return [part(1), part(3), part(5)];
}

function mixed(over: Rgb, under: Rgb, share: number): Rgb {
  const part = (i: 0 | 1 | 2) => over[i] * share + under[i] * (1 - share);
  return [part(0), part(1), part(2)];
}

function contrast(a: Rgb, b: Rgb): number {
  const [high, low] = [luminance(a), luminance(b)].toSorted((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function linear(channel: number): number {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}
