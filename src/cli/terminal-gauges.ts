/** Drawn figures: limit bars with the mark, a sparkline, an equity chart. The mark always means limit. */
import { type Piece, piece, type Row, type Tone } from "./terminal-row.ts";

export const MARK = "⊖";
const NEAR = 0.8;
/** Where the limit stands on a bar, as a share of its width: there is room beyond it. */
const MARK_AT = 0.86;

/** Use against its limit: the fill is the use, the mark the limit; hatched when the use reaches it. */
export function limitBar(used: number, limit: number, width: number): Row {
  if (width < 4) return [];
  const markAt = Math.min(width - 2, Math.round(width * MARK_AT));
  const share = limit > 0 && Number.isFinite(used) ? Math.max(0, used / limit) : 0;
  const isOver = share >= 1;
  const tone: Tone = isOver ? "over" : share >= NEAR ? "amber" : "sea";
  const halves = Math.min(2 * width, Math.round(2 * share * markAt));
  const whole = Math.floor(halves / 2);
  const cell = (i: number): Piece => {
    if (i === markAt) return { text: MARK, tone: "mark" };
    if (i < whole) return { text: isOver ? "▞" : "━", tone };
    if (i === whole && halves % 2 === 1) return { text: isOver ? "▞" : "╾", tone };
    return { text: "─", tone: "line" };
  };
  return joined(Array.from({ length: width }, (_, i) => cell(i)));
}

/** How much of something is over: no limit, so no mark. */
export function progressBar(share: number, width: number): Row {
  const done = Math.round(Math.min(1, Math.max(0, share)) * width);
  return [piece("━".repeat(done), "sea"), piece("─".repeat(width - done), "line")];
}

const steps = "▁▂▃▄▅▆▇█";

/** The shape of the last values, scaled to its own range; empty without at least two. */
export function sparkline(values: readonly number[], width: number): string {
  const points = sampled(values, width);
  if (points.length < 2) return "";
  const low = Math.min(...points);
  const range = Math.max(...points) - low;
  return points
    .map((value) => steps.charAt(range === 0 ? 3 : Math.round(((value - low) / range) * (steps.length - 1))))
    .join("");
}

/** At most `most` values, evenly taken; the newest is always among them. */
function sampled(values: readonly number[], most: number): number[] {
  const known = values.filter((value) => Number.isFinite(value));
  if (known.length <= most) return known;
  return Array.from({ length: most }, (_, i) => known[Math.floor(((i + 1) * known.length) / most) - 1] ?? 0);
}

export interface ChartLevel {
  readonly value: number;
  readonly label: string;
  readonly isLimit: boolean;
}

export interface ChartRequest {
  readonly width: number;
  readonly height: number;
  /** Horizontal lines with a label at their right end. */
  readonly levels: readonly ChartLevel[];
  /** Columns kept for labels. */
  readonly labelWidth: number;
  /** Least range of the axis: small moves must not look large. */
  readonly leastRange: number;
}

/** A line through the values, four by two dots to a character, and the levels that lie near enough to be seen. */
export function lineChart(values: readonly number[], request: ChartRequest): Row[] {
  const { width, height, labelWidth } = request;
  const plotWidth = width - labelWidth - 1;
  const points = sampled(values, plotWidth * 2);
  if (points.length < 2 || plotWidth < 8 || height < 2) return [];
  const axis = chartAxis(points, request);
  const dotRow = (value: number) =>
    Math.round(((axis.high - value) / (axis.high - axis.low)) * (height * 4 - 1));
  const cells = new Uint8Array(plotWidth * height);
  let before = dotRow(points[0] ?? 0);
  for (const [x, value] of points.entries()) {
    const now = dotRow(value);
    // The pen draws down the column, so that a steep move stays one line.
    const from = x === 0 ? now : before + Math.sign(now - before);
    for (let y = Math.min(from, now); y <= Math.max(from, now); y++) setDot(cells, plotWidth, x, y);
    before = now;
  }
  const labels = new Map<number, ChartLevel>();
  for (const level of axis.visible) {
    const row = Math.floor(dotRow(level.value) / 4);
    if (!labels.has(row) || level.isLimit) labels.set(row, level);
  }
  return Array.from({ length: height }, (_, y) =>
    chartRow(cells.subarray(y * plotWidth, (y + 1) * plotWidth), labels.get(y)),
  );
}

function chartRow(cells: Uint8Array, level: ChartLevel | undefined): Row {
  const tone: Tone = level?.isLimit ? "amber" : "line";
  const plot = Array.from(cells, (dots): Piece => {
    if (dots !== 0) return { text: String.fromCharCode(0x2800 + dots), tone: "sea" };
    return level === undefined ? { text: " ", tone: "ink" } : { text: level.isLimit ? "─" : "·", tone };
  });
  const label: Row =
    level === undefined
      ? []
      : level.isLimit
        ? [piece(`${MARK} `, "mark"), piece(level.label, "amber")]
        : [piece("  "), piece(level.label, "quiet")];
  return [...joined(plot), ...label];
}

function chartAxis(points: readonly number[], { levels, leastRange }: ChartRequest) {
  const ownHigh = Math.max(...points);
  const ownLow = Math.min(...points);
  const range = Math.max(leastRange, ownHigh - ownLow);
  const middle = (ownHigh + ownLow) / 2;
  // A level farther away than the curve's own range would flatten the curve to a line.
  const isNear = ({ value }: ChartLevel) => Math.abs(value - middle) <= 1.5 * range;
  const visible = levels.filter(isNear);
  const high = Math.max(middle + range / 2, ...visible.map(({ value }) => value));
  const low = Math.min(middle - range / 2, ...visible.map(({ value }) => value));
  return { high, low, visible };
}

/** Bits of a braille cell, by column and row. */
const dotBits = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

function setDot(cells: Uint8Array, width: number, x: number, y: number): void {
  const cell = Math.floor(y / 4) * width + (x >> 1);
  const bit = dotBits[x & 1 ? 1 : 0][y & 3] ?? 0;
  if (cell >= 0 && cell < cells.length) cells[cell]! |= bit;
}

/** Neighbours of one tone become one piece: a frame has few escape sequences that way. */
export function joined(pieces: readonly Piece[]): Row {
  const out: Piece[] = [];
  for (const { text, tone } of pieces) {
    const last = out.at(-1);
    if (last !== undefined && last.tone === tone) out[out.length - 1] = { text: last.text + text, tone };
    else out.push({ text, tone });
  }
  return out;
}
