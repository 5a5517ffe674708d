/** The part of an address after "?": what is empty is left out, so that one filter has one address. */

export function queryText(parts: Readonly<Record<string, string | number | boolean | null>>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parts)) {
    if (value === null || value === "" || value === false) continue;
    query.set(key, value === true ? "1" : String(value));
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}
