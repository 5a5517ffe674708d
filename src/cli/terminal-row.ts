/**
 * Rows of a terminal picture before they become text: pieces with a tone. Every character used is one column
 * wide and has an ASCII stand-in of the same width, so a layout is right for every terminal or for none.
 */

/** What a piece means, not what colour it has. Money, state and use have their own (DESIGN 1). */
export type Tone =
  | "ink"
  | "strong"
  | "quiet"
  | "line"
  | "sea"
  | "mark"
  | "gain"
  | "loss"
  | "amber"
  | "over"
  | "level1"
  | "level2"
  | "level3"
  | "level4"
  | "level5"
  | "chip0"
  | "chip1"
  | "chip2"
  | "chip3"
  | "chip4"
  | "chip5"
  | "halted"
  | "haltedStrong";

export interface Piece {
  readonly text: string;
  readonly tone: Tone;
}

export type Row = readonly Piece[];

export interface PaintOptions {
  /** 256 colours; without, no escape sequence at all. */
  readonly colour: boolean;
  /** Without, box drawing and typographic characters become ASCII. */
  readonly unicode: boolean;
}

export const BLANK: Row = [];

export const piece = (text: string, tone: Tone = "ink"): Piece => ({ text: printable(text), tone });

/** A row of one piece. */
export const say = (text: string, tone: Tone = "ink"): Row => [piece(text, tone)];

export const rowWidth = (row: Row): number => row.reduce((sum, { text }) => sum + text.length, 0);

/** Exactly `width` columns: padded with blanks, or cut with an ellipsis. */
export function exactly(row: Row, width: number): Row {
  const missing = width - rowWidth(row);
  if (missing === 0) return row;
  if (missing > 0)
    return [...row, { text: " ".repeat(missing), tone: row.at(-1)?.tone === "halted" ? "halted" : "ink" }];
  const kept: Piece[] = [];
  let left = width;
  for (const { text, tone } of row) {
    if (left <= 0) break;
    const part = text.length <= left ? text : text.slice(0, left);
    kept.push({ text: part, tone });
    left -= part.length;
  }
  const last = kept.pop();
  if (last === undefined) return BLANK;
  return [...kept, { text: `${last.text.slice(0, -1)}…`, tone: last.tone }];
}

/** `text` in at most `width` columns, cut with an ellipsis. */
export const cut = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;

/** The row without its last pieces, as many as it takes to fit: a figure is shown whole or not at all. */
export function shortened(row: Row, width: number): Row {
  let kept = row;
  while (kept.length > 1 && rowWidth(kept) > width) kept = kept.slice(0, -1);
  return kept;
}

/** Left and right in one row of `width` columns; the left gives way. */
export function spread(left: Row, right: Row, width: number): Row {
  const room = width - rowWidth(right);
  return room <= 0 ? exactly(right, width) : [...exactly(left, room), ...right];
}

/** Two blocks next to each other with `gap` blank columns between. */
export function beside(left: readonly Row[], leftWidth: number, gap: number, right: readonly Row[]): Row[] {
  const height = Math.max(left.length, right.length);
  return Array.from({ length: height }, (_, i) => [
    ...exactly(left[i] ?? BLANK, leftWidth),
    { text: " ".repeat(gap), tone: "ink" as const },
    ...(right[i] ?? BLANK),
  ]);
}

/** Words in rows of at most `width` columns and at most `most` rows; the last is cut when there is more. */
export function wrapped(text: string, width: number, most: number, tone: Tone): Row[] {
  const lines: string[] = [];
  let line = "";
  for (const word of printable(text).split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length <= width || line === "" || lines.length === most - 1) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line].slice(0, most).map((content) => say(cut(content, width), tone));
}

/** The row as text: no more and no fewer columns than its pieces have. */
export function paint(row: Row, { colour, unicode }: PaintOptions): string {
  const text = row.map(({ text: raw, tone }) => {
    const shown = unicode ? raw : asciiOf(raw);
    if (!colour) return tone.startsWith("chip") ? bracketed(shown) : shown;
    const code = codes[tone];
    return code === "" || raw === "" ? shown : `\u001b[${code}m${shown}\u001b[0m`;
  });
  return text.join("");
}

/** Level names are written with a blank at both ends: where there is no colour, brackets take their place. */
const bracketed = (text: string): string =>
  /^ [A-Z ]+[^a-z]* $/.test(text) ? `[${text.slice(1, -1)}]` : text;

/** Ink is the terminal's own, so that light and dark grounds both work; the others are legible on either. */
const codes: Readonly<Record<Tone, string>> = {
  ink: "",
  strong: "1",
  quiet: "38;5;245",
  line: "38;5;240",
  sea: "38;5;33",
  mark: "1",
  gain: "38;5;37",
  loss: "38;5;203",
  amber: "38;5;172",
  over: "38;5;196",
  level1: "38;5;32",
  level2: "38;5;172",
  level3: "38;5;166",
  level4: "38;5;209",
  level5: "38;5;196",
  chip0: "1;38;5;16;48;5;252",
  chip1: "1;38;5;16;48;5;117",
  chip2: "1;38;5;16;48;5;221",
  chip3: "1;38;5;16;48;5;215",
  chip4: "1;38;5;16;48;5;209",
  chip5: "1;38;5;231;48;5;160",
  halted: "38;5;231;48;5;88",
  haltedStrong: "1;38;5;231;48;5;88",
};

/** One column wide in every terminal: Latin, Greek, typography, currency, arrows, mathematics, boxes and blocks. */
const oneColumn = [
  "\\u0020-\\u007e\\u00a1-\\u00ac\\u00ae-\\u02ff\\u0370-\\u03ff",
  "\\u2010-\\u2027\\u2030-\\u205e\\u20a0-\\u20cf",
  "\\u2190-\\u2199\\u2200-\\u22ff\\u2500-\\u25fc",
].join("");
const anythingElse = new RegExp(`[^${oneColumn}]`, "gu");

/** Wide characters, marks that combine, and controls that would move the cursor become "?". */
const printable = (text: string): string => text.replace(anythingElse, "?");

const asciiPairs = "−-×x…~⊖@━=╾=─-│|├+┼+▞#█#░:▂_▁_▃.▄-▅=▆+▇*●o○o▲^▼v·.–-’'┃|≈~";
const asciiByCharacter: ReadonlyMap<string, string> = new Map(
  Array.from({ length: asciiPairs.length / 2 }, (_, i) => [
    asciiPairs.charAt(2 * i),
    asciiPairs.charAt(2 * i + 1),
  ]),
);

function asciiOf(text: string): string {
  return text.replace(/[^ -~]/g, (character) => {
    const known = asciiByCharacter.get(character);
    if (known !== undefined) return known;
    return character >= "\u2800" && character <= "\u28ff" ? "*" : "?";
  });
}
