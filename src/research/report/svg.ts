/**
 * Drawing pieces for charts that fit any width without a script. Across, positions are fractions of the
 * plot and are written as percentages; down, they are pixels. Text and line widths therefore keep their
 * size on a phone, on a wide screen and on paper. Curves stand in a nested picture that stretches.
 */
import { html, type Markup } from "./markup.ts";

/** Width units of the stretching picture: finer than the pixels of any screen. */
const STRETCH = 4000;

export interface At {
  /** Fraction of the plot's width. */
  readonly x: number;
  /** Pixels from the top. */
  readonly y: number;
}

const px = (value: number): string => String(Math.round(value * 10) / 10);
export const across = (fraction: number): string => `${Math.round(fraction * 100_000) / 1000}%`;

/** A picture as wide as its box. `label` is the sentence a screen reader speaks. */
export function plot(heightPx: number, label: string, body: readonly Markup[]): Markup {
  return html`<svg class="plot" height="${heightPx}" role="img" aria-label="${label}">${body}</svg>`;
}

/** The strip of axis labels to the right of a plot, same height, fixed width by style. */
export function rightAxis(heightPx: number, body: readonly Markup[]): Markup {
  return html`<svg class="axis" height="${heightPx}" aria-hidden="true">${body}</svg>`;
}

export function label(
  at: At,
  text: string,
  { shape = "", anchor = "start", dx = 0 }: LabelStyle = {},
): Markup {
  const shift = dx === 0 ? "" : html` dx="${px(dx)}"`;
  const side = anchor === "start" ? "" : html` text-anchor="${anchor}"`;
  const named = shape === "" ? "" : html` class="${shape}"`;
  return html`<text${named} x="${across(at.x)}" y="${px(at.y)}"${shift}${side}>${text}</text>`;
}

export interface LabelStyle {
  readonly shape?: string;
  readonly anchor?: "start" | "middle" | "end";
  readonly dx?: number;
}

export function level(y: number, shape: string): Markup {
  return html`<line class="${shape}" x1="0" x2="100%" y1="${px(y)}" y2="${px(y)}"/>`;
}

export function upright(
  x: number,
  { top, bottom }: { readonly top: number; readonly bottom: number },
  shape: string,
): Markup {
  return html`<line class="${shape}" x1="${across(x)}" x2="${across(x)}" y1="${px(top)}" y2="${px(bottom)}"/>`;
}

/** The mark: a disc with a line through it. Always a limit, never anything else (DESIGN 1). */
export function disc(at: At, { radius = 5, dx = 0, isUpright = false }: DiscStyle = {}): Markup {
  const reach = radius + 5;
  const bar = isUpright
    ? html`<line x1="${dx}" x2="${dx}" y1="${-reach}" y2="${reach}"/>`
    : html`<line x1="${dx - reach}" x2="${dx + reach}"/>`;
  return html`<svg x="${across(at.x)}" y="${px(at.y)}" class="disc"><circle cx="${dx}" r="${radius}"/>${bar}</svg>`;
}

export interface DiscStyle {
  readonly radius?: number;
  readonly dx?: number;
  /** On a bar that lies flat the limit crosses it. */
  readonly isUpright?: boolean;
}

export function dot(at: At, shape: string): Markup {
  return html`<circle class="${shape}" cx="${across(at.x)}" cy="${px(at.y)}" r="3"/>`;
}

/** Paths over the full width of the plot; line widths do not stretch. */
export function stretched(heightPx: number, paths: readonly Markup[]): Markup {
  return html`<svg class="curves" x="0" y="0" width="100%" height="${heightPx}" preserveAspectRatio="none"
 viewBox="0 0 ${STRETCH} ${heightPx}">${paths}</svg>`;
}

/** A line through the points; a point without a figure breaks it, for nothing is drawn across a gap. */
export function curve(points: readonly At[], shape: string): Markup {
  return html`<path class="${shape}" d="${steps(points)}"/>`;
}

/** The ground between the points and a level, for unbroken runs of points. */
export function ground(points: readonly At[], base: number, shape: string): Markup {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return html``;
  const outline = [{ x: first.x, y: base }, ...points, { x: last.x, y: base }];
  return html`<path class="${shape}" d="${steps(outline)}Z"/>`;
}

function steps(points: readonly At[]): string {
  let path = "";
  let isDrawing = false;
  for (const { x, y } of points) {
    const isKnown = Number.isFinite(x) && Number.isFinite(y);
    if (isKnown) path += `${isDrawing ? "L" : "M"}${Math.round(x * STRETCH)} ${px(y)}`;
    isDrawing = isKnown;
  }
  return path;
}
