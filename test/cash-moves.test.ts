/**
 * Goal    cash that comes and goes at the broker is explained by its record, and none of it stops a run for good or looks
 *         like a day's loss (RELIABILITY 3.4): deposits, withdrawals, dividends, and what nobody wrote down.
 * Method  the whole of execute in virtual time (`live-world.ts`); each case ends with books that agree, and a replay.
 */
import { describe, expect, it } from "vitest";
import type { CashActivity } from "../src/sim/brokerage/account-view.ts";
import { LiveWorld, reconciledWorld } from "./live-world.ts";
import { toldAgain } from "./replayed-world.ts";

const CENTS = 10_000;

const move = (made: LiveWorld, activityType: CashActivity["activityType"], dollars: number): void =>
  made.brokerage.moveCash({ activityType, netAmount: Math.round(dollars * 100) * CENTS });

/** The record of the account is empty, whatever happens. */
const isHidden = (made: LiveWorld): void => {
  made.front.fault = ({ url }) =>
    new URL(url).pathname === "/v2/account/activities"
      ? { status: 200, headers: { "content-type": "application/json" }, body: "[]" }
      : undefined;
};

const booked = ({ journal }: LiveWorld) =>
  journal
    .flat()
    .flatMap((row) => (row.kind === "entry" && row.part === "note" ? [String(row.payload)] : []))
    .filter((payload) => payload.startsWith("event {") && payload.includes('"CashMoved"'))
    .map((payload) => JSON.parse(payload.slice("event ".length)) as Record<string, unknown>);

const alerts = ({ journal }: LiveWorld): string[] =>
  journal.flat().flatMap((row) => (row.kind === "alert" ? [`${row.row.level}: ${row.row.text}`] : []));

async function agrees(made: LiveWorld, cash: number): Promise<void> {
  expect(made.live.notReconciled).toBeUndefined();
  expect(made.live.stage.portfolio.cash).toBeCloseTo(cash, 6);
  expect(made.live.stage.allowsEntries(0)).toBe(true);
  const { recorded, replayed } = toldAgain(made);
  expect(replayed).toEqual(recorded);
}

describe("the broker's record says what moved", () => {
  it.each<[CashActivity["activityType"], number, boolean]>([
    ["CSD", 5_000, false],
    ["CSW", -20_000, false],
    ["DIV", 37.25, true],
    ["INT", -3.1, true],
  ])("%s of %d dollars is booked once, and nobody is asked", async (word, dollars, isResult) => {
    const made = await reconciledWorld();
    const unit = made.live.stage.baselines.unitValue;
    move(made, word, dollars);
    await made.run(180);
    const [row, ...more] = booked(made);
    expect(more).toEqual([]);
    expect(row).toMatchObject({ dollars, reason: word, ...(isResult ? { isResult } : {}) });
    expect("isResult" in (row ?? {})).toBe(isResult);
    expect(made.live.stage.baselines.flowToday).toBe(isResult ? 0 : dollars);
    const grown = made.live.stage.baselines.unitValue - unit;
    expect(grown).toBeCloseTo(isResult ? dollars : 0, 6);
    await agrees(made, 100_000 + dollars);
  });

  it("a withdrawal of a fifth is no loss of the day: nothing is closed", async () => {
    const made = await reconciledWorld();
    made.enter("ACME", 100, 90);
    await made.run(20);
    move(made, "CSW", -20_000);
    await made.run(300);
    expect([made.held("ACME"), made.booked("ACME")]).toEqual([100, 100]);
    expect(made.live.stage.authorities.permission.claims).toEqual([]);
  });

  it("what was in it before the run began is in the starting cash", async () => {
    const made = new LiveWorld();
    move(made, "CSD", 1);
    move(made, "CSW", -1);
    made.start();
    await made.run(400);
    expect(booked(made)).toEqual([]);
    await agrees(made, 100_000);
  });

  it("a restart books nothing twice", async () => {
    const made = await reconciledWorld();
    move(made, "CSD", 5_000);
    await made.run(120);
    made.kill();
    made.start();
    await made.run(300);
    expect(booked(made)).toHaveLength(1);
    await agrees(made, 105_000);
  });
});

describe("the broker's record says nothing", () => {
  it("a small difference is booked as a result with one flag, and the run goes on", async () => {
    const made = await reconciledWorld();
    isHidden(made);
    move(made, "DIV", 20);
    await made.run(240);
    expect(booked(made)).toMatchObject([
      { dollars: 20, isResult: true, reason: "not explained by the broker's record" },
    ]);
    expect(alerts(made).filter((text) => text.includes("cash"))).toEqual([
      "warning: cash at the broker is 20.00 dollars ahead of our books: booked as a result",
    ]);
    await agrees(made, 100_020);
  });

  it("a large one bars entries, pages once, and waits for an operator, who books it as a deposit", async () => {
    const made = await reconciledWorld();
    isHidden(made);
    move(made, "CSD", 5_000);
    await made.run(900);
    expect(made.live.stage.allowsEntries(0)).toBe(false);
    expect(made.live.cashAhead).toBeCloseTo(5_000, 6);
    expect(made.live.notReconciled).toContain("5000.00 dollars ahead");
    const pages = alerts(made).filter((text) => text.startsWith("critical: cash"));
    expect(pages).toHaveLength(1);
    expect(pages[0]).toContain("plimsoll acknowledge --cash");
    const dollars = made.live.cashAhead ?? Number.NaN;
    made.event({ kind: "CashMoved", at: made.at, dollars, reason: "me: a deposit" });
    await made.run(60);
    expect(made.live.cashAhead).toBeUndefined();
    await agrees(made, 105_000);
  });

  it("until an operator has booked it: the row that comes then is passed over, and the next one is booked", async () => {
    const made = await reconciledWorld();
    isHidden(made);
    move(made, "CSD", 5_000);
    await made.run(120);
    const dollars = made.live.cashAhead ?? Number.NaN;
    made.event({ kind: "CashMoved", at: made.at, dollars, reason: "me: a deposit" });
    await made.run(60);
    made.front.fault = () => undefined;
    move(made, "DIV", 12.5);
    await made.run(180);
    expect(booked(made)).toMatchObject([{ dollars: 12.5, reason: "DIV" }]);
    await agrees(made, 105_012.5);
  });

  it("a deposit and a withdrawal of the same hour are both booked", async () => {
    const made = await reconciledWorld();
    isHidden(made);
    move(made, "CSD", 5_000);
    move(made, "CSW", -3_000);
    await made.run(60);
    made.front.fault = () => undefined;
    await made.run(360);
    expect(booked(made).map((row) => row.dollars)).toEqual([5_000, -3_000]);
    await agrees(made, 102_000);
  });

  it("that comes late is read then, and explains it all", async () => {
    const made = await reconciledWorld();
    isHidden(made);
    move(made, "CSD", 5_000);
    await made.run(120);
    expect(made.live.stage.allowsEntries(0)).toBe(false);
    made.front.fault = () => undefined;
    await made.run(360);
    expect(booked(made)).toMatchObject([{ dollars: 5_000, reason: "CSD" }]);
    await agrees(made, 105_000);
  });
});
