/**
 * Words of others made harmless (SYSTEM 18): symbols, headlines and a broker's messages must not forge a
 * header, a line of a log, a link or a mention, wherever an alert ends up.
 */

/** One line: control and format characters become spaces, runs of spaces one. */
export const inertLine = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, " ")
    .replaceAll(/ {2,}/g, " ")
    .trim();

/** Of at most that many characters, the last one an ellipsis where it was cut; never half of a pair. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, Math.max(0, most - 1));
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}
