/**
 * Faults of RELIABILITY 2 that only the whole of the execute process shows: the real client, life cycle, books and
 * comparison in one thread (`live-world.ts`), the broker disturbed between a request and its answer. The number before
 * each name is the fault's; docs/faults.md lists them all.
 */
import { describe, expect, it } from "vitest";
import type { VirtualAnswer } from "../src/adapters/net/virtual-network.ts";
import { type Fault, type LiveWorld, reconciledWorld } from "./live-world.ts";

const isSubmission: (request: Parameters<Fault>[0]) => boolean = ({ method, url }) =>
  method === "POST" && url.endsWith("/v2/orders");

/** Of the first submission only: done at the broker, and the answer replaced. */
function once(instead: VirtualAnswer): Fault {
  let isDone = false;
  return (request, answer) => {
    if (isDone || !isSubmission(request)) return undefined;
    isDone = true;
    answer();
    return instead;
  };
}

const submissions = ({ front }: LiveWorld): number =>
  front.requests.filter((line) => line === "POST /v2/orders").length;

const level = (made: LiveWorld): string => made.live.stage.authorities.permission.level;

describe("the broker", () => {
  it.each<[string, VirtualAnswer, number]>([
    ["15 the answer is lost and the order lives: adopted, and never a second one", "reset", 5],
    ["17 an error is told and the order lives: adopted, not rejected", { status: 500, body: "no" }, 5],
    ["20 a time-out after the order was made: adopted, and never a second one", "silence", 15],
  ])("%s", async (_, instead, seconds) => {
    const made = await reconciledWorld();
    made.front.fault = once(instead);
    made.enter("ACME", 100, 90);
    await made.run(seconds);
    expect([made.held("ACME"), made.booked("ACME")]).toEqual([100, 100]);
    expect(made.live.lifecycle.unknownCount).toBe(0);
    expect(submissions(made)).toBe(1);
    await made.run(90);
    expect([made.held("ACME"), made.booked("ACME")]).toEqual([100, 100]);
  });

  it("24 the event of a fill is lost: a look finds it within 15 s, and its stop rests", async () => {
    const made = await reconciledWorld();
    made.front.frames = (text) => (text.includes("fill") && !text.includes('"new"') ? [] : [text]);
    made.enter("ACME", 100, 90);
    await made.run(15);
    expect(made.booked("ACME")).toBe(made.held("ACME"));
    made.front.frames = (text) => [text];
    await made.run(60);
    expect([made.held("ACME"), made.booked("ACME")]).toEqual([100, 100]);
    expect(made.live.notReconciled).toBeUndefined();
  });

  it("4 a mute stream of updates: the fill is found by a look and counted once", async () => {
    const made = await reconciledWorld();
    made.front.frames = () => [];
    made.enter("ACME", 100, 90);
    await made.run(75);
    expect([made.held("ACME"), made.booked("ACME")]).toEqual([100, 100]);
    made.front.frames = (text) => [text, text];
    made.byHand({ symbol: "HARD", side: "buy", shares: 1 });
    await made.run(5);
    expect(made.booked("ACME")).toBe(100);
  });

  it("6 each frame twice: everything is counted once", async () => {
    const made = await reconciledWorld();
    made.front.frames = (text) => [text, text];
    made.enter("ACME", 100, 90);
    made.enter("HARD", 50, 90);
    await made.run(90);
    expect([made.booked("ACME"), made.booked("HARD")]).toEqual([100, 50]);
    expect(made.live.notReconciled).toBeUndefined();
  });

  it("33 the broker is down for half an hour of a closing: it goes on asking, without a storm, and ends flat after", async () => {
    const made = await reconciledWorld();
    made.enter("ACME", 100, 90);
    await made.run(30);
    made.front.fault = () => "unreachable";
    made.front.upgrades = () => 503;
    made.front.drop("down");
    made.operator("halt");
    const before = made.front.requests.length;
    await made.run(1800);
    const asked = made.front.requests.length - before;
    expect(asked).toBeGreaterThan(30);
    // I-14: the budget of 200 a minute holds, however little is answered.
    expect(asked).toBeLessThan(30 * 200);
    expect(level(made)).toBe("FLATTEN");
    made.front.fault = () => undefined;
    made.front.upgrades = () => undefined;
    await made.run(120);
    expect([level(made), made.held("ACME"), made.booked("ACME")]).toEqual(["HALTED", 0, 0]);
  }, 60_000);
});

describe("data and the process", () => {
  it("41 a decision on bars of long ago enters nothing (C-10)", async () => {
    const made = await reconciledWorld();
    const at = (made.at - 60_000_000) as typeof made.at;
    const terms = {
      binding: "fixed_shares",
      target: Number.NaN,
      timing: "now",
      stop: 90,
      shares: 10,
    } as const;
    const wish = {
      kind: "Enter",
      at,
      strategy: 0,
      instrument: 0 as never,
      signal: 0,
      reference: 100,
    } as const;
    made.consume({ kind: "decision", decision: { at, intents: [{ ...wish, ...terms }], signals: [] } });
    await made.run(30);
    expect([submissions(made), made.live.staleDecisions]).toEqual([0, 1]);
  });
});

describe("the disk", () => {
  it("57 the journal has failed: no entry leaves, what closes does", async () => {
    const made = await reconciledWorld();
    made.enter("ACME", 100, 90);
    await made.run(30);
    made.isDiskWell = false;
    made.driver.journalFailed("no space left");
    const before = submissions(made);
    made.enter("HARD", 10, 90);
    await made.run(30);
    expect(made.held("HARD")).toBe(0);
    expect(submissions(made)).toBe(before);
    made.operator("halt");
    await made.run(60);
    expect([made.held("ACME"), made.booked("ACME")]).toEqual([0, 0]);
  });

  it("59 while nothing is durable no entry leaves", async () => {
    const made = await reconciledWorld();
    made.isDiskWell = false;
    made.enter("ACME", 100, 90);
    await made.run(30);
    expect(submissions(made)).toBe(0);
    expect(made.held("ACME")).toBe(0);
  });
});
