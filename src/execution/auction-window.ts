/**
 * When an order for an auction may leave (EXEC-6): the broker takes orders for the opening auction until 09:28, those
 * for the closing auction until ten minutes before the close, and takes orders for the next auctions from 19:00 New
 * York time on (ALPACA 4.3). Both are reckoned from the session's own open and close, so that half days and the change
 * to daylight saving shift them by themselves: no clock changes between an evening and the open after it.
 */
import { type SessionTable, sessionIndexAt } from "../domain/session.ts";
import { type EpochMicros, MICROS_PER_MINUTE } from "../domain/time.ts";

/** When orders for the opening auction leave: as soon as the broker takes them, or shortly before it. */
export const openOrderTimes = ["evening", "09:00"] as const;
export type OpenOrderTime = (typeof openOrderTimes)[number];

/** Epoch micros: from `opensAt` on, before `closesAt`. */
export interface LeaveWindow {
  readonly opensAt: number;
  readonly closesAt: number;
}

/** From 19:00 of the evening before to the open at 09:30. */
const EVENING_MICROS = 14.5 * 60 * MICROS_PER_MINUTE;
/** From 09:00 to the open. */
const MORNING_MICROS = 30 * MICROS_PER_MINUTE;
const OPEN_LAST_MICROS = 2 * MICROS_PER_MINUTE;
const CLOSE_LAST_MICROS = 10 * MICROS_PER_MINUTE;

/**
 * The window of an order that was decided at `at` for the next such auction after it, which may be over already: the
 * auction is missed then, and the order is not meant for the one a day later. Undefined where no session is known.
 */
export function auctionWindow(
  auction: "open" | "close",
  at: EpochMicros,
  sessions: SessionTable,
  openOrdersAt: OpenOrderTime,
): LeaveWindow | undefined {
  const times = auction === "open" ? sessions.open : sessions.close;
  let row = sessionIndexAt(sessions, at);
  if (row < times.length && times[row]! <= at) row += 1;
  if (row >= times.length) return undefined;
  const opensAt = sessions.open[row]! - EVENING_MICROS;
  if (auction === "close") return { opensAt, closesAt: sessions.close[row]! - CLOSE_LAST_MICROS };
  const isLate = openOrdersAt === "09:00";
  return {
    opensAt: isLate ? sessions.open[row]! - MORNING_MICROS : opensAt,
    closesAt: sessions.open[row]! - OPEN_LAST_MICROS,
  };
}
