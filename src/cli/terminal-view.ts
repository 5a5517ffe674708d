/**
 * The terminal view: a snapshot and a size in, lines of exactly that size out. Pure, so it can be tested at
 * every size; `terminal-screen.ts` puts the lines on a terminal.
 *
 * The order is the design's: may it trade, who says so, how far to the next rung; then money and limits, then
 * what is held and what was asked for. What does not fit is left out from the bottom; figures are never cut.
 */
import type { EngineSnapshot } from "../app/engine-snapshot.ts";
import { count, number, percent } from "../app/formats.ts";
import { answer, authorityNames, because, leadingClaim, levelName } from "../app/permission-words.ts";
import {
  blockedRow,
  costsRow,
  dataRow,
  dayFigure,
  dayRow,
  drawdownRow,
  equityChart,
  equityFigure,
  equityRow,
  grossRow,
  netRow,
  realisedRow,
} from "./terminal-figures.ts";
import { MARK, progressBar } from "./terminal-gauges.ts";
import {
  chipTone,
  levelTone,
  loadLine,
  loadLineInOneRow,
  loadLineWidth,
  pitchFor,
} from "./terminal-load-line.ts";
import {
  BLANK,
  beside,
  cut,
  exactly,
  type PaintOptions,
  type Piece,
  paint,
  piece,
  type Row,
  rowWidth,
  say,
  shortened,
  spread,
  wrapped,
} from "./terminal-row.ts";
import { orderRows, positionRows } from "./terminal-tables.ts";
import { sessionCount, speedText } from "./terminal-words.ts";

export interface TerminalViewOptions extends PaintOptions {
  /** Size of the terminal in characters. Usable from 60 x 15 on; smaller ones are cut. */
  readonly columns: number;
  readonly rows: number;
  /** File whose presence halts trading, as a person would type it. */
  readonly haltFile: string;
  /** Where the dashboard answers; the link has its key in it. Absent: nowhere, or not yet. */
  readonly dashboard?: { readonly url: string; readonly link: string } | undefined;
  /** For how long nothing has been heard of the system, milliseconds; absent: it answers. */
  readonly silentMs?: number;
}

/** From here on there is room for named columns, claims and a chart. */
const WIDE_COLUMNS = 112;
const TALL_ROWS = 32;
/** Positions and orders stand side by side from here on. */
const TABLES_BESIDE_COLUMNS = 176;

/** `rows` lines, each exactly `columns` wide (escape sequences not counted). */
export function terminalView(snapshot: EngineSnapshot, options: TerminalViewOptions): string[] {
  const { columns, rows } = options;
  const width = Math.max(1, columns - 2);
  const isRoomy = columns >= WIDE_COLUMNS && rows >= TALL_ROWS;
  const foot = footerRows(options, width);
  const height = rows - 1 - foot.length;
  const body = isRoomy ? roomy(snapshot, width, height) : compact(snapshot, width, height);
  const picture = [
    options.silentMs === undefined ? headerRow(snapshot, columns) : silentRow(options.silentMs, columns),
    ...body.slice(0, height).map((row) => indented(row, columns)),
  ];
  while (picture.length < rows - foot.length) picture.push(BLANK);
  picture.push(...foot.map((row) => indented(row, columns)));
  return picture.slice(0, rows).map((row) => paint(exactly(row, columns), options));
}

const indented = (row: Row, columns: number): Row => [piece(" "), ...exactly(row, columns - 1)];
/** Name, mode, level; phase, date, clock. Never leaves the screen, and is red when halted. */
function headerRow(snapshot: EngineSnapshot, columns: number): Row {
  const { mode, permission, session, clock, speed } = snapshot;
  const scalar = permission.scalar === 1 ? "" : ` ×${number(permission.scalar, 2)}`;
  const left = [
    piece(` ${MARK} `, "mark"),
    piece("Plimsoll", "strong"),
    piece(`  ${mode.toUpperCase()}  `, "quiet"),
    piece(` ${levelName(permission.level)}${scalar} `, chipTone(permission.level)),
  ];
  const optional: readonly (readonly Piece[])[] = [
    [piece(`${session.phase.replaceAll("_", " ")}  `)],
    [piece(`${session.date}  `)],
    [piece(`${speedText(speed)}  `, "quiet")],
  ];
  const time = [piece(`${clock} ET `, "strong")];
  const right: Piece[] = [];
  let room = columns - rowWidth(left) - rowWidth(time) - 2;
  for (const part of optional) {
    room -= rowWidth(part);
    if (room >= 0) right.push(...part);
  }
  const row = spread(left, [...right, ...time], columns);
  if (permission.level !== "HALTED") return row;
  return row.map(({ text, tone }) => {
    if (tone.startsWith("chip")) return { text, tone };
    return { text, tone: tone === "strong" || tone === "mark" ? "haltedStrong" : "halted" };
  });
}

/** Takes the place of level and clock: what nobody has confirmed for seconds is not shown as if it were so. */
function silentRow(silentMs: number, columns: number): Row {
  const seconds = number(Math.floor(silentMs / 1000), 0);
  const left = [
    piece(` ${MARK} `, "haltedStrong"),
    piece(`NO ANSWER FOR ${seconds} s`, "haltedStrong"),
    piece("  the picture is old", "halted"),
  ];
  return exactly([...left, piece("  see: plimsoll status", "halted")], columns);
}

function footerRows(options: TerminalViewOptions, width: number): Row[] {
  const { dashboard } = options;
  if (dashboard === undefined) return [footerRow(options, width)];
  const { url, link } = dashboard;
  const whole = [piece("Dashboard: ", "quiet"), piece(link, "strong")];
  // Half a key opens nothing: then the address, and where the key is.
  const short = [
    piece("Dashboard: ", "quiet"),
    piece(url, "strong"),
    piece(", key: plimsoll dashboard", "quiet"),
  ];
  return [rowWidth(whole) <= width ? whole : short, footerRow(options, width)];
}

function footerRow({ haltFile }: TerminalViewOptions, width: number): Row {
  const stop = [piece("Ctrl-C", "strong"), piece(" stops cleanly.  ", "quiet")];
  const halt = [piece("Halt: ", "quiet"), piece(`touch ${haltFile}`, "strong")];
  const row = [...stop, ...halt];
  return rowWidth(row) <= width ? row : [...stop, piece("Halt: ", "quiet"), piece(haltFile, "strong")];
}

function sessionRow(snapshot: EngineSnapshot, width: number): Row {
  const { progress } = snapshot.session;
  const left = piece(`${sessionCount(snapshot)}  `, "quiet");
  const right = piece(`  ${percent(progress, 0)}`, "quiet");
  const room = width - left.text.length - right.text.length;
  return room < 8 ? [left, right] : [left, ...progressBar(progress, room), right];
}

const answerRow = (snapshot: EngineSnapshot): Row => {
  const { level } = snapshot.permission;
  return say(answer(snapshot), level === "NORMAL" || level === "SCALED" ? "strong" : chipTone(level)).map(
    (part) => (part.tone === "strong" ? part : { text: ` ${part.text} `, tone: part.tone }),
  );
};

/** One column of everything: from 60 x 15 up to what is not yet roomy. */
function compact(snapshot: EngineSnapshot, width: number, height: number): Row[] {
  const isLow = height < 20;
  const top: Row[] = [
    ...(height >= 17 ? [sessionRow(snapshot, width)] : []),
    answerRow(snapshot),
    ...wrapped(because(snapshot), width, height >= 22 ? 2 : 1, "quiet"),
  ];
  const block = isLow ? lowBlock(snapshot, width) : hullBlock(snapshot, width);
  const bottom = [blockedRow(snapshot, width, { withData: true })];
  const left = height - top.length - block.length - bottom.length;
  return [...top, ...block, ...tables(snapshot, width, left), ...bottom];
}

function lowBlock(snapshot: EngineSnapshot, width: number): Row[] {
  return [
    loadLineInOneRow(snapshot),
    [...equityRow(snapshot, 0), dayFigure(snapshot)],
    drawdownRow(snapshot, width),
    grossRow(snapshot, width),
  ];
}

function hullBlock(snapshot: EngineSnapshot, width: number): Row[] {
  const pitch = pitchFor(width - 44);
  const hullWidth = loadLineWidth(pitch);
  const room = width - hullWidth - 3;
  // Beside a hull there must be room for a limit with both numbers.
  if (room < 30) {
    return [loadLineInOneRow(snapshot), ...figures(snapshot, width)];
  }
  return beside(loadLine(snapshot, pitch), hullWidth, 3, figures(snapshot, room));
}

function figures(snapshot: EngineSnapshot, width: number): Row[] {
  return [
    equityRow(snapshot, width),
    dayRow(snapshot),
    drawdownRow(snapshot, width),
    grossRow(snapshot, width),
    netRow(snapshot),
    realisedRow(snapshot),
    costsRow(snapshot),
  ].map((row) => shortened(row, width));
}

/** Positions first, since they are at risk; orders take what they leave. */
function tables(snapshot: EngineSnapshot, width: number, height: number): Row[] {
  if (height <= 0) return [];
  // Blank rows and a second heading are for those who have rows to spare.
  const isSpaced = height >= 14;
  const gap = isSpaced ? [BLANK] : [];
  const usable = height - gap.length;
  const heads = isSpaced ? 2 : 1;
  const wanted = snapshot.positions.length === 0 ? 2 : snapshot.positions.length + 2;
  const asked = snapshot.orders.length === 0 ? 2 : snapshot.orders.length + heads;
  const forPositions = Math.min(wanted, Math.max(Math.ceil(usable / 2), usable - asked));
  const held = positionRows(snapshot, width, forPositions);
  const orders = orderRows(snapshot, width, usable - held.length, { hasHeading: isSpaced });
  return filled([...held, ...gap, ...orders], height);
}

/** Exactly `height` rows. */
function filled(rows: readonly Row[], height: number): Row[] {
  return Array.from({ length: height }, (_, i) => rows[i] ?? BLANK);
}

/** Load line and answer, equity and limits, positions and orders: the dashboard's overview in text. */
function roomy(snapshot: EngineSnapshot, width: number, height: number): Row[] {
  const rule = say("─".repeat(width), "line");
  const pitch = 7;
  const hullWidth = loadLineWidth(pitch);
  const hull = [
    [piece("Load line.", "strong"), piece(" Entries pass while the water is below the disc.", "quiet")],
    ...loadLine(snapshot, pitch),
  ];
  const answerWidth = width - hullWidth - 3;
  const first = beside(hull, hullWidth, 3, answerBlock(snapshot, answerWidth, hull.length));

  const chartHeight = Math.min(12, 6 + Math.max(0, Math.floor((height - 38) / 3)));
  const second = beside(
    equityBlock(snapshot, hullWidth, chartHeight),
    hullWidth,
    3,
    [
      [piece("Limits and money", "strong"), piece("  use of limit", "quiet")],
      drawdownRow(snapshot, answerWidth),
      grossRow(snapshot, answerWidth),
      netRow(snapshot),
      realisedRow(snapshot),
      costsRow(snapshot),
      dataRow(snapshot),
    ].map((row) => shortened(row, answerWidth)),
  );

  const top = [
    snapshot.permission.level === "HALTED" ? say("▞".repeat(width), "level5") : rule,
    ...first,
    rule,
    ...second,
    rule,
  ];
  const bottom = [rule, blockedRow(snapshot, width, { withData: false })];
  const left = height - top.length - bottom.length;
  return [...top, ...roomyTables(snapshot, width, left), ...bottom];
}

function roomyTables(snapshot: EngineSnapshot, width: number, height: number): Row[] {
  if (width + 2 < TABLES_BESIDE_COLUMNS) {
    return tables(snapshot, width, height);
  }
  const half = Math.floor((width - 3) / 2);
  const positions = positionRows(snapshot, half, height);
  return filled(
    beside(positions, half, 3, orderRows(snapshot, width - 3 - half, height, { hasHeading: true })),
    height,
  );
}

function equityBlock(snapshot: EngineSnapshot, width: number, chartHeight: number): Row[] {
  const head: Row = [
    piece("Equity, USD  ", "quiet"),
    equityFigure(snapshot),
    piece("   Day  ", "quiet"),
    dayFigure(snapshot),
  ];
  const chart = equityChart(snapshot, width, chartHeight);
  const waiting = [say("The curve begins with the second bar.", "quiet")];
  return [head, ...filled(chart.length === 0 ? waiting : chart, chartHeight)];
}

function answerBlock(snapshot: EngineSnapshot, width: number, height: number): Row[] {
  const others = snapshot.permission.claims.filter((claim) => claim !== leadingClaim(snapshot));
  const top = [
    sessionRow(snapshot, width),
    BLANK,
    say("Can it trade?", "quiet"),
    answerRow(snapshot),
    ...wrapped(because(snapshot), width, 3, "ink"),
  ];
  const room = height - top.length;
  const shown = others.slice(0, others.length <= room ? room : room - 1);
  const claims = shown.map(({ authority, level, scalar, reason }): Row => {
    const name = piece(`${authorityNames[authority]} `, "quiet");
    const size = scalar === 1 ? "" : ` ×${number(scalar, 2)}`;
    const held = piece(`${levelName(level)}${size} `, levelTone(level));
    return [name, held, piece(cut(reason, width - rowWidth([name, held])), "quiet")];
  });
  const hidden = others.length - shown.length;
  const more = hidden === 0 ? [] : [say(`and ${count(hidden)} more claims`, "quiet")];
  return [...top, ...claims, ...more];
}
