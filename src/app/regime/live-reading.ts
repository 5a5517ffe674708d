/** What a live run is told each morning: the reading for one session, made of the days before it. */
import { createLake } from "../../adapters/lake/lake.ts";
import { InputError } from "../../domain/assert.ts";
import type { RegimeReading } from "../../domain/regime-reading.ts";
import { type DayNumber, isoDate, parseIsoDate } from "../../domain/time.ts";
import { type IndexDays, sessionReadings } from "../../learn/regime/session-readings.ts";
import { sessionAt, sessionRowOn, xnysSessions } from "../../market/calendar.ts";
import type { RegimeSource } from "../live/run-terms.ts";
import { indexDays, inFolder } from "./index-days.ts";
import { type RegimeParams, readingParams } from "./regime-params.ts";
import { syntheticDays } from "./synthetic-days.ts";

/** Sessions before the window: a year in which the models follow each other and the gate finds its place. */
const LEAD = 252;

/**
 * `base` is the folder of all state. Throws InputError (exit 1) where the days end before the session that comes
 * before, naming where they end: what is older than that says nothing of this session.
 */
export async function liveReading(
  params: RegimeParams,
  source: RegimeSource,
  base: string,
  session: DayNumber,
): Promise<RegimeReading> {
  const days = recent(await daysOf(params, source, base, session), params);
  const reading = sessionReadings(days, readingParams(params)).readings.at(-1);
  if (reading?.session === session) return reading;
  const last = days.date.at(-1);
  const ends = last === undefined ? "has no day" : `ends on ${isoDate(last)}`;
  throw new InputError(`${params.index} ${ends}, and the session before ${isoDate(session)} is missing`, 1);
}

async function daysOf(
  params: RegimeParams,
  source: RegimeSource,
  base: string,
  session: DayNumber,
): Promise<IndexDays> {
  if (source.from === "synthetic") {
    const firstSession = parseIsoDate(source.firstSession) as DayNumber;
    return syntheticDays({ seed: source.seed, firstSession }, session);
  }
  const before = sessionAt(xnysSessions(), sessionRowOn(session) - 1).date;
  const lake = createLake(base);
  try {
    return await indexDays(lake, inFolder(params, base), {}, before);
  } finally {
    lake.close();
  }
}

/** What a morning needs: a model's window and a year before it; with `all`, every day. */
function recent({ date, close, vix }: IndexDays, { windowDays }: RegimeParams): IndexDays {
  const first = windowDays === "all" ? 0 : Math.max(0, date.length - windowDays - LEAD);
  return { date: date.slice(first), close: close.slice(first), vix: vix.slice(first) };
}
