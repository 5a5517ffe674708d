/** Tells a story that is told again from a new one, by its title alone (QUANT l). */
import { sha256Hex } from "../../numerics/sha256.ts";

/** What agencies put before a title that they send again. */
const resentMark = /^(?:update \d+|corrected|refile|brief|breaking|exclusive|rpt)\s*[-:]\s*/;
/** Hexadecimal digits kept: 64 bits, so a million titles meet by chance once in 37 million times. */
const KEY_DIGITS = 16;

/**
 * Equal for titles that differ only in case, accents' coding, punctuation, spaces or an agency's mark; numbers and
 * their signs stay, so that "up 3.5 %" and "up 35 %" are two stories. 16 hexadecimal digits.
 */
export function titleKey(title: string): string {
  return sha256Hex(normalisedTitle(title)).slice(0, KEY_DIGITS);
}

function normalisedTitle(title: string): string {
  const plain = title.normalize("NFKC").toLowerCase().trim().replace(resentMark, "");
  // A dot or comma between digits is part of the number, and so is a sign before it.
  return plain
    .replace(/(?<!\d)[.,]|[.,](?!\d)/g, " ")
    .replace(/[-\u2212](?!\d)|(?<=[\p{L}\p{N}])[-\u2212]/gu, " ")
    .replace(/ +(?=%)/g, "")
    .replace(/[^\p{L}\p{N}.,%$\u20ac\u00a3+\-\u2212]+/gu, " ")
    .trim();
}
