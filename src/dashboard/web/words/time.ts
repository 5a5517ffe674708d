/**
 * How instants and lengths of time are written. Market times are Eastern, by the exchange's zone; what is stored is
 * UTC, and a tooltip gives UTC and the local time. The page reads no clock here: who calls says what time it is.
 */
const eastern = new Intl.DateTimeFormat("en-CA", {
  timeZone: "America/New_York",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

interface EasternTime {
  /** YYYY-MM-DD */
  readonly date: string;
  /** HH:MM:SS */
  readonly time: string;
  readonly ms: number;
}

export function easternTime(at: string | number): EasternTime | null {
  const instant = typeof at === "number" ? at : Date.parse(at);
  if (!Number.isFinite(instant)) return null;
  const part = Object.fromEntries(eastern.formatToParts(instant).map(({ type, value }) => [type, value]));
  return {
    date: `${part["year"]}-${part["month"]}-${part["day"]}`,
    time: `${part["hour"]}:${part["minute"]}:${part["second"]}`,
    ms: ((instant % 1000) + 1000) % 1000,
  };
}

/** HH:MM:SS; the zone stands in the head of the column. Empty for what is not known. */
export const clockTime = (at: string | number | null): string =>
  at === null ? "" : (easternTime(at)?.time ?? "");
/** HH:MM, for axes and lists of what comes. */
export const clockMinute = (at: string | number | null): string => clockTime(at).slice(0, 5);
/** HH:MM:SS.mmm, in chains and in the audit only. */
export function clockMs(at: string | number | null): string {
  const found = at === null ? null : easternTime(at);
  return found === null ? "" : `${found.time}.${String(found.ms).padStart(3, "0")}`;
}
/** 2026-11-19 14:07:32 ET */
export function dateTime(at: string | number | null): string {
  const found = at === null ? null : easternTime(at);
  return found === null ? "" : `${found.date} ${found.time} ET`;
}
/** The time when it is of this session's date, the date and time when it is not. */
export function timeOn(at: string | null, date: string): string {
  const found = at === null ? null : easternTime(at);
  if (found === null) return "";
  return found.date === date ? found.time : `${found.date} ${found.time.slice(0, 5)}`;
}
/** UTC and local, for a tooltip. */
export function bothTimes(at: string | null): string {
  const instant = at === null ? Number.NaN : Date.parse(at);
  if (!Number.isFinite(instant)) return "";
  const utc = new Date(instant).toISOString().replace("T", " ").replace("Z", " UTC");
  return `${utc}, here ${new Date(instant).toLocaleString()}`;
}

const steps = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
] as const;

/** The two largest units: 4 m 12 s, 1 h 52 m; below a second in milliseconds. */
export function duration(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return "";
  const whole = Math.max(0, ms);
  if (whole < 1000) return `${Math.round(whole)} ms`;
  const first = steps.findIndex(([, size]) => whole >= size);
  const [unit, size] = steps[first] ?? steps[3];
  const next = steps[first + 1];
  const head = Math.floor(whole / size);
  if (next === undefined) return `${head} ${unit}`;
  const rest = Math.floor((whole - head * size) / next[1]);
  const tail =
    rest === 0
      ? ""
      : ` ${next[0] === "m" || next[0] === "s" ? String(rest).padStart(2, "0") : rest} ${next[0]}`;
  return `${head} ${unit}${tail}`;
}

/** An age: 38 ms, 14.2 s, 26 m, 3 h, 2 d. */
export function age(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return "";
  const whole = Math.max(0, ms);
  if (whole < 100) return `${Math.round(whole)} ms`;
  if (whole < 60_000) return `${(whole / 1000).toFixed(1)} s`;
  if (whole < 3_600_000) return `${Math.floor(whole / 60_000)} m`;
  if (whole < 86_400_000) return `${Math.floor(whole / 3_600_000)} h`;
  return `${Math.floor(whole / 86_400_000)} d`;
}

/** Age and deadline in one unit: 14.2 s and 10.0 s, 41 ms and 2,000 ms. Null deadline: there is none. */
export function agePair(
  ms: number,
  deadlineMs: number | null,
): { readonly age: string; readonly deadline: string | null } {
  if (deadlineMs === null) return { age: age(ms), deadline: null };
  if (ms < 100) return { age: age(ms), deadline: `${deadlineMs.toLocaleString("en-US")} ms` };
  const [unit, size] = ms < 60_000 || deadlineMs < 60_000 ? (["s", 1000] as const) : (["m", 60_000] as const);
  const write = (value: number) => `${(value / size).toFixed(unit === "s" ? 1 : 0)} ${unit}`;
  return { age: write(ms), deadline: write(deadlineMs) };
}

/** 14.2 s of 10.0 s; without a deadline the age alone. */
export function ageOf(ms: number | null, deadlineMs: number | null): string {
  if (ms === null) return "no data";
  const pair = agePair(ms, deadlineMs);
  return pair.deadline === null ? pair.age : `${pair.age} of ${pair.deadline}`;
}

/** "in 2 h 23 m", "now", "4 m ago". */
export function untilText(at: string | null, now: number): string {
  const instant = at === null ? Number.NaN : Date.parse(at);
  if (!Number.isFinite(instant)) return "";
  const gap = instant - now;
  if (Math.abs(gap) < 1000) return "now";
  return gap > 0 ? `in ${duration(gap)}` : `${duration(-gap)} ago`;
}
