/** What is held and what was asked for, as rows of the terminal view. Positions stand nearest stop first (DESIGN 7). */
import type { EngineSnapshot, OrderLine, PositionLine } from "../app/engine-snapshot.ts";
import { count, NO_DATA, number, percent, price, signed, signedPercent } from "../app/formats.ts";
import { levels } from "../risk/authority.ts";
import { joined } from "./terminal-gauges.ts";
import { type Piece, piece, type Row, say, type Tone } from "./terminal-row.ts";
import { type ViewColumn, viewTable } from "./terminal-table.ts";

/** The sign carries the meaning, the tone speeds it up; zero has neither. */
export const moneyTone = (value: number): Tone => (value > 0 ? "gain" : value < 0 ? "loss" : "quiet");

/** Distance from the last price to the stop as a fraction; NaN without a stop, negative beyond it. */
export function stopDistance({ shares, mark, stop }: PositionLine): number {
  return mark > 0 ? (Math.sign(shares) * (mark - stop)) / mark : Number.NaN;
}

const TRACK_WIDTH = 18;
/** The least that a track spans, as a share of the price. */
const LEAST_TRACK = 0.0075;

/** Stop at the left, entry, last: shorts are mirrored, so left is always the stop. Empty without a stop. */
export function stopTrack({ shares, averageEntry, mark, stop, unrealised }: PositionLine): Row {
  const side = Math.sign(shares);
  const risk = side * (averageEntry - stop);
  const gone = side * (mark - stop);
  // A floor under the scale: a stop trailed close to its entry must not make a small move fill the track.
  const span = Math.max(2.5 * Math.abs(risk), gone, LEAST_TRACK * mark);
  if (!Number.isFinite(span)) return [];
  const at = (distance: number) =>
    Math.min(TRACK_WIDTH - 1, Math.max(0, Math.round((distance / span) * (TRACK_WIDTH - 1))));
  const entryAt = at(risk);
  const lastAt = at(gone);
  const tone = moneyTone(unrealised);
  const cell = (i: number): Piece => {
    if (i === lastAt) return { text: "●", tone };
    if (i === 0) return { text: "┃", tone: "mark" };
    if (i === entryAt) return { text: "┼", tone: "ink" };
    const isMove = i > Math.min(entryAt, lastAt) && i < Math.max(entryAt, lastAt);
    return isMove ? { text: "━", tone } : { text: "─", tone: "line" };
  };
  return joined(Array.from({ length: TRACK_WIDTH }, (_, i) => cell(i)));
}

const positionColumns: readonly ViewColumn<PositionLine>[] = [
  { title: "Symbol", align: "left", cell: ({ symbol }) => say(symbol, "strong") },
  {
    title: "Strategy",
    align: "left",
    cell: ({ strategy }) => say(strategy, "quiet"),
    flexibleFrom: 8,
  },
  { title: "Shares", align: "right", cell: ({ shares }) => say(shareText(shares)) },
  { title: "Entry", align: "right", cell: ({ averageEntry }) => say(price(averageEntry)), needs: 0 },
  { title: "Last", align: "right", cell: ({ mark }) => say(price(mark)) },
  {
    title: "P&L, USD",
    align: "right",
    cell: ({ unrealised }) => say(signed(unrealised, 2), moneyTone(unrealised)),
  },
  {
    title: "P&L, %",
    align: "right",
    cell: ({ unrealised, shares, averageEntry }) => {
      const share = unrealised / Math.abs(shares * averageEntry);
      return say(signedPercent(share, 2), moneyTone(share));
    },
    needs: 10,
  },
  {
    title: "Stop",
    align: "right",
    cell: ({ stop }) => say(Number.isNaN(stop) ? "" : price(stop), "quiet"),
    needs: 21,
  },
  { title: "Stop, entry, last", align: "left", cell: stopTrack, needs: 20 },
  {
    title: "To stop",
    align: "right",
    cell: (position) => {
      const distance = stopDistance(position);
      return Number.isNaN(distance) ? say("no stop", "quiet") : say(percent(distance, 2));
    },
  },
];

/** Titles, positions and the total in at most `height` rows; the rest is counted. */
export function positionRows(
  { positions, permission }: EngineSnapshot,
  width: number,
  height: number,
): Row[] {
  const total = positions.reduce((sum, { unrealised }) => sum + unrealised, 0);
  const heading: Row = [
    piece("Positions", "strong"),
    piece(positions.length === 0 ? "  none" : `  ${positionCounts(positions)}, unrealised `, "quiet"),
    ...(positions.length === 0 ? [] : [piece(signed(total, 2), moneyTone(total))]),
  ];
  if (positions.length === 0 || height < 3) {
    const isBarred = levels.indexOf(permission.level) >= levels.indexOf("NO_NEW_ENTRIES");
    const next = isBarred
      ? "Entries are barred until the claim is lifted."
      : "An entry follows when a strategy signals and the risk gate allows it.";
    const empty = say(next, "quiet");
    return positions.length === 0 ? [heading, empty].slice(0, height) : [heading].slice(0, height);
  }
  const nearest = positions.toSorted((a, b) => ranked(stopDistance(a)) - ranked(stopDistance(b)));
  const room = height - 2;
  // A single row is worth more as the nearest position than as a count: the heading counts them all.
  const shown = nearest.length <= room || room === 1 ? nearest.slice(0, room) : nearest.slice(0, room - 1);
  const hidden = nearest.length - shown.length;
  const more =
    hidden === 0 || room === 1 ? [] : [say(`and ${count(hidden)} more, farther from their stops`, "quiet")];
  return [heading, ...viewTable(positionColumns, shown, width), ...more];
}

const ranked = (distance: number): number => (Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance);

function positionCounts(positions: readonly PositionLine[]): string {
  const short = positions.filter(({ shares }) => shares < 0).length;
  const long = positions.length - short;
  return [...(long > 0 ? [`${count(long)} long`] : []), ...(short > 0 ? [`${count(short)} short`] : [])].join(
    ", ",
  );
}

const shareText = (shares: number): string => number(shares, Number.isInteger(shares) ? 0 : 3);

/** `buy 120`, and while some of it is missing `buy 40 of 120`. */
export function orderSize({ side, shares, filled }: OrderLine): string {
  const isPart = filled > 0 && filled < shares;
  return `${side} ${isPart ? `${shareText(filled)} of ` : ""}${shareText(shares)}`;
}

export const statusText = (status: string): string =>
  status === "partially_filled" ? "partial" : status.replaceAll("_", " ");

const statusTones: Readonly<Record<string, Tone>> = {
  sent: "sea",
  accepted: "sea",
  partially_filled: "amber",
  canceled: "quiet",
  expired: "quiet",
  denied: "amber",
  rejected: "over",
};

const orderColumns: readonly ViewColumn<OrderLine>[] = [
  { title: "Time, ET", align: "left", cell: ({ clock }) => say(clock, "quiet") },
  { title: "Symbol", align: "left", cell: ({ symbol }) => say(symbol, "strong") },
  { title: "Order", align: "left", cell: (order) => say(orderSize(order)) },
  { title: "Purpose", align: "left", cell: ({ purpose }) => say(purpose.replaceAll("_", " ")), needs: 40 },
  {
    title: "Price",
    align: "right",
    cell: (order) => say(Number.isNaN(order.price) ? "market" : price(order.price)),
    needs: 30,
  },
  {
    title: "Status",
    align: "left",
    cell: ({ status }) => say(statusText(status), statusTones[status] ?? "ink"),
  },
  { title: "Strategy", align: "left", cell: ({ strategy }) => say(strategy, "quiet"), needs: 58 },
  { title: "Why", align: "left", cell: why, flexibleFrom: 12 },
];

/** A verdict decides, so it comes before the strategy's own reason. */
function why({ verdict, reason }: OrderLine): Row {
  if (verdict === "") return say(reason, "quiet");
  return reason === "" ? say(verdict) : [piece(verdict), piece(`; ${reason}`, "quiet")];
}

/** Newest first. Without a heading the titles of the columns have to do. */
export function orderRows(
  { orders }: EngineSnapshot,
  width: number,
  height: number,
  { hasHeading }: { readonly hasHeading: boolean },
): Row[] {
  const heading: Row = [
    piece("Orders", "strong"),
    piece(orders.length === 0 ? "  none yet" : "  newest first, with the verdict and the reason", "quiet"),
  ];
  if (orders.length === 0) {
    return [heading, say("Strategies speak once their features are warm.", "quiet")].slice(0, height);
  }
  if (!hasHeading)
    return viewTable(orderColumns, orders.slice(0, Math.max(0, height - 1)), width).slice(0, height);
  if (height < 3) return [heading].slice(0, height);
  return [heading, ...viewTable(orderColumns, orders.slice(0, height - 2), width)];
}

/** Gross of its limit and its like: both numbers, and one more digit where rounding would hide which is larger. */
export function ofLimit(used: number, limit: number, decimals: number): readonly [string, string] {
  if (!Number.isFinite(used)) return [NO_DATA, percent(limit, decimals)];
  for (let places = decimals; places < decimals + 4; places++) {
    const shown = Number((used * 100).toFixed(places));
    if (Math.sign(shown - limit * 100) === Math.sign(used - limit)) {
      return [percent(used, places), percent(limit, decimals)];
    }
  }
  return [percent(used, decimals + 4), percent(limit, decimals)];
}
