/**
 * The same story for a pipe, a log file or a dumb terminal: one line per order, fill, level change and session
 * end, never a cursor movement. Made by comparing two snapshots.
 */

import type { EngineSnapshot, OrderLine } from "../app/engine-snapshot.ts";
import { count, money, number, plural, price, signed, signedPercent } from "../app/formats.ts";
import { answer, because, levelName } from "../app/permission-words.ts";
import { paint, piece } from "./terminal-row.ts";
import { orderSize, statusText } from "./terminal-tables.ts";
import { blockedWords, sessionCount } from "./terminal-words.ts";

/** Lines for what happened since `previous`; undefined at the start, which tells where things stand. */
export function plainLines(
  snapshot: EngineSnapshot,
  previous: EngineSnapshot | undefined,
  { unicode }: { readonly unicode: boolean } = { unicode: true },
): string[] {
  const lines =
    previous === undefined
      ? [startLine(snapshot), ...sinceEmpty(snapshot)]
      : [
          ...sessionEnd(snapshot, previous),
          ...levelChange(snapshot, previous),
          ...orderLines(snapshot, previous.orders),
          ...(isOver(snapshot) && !(sameSession(snapshot, previous) && isOver(previous))
            ? [endLine(snapshot)]
            : []),
        ];
  return lines.map((line) => paint([piece(line)], { colour: false, unicode }));
}

function startLine(snapshot: EngineSnapshot): string {
  const { mode, session, clock, equity } = snapshot;
  const start = `${session.date} ${clock} ET  ${mode}: ${sessionCount(snapshot)}`;
  return `${start}, equity ${money(equity)} USD. ${answer(snapshot)}`;
}

const sinceEmpty = (snapshot: EngineSnapshot): string[] => orderLines(snapshot, []);

/** A session that ended between the snapshots, unseen at its last bar. */
function sessionEnd(snapshot: EngineSnapshot, previous: EngineSnapshot): string[] {
  return sameSession(snapshot, previous) || isOver(previous) ? [] : [endLine(previous)];
}

const sameSession = (a: EngineSnapshot, b: EngineSnapshot): boolean => a.session.number === b.session.number;
const isOver = ({ session }: EngineSnapshot): boolean => session.progress >= 1;

function endLine(snapshot: EngineSnapshot): string {
  const { session, equity, dayPnl, trades, rejectedRecords, positions } = snapshot;
  const blocked = blockedWords(snapshot);
  const parts = [
    `equity ${money(equity)} USD`,
    `day ${signed(dayPnl, 2)} (${signedPercent(dayPnl / (equity - dayPnl), 2)})`,
    positions.length === 0 ? "flat" : `${plural(positions.length, "position")} held`,
    `${plural(trades.count, "trade")} closed, realised ${signed(trades.realised, 2)}`,
    blocked.length === 0 ? "nothing blocked" : `blocked: ${blocked.join("; ")}`,
    `${plural(rejectedRecords, "record")} refused`,
  ];
  return `${session.date} ${sessionCount(snapshot)} over: ${parts.join(", ")}.`;
}

function levelChange(snapshot: EngineSnapshot, previous: EngineSnapshot): string[] {
  const { level, scalar } = snapshot.permission;
  if (level === previous.permission.level && scalar === previous.permission.scalar) return [];
  const size = scalar === 1 ? "" : ` ×${number(scalar, 2)}`;
  const when = `${snapshot.session.date} ${snapshot.clock} ET`;
  return [`${when}  ${levelName(level)}${size}. ${answer(snapshot)} ${because(snapshot)}`];
}

/** New orders and those whose status or filled shares changed, oldest first. */
function orderLines({ orders, session, clock }: EngineSnapshot, before: readonly OrderLine[]): string[] {
  const known = new Map(keyed(before));
  return keyed(orders)
    .toReversed()
    .flatMap(([key, order]) => {
      const earlier = known.get(key);
      if (earlier !== undefined && earlier.status === order.status && earlier.filled === order.filled)
        return [];
      return [`${session.date} ${clock} ET  ${orderLine(order)}`];
    });
}

/** Orders of one instant, symbol and purpose are told apart by their place, counted from the newest. */
function keyed(orders: readonly OrderLine[]): [string, OrderLine][] {
  const seen = new Map<string, number>();
  return orders.map((order) => {
    const name = [order.at, order.symbol, order.strategy, order.side, order.purpose].join(" ");
    const nth = (seen.get(name) ?? 0) + 1;
    seen.set(name, nth);
    return [`${name} ${nth}`, order];
  });
}

function orderLine(order: OrderLine): string {
  const { symbol, strategy, purpose, status, reason, verdict, filled } = order;
  const cost = filled > 0 && Number.isFinite(order.price) ? ` at ${price(order.price)}` : "";
  const asked = `${statusText(status)}: ${orderSize(order)} ${symbol}${cost}`;
  const what = `${asked}, ${purpose.replaceAll("_", " ")}, ${strategy}`;
  const why = [verdict, reason].filter((text) => text !== "").join("; ");
  return `${what}${why === "" ? "" : `: ${why}`}`;
}

/** One line for the very end of a run. */
export function closingLine(snapshot: EngineSnapshot): string {
  const { equity, startEquity, trades } = snapshot;
  const change = equity - startEquity;
  return (
    `Stopped. Equity ${money(equity)} USD, ${signed(change, 2)} (${signedPercent(change / startEquity, 2)}) ` +
    `since the start, ${count(trades.count)} trades closed.`
  );
}
