/** News and corporate actions by REST. The sources know no corporate actions, so their lists are empty. */
import { type DayNumber, type EpochMicros, MICROS_PER_DAY } from "../domain/time.ts";
import { CALENDAR_FIRST_DAY } from "../market/calendar.ts";
import {
  type Answer,
  type Ask,
  badParameter,
  flagParameter,
  listParameter,
  ok,
  type Route,
  timeParameter,
  wholeParameter,
  wordParameter,
} from "./http-words.ts";
import type { NewsDesk, Story } from "./news.ts";
import { marketDay, parseWireDay, wireTime } from "./wire-time.ts";

/** Without a start the stories of so many days are looked through. */
const DEFAULT_DAYS = 30;

const actionLists = [
  "forward_splits",
  "reverse_splits",
  "unit_splits",
  "stock_dividends",
  "cash_dividends",
  "spin_offs",
  "cash_mergers",
  "stock_mergers",
  "stock_and_cash_mergers",
  "redemptions",
  "name_changes",
  "worthless_removals",
  "rights_distributions",
];

export function newsRoutes(desk: NewsDesk, now: () => EpochMicros): readonly Route[] {
  return [
    { method: "GET", path: /^\/v1beta1\/news$/, group: "data", answer: (ask) => news(desk, ask, now()) },
    { method: "GET", path: /^\/v1\/corporate-actions$/, group: "data", answer: corporateActions },
  ];
}

function news(desk: NewsDesk, { query }: Ask, now: EpochMicros): Answer {
  const limit = wholeParameter(query, "limit", { least: 1, most: 50, otherwise: 10 });
  const descending = wordParameter(query, "sort", ["desc", "asc"]) === "desc";
  const symbols = listParameter(query, "symbols");
  const withContent = flagParameter(query, "include_content");
  flagParameter(query, "exclude_contentless");
  const to = Math.min(timeParameter(query, "end") ?? now, now) as EpochMicros;
  const from = timeParameter(query, "start") ?? ((to - DEFAULT_DAYS * MICROS_PER_DAY) as EpochMicros);
  const skip = offsetOf(query.get("page_token"));
  const wanted = ({ createdAt, symbols: named }: Story) =>
    createdAt >= from && createdAt <= to && (symbols?.some((symbol) => named.includes(symbol)) ?? true);
  const found: Story[] = [];
  for (const day of days(from, to, descending)) {
    const stories = desk.stories(day).filter(wanted);
    found.push(...(descending ? stories.toReversed() : stories));
    if (found.length > skip + limit) break;
  }
  const page = found.slice(skip, skip + limit);
  const next = found.length > skip + limit ? Buffer.from(String(skip + limit)).toString("base64url") : null;
  return ok({ news: page.map((story) => storyJson(story, withContent)), next_page_token: next });
}

function* days(from: EpochMicros, to: EpochMicros, descending: boolean): Generator<DayNumber> {
  const first = Math.max(marketDay(from), CALENDAR_FIRST_DAY);
  const last = marketDay(to);
  for (let i = 0; i <= last - first; i++) yield (descending ? last - i : first + i) as DayNumber;
}

function offsetOf(token: string | null): number {
  if (token === null || token === "") return 0;
  const offset = Number(Buffer.from(token.slice(0, 40), "base64url").toString("utf8") || Number.NaN);
  if (Number.isSafeInteger(offset) && offset > 0) return offset;
  throw badParameter("invalid page_token");
}

function storyJson({ createdAt, content, ...story }: Story, withContent: boolean) {
  const times = { created_at: wireTime(createdAt), updated_at: wireTime(createdAt) };
  return { ...story, ...times, content: withContent ? content : "", images: [] };
}

function corporateActions({ query }: Ask): Answer {
  wholeParameter(query, "limit", { least: 1, most: 1000, otherwise: 100 });
  wordParameter(query, "sort", ["asc", "desc"]);
  for (const name of ["start", "end"]) {
    const text = query.get(name);
    if (text !== null && text !== "" && parseWireDay(text) === undefined)
      throw badParameter(`invalid ${name}: ${text.slice(0, 40)}`);
  }
  const types = listParameter(query, "types");
  const unknown = types?.find((type) => !actionLists.includes(`${type}s`) && !actionLists.includes(type));
  if (unknown !== undefined) throw badParameter(`invalid types: ${unknown.slice(0, 40)}`);
  return ok({ corporate_actions: {}, next_page_token: null });
}
