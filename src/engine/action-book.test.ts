/**
 * Goal    an announced action is told once, in time and in order, whatever the source repeats, changes or takes back.
 * Method  lists by hand over the mornings of a week; a second book stands for the same process after a restart.
 */
import { describe, expect, it } from "vitest";
import type { AnnouncedAction, AnnouncedTerms } from "../domain/corporate-action.ts";
import { instrumentTable } from "../domain/instrument.ts";
import { type DayNumber, dayNumber, type EpochMicros } from "../domain/time.ts";
import { ActionBook, type ToldAction } from "./action-book.ts";

const instruments = instrumentTable(["AAA", "BBB"]);
const START = dayNumber(2026, 3, 2);
const EX = dayNumber(2026, 3, 4);
const NEXT = dayNumber(2026, 3, 5);
const LATER = dayNumber(2026, 3, 25);
const at = 1_000 as EpochMicros;
const notYet = () => false;

const split = (newShares = 4, oldShares = 1): AnnouncedTerms => ({ kind: "split", newShares, oldShares });
const cash = (perShare: number): AnnouncedTerms => ({ kind: "dividend", perShare });
const action = (terms: AnnouncedTerms, more: Partial<AnnouncedAction> = {}): AnnouncedAction => ({
  ...{ id: `${terms.kind}-1`, symbol: "AAA", exDate: EX, terms },
  ...more,
});
const fresh = () => new ActionBook({ instruments, startDay: START });
const words = (told: readonly ToldAction[]) =>
  told.map(({ event }) => (event.kind === "InstrumentLocked" ? `locked: ${event.reason}` : event.kind));

/** What a morning tells: the list is read, and everything up to that day is due. */
function morning(
  book: ActionBook,
  list: readonly AnnouncedAction[],
  day: DayNumber,
  isOpen = notYet,
): string[] {
  const said = book.listed(list, day, at);
  for (const each of said) book.told(each);
  return words([...said, ...book.due(day, at, isOpen)]);
}

describe("AK-1", () => {
  it("tells nothing before the ex-date, and each action once on it", () => {
    const book = fresh();
    const list = [action(split())];
    expect(morning(book, list, dayNumber(2026, 3, 3))).toEqual([]);
    expect(morning(book, list, EX)).toEqual(["SharesSplit"]);
    expect(morning(book, list, EX)).toEqual([]);
    expect(morning(book, list, dayNumber(2026, 3, 5))).toEqual([]);
  });

  it("tells a split before the dividend of the same day, and neither of the day that the run began on", () => {
    const list = [
      action(cash(0.2)),
      action(split()),
      action(split(), { id: "old", exDate: START, symbol: "BBB" }),
    ];
    expect(morning(fresh(), list, EX)).toEqual(["SharesSplit", "DividendPaid"]);
  });

  it("tells a dividend as one that the broker's record books", () => {
    const book = fresh();
    book.listed([action(cash(0.2))], EX, at);
    expect(book.due(EX, at, notYet)[0]?.event).toMatchObject({ perShare: 0.2, isExpected: true });
  });

  it("says of which day it is, also where it was missed and is told later", () => {
    const book = fresh();
    book.listed([action(split()), action(cash(0.2))], EX, at);
    expect(book.due(NEXT, at, notYet).map(({ event }) => event)).toMatchObject([
      { kind: "SharesSplit", at, exDate: EX },
      { kind: "DividendPaid", at, exDate: EX },
    ]);
  });

  it("knows after a restart what it told before", () => {
    const [before, after] = [fresh(), fresh()];
    before.listed([action(split())], EX, at);
    for (const told of before.due(EX, at, notYet)) after.told(JSON.parse(JSON.stringify(told)) as ToldAction);
    expect(morning(after, [action(split())], EX)).toEqual([]);
  });

  it("that was fetched before a restart and not told is told by the next list", () => {
    fresh().listed([action(split())], dayNumber(2026, 3, 3), at);
    expect(morning(fresh(), [action(split())], EX)).toEqual(["SharesSplit"]);
  });

  it("leaves symbols alone that the run does not trade", () => {
    expect(morning(fresh(), [action(split(), { symbol: "ZZZ" })], EX)).toEqual([]);
  });
});

describe("AK-3", () => {
  it("the same under two names is one", () => {
    expect(morning(fresh(), [action(split()), action(split(), { id: "twin" })], EX)).toEqual(["SharesSplit"]);
  });

  it("and is not withdrawn while one of the names is left", () => {
    const book = fresh();
    morning(book, [action(split()), action(split(), { id: "twin" })], EX);
    expect(morning(book, [action(split(), { id: "twin" })], EX)).toEqual([]);
  });
});

describe("AK-2 locks, once,", () => {
  it.each([
    [
      "a kind that nobody knows",
      [action({ kind: "other", what: "name change" })],
      /name change: books are not restated/,
    ],
    ["two splits of one day", [action(split()), action(split(2), { id: "x" })], /lists two splits/],
  ])("%s", (_, list, reason) => {
    const book = fresh();
    const [first, ...more] = morning(book, list, EX);
    expect(first).toMatch(reason);
    expect(first).toMatch(/^locked: 2026-03-04 AAA .*acknowledge$/);
    expect(more.length).toBeLessThan(2);
    expect(morning(book, list, EX)).toEqual([]);
  });

  it("what is listed after the first minute of its day", () => {
    const [said] = morning(fresh(), [action(split())], EX, () => true);
    expect(said).toMatch(/^locked: 2026-03-04 AAA split 4 for 1: it was listed after the first minute/);
  });

  it.each([
    ["withdrawn", [], /is not listed any more/],
    ["changed", [action(split(5))], /is changed to: 2026-03-04 AAA split 5 for 1/],
  ])("what was told and is %s", (_, list, reason) => {
    const book = fresh();
    morning(book, [action(split())], EX);
    const [first, ...more] = morning(book, list, EX);
    expect(first).toMatch(reason);
    expect(more).toEqual([]);
    expect(morning(book, list, EX)).toEqual([]);
  });

  it.each([
    ["another ratio", action(split(5), { id: "s2" }), EX],
    ["another day", action(split(), { id: "s2", exDate: NEXT }), NEXT],
    ["another ratio and day, weeks later", action(split(2), { id: "s2", exDate: LATER }), LATER],
  ])("never restates twice what is listed anew under another name with %s", (_, corrected, day) => {
    const book = fresh();
    expect(morning(book, [action(split())], EX)).toEqual(["SharesSplit"]);
    const said = morning(book, [corrected], day);
    expect(said.filter((word) => !word.startsWith("locked"))).toEqual([]);
    expect(said.at(-1)).toMatch(/books were restated for 2026-03-04 AAA split 4 for 1 already/);
    expect(morning(book, [corrected], day)).toEqual([]);
  });

  it("never restates a dividend twice that is listed anew under another name", () => {
    const book = fresh();
    morning(book, [action(cash(0.2))], EX);
    const said = morning(book, [action(cash(0.3), { id: "d2" })], EX);
    expect(said).toHaveLength(2);
    expect(said.every((word) => word.startsWith("locked"))).toBe(true);
  });

  it("but two dividends of one day that are both listed are two", () => {
    const book = fresh();
    morning(book, [action(cash(0.2))], EX);
    expect(morning(book, [action(cash(0.2)), action(cash(3), { id: "special" })], EX)).toEqual([
      "DividendPaid",
    ]);
  });

  it("what changes a second time is told a second time", () => {
    const book = fresh();
    morning(book, [action(split())], EX);
    expect(morning(book, [action(split(5))], EX)).toHaveLength(1);
    expect(morning(book, [action(split(6))], EX)).toEqual([expect.stringMatching(/split 6 for 1/)]);
  });

  it("a split that was locked is not restated when its list is put right: a person may have done it", () => {
    const book = fresh();
    const two = [action(split()), action(split(2), { id: "x" })];
    expect(morning(book, two, EX).every((word) => word.startsWith("locked"))).toBe(true);
    const said = morning(book, [action(split(3), { id: "y" })], EX);
    expect(said).toEqual([expect.stringMatching(/^locked: .*split 3 for 1/)]);
  });

  it("a split a quarter later is a split like any other", () => {
    const book = fresh();
    morning(book, [action(split())], EX);
    const next = action(split(2), { id: "s2", exDate: dayNumber(2026, 6, 4) });
    expect(morning(book, [next], dayNumber(2026, 6, 4))).toEqual(["SharesSplit"]);
  });

  it("all of it after a restart, too", () => {
    const [before, after] = [fresh(), fresh()];
    before.listed([action(split())], EX, at);
    for (const told of before.due(EX, at, notYet)) after.told(JSON.parse(JSON.stringify(told)) as ToldAction);
    const said = morning(after, [action(split(5), { id: "s2" })], EX);
    expect(said.filter((word) => !word.startsWith("locked"))).toEqual([]);
  });

  it("but not what was withdrawn before it was told", () => {
    const book = fresh();
    morning(book, [action(split())], dayNumber(2026, 3, 3));
    expect(morning(book, [], EX)).toEqual([]);
  });

  it("nor an old one that has left the list", () => {
    const book = fresh();
    morning(book, [action(split())], EX);
    expect(morning(book, [], dayNumber(2026, 3, 20))).toEqual([]);
  });
});
