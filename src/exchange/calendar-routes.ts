/** Clock and calendar, second and third version. */

import type { Session } from "../domain/session.ts";
import { type DayNumber, dayNumber, type EpochMicros, isoDate } from "../domain/time.ts";
import {
  CALENDAR_FIRST_DAY,
  CALENDAR_LAST_DAY,
  isEarlyClose,
  nextSession,
  sessionAt,
  sessionOn,
  sessionsBetween,
} from "../market/calendar.ts";
import { fromNewYork, newYorkMinuteOfDay } from "../market/us-eastern.ts";
import {
  type Answer,
  type Ask,
  badParameter,
  listParameter,
  ok,
  type Route,
  timeParameter,
  wordParameter,
} from "./http-words.ts";
import { marketDay, newYorkTime, parseWireDay } from "./wire-time.ts";

const PRE_MINUTE = 4 * 60;
const POST_MINUTE = 20 * 60;
/** On half days the time after the close ends at 17:00. */
const POST_HALF_MINUTE = 17 * 60;

export function calendarRoutes(now: () => EpochMicros): readonly Route[] {
  const get = (path: RegExp, answer: (ask: Ask) => Answer): Route => ({
    method: "GET",
    path,
    group: "trading",
    answer,
  });
  return [
    get(/^\/v2\/clock$/, () => ok(clockJson(now()))),
    get(/^\/v2\/calendar$/, ({ query }) => ok(calendarRows(query).map(calendarJson))),
    get(/^\/v3\/clock$/, ({ query }) => {
      const at = timeParameter(query, "time") ?? now();
      const markets = listParameter(query, "markets") ?? ["NYSE"];
      return ok({ clocks: markets.map((market) => marketClock(market, at)) });
    }),
    get(/^\/v3\/calendar\/([A-Za-z]+)$/, ({ parts, query }) =>
      ok({
        market: { acronym: parts[0], name: "New York Stock Exchange", timezone: "America/New_York" },
        calendar: calendarRows(query).map(longCalendarJson),
      }),
    ),
  ];
}

export function isOpenAt(at: EpochMicros): boolean {
  const session = sessionOn(marketDay(at));
  return session !== undefined && at >= session.open && at < session.close;
}

function clockJson(at: EpochMicros) {
  const session = sessionOn(marketDay(at));
  const isOpen = isOpenAt(at);
  const isBefore = session !== undefined && at < session.open;
  const next = isBefore ? session : following(at);
  const close = isOpen ? session?.close : next.close;
  return {
    timestamp: newYorkTime(at),
    is_open: isOpen,
    next_open: newYorkTime(next.open),
    next_close: newYorkTime(close ?? next.close),
  };
}

function following(at: EpochMicros): Session {
  const next = nextSession(marketDay(at));
  if (next === undefined) throw badParameter("the calendar ends here");
  return next;
}

function marketClock(market: string, at: EpochMicros) {
  const session = sessionOn(marketDay(at));
  const [phase, until] = phaseAt(session, at);
  const next = session !== undefined && at < session.open ? session : following(at);
  const close = session !== undefined && at < session.close ? session.close : next.close;
  return {
    market: { acronym: market, name: "New York Stock Exchange", timezone: "America/New_York" },
    timestamp: newYorkTime(at),
    is_market_day: session !== undefined,
    next_market_open: newYorkTime(next.open),
    next_market_close: newYorkTime(close),
    phase,
    phase_until: newYorkTime(until),
  };
}

function phaseAt(session: Session | undefined, at: EpochMicros): readonly [string, EpochMicros] {
  if (session !== undefined) {
    const pre = fromNewYork(session.date, PRE_MINUTE);
    const post = fromNewYork(session.date, postMinute(session.date));
    if (at < pre) return ["closed", pre];
    if (at < session.open) return ["pre", session.open];
    if (at < session.close) return ["core", session.close];
    if (at < post) return ["post", post];
  }
  return ["closed", fromNewYork(following(at).date, PRE_MINUTE)];
}

/** Bounds included; without them the whole calendar. Years that the rules do not cover have no rows. */
function calendarRows(query: URLSearchParams): readonly Session[] {
  wordParameter(query, "date_type", ["trading", "settlement"]);
  const from = Math.max(dayParameter(query, "start") ?? dayNumber(1970, 1, 1), CALENDAR_FIRST_DAY);
  const to = Math.min(dayParameter(query, "end") ?? dayNumber(2029, 12, 31), CALENDAR_LAST_DAY);
  if (from > to) return [];
  const table = sessionsBetween(from as DayNumber, to as DayNumber);
  return Array.from(table.date, (_, row) => sessionAt(table, row));
}

function dayParameter(query: URLSearchParams, name: string): DayNumber | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  const day = parseWireDay(text);
  if (day === undefined) throw badParameter(`invalid ${name}: ${text.slice(0, 60)}; give YYYY-MM-DD`);
  return day;
}

function calendarJson({ date, open, close }: Session) {
  return {
    date: isoDate(date),
    open: wall(open),
    close: wall(close),
    session_open: "0400",
    session_close: isEarlyClose(date) ? "1700" : "2000",
    settlement_date: isoDate(nextSession(date)?.date ?? date),
  };
}

function longCalendarJson({ date, open, close }: Session) {
  return {
    date: isoDate(date),
    core_start: newYorkTime(open),
    core_end: newYorkTime(close),
    pre_start: newYorkTime(fromNewYork(date, PRE_MINUTE)),
    pre_end: newYorkTime(open),
    post_start: newYorkTime(close),
    post_end: newYorkTime(fromNewYork(date, postMinute(date))),
    settlement_date: isoDate(nextSession(date)?.date ?? date),
  };
}

const postMinute = (day: DayNumber): number => (isEarlyClose(day) ? POST_HALF_MINUTE : POST_MINUTE);

/** `09:30`, on New York's wall. */
function wall(at: EpochMicros): string {
  const minute = newYorkMinuteOfDay(at);
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}
