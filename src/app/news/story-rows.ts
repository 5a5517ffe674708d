/** Stories out of a table with a header, as people export them. */
import { InputError } from "../../domain/assert.ts";
import type { Story } from "../../market/news-story.ts";
import { knownInstant } from "../known-instant.ts";

const columns = {
  published: ["published", "published_at", "created_at", "date"],
  symbol: ["symbol", "symbols", "ticker"],
  title: ["title", "headline", "text"],
} as const;

const SYMBOL = /^[A-Z0-9.^-]{1,20}$/;
/** Characters; a headline is one line. */
const TITLE_MAX = 1000;

/**
 * `published` is an instant with its zone, or a date, which then counts from its end in New York: nobody knows when in
 * the day it came. Throws InputError (exit 1) naming the line.
 */
export function storiesOf(header: readonly string[], rows: readonly string[][], where: string): Story[] {
  const names = header.map((name) => name.trim().toLowerCase());
  const at = (what: keyof typeof columns): number => {
    const found = names.findIndex((name) => (columns[what] as readonly string[]).includes(name));
    if (found >= 0) return found;
    throw new InputError(
      `${where}: has no column ${columns[what].join(", ")}; it has ${names.join(", ").slice(0, 80)}`,
    );
  };
  const [published, symbol, title, score] = [
    at("published"),
    at("symbol"),
    at("title"),
    names.indexOf("score"),
  ];
  return rows.flatMap((row, n) => {
    const line = `${where}: line ${n + 2}`;
    const publishedAt = knownInstant(row[published] ?? "", line, "published");
    const text = (row[title] ?? "").trim().slice(0, TITLE_MAX);
    if (text === "") throw new InputError(`${line}: the title is empty`, 1);
    const value = scoreOf(score < 0 ? "" : (row[score] ?? ""), line);
    return symbolsOf(row[symbol] ?? "", line).map((name) => ({
      ...{ symbol: name, publishedAt, title: text, score: value },
    }));
  });
}

function symbolsOf(text: string, line: string): readonly string[] {
  const names = text.split(/[,;|\s]+/).filter((name) => name !== "");
  const wrong = names.find((name) => !SYMBOL.test(name));
  if (names.length > 0 && wrong === undefined) return [...new Set(names)];
  throw new InputError(`${line}: symbol "${text.slice(0, 30)}" must be as AAPL, several as AAPL;MSFT`, 1);
}

function scoreOf(text: string, line: string): number {
  if (text.trim() === "") return Number.NaN;
  const score = Number(text);
  if (score >= -1 && score <= 1) return score;
  throw new InputError(`${line}: score "${text.slice(0, 30)}" must be from -1 to 1, or empty`, 1);
}
