/**
 * Goal    a symbol's day is the weighted mean of what was known by then, each story once, and nothing from later.
 * Method  cases by hand; properties over arbitrary streams of stories.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EpochMicros, MICROS_PER_DAY, MICROS_PER_MINUTE } from "../../domain/time.ts";
import { knownAt, type ScoredStory, StoryWindow, usualStoryWindow } from "./story-window.ts";
import { titleKey } from "./title-key.ts";

const day = (days: number) => (20_000 * MICROS_PER_DAY + days * MICROS_PER_DAY) as EpochMicros;
/** Without latency, so that days come out round. */
const prompt = { ...usualStoryWindow, latencyMicros: 0 };
const story = (days: number, score: number, title = `story ${days} ${score}`): ScoredStory => ({
  title,
  publishedAt: day(days),
  score,
});
const windowOf = (...stories: ScoredStory[]) => {
  const window = new StoryWindow(prompt);
  for (const one of stories) window.take(one);
  return window;
};
const stream = () =>
  fc
    .array(
      fc.record({
        days: fc.double({ min: 0, max: 30, noNaN: true }),
        score: fc.double({ min: -1, max: 1, noNaN: true }),
        title: fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"),
      }),
      { minLength: 5, maxLength: 40 },
    )
    .map((rows) =>
      rows
        .map(({ days, score, title }) => story(days, score, title))
        .toSorted((a, b) => a.publishedAt - b.publishedAt),
    );

describe("story window", () => {
  it("a story loses half of its weight in two days, three quarters in four", () => {
    expect(windowOf(story(0, 1)).at(day(2))).toEqual({ score: 1, weight: 0.5, stories: 1 });
    expect(windowOf(story(0, 1)).at(day(4)).weight).toBe(0.25);
    // One of two days ago at weight 1/2, a fresh one at 1: (0.5 - 0.25) / 1.5.
    expect(windowOf(story(0, 1), story(2, -0.25)).at(day(2)).score).toBeCloseTo(1 / 6, 14);
  });

  it("no story is a missing reading, not a neutral one, and so is one past the look-back", () => {
    expect(new StoryWindow().at(day(0)).score).toBeNaN();
    expect(windowOf(story(0, 1)).at(day(9.99)).stories).toBe(1);
    expect(windowOf(story(0, 1)).at(day(10)).score).toBeNaN();
  });

  it("a story counts from its publication plus the feed's latency, not before", () => {
    expect(knownAt(day(1), MICROS_PER_MINUTE)).toBe(day(1) + MICROS_PER_MINUTE);
    const window = new StoryWindow(usualStoryWindow);
    window.at(day(1));
    window.take(story(1, 1));
    expect(() => window.at(day(1))).toThrow("go forward in time");
    expect(window.at(knownAt(day(1), MICROS_PER_MINUTE))).toEqual({ score: 1, weight: 1, stories: 1 });
  });

  it("a story told again counts once and from its first time; after the look-back it is news again", () => {
    const window = windowOf(story(0, 1, "Acme beats estimates"));
    expect(window.take(story(1, -1, "UPDATE 1-ACME beats  estimates!"))).toBe(false);
    expect(window.at(day(2))).toEqual({ score: 1, weight: 0.5, stories: 1 });
    expect(window.take(story(10, -1, "Acme beats estimates"))).toBe(true);
    expect(window.at(day(10)).score).toBe(-1);
  });

  it.each([
    ["Acme: profit up 3.5 %", "ACME  profit up 3.5%", true],
    ["Acme's cafe\u0301 opens", "Acme\u2019s caf\u00e9 opens", true],
    ["CORRECTED: Acme wins order", "Acme wins order", true],
    ["Acme up 3.5%", "Acme up 35%", false],
    ["Acme at -3", "Acme at 3", false],
    ["Acme wins order", "Acme wins orders", false],
  ])("%s / %s: the same story is %s", (one, other, same) => {
    expect(titleKey(one) === titleKey(other)).toBe(same);
  });

  it("asking in between changes nothing, and no score leaves [-1, 1]", () => {
    fc.assert(
      fc.property(stream(), (stories) => {
        const asked = new StoryWindow(prompt);
        for (const one of stories) {
          asked.take(one);
          expect(Math.abs(asked.at(one.publishedAt).score)).toBeLessThanOrEqual(1);
        }
        expect(asked.save()).toEqual(windowOf(...stories).save());
      }),
    );
  });

  it("equals the sum over all first tellings in the look-back", () => {
    fc.assert(
      fc.property(stream(), (stories) => {
        const now = day(31);
        const firsts: ScoredStory[] = [];
        for (const one of stories) {
          const lastFirst = firsts.findLast(({ title }) => title === one.title);
          const since = one.publishedAt - 10 * MICROS_PER_DAY;
          if (lastFirst === undefined || lastFirst.publishedAt <= since) firsts.push(one);
        }
        const counted = firsts.filter(({ publishedAt }) => publishedAt > now - 10 * MICROS_PER_DAY);
        const found = windowOf(...stories).at(now);
        expect(found.stories).toBe(counted.length);
        const weights = counted.map(({ publishedAt }) => 2 ** (-(now - publishedAt) / MICROS_PER_DAY / 2));
        const weight = weights.reduce((a, b) => a + b, 0);
        expect(found.weight).toBeCloseTo(weight, 12);
        const total = counted.reduce((sum, { score }, n) => sum + score * weights[n]!, 0);
        if (counted.length > 0) expect(found.score).toBeCloseTo(total / weight, 10);
      }),
    );
  });

  it("any checkpoint, through JSON and back, changes nothing", () => {
    fc.assert(
      fc.property(stream(), fc.nat(39), (stories, cut) => {
        const whole = windowOf(...stories);
        const resumed = new StoryWindow(prompt);
        resumed.load(JSON.parse(JSON.stringify(windowOf(...stories.slice(0, cut)).save())));
        for (const one of stories.slice(cut)) resumed.take(one);
        expect(resumed.save()).toEqual(whole.save());
        expect(resumed.at(day(31))).toEqual(whole.at(day(31)));
      }),
    );
  });

  it("refuses what cannot be", () => {
    expect(() => windowOf(story(0, 2))).toThrow("sentiment score 2 is not in [-1, 1]");
    expect(() => windowOf(story(0, Number.NaN))).toThrow("sentiment score NaN");
    expect(() => windowOf(story(1, 0), story(0, 0))).toThrow("go forward in time");
    expect(() => new StoryWindow({ ...prompt, halfLifeDays: 0 })).toThrow("halfLifeDays 0");
    expect(() => new StoryWindow({ ...prompt, latencyMicros: -1 })).toThrow("latencyMicros -1");
  });
});
