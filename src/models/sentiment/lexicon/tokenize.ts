/** Cuts a headline or sentence into words, phrases, figures and stops. */
import type { Dictionary, WordEntry } from "./dictionary.ts";

export type Unit = "percent" | "money" | "plain" | "year";

export interface Token {
  readonly text: string;
  /** Undefined for figures, stops and words that the dictionary does not know. */
  readonly entry: WordEntry | undefined;
  /** NaN but for a figure; scaled, so that 2 mn is 2,000,000. */
  readonly value: number;
  readonly unit: Unit | undefined;
  /** Ends a sentence or a clause. */
  readonly isStop: boolean;
  /** Stands in brackets: a conversion, a ticker, a date. */
  readonly isAside: boolean;
}

/** Longer texts are cut here: a headline or a sentence is never that long, and work per text stays bounded. */
const CHARACTERS_MAX = 4096;

/** A figure may have its thousands and decimals set off by a space, as some agencies do. */
const pieces = new RegExp(
  [
    "\\d+(?: ?,\\d{3}(?!\\d))*(?: ?\\.\\d+|,\\d{1,2}(?!\\d))?",
    "[a-z\\u00c0-\\u024f]+(?:['\\u2019][a-z]+)?",
    "[%$\\u20ac\\u00a3;!?.()]",
  ].join("|"),
  "g",
);

const currencies: ReadonlySet<string> = new Set(
  "$ € £ eur usd gbp sek nok dkk chf jpy cny inr rs euro euros dollar dollars eurm".split(" "),
);
const scales: ReadonlyMap<string, number> = new Map([
  ["k", 1e3],
  ["thousand", 1e3],
  ["lakh", 1e5],
  ["m", 1e6],
  ["mn", 1e6],
  ["mln", 1e6],
  ["million", 1e6],
  ["cr", 1e7],
  ["crore", 1e7],
  ["crores", 1e7],
  ["b", 1e9],
  ["bn", 1e9],
  ["bln", 1e9],
  ["billion", 1e9],
  ["tn", 1e12],
  ["trillion", 1e12],
]);
const percents: ReadonlySet<string> = new Set(["%", "pct", "percent", "pc"]);

/** "Profit before taxes fell", "profit excluding restructuring costs rose": the next words are not what moved. */
const setsAside: ReadonlySet<string> = new Set(["before", "excluding", "including", "excl", "incl", "ex"]);
const SET_ASIDE = 4;

/** Lower-cases, joins the dictionary's phrases into one token each, and reads figures with their units. */
export function tokenize(text: string, dictionary: Dictionary): Token[] {
  const found = text.slice(0, CHARACTERS_MAX).toLowerCase().match(pieces) ?? [];
  const tokens: Token[] = [];
  let depth = 0;
  let hidden = 0;
  let at = 0;
  while (at < found.length) {
    const piece = found[at]!;
    if (piece === "(") depth += 1;
    else if (piece === ")") depth = Math.max(0, depth - 1);
    else {
      hidden = setsAside.has(piece) ? SET_ASIDE : hidden - 1;
      const isAside = depth > 0 || hidden > 0;
      const code = piece.charCodeAt(0);
      const phrase = phraseAt(found, at, dictionary, isAside);
      if (phrase !== undefined) {
        tokens.push(phrase);
        at += phrase.length - 1;
      } else if (code >= 48 && code <= 57) tokens.push(figure(found, at, depth > 0));
      else tokens.push(wordToken(piece, dictionary, isAside));
    }
    at += 1;
  }
  return tokens;
}

function wordToken(piece: string, { words }: Dictionary, isAside: boolean): Token {
  const text = piece.endsWith("'s") || piece.endsWith("\u2019s") ? piece.slice(0, -2) : piece;
  const isStop = text === "." || text === ";" || text === "!" || text === "?";
  const entry = words.get(text.replace("\u2019", "'"));
  return { text, entry, value: Number.NaN, unit: undefined, isStop, isAside };
}

function phraseAt(
  found: readonly string[],
  at: number,
  { phrases }: Dictionary,
  isAside: boolean,
): (Token & { readonly length: number }) | undefined {
  for (const { words, entry } of phrases.get(found[at]!) ?? []) {
    let length = 1;
    while (length < words.length && found[at + length] === words[length]) length += 1;
    if (length < words.length) continue;
    const text = words.join(" ");
    return { text, entry, value: Number.NaN, unit: undefined, isStop: false, isAside, length };
  }
  return undefined;
}

function figure(found: readonly string[], at: number, isAside: boolean): Token {
  const text = found[at]!;
  // "37,7" has a decimal comma: thousands come in threes.
  const plain = Number(text.replace(/,(?=\d{1,2}$)/, ".").replace(/[ ,]/g, ""));
  const next = found[at + 1] ?? "";
  const scale = scales.get(next);
  const value = plain * (scale ?? 1);
  const beside = scale === undefined ? next : (found[at + 2] ?? "");
  const isMoney = scale !== undefined || currencies.has(found[at - 1] ?? "") || currencies.has(beside);
  const isYear = !text.includes(",") && Number.isInteger(plain) && plain >= 1900 && plain <= 2100;
  const unit = percents.has(next) ? "percent" : isMoney ? "money" : isYear ? "year" : "plain";
  return { text, entry: undefined, value, unit, isStop: false, isAside };
}
