/** When a job runs next: the time today, the day with the time otherwise; what is due already says so. */
import { clockMinute, easternTime, untilText } from "../../words/time.ts";

export function nextTime(at: string | null, date: string): string {
  const found = at === null ? null : easternTime(at);
  if (found === null) return "";
  return found.date === date ? clockMinute(at) : `${found.date} ${clockMinute(at)}`;
}

export function nextIn(at: string | null, now: number): string {
  return at !== null && Date.parse(at) <= now ? "due now" : untilText(at, now);
}
