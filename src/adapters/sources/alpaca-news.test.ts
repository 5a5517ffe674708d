/** Goal: Alpaca's news becomes stories with their instants, or a reason and none. Method: its shape over HTTP. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Provider, type ServedProvider, serveProvider } from "../../../test/recorded-provider.ts";
import type { EpochMicros } from "../../domain/time.ts";
import { createRng } from "../../numerics/rng.ts";
import { Secret } from "../brokers/alpaca/secret.ts";
import { RealClock } from "../net/real-clock.ts";
import { RealTransport } from "../net/real-transport.ts";
import { alpacaNews } from "./alpaca-news.ts";
import { ResponseCache } from "./response-cache.ts";
import { SourceClient } from "./source-client.ts";
import { TokenBucket } from "./token-bucket.ts";

const KEYS = ["KEY-5551", "SECRET-7773"];
const [FROM, TO] = [Date.UTC(2024, 2, 4), Date.UTC(2024, 2, 6)].map((ms) => (ms * 1000) as EpochMicros);
let folder = "";
let served: ServedProvider | undefined;
const transport = new RealTransport();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plimsoll-news-"));
});
afterEach(async () => {
  await served?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** As the reference documents it, fields that nobody reads included. */
const story = (id: number, headline: string, created: string, ...symbols: string[]) => ({
  ...{
    id,
    headline,
    author: "A",
    created_at: created,
    updated_at: "2024-03-05T20:00:00Z",
    summary: "",
    content: "",
  },
  ...{ url: "https://x.example/1", images: [{ size: "thumb", url: "u" }], symbols, source: "benzinga" },
});
const answer = (news: readonly object[] | null, next: string | null = null) => ({
  status: 200,
  body: JSON.stringify({ news, next_page_token: next }),
});

async function ask(provider: Provider, symbols = ["AAPL", "BRK.B"]) {
  served = await serveProvider(provider);
  const secrets = KEYS.map((key) => new Secret(key));
  const clock = new RealClock();
  const client = new SourceClient({
    ...{
      name: "alpaca_news",
      clock,
      wallMs: () => Date.UTC(2024, 2, 7),
      transport,
      rng: createRng(1, "news"),
    },
    ...{ bucket: new TokenBucket(clock, 6000), timeoutMs: 5_000, secrets },
    cache: new ResponseCache(join(folder, "cache"), 2 ** 20),
  });
  const query = { symbols, from: FROM as EpochMicros, to: TO as EpochMicros, isSettled: false };
  return alpacaNews({ client, origin: served.origin, keys: secrets }, query);
}

it("follows the pages, tells a story for each symbol that was asked, and by its first publication", async () => {
  const said = await ask(({ path }) =>
    path.includes("page_token=two")
      ? answer([story(2, "Later", "2024-03-05T09:00:00.5Z", "BRK.B")])
      : answer([story(1, " Apple wins ", "2024-03-04T14:30:00-05:00", "AAPL", "MSFT", "BRK.B")], "two"),
  );
  const at = (text: string) => Date.parse(text) * 1000;
  expect(said).toEqual({
    ok: true,
    stories: [
      { symbol: "AAPL", publishedAt: at("2024-03-04T19:30:00Z"), title: "Apple wins", score: Number.NaN },
      { symbol: "BRK.B", publishedAt: at("2024-03-04T19:30:00Z"), title: "Apple wins", score: Number.NaN },
      { symbol: "BRK.B", publishedAt: at("2024-03-05T09:00:00.5Z"), title: "Later", score: Number.NaN },
    ],
  });
  const [first] = served?.asked ?? [];
  const { pathname, searchParams } = new URL(`http://x${first?.path}`);
  expect([pathname, Object.fromEntries(searchParams)]).toEqual([
    "/v1beta1/news",
    {
      ...{ symbols: "AAPL,BRK.B", start: "2024-03-04T00:00:00Z", end: "2024-03-06T00:00:00Z" },
      ...{ sort: "asc", limit: "50" },
    },
  ]);
  expect([first?.headers["apca-api-key-id"], first?.headers["apca-api-secret-key"]]).toEqual(KEYS);
});

it("takes an empty answer for what it is", async () => {
  expect(await ask(() => answer(null))).toEqual({ ok: true, stories: [] });
});

it.each([
  ["a story without an instant", () => answer([story(1, "x", "yesterday", "AAPL")]), "unreadable"],
  ["something else", () => ({ status: 200, body: "<html>" }), "unreadable"],
  ["a page for ever", () => answer([], "again"), "unreadable"],
  ["a key that is none", () => ({ status: 401, body: `{"message":"${KEYS[1]} is wrong"}` }), "denied"],
] as const)("is a reason and no story: %s", async (_, provider, why) => {
  const said = await ask(provider as Provider);
  expect(said).toMatchObject({ ok: false, why });
  expect(JSON.stringify(said)).not.toContain(KEYS[1]);
});
