/**
 * Keeps secrets out of the log (SYSTEM 18): by value, whoever said them and wherever they stand, and by the
 * name of a field that says it holds one.
 */
import type { LogRecord } from "./log-file.ts";

const HIDDEN = "***";
/** A shorter value would take ordinary words with it. */
const SHORTEST = 6;
const NAMED = /secret|passw|token|authorization|api[_-]?key|cookie/i;
const DEPTH_MAX = 6;

/** What a record may look like in the log. `secrets`: values that nobody may read there. */
export function logRedactor(secrets: readonly string[]): (record: LogRecord) => LogRecord {
  const values = [...new Set(secrets)]
    .filter((value) => value.length >= SHORTEST)
    // One that holds another goes first.
    .toSorted((a, b) => b.length - a.length);
  const inText = (text: string): string =>
    values.reduce((shown, value) => (shown.includes(value) ? shown.replaceAll(value, HIDDEN) : shown), text);
  const shown = (value: unknown, depth: number): unknown => {
    if (typeof value === "string") return inText(value);
    if (typeof value !== "object" || value === null) return value;
    if (depth >= DEPTH_MAX) return inText(JSON.stringify(value));
    if (Array.isArray(value)) return value.map((each) => shown(each, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [
        inText(name),
        NAMED.test(name) && each !== "" ? HIDDEN : shown(each, depth + 1),
      ]),
    );
  };
  return (record) => shown(record, 0) as LogRecord;
}

/** Line ends that JSON leaves as they are, and that some viewers break a line at. */
export const oneLogLine = (record: LogRecord): string =>
  JSON.stringify(record).replaceAll(
    /[\u0080-\u009f\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
