/** News and corporate actions by REST: the actions are those that the twin was told to have. */
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
import { listedAction, type ScriptedAction } from "./scripted-actions.ts";
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

export function newsRoutes(
  desk: NewsDesk,
  actions: readonly ScriptedAction[],
  now: () => EpochMicros,
): readonly Route[] {
  return [
    { method: "GET", path: /^\/v1beta1\/news$/, group: "data", answer: (ask) => news(desk, ask, now()) },
    {
      method: "GET",
      path: /^\/v1\/corporate-actions$/,
      group: "data",
      answer: (ask) => corporateActions(ask, actions, now()),
    },
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

function corporateActions({ query }: Ask, actions: readonly ScriptedAction[], now: EpochMicros): Answer {
  const limit = wholeParameter(query, "limit", { least: 1, most: 1000, otherwise: 100 });
  const isDescending = wordParameter(query, "sort", ["asc", "desc"]) === "desc";
  const symbols = listParameter(query, "symbols");
  const skip = offsetOf(query.get("page_token"));
  for (const name of ["start", "end"]) {
    const text = query.get(name);
    if (text !== null && text !== "" && parseWireDay(text) === undefined)
      throw badParameter(`invalid ${name}: ${text.slice(0, 40)}`);
  }
  const types = listParameter(query, "types");
  const unknown = types?.find((type) => !actionLists.includes(`${type}s`) && !actionLists.includes(type));
  if (unknown !== undefined) throw badParameter(`invalid types: ${unknown.slice(0, 40)}`);
  const [from, to] = ["start", "end"].map((name) => query.get(name) ?? "");
  const listed = actions
    .filter(({ symbol }) => symbols?.includes(symbol) ?? true)
    .filter(({ listedAt, withdrawnAt }) => now >= listedAt && now < withdrawnAt)
    .map(listedAction)
    .filter(({ list }) => types?.some((type) => list === type || list === `${type}s`) ?? true)
    .filter(({ row: { process_date: day } }) => (!from || day >= from) && (!to || day <= to))
    .toSorted((a, b) => (a.row.process_date < b.row.process_date ? -1 : 1) * (isDescending ? -1 : 1));
  const page = listed.slice(skip, skip + limit);
  const next = listed.length > skip + limit ? Buffer.from(String(skip + limit)).toString("base64url") : null;
  const byList = Object.groupBy(page, ({ list }) => list);
  const lists = Object.entries(byList).map(([list, rows = []]) => [list, rows.map(({ row }) => row)]);
  return ok({ corporate_actions: Object.fromEntries(lists), next_page_token: next });
}
