/** What an entry of the audit changed: its states before and after are texts, mostly JSON objects of one level. */

/** Only what differs; "unchanged" where nothing does. Texts that are no objects are shown as they are. */
export function changeWords(before: string, after: string): string {
  const from = flat(before);
  const to = flat(after);
  if (from === null || to === null) {
    if (before === after) return before === "" ? "" : `${before}, unchanged`;
    return before === "" ? after : after === "" ? before : `${before} → ${after}`;
  }
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  const changed = keys.filter((key) => from[key] !== to[key]);
  if (changed.length === 0) {
    const same = keys.map((key) => `${key} ${to[key]}`).join(", ");
    return same === "" ? "unchanged" : `${same}, unchanged`;
  }
  return changed.map((key) => `${key} ${from[key] ?? "none"} → ${to[key] ?? "none"}`).join(", ");
}

/** Null: no object. What is inside of an object is compared as a text. */
function flat(text: string): Readonly<Record<string, string>> | null {
  try {
    const found: unknown = JSON.parse(text);
    if (typeof found !== "object" || found === null || Array.isArray(found)) return null;
    return Object.fromEntries(
      Object.entries(found).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    );
  } catch {
    return null;
  }
}
