/**
 * Goal    a split or a dividend over night leaves a running execute with the right shares, prices and stops, whoever
 *         restates first, also through a death; what cannot be explained is locked and told, never booked (C-49, fault 43).
 * Method  the whole of execute in virtual time (`live-world.ts`) behind the close, where stops sleep; each case ends with
 *         a replay that says the same.
 */
import { describe, expect, it } from "vitest";
import type { InstrumentId } from "../src/domain/instrument.ts";
import { newYorkDay } from "../src/market/us-eastern.ts";
import {
  ACME,
  atBroker,
  FOUR,
  heldOverNight,
  isLocked,
  notes,
  pages,
  resting,
  settled,
  told,
} from "./overnight-world.ts";
import { toldAgain } from "./replayed-world.ts";

describe("a split of four for one", () => {
  it("keeps the account's worth, and rests one stop of 400 at a quarter of the price", async () => {
    const made = await heldOverNight();
    const before = made.live.stage.portfolio.equity;
    atBroker(made, FOUR);
    made.price("ACME", 25);
    told(made, FOUR);
    expect(made.booked("ACME")).toBe(400);
    expect(made.live.stage.portfolio.equity).toBeCloseTo(before, 6);
    expect(isLocked(made)).toBe(true);
    await made.run(60);
    expect(resting(made)).toEqual(["sell 400 stop 22.5"]);
    expect(notes(made, "PositionAdjusted")).toEqual([]);
    expect(pages(made)).toEqual([]);
    settled(made);
  });

  it("is not booked as somebody's trade while the broker still counts in old shares", async () => {
    const made = await heldOverNight();
    told(made, FOUR);
    await made.run(600);
    expect([made.booked("ACME"), made.held("ACME")]).toEqual([400, 100]);
    expect(isLocked(made)).toBe(true);
    expect(notes(made, "PositionAdjusted")).toEqual([]);
    made.enter("ACME", 10, 20);
    await made.run(5);
    expect(made.live.stage.facts.working(ACME, 1)).toBe(0);
    atBroker(made, FOUR);
    made.price("ACME", 25);
    await made.run(60);
    expect(resting(made)).toEqual(["sell 400 stop 22.5"]);
    expect(notes(made, "PositionAdjusted")).toEqual([]);
    settled(made);
  });

  it("outlives a death of the process before the broker has followed", async () => {
    const made = await heldOverNight();
    told(made, FOUR);
    await made.run(20);
    made.kill();
    await made.run(30);
    atBroker(made, FOUR);
    made.price("ACME", 25);
    made.start();
    expect(isLocked(made)).toBe(true);
    await made.run(90);
    expect([made.booked("ACME"), made.held("ACME")]).toEqual([400, 400]);
    expect(resting(made)).toEqual(["sell 400 stop 22.5"]);
    expect(notes(made, "PositionAdjusted")).toEqual([]);
    settled(made);
  });

  it("that the broker does not follow is told of once after half an hour; an operator takes it back", async () => {
    const made = await heldOverNight();
    const { portfolio } = made.live.stage;
    const [worth, cash] = [portfolio.equity, portfolio.cash];
    told(made, FOUR);
    await made.run(29 * 60);
    expect(pages(made)).toEqual([]);
    await made.run(120);
    const [page, ...more] = pages(made);
    expect(more).toEqual([]);
    expect(page).toMatch(
      /^ACME: after a split 4 for 1 our books hold 400 shares and the broker 100: it has not.* takes the split back$/,
    );
    await made.run(600);
    expect(pages(made)).toHaveLength(1);
    expect(isLocked(made)).toBe(true);
    expect(resting(made)).toEqual(["sell 100 stop 90"]);
    made.event({ kind: "InstrumentUnlocked", at: made.at, instrument: ACME });
    await made.run(180);
    expect([made.booked("ACME"), made.held("ACME")]).toEqual([100, 100]);
    expect([portfolio.equity, portfolio.cash]).toEqual([worth, cash]);
    // Of the day of what it takes back, so that who counts splits counts none.
    const day = newYorkDay(made.at);
    expect(notes(made, "SharesSplit")).toEqual([
      expect.stringMatching(`"exDate":${day},.*"newShares":1,"oldShares":4`),
    ]);
    expect(resting(made)).toEqual(["sell 100 stop 90"]);
    expect(made.live.stage.restingStop(0, ACME)).toBeCloseTo(90, 9);
    expect(notes(made, "PositionAdjusted")).toEqual([]);
    // Hours later the broker makes it after all.
    atBroker(made, FOUR);
    made.price("ACME", 25);
    await made.run(240);
    expect([made.booked("ACME"), made.held("ACME"), isLocked(made)]).toEqual([400, 400, true]);
    expect(notes(made, "PositionAdjusted")).toEqual([]);
    made.event({ kind: "InstrumentUnlocked", at: made.at, instrument: ACME });
    await made.run(60);
    settled(made);
  });

  it("and a second one soon after is told once and not restated; an operator takes the broker's count", async () => {
    const made = await heldOverNight();
    told(made, FOUR);
    atBroker(made, FOUR);
    made.price("ACME", 25);
    await made.run(240);
    atBroker(made, FOUR);
    made.price("ACME", 6.25);
    await made.run(600);
    expect([made.booked("ACME"), made.held("ACME"), isLocked(made)]).toEqual([400, 1600, true]);
    expect(pages(made).filter((page) => page.includes("were split a moment ago"))).toHaveLength(1);
    made.event({ kind: "InstrumentUnlocked", at: made.at, instrument: ACME });
    await made.run(240);
    expect([made.booked("ACME"), made.held("ACME")]).toEqual([1600, 1600]);
    expect(notes(made, "PositionAdjusted")).toHaveLength(1);
  });

  it("of another ratio at the broker is locked and told, and not booked", async () => {
    const made = await heldOverNight();
    atBroker(made, { newShares: 3, oldShares: 1 });
    told(made, FOUR);
    await made.run(31 * 60);
    expect([made.booked("ACME"), made.held("ACME")]).toEqual([400, 300]);
    expect(isLocked(made)).toBe(true);
    expect(notes(made, "PositionAdjusted")).toEqual([]);
    expect(pages(made)).toEqual([expect.stringMatching(/the broker 300: it shows something else/)]);
  });
});

describe("while the broker counts in old shares", () => {
  it("the old stop stays, and is the protection of what the broker holds", async () => {
    const made = await heldOverNight();
    told(made, FOUR);
    await made.run(300);
    expect(resting(made)).toEqual(["sell 100 stop 90"]);
  });
});

describe("a split that nobody announced", () => {
  it("is seen in the broker's books, restated once, and locked until an operator has looked", async () => {
    const made = await heldOverNight();
    const before = made.live.stage.portfolio.equity;
    atBroker(made, FOUR);
    made.price("ACME", 25);
    await made.run(240);
    expect([made.booked("ACME"), made.held("ACME")]).toEqual([400, 400]);
    expect(made.live.stage.portfolio.equity).toBeCloseTo(before, 6);
    expect(resting(made)).toEqual(["sell 400 stop 22.5"]);
    expect(notes(made, "PositionAdjusted")).toEqual([]);
    expect(pages(made)).toEqual([expect.stringMatching(/taken for a split 4 for 1 that nobody announced/)]);
    expect(isLocked(made)).toBe(true);
    made.event({ kind: "InstrumentUnlocked", at: made.at, instrument: ACME });
    await made.run(60);
    settled(made);
  });

  it("and is told after all, or told twice, is not restated twice", async () => {
    const made = await heldOverNight();
    atBroker(made, FOUR);
    made.price("ACME", 25);
    await made.run(240);
    told(made, FOUR);
    told(made, FOUR);
    await made.run(60);
    expect([made.booked("ACME"), made.held("ACME")]).toEqual([400, 400]);
    expect(resting(made)).toEqual(["sell 400 stop 22.5"]);
    expect(pages(made).filter((text) => text.includes("is told, and its shares were split"))).toHaveLength(2);
    made.event({ kind: "InstrumentUnlocked", at: made.at, instrument: ACME });
    await made.run(60);
    settled(made);
  });
});

describe("a death", () => {
  it.each([1, 2, 3, 4])("after the transaction %i behind the notice restates once", async (n) => {
    const made = await heldOverNight();
    made.killAfter = made.journal.length + n;
    told(made, FOUR);
    await made.run(20);
    expect(made.isAlive).toBe(false);
    made.killAfter = Number.POSITIVE_INFINITY;
    atBroker(made, FOUR);
    made.price("ACME", 25);
    made.start();
    await made.run(120);
    expect([made.booked("ACME"), made.held("ACME")]).toEqual([400, 400]);
    expect(resting(made)).toEqual(["sell 400 stop 22.5"]);
    expect([made.live.notReconciled, isLocked(made)]).toEqual([undefined, false]);
    // What followed from the input in which it died was never written, and follows from it again.
    const { recorded, replayed } = toldAgain(made);
    expect(replayed.map((rows, step) => rows.slice(0, recorded[step]?.length))).toEqual(recorded);
  });
});

describe("other ratios", () => {
  it("four for one of a short position moves its stop down to a quarter", async () => {
    const made = await heldOverNight(-100);
    const before = made.live.stage.portfolio.equity;
    atBroker(made, FOUR);
    made.price("ACME", 25);
    told(made, FOUR);
    await made.run(90);
    expect([made.booked("ACME"), made.held("ACME")]).toEqual([-400, -400]);
    expect(resting(made)).toEqual(["buy 400 stop 27.5"]);
    expect(made.live.stage.portfolio.equity).toBeCloseTo(before, 6);
    settled(made);
  });

  it("one for thirty of twenty shares leaves cash, and nothing that would sell what nobody has", async () => {
    const made = await heldOverNight(20);
    const before = made.live.stage.portfolio.equity;
    const ratio = { newShares: 1, oldShares: 30 };
    atBroker(made, ratio);
    made.price("ACME", 3000);
    told(made, ratio);
    await made.run(120);
    expect([made.booked("ACME"), made.held("ACME")]).toEqual([0, 0]);
    expect(resting(made)).toEqual([]);
    expect(made.live.stage.portfolio.equity).toBeCloseTo(before, 2);
    settled(made);
  });

  it("one for ten pays for the part of a share, and protects what is left", async () => {
    const made = await heldOverNight(105);
    const before = made.live.stage.portfolio.equity;
    const ratio = { newShares: 1, oldShares: 10 };
    atBroker(made, ratio);
    made.price("ACME", 1000);
    told(made, ratio);
    await made.run(90);
    expect([made.booked("ACME"), made.held("ACME")]).toEqual([10, 10]);
    expect(resting(made)).toEqual(["sell 10 stop 900"]);
    expect(made.live.stage.portfolio.equity).toBeCloseTo(before, 6);
    settled(made);
  });

  it("of a symbol that nobody holds locks nothing", async () => {
    const made = await heldOverNight();
    made.event({ kind: "SharesSplit", at: made.at, instrument: 1 as InstrumentId, ...FOUR });
    expect(made.live.stage.facts.locked(1 as InstrumentId)).toBe(false);
    await made.run(60);
    expect(resting(made)).toEqual(["sell 100 stop 90"]);
    settled(made);
  });
});

describe("a dividend that is expected", () => {
  it("lowers the stop at the broker by its cash, and is booked from the broker's record alone", async () => {
    const made = await heldOverNight();
    const { portfolio } = made.live.stage;
    const cash = portfolio.cash;
    const event = { kind: "DividendPaid", at: made.at, instrument: ACME, perShare: 0.5 } as const;
    made.event({ ...event, isSpinOff: false, isExpected: true });
    await made.run(60);
    expect(resting(made)).toEqual(["sell 100 stop 89.5"]);
    expect(portfolio.cash).toBe(cash);
    expect(isLocked(made)).toBe(false);
    made.brokerage.moveCash({ activityType: "DIV", netAmount: 50_000_000, symbol: "ACME" });
    await made.run(180);
    expect(portfolio.cash).toBeCloseTo(cash + 50, 6);
    settled(made);
  });
});

describe("what nobody can restate", () => {
  it("stays locked whatever the books say, until an operator has looked", async () => {
    const made = await heldOverNight();
    const reason = "2026-03-03 ACME name change: compare with the broker, then acknowledge";
    made.event({ kind: "InstrumentLocked", at: made.at, instrument: ACME, reason });
    expect(pages(made)).toEqual([`ACME: ${reason}`]);
    await made.run(300);
    expect(made.live.notReconciled).toBeUndefined();
    expect(isLocked(made)).toBe(true);
    made.event({ kind: "InstrumentUnlocked", at: made.at, instrument: ACME });
    await made.run(60);
    settled(made);
  });
});
