/**
 * Colour, type and space of the report: the tokens of the visual language (DESIGN 3) as data, so that a
 * test can compute their contrast. Components never carry a raw colour.
 *
 * Light stands on `:root`, so print is always light; dark applies on screens that prefer it, and
 * `data-theme` on the root element overrides both.
 */

const colourNames = [
  "bg",
  "surface",
  "raised",
  "sunk",
  "hover",
  "line",
  "line-2",
  "track",
  "ink",
  "ink-2",
  "ink-3",
  "sea",
  "gain",
  "loss",
  "gain-wash",
  "loss-wash",
  "l2",
  "l4",
  "l5",
  "f1",
  "f2",
  "f3",
  "f4",
  "halt",
  "on-halt",
  "g2",
  "on-lvl",
  "mark",
] as const;
export type ColourName = (typeof colourNames)[number];
export type Palette = Readonly<Record<ColourName, string>>;

export const dark: Palette = {
  bg: "#0b1118",
  surface: "#111a23",
  raised: "#18232e",
  sunk: "#0d151d",
  hover: "#16212c",
  line: "#22303d",
  "line-2": "#5f7387",
  track: "#24323f",
  ink: "#e9eff5",
  "ink-2": "#b0bdca",
  "ink-3": "#8797a8",
  sea: "#62aef5",
  gain: "#2fc9bd",
  loss: "#ff8170",
  "gain-wash": "#2fc9bd",
  "loss-wash": "#ff8170",
  l2: "#efc04a",
  l4: "#ff7c56",
  l5: "#ff6a63",
  f1: "#7cc4e8",
  f2: "#efc04a",
  f3: "#f59a4a",
  f4: "#ff7c56",
  halt: "#d92b2b",
  "on-halt": "#ffffff",
  g2: "#efc04a",
  "on-lvl": "#0b1118",
  mark: "#f3f6f9",
};

export const light: Palette = {
  bg: "#f1f4f7",
  surface: "#ffffff",
  raised: "#ffffff",
  sunk: "#f6f8fa",
  hover: "#f3f6f9",
  line: "#dbe2e9",
  "line-2": "#7d8c9b",
  track: "#e2e8ee",
  ink: "#0e1a26",
  "ink-2": "#41505f",
  "ink-3": "#5d6c7b",
  sea: "#1763b8",
  gain: "#00736f",
  loss: "#bf3325",
  "gain-wash": "#0a9c97",
  "loss-wash": "#d9513f",
  l2: "#7f5c00",
  l4: "#b8370f",
  l5: "#bd1f1f",
  f1: "#9bd5f0",
  f2: "#f4c64f",
  f3: "#f8a860",
  f4: "#f68560",
  halt: "#bd1f1f",
  "on-halt": "#ffffff",
  g2: "#b07600",
  "on-lvl": "#0e1a26",
  mark: "#0e1a26",
};

/** The heat map: a cell reaches full shade at this monthly return, always, whatever the run did. */
export const FULL_SHADE_RETURN = 0.06;
export const SHADE_STEPS = 10;
const SHADE_LEAST_PERCENT = 6;
const SHADE_MOST_PERCENT = 50;

/** Share of the wash mixed into the surface, percent, for a step of 0 to SHADE_STEPS. */
export const shadePercent = (step: number): number =>
  SHADE_LEAST_PERCENT + ((SHADE_MOST_PERCENT - SHADE_LEAST_PERCENT) * step) / SHADE_STEPS;

export function themeCss(): string {
  return `:root{
--sans:"Inter Variable","Inter",system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
--mono:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;
--t-2xs:10.5px;--t-xs:11px;--t-s:12px;--t-m:13px;--t-l:15px;
--s2:8px;--s3:12px;--s4:16px;--r1:2px;--r2:4px;--row:28px;
color-scheme:light;${declarations(light)}}
@media screen and (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;${declarations(dark)}}}
@media screen{:root[data-theme=dark]{color-scheme:dark;${declarations(dark)}}}
${shades()}`;
}

const declarations = (palette: Palette): string =>
  colourNames.map((name) => `--${name}:${palette[name]}`).join(";");

function shades(): string {
  const rules: string[] = [];
  for (const side of ["gain", "loss"]) {
    for (let step = 0; step <= SHADE_STEPS; step += 1) {
      const share = `var(--${side}-wash) ${shadePercent(step).toFixed(1)}%`;
      rules.push(`.heat .${side}-${step}{background:color-mix(in srgb,${share},var(--surface))}`);
    }
  }
  return rules.join("\n");
}
