/**
 * Goal: a run hears of a story when it could be known and never before, once however often it is told, and of what is
 * unusual only after 60 readings (RES-3). Method: a lake of stories written by hand, and the same one cut off.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runLine } from "../../../test/run-line.ts";
import { lakePaths } from "../../adapters/lake/paths.ts";
import { addStories, readStories } from "../../adapters/lake/story-store.ts";
import { instrumentTable } from "../../domain/instrument.ts";
import { dayNumber, type EpochMicros, isoInstant } from "../../domain/time.ts";
import { sessionsBetween, xnysSessions } from "../../market/calendar.ts";
import type { Story } from "../../market/news-story.ts";
import { storiesOf } from "../news/story-rows.ts";
import { newsProvider } from "./news-provider.ts";
import type { ReferenceWorld } from "./reference-provider.ts";

const root = mkdtempSync(join(tmpdir(), "plimsoll-news-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const [FIRST, LAST] = [dayNumber(2024, 1, 2), dayNumber(2024, 6, 28)];
const { close, open } = sessionsBetween(FIRST, LAST);
const MINUTE = 60e6;
const story = (at: number, title: string, score = Number.NaN, symbol = "AAA"): Story => ({
  ...{ symbol, title, score, publishedAt: at as EpochMicros },
});

let folders = 0;
async function told(stories: readonly Story[], timeframe: "1d" | "1m" = "1d", first = FIRST) {
  const own = join(root, String(folders++));
  addStories(lakePaths(own), stories);
  const world: Partial<ReferenceWorld> = {
    ...{ root: own, instruments: instrumentTable(["AAA", "BBB", "CCC"]), timeframe, first, last: LAST },
    sessions: xnysSessions(),
  };
  return newsProvider.tell(world as ReferenceWorld);
}

/** One story a session, an hour before its close; the tone swings a little around nothing. */
const daily = (sessions: number): Story[] =>
  Array.from({ length: sessions }, (_, n) =>
    story(close[n]! - 60 * MINUTE, `story ${n}`, n % 2 === 0 ? 0.1 : -0.1),
  );

describe("a reading", () => {
  it("is told at the close of the session in which its story could be known, a minute after publication", async () => {
    const rows = await told([
      story(close[3]! - 61e6, "in time", 0.5),
      story(close[4]! - 59e6, "a second too late", -0.5, "BBB"),
    ]);
    const heard = rows.flatMap(({ at, rows: lines }) =>
      lines.map(({ instrument, values }) => [isoInstant(at), instrument, values[0]]),
    );
    expect(heard.slice(0, 3)).toEqual([
      [isoInstant(close[3] as EpochMicros), 0, 1],
      [isoInstant(close[4] as EpochMicros), 0, 0],
      [isoInstant(close[5] as EpochMicros), 0, 0],
    ]);
    expect(heard.find(([, instrument]) => instrument === 1)).toEqual([
      isoInstant(close[5] as EpochMicros),
      1,
      1,
    ]);
  });

  it("comes with the next open where bars are shorter than a day", async () => {
    const rows = await told([story(close[3]! + 60 * MINUTE, "in the evening", 0.5)], "1m");
    const first = rows.find(({ rows: lines }) => lines.length > 0);
    expect(first?.at).toBe(open[4]);
  });

  it("weighs a story half after two days, and forgets it after ten", async () => {
    const rows = await told([
      story(close[3]! - 60 * MINUTE, "good", 0.8),
      story(close[5]! - 60 * MINUTE, "bad", -0.8),
    ]);
    const scores = new Map(rows.map(({ at, rows: lines }) => [at, lines[0]?.values[1]]));
    expect(scores.get(close[3] as EpochMicros)).toBeCloseTo(0.8, 12);
    // Two days apart: weights 1 and one half, whatever both have lost since.
    const days = (close[5]! - close[3]!) / 86_400e6;
    const weight = 2 ** (-days / 2);
    expect(scores.get(close[5] as EpochMicros)).toBeCloseTo((0.8 * weight - 0.8) / (weight + 1), 9);
    expect(rows.findLast(({ rows: lines }) => lines.length > 0)?.at).toBeLessThan(close[5]! + 10 * 86_400e6);
  });

  it("counts a title that is told again once, whatever its case and its agency's mark", async () => {
    const at = close[3]! - 300 * MINUTE;
    const once = await told([story(at, "Acme wins an order", 0.4)]);
    const thrice = await told([
      story(at, "Acme wins an order", 0.4),
      story(at + MINUTE, "UPDATE 1-ACME wins an order!", 0.4),
      story(at + 2 * MINUTE, "Acme  wins an order.", -1),
    ]);
    expect(thrice).toEqual(once);
  });

  it("says what is unusual from the sixty-first on, against the company's own", async () => {
    const z = async (before: number) => {
      const rows = await told([...daily(before), story(close[before]! - MINUTE * 60, "fraud", -1)]);
      return rows.find(({ at }) => at === close[before])?.rows[0]?.values[2];
    };
    expect(await z(59)).toBeNull();
    expect(await z(60)).toBeLessThan(-2);
  });

  it("is of the title where nobody has judged it", async () => {
    const rows = await told([story(close[3]! - MINUTE * 60, "Acme files for bankruptcy")]);
    expect(rows.find(({ rows: lines }) => lines.length > 0)?.rows[0]?.values[1]).toBeLessThan(-0.3);
  });

  it("does not know what comes later", async () => {
    const stories = daily(100);
    const whole = await told(stories);
    for (const cut of [20, 61, 99]) {
      const known = (await told(stories.slice(0, cut))).filter(({ at }) => at < close[cut]! - 60 * MINUTE);
      expect(known).toEqual(whole.filter(({ at }) => at < close[cut]! - 60 * MINUTE));
    }
  });

  it("is told from the run's first session on, with all that came before in its baseline", async () => {
    const late = await told(daily(100), "1d", dayNumber(2024, 5, 1));
    const whole = await told(daily(100));
    expect(late.length).toBeLessThan(whole.length);
    expect(late).toEqual(whole.slice(-late.length));
  });
});

describe("the files", () => {
  const rowsOf = (...lines: string[]) =>
    storiesOf(
      ["Published", "symbols", "headline", "score"],
      lines.map((line) => line.split(",")),
      "news.csv",
    );

  it("count a date from its end in New York, and keep each symbol", () => {
    const [one, two, three] = rowsOf(
      "2024-03-04T13:30:00Z,AAPL;MSFT,Both win,0.5",
      "2024-03-04,A,Something,",
    );
    expect([one?.symbol, two?.symbol, three?.symbol]).toEqual(["AAPL", "MSFT", "A"]);
    expect(isoInstant(one?.publishedAt as EpochMicros)).toBe("2024-03-04T13:30:00Z");
    expect(isoInstant(three?.publishedAt as EpochMicros)).toBe("2024-03-05T05:00:00Z");
    expect([one?.score, three?.score]).toEqual([0.5, Number.NaN]);
  });

  it.each([
    ["soon,A,x,", /news.csv: line 2: published "soon" must be/],
    ["2024-03-04,,x,", /symbol "" must be as AAPL/],
    ["2024-03-04,a b!,x,", /symbol "a b!" must be/],
    ["2024-03-04,A,,", /the title is empty/],
    ["2024-03-04,A,x,7", /score "7" must be from -1 to 1/],
  ])("refuse %s by its line", (line, words) => {
    expect(() => rowsOf(line)).toThrow(words);
  });

  it("are kept once, in order, and refused when they are damaged", () => {
    const paths = lakePaths(join(root, "kept"));
    const stories = [story(2e15, "b"), story(1e15, "a", 0.5), story(2e15, "b")];
    expect(addStories(paths, stories)).toEqual({ added: 2, known: 2 });
    expect(addStories(paths, stories)).toEqual({ added: 0, known: 2 });
    expect(readStories(paths).map(({ title, score }) => [title, score])).toEqual([
      ["a", 0.5],
      ["b", Number.NaN],
    ]);
    writeFileSync(join(paths.data, "news", "stories.jsonl"), "{}\n");
    expect(() => readStories(paths)).toThrow(/is damaged; move it away/);
  });

  it("come by the command line", async () => {
    const file = join(root, "news.csv");
    writeFileSync(file, "published,symbol,title\n2024-03-04T13:30:00Z,AAPL,Apple wins\n");
    const line = ["--root", join(root, "cli"), "sentiment", "import", file];
    expect((await runLine(line)).out).toContain("1 stories read, 1 of them new, 1 known now");
    const fetch = [
      "--root",
      join(root, "cli"),
      "sentiment",
      "fetch",
      "--symbols",
      "AAPL",
      "--from",
      "2024-03-04",
    ];
    const said = await runLine(fetch, { ALPACA_API_KEY: "", APCA_API_KEY_ID: "" });
    expect([said.code, said.err]).toEqual([2, expect.stringContaining("ALPACA_API_KEY is not set")]);
  });
});
