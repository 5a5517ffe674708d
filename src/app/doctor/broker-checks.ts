/** What only the broker can say: whether the keys work, how far the clocks are apart, which days it trades. */
import type { AccountReads, BrokerDay } from "../../adapters/brokers/alpaca/account-reads.ts";
import { skewMicros } from "../../adapters/brokers/alpaca/account-reads.ts";
import { type DayNumber, type EpochMicros, isoDate, MICROS_PER_MINUTE } from "../../domain/time.ts";
import { sessionsBetween } from "../../market/calendar.ts";
import { fromNewYork, newYorkDay } from "../../market/us-eastern.ts";
import { judgeClock } from "../../ops/health/guards.ts";
import { type Check, fail, ok, warn } from "./check.ts";

const DAYS = 30;
const OFFLINE = "check the network, then the keys";

export async function accountCheck(reads: AccountReads): Promise<Check> {
  const answer = await reads.account();
  if (!answer.ok) return warn("account", `the broker does not answer: ${answer.reason}`, OFFLINE);
  const { number, mayTrade, equity } = answer.value;
  const found = `ending in ${number.slice(-4)}, equity ${equity.toFixed(2)} USD`;
  return mayTrade ? ok("account", found) : fail("account", `${found}: may trade nothing`, "ask the broker");
}

export async function clockCheck(reads: AccountReads, nowMs: () => number): Promise<Check> {
  const name = "clock";
  const answer = await reads.clock();
  if (!answer.ok) return warn(name, `the broker does not answer: ${answer.reason}`, OFFLINE);
  const skewMs = -skewMicros(answer.value, (nowMs() * 1000) as EpochMicros) / 1000;
  const told = `${Math.round(skewMs)} ms from the broker's, known to ${Math.round(answer.value.roundTripMs / 2)} ms`;
  const { level } = judgeClock({ skewMs: Math.round(skewMs), wallMs: 0, monoMs: 0 });
  if (level === "well") return ok(name, told);
  const cure = "set the clock by a time server (NTP); above 1 s there are no entries";
  return level === "warn" ? warn(name, told, cure) : fail(name, told, cure);
}

/** The broker's next 30 days against our own calendar, opening and closing times too (DATA-9). */
export async function calendarCheck(reads: AccountReads, now: EpochMicros): Promise<Check> {
  const name = "calendar";
  const from = newYorkDay(now);
  const to = (from + DAYS) as DayNumber;
  const answer = await reads.calendar(from, to);
  if (!answer.ok) return warn(name, `the broker does not answer: ${answer.reason}`, OFFLINE);
  const difference = calendarDifference(answer.value, from, to);
  const cure = "trade nothing on that day, and update the program";
  if (difference !== undefined) return fail(name, difference, cure);
  return ok(name, `${answer.value.length} sessions of the next ${DAYS} days are those of the broker`);
}

/** The first day on which the two disagree; undefined where none does. */
export function calendarDifference(
  days: readonly BrokerDay[],
  from: DayNumber,
  to: DayNumber,
): string | undefined {
  const table = sessionsBetween(from, to);
  const theirs = new Map(days.map((day) => [day.day, day]));
  for (let day = from; day <= to; day = (day + 1) as DayNumber) {
    const row = table.date.indexOf(day);
    const their = theirs.get(day);
    const ours = row < 0 ? "closed" : hours(minuteOf(day, table.open[row]), minuteOf(day, table.close[row]));
    const broker = their === undefined ? "closed" : hours(their.openMinute, their.closeMinute);
    if (ours !== broker) return `${isoDate(day)}: ours says ${ours}, the broker ${broker}`;
  }
  return undefined;
}

const minuteOf = (day: DayNumber, at: number | undefined): number =>
  ((at ?? Number.NaN) - fromNewYork(day, 0)) / MICROS_PER_MINUTE;

const hours = (open: number, close: number): string => `${clock(open)}-${clock(close)}`;
const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
