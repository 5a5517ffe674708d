/**
 * Who is in the S&P 500 (DATA-1): from Wikipedia's list, or from a file of symbols. The list is of today; the table of
 * changes below it tells who came and went, which is as complete as its editors. Not tried against the real page: its
 * tables are found by their ids, and an answer with far fewer or far more names than the index has is refused.
 */
import { readFileSync } from "node:fs";
import { InputError } from "../../domain/assert.ts";
import type { SourceFailure } from "./bar-source.ts";
import type { Fetched, SourceClient } from "./source-client.ts";

export const WIKIPEDIA_ORIGIN = "https://en.wikipedia.org";
const PAGE = "/wiki/List_of_S%26P_500_companies";
/** Companies with several classes of shares make it 500 and a few. */
const LEAST = 480;
const MOST = 530;
const symbolPattern = /^[A-Z][A-Z0-9.]{0,9}$/;

export async function wikipediaMembers(
  client: SourceClient,
  origin: string,
): Promise<Fetched<readonly string[]>> {
  const fetched = await client.get({
    url: `${origin}${PAGE}`,
    // Wikipedia wants to know who asks.
    headers: { accept: "text/html", "user-agent": "plimsoll (market data sync; one page, rarely)" },
    asking: "asked",
    isSettled: false,
    read: membersOf,
  });
  if (!fetched.ok) return fetched;
  const count = fetched.value.length;
  if (count >= LEAST && count <= MOST) return fetched;
  const reason = `Wikipedia's table has ${count} names, the index has 500 and a few: the page has changed`;
  return { ok: false, why: "quality", reason } satisfies SourceFailure;
}

/** The table with the id `constituents`; undefined where the page has none. */
export function membersOf(page: string): readonly string[] | undefined {
  const start = /<table[^>]*\bid="constituents"[^>]*>/i.exec(page);
  if (start === null) return undefined;
  const from = start.index + start[0].length;
  const end = page.indexOf("</table>", from);
  // Without its end the page was cut off.
  if (end < 0) return undefined;
  const [head = "", ...rows] = page
    .slice(from, end)
    .split(/<tr[^>]*>/i)
    .slice(1);
  const titles = cellsOf(head).map((title) => title.toLowerCase());
  const symbolAt = titles.findIndex((title) => title === "symbol" || title.startsWith("ticker"));
  if (symbolAt < 0) return undefined;
  const members = rows.map((row) => ours(cellsOf(row)[symbolAt] ?? ""));
  return [...new Set(members.filter((symbol) => symbolPattern.test(symbol)))];
}

/** Class shares are written BRK.B in the lake. */
const ours = (text: string): string => text.trim().toUpperCase().replaceAll("-", ".");

const cellsOf = (row: string): string[] =>
  row
    .split(/<t[hd][^>]*>/i)
    .slice(1)
    .map((cell) => plain(cell));

/** Text of a cell: notes and marks fall away. */
function plain(cell: string): string {
  return cell
    .replaceAll(/<sup[\s\S]*?<\/sup>/gi, "")
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll("&amp;", "&")
    .replaceAll(/&#160;|&nbsp;/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** From a CSV file with a column `symbol`, or a line a symbol. Throws InputError naming `key` and the file. */
export function membersOfFile(key: string, path: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  } catch {
    throw new InputError(`${key} = ${path}: cannot be read; give a CSV file with a column symbol`);
  }
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const symbolAt = csvCells(lines[0] ?? "").findIndex((title) => title.trim().toLowerCase() === "symbol");
  const body = symbolAt < 0 ? lines : lines.slice(1);
  const members = body.map((line) => ours(csvCells(line)[Math.max(0, symbolAt)] ?? ""));
  const wrong = members.find((symbol) => !symbolPattern.test(symbol));
  if (wrong === undefined && members.length > 0) return [...new Set(members)];
  throw new InputError(`${key} = ${path}: "${(wrong ?? "").slice(0, 20)}" is no symbol; give one a line`);
}

/** A name of a company may hold a comma, in quotes. */
const csvCells = (line: string): string[] =>
  [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell = ""]) => cell.replaceAll('"', ""));
