/**
 * Alpaca's news over REST, `GET /v1beta1/news`: 50 stories a page, oldest first. Shapes after the protocol reference;
 * not tried against the real service. A story is told by the instant of its first publication; what an agency makes of
 * it later is another title or the same one told again.
 */
import { z } from "zod";
import type { EpochMicros } from "../../domain/time.ts";
import type { Story } from "../../market/news-story.ts";
import { instantText, parseNanoInstant } from "../brokers/alpaca/wire-instant.ts";
import type { SourceFailure, SourceReach } from "./bar-source.ts";
import { followPages } from "./source-pages.ts";

const PAGE = 50;

const page = z.object({
  news: z
    .array(
      z.object({
        headline: z.string(),
        created_at: z.string(),
        symbols: z.array(z.string()),
      }),
    )
    .nullish(),
  next_page_token: z.string().nullish(),
});

export interface NewsQuery {
  readonly symbols: readonly string[];
  /** First and last instant, both included. */
  readonly from: EpochMicros;
  readonly to: EpochMicros;
  /** The last instant is long over: the answer will not change any more, and may be kept. */
  readonly isSettled: boolean;
}

export type NewsAnswer = { readonly ok: true; readonly stories: readonly Story[] } | SourceFailure;

/** All stories of these symbols, or a reason and none. A story of several symbols is told for each that was asked. */
export async function alpacaNews(
  { client, origin, keys }: SourceReach,
  { symbols, from, to, isSettled }: NewsQuery,
): Promise<NewsAnswer> {
  const [keyId, secret] = keys;
  const headers = {
    "APCA-API-KEY-ID": keyId?.reveal() ?? "",
    "APCA-API-SECRET-KEY": secret?.reveal() ?? "",
    accept: "application/json",
  };
  const asked = new Set(symbols);
  const words = { symbols: symbols.join(","), start: instantText(from), end: instantText(to) };
  const question = new URLSearchParams({ ...words, sort: "asc", limit: String(PAGE) });
  const first = `${origin}/v1beta1/news?${question}`;
  const stories: Story[] = [];
  const failure = await followPages(
    first,
    (url) =>
      client.get({
        ...{ url, headers, asking: "asked", isSettled },
        read: (body) => {
          const { news, next_page_token: token } = page.parse(JSON.parse(body));
          const next =
            token == null || token === "" ? undefined : `${first}&page_token=${encodeURIComponent(token)}`;
          return { stories: (news ?? []).flatMap((story) => storiesOf(story, asked)), next };
        },
      }),
    (found) => stories.push(...found.stories),
  );
  return failure ?? { ok: true, stories };
}

type WireStory = NonNullable<z.infer<typeof page>["news"]>[number];

function storiesOf(
  { headline, created_at: created, symbols }: WireStory,
  asked: ReadonlySet<string>,
): Story[] {
  const publishedAt = parseNanoInstant(created)?.micros;
  // Whoever cannot say when it was published cannot be told point in time: the page counts as unreadable.
  if (publishedAt === undefined) throw new RangeError("created_at");
  return symbols
    .filter((symbol) => asked.has(symbol))
    .map((symbol) => ({ symbol, publishedAt, title: headline.trim(), score: Number.NaN }));
}
