/**
 * Goal    a split or a dividend over night leaves a running execute with the right shares, prices and stops, whoever
 *         restates first, also through a death; what cannot be explained is locked and told, never booked (C-49, fault 43).
 * Method  the whole of execute in virtual time (`live-world.ts`) behind the close, where stops sleep; each case ends with
 *         a replay that says the same.
 */
import { describe, expect, it } from "vitest";
import type { SplitRatio } from "../src/domain/corporate-action.ts";
import type { InstrumentId } from "../src/domain/instrument.ts";
import { LiveWorld } from "./live-world.ts";
import { toldAgain } from "./replayed-world.ts";

const ACME = 0 as InstrumentId;
const FOUR: SplitRatio = { newShares: 4, oldShares: 1 };

/** `shares` of ACME at 100 under a stop at 90, ten minutes behind the close. */
async function heldOverNight(shares = 100): Promise<LiveWorld> {
  const made = new LiveWorld("15:55:00");
  made.start();
  await made.run(130);
  expect(made.live.notReconciled).toBeUndefined();
  made.enter("ACME", shares, 90);
  await made.run(770);
  expect([made.booked("ACME"), made.held("ACME")]).toEqual([shares, shares]);
  expect(resting(made)).toEqual([`sell ${shares} stop 90`]);
  return made;
}

/** What works at the broker in ACME. */
const resting = ({ brokerage }: LiveWorld): string[] =>
  brokerage
    .orders({ status: "open" })
    .map(({ side, quantity = 0, filledQuantity = 0, stopPrice, limitPrice }) => {
      const price = stopPrice === undefined ? `limit ${(limitPrice ?? 0) / 1e6}` : `stop ${stopPrice / 1e6}`;
      return `${side} ${(quantity - filledQuantity) / 1e9} ${price}`;
    });

const told = (made: LiveWorld, ratio: SplitRatio): void =>
  made.event({ kind: "SharesSplit", at: made.at, instrument: ACME, ...ratio });

const atBroker = (made: LiveWorld, ratio: SplitRatio): void => {
  made.brokerage.split("ACME", ratio);
  made.front.tell();
};

const notes = ({ journal }: LiveWorld, kind: string): string[] =>
  journal
    .flat()
    .flatMap((row) => (row.kind === "entry" ? [String(row.payload)] : []))
    .filter((payload) => payload.startsWith("event {") && payload.includes(`"${kind}"`));

/** Of the symbol. The minutes of this world go on at the price that they had: the worth of the account may differ. */
const pages = ({ journal }: LiveWorld): string[] =>
  journal
    .flat()
    .flatMap((row) => (row.kind === "alert" ? [row.row.text] : []))
    .filter((text) => text.startsWith("ACME"));

const isLocked = (made: LiveWorld): boolean => made.live.stage.facts.locked(ACME);

/** Books agree, everything is free again, and a replay of the journal says every word of it. */
function settled(made: LiveWorld): void {
  expect(made.live.notReconciled).toBeUndefined();
  expect(isLocked(made)).toBe(false);
  const { recorded, replayed } = toldAgain(made);
  expect(replayed).toEqual(recorded);
}

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

  it("that the broker does not follow is told of once after half an hour; an operator takes its count", async () => {
    const made = await heldOverNight();
    told(made, FOUR);
    await made.run(29 * 60);
    expect(pages(made)).toEqual([]);
    await made.run(120);
    const [page, ...more] = pages(made);
    expect(more).toEqual([]);
    expect(page).toMatch(
      /^ACME: after a split 4 for 1 our books hold 400 shares and the broker 100: it has not/,
    );
    await made.run(600);
    expect(pages(made)).toHaveLength(1);
    expect(isLocked(made)).toBe(true);
    made.event({ kind: "InstrumentUnlocked", at: made.at, instrument: ACME });
    await made.run(180);
    expect([made.booked("ACME"), made.held("ACME")]).toEqual([100, 100]);
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

describe("other ratios", () => {
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
