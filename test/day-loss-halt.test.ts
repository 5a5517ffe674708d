/**
 * Goal    3 % below the day's base everything is canceled, closed, proven flat and locked, with its alerts, in that
 *         order in the journal, and nothing but an operator with clean books ends it (C-30, C-02, C-45, C-60).
 * Method  the execute process in one thread (`live-world.ts`): two positions with their stops at the broker, a fall of
 *         5.5 %; once undisturbed, then killed after each transaction of the closing.
 */
import { describe, expect, it } from "vitest";
import { LiveWorld, type Transaction } from "./live-world.ts";

const SETTLES_SECONDS = 60;

/** A world that holds 300 and 200 shares, stops resting, three minutes after the open. */
async function holding(): Promise<LiveWorld> {
  const world = new LiveWorld();
  world.start();
  await world.run(135);
  world.enter("ACME", 300, 90);
  world.enter("HARD", 200, 90);
  await world.run(30);
  expect([world.booked("ACME"), world.booked("HARD"), world.held("ACME")]).toEqual([300, 200, 300]);
  return world;
}

const level = (world: LiveWorld): string => world.live.stage.authorities.permission.level;

/** The market falls; the next minute's bar shows a loss of more than 3 % of the day's base. */
async function fall(world: LiveWorld): Promise<void> {
  world.price("ACME", 92);
  world.price("HARD", 95);
  await world.run(16);
}

async function halted(world: LiveWorld): Promise<void> {
  await world.run(SETTLES_SECONDS);
  expect(level(world)).toBe("HALTED");
}

/** What a transaction says of the closing, in words. */
function words(transaction: Transaction): string[] {
  return transaction.flatMap((row): string[] => {
    if (row.kind === "alert")
      return [`alert: ${row.row.text.split(":")[0]?.replace(/ [0-9a-z]{8,}/, "") ?? ""}`];
    if (row.kind === "claims") return row.rows.map((claim) => `claim ${claim.level} ${claim.source}`);
    if (row.kind !== "entry") return [];
    const text = String(row.payload);
    if (row.part === "command") return [text.includes("CancelOrder") ? "cancel" : "close"];
    return text.startsWith("flatten ") ? [/"line":"(F\d)"/.exec(text)?.[1] ?? ""] : [];
  });
}

describe("three per cent below the day's base", () => {
  it("cancel, close, verified flat, locked, alerts: in that order, each alert in the row of its change", async () => {
    const world = await holding();
    const from = world.journal.length;
    await fall(world);
    await halted(world);
    const told = world.journal.slice(from).map(words);
    const first = told.find((each) => each.includes("claim FLATTEN day_base_loss"));
    // One transaction: the claim, its alert, and the first cancels.
    expect(first).toEqual(
      expect.arrayContaining(["F0", "F1", "cancel", "alert: everything is being closed"]),
    );
    const line = told.flat().filter((word) => !word.startsWith("claim FLATTEN"));
    const place = (word: string) => line.indexOf(word);
    expect(place("cancel")).toBeLessThan(place("close"));
    expect(line.lastIndexOf("close")).toBeLessThan(place("F3"));
    expect(place("F3")).toBeLessThan(place("F4"));
    const last = told.find((each) => each.includes("claim HALTED day_base_loss"));
    expect(last).toEqual(expect.arrayContaining(["F4", "F5", "alert: flatten ended HALTED"]));
    expect(line.filter((word) => word === "close")).toHaveLength(2);
  });

  it("flat by two looks at the broker's books at least a second apart, and flat there", async () => {
    const world = await holding();
    await fall(world);
    await halted(world);
    expect([world.held("ACME"), world.held("HARD"), world.booked("ACME")]).toEqual([0, 0, 0]);
    const lines = world.journal.flat().flatMap((row) => {
      const text = row.kind === "entry" ? String(row.payload) : "";
      const found = /^flatten \{"at":(\d+),"line":"(F[34])"/.exec(text);
      return found === null ? [] : [{ at: Number(found[1]), line: found[2] }];
    });
    expect(lines.map(({ line }) => line)).toEqual(["F3", "F4"]);
    expect((lines[1]?.at ?? 0) - (lines[0]?.at ?? 0)).toBeGreaterThanOrEqual(1_000_000);
  });

  it("nothing is entered from the breach on, and time alone lifts nothing", async () => {
    const world = await holding();
    await fall(world);
    world.enter("ACME", 10, 80);
    await world.run(600);
    world.enter("ACME", 10, 80);
    await world.run(60);
    expect(level(world)).toBe("HALTED");
    expect(world.held("ACME")).toBe(0);
  });

  it("a resume while the loss still stands halts again at the next bar (C-02)", async () => {
    const world = await holding();
    await fall(world);
    await halted(world);
    world.operator("resume");
    await world.run(SETTLES_SECONDS + 5);
    expect(["FLATTEN", "HALTED"]).toContain(level(world));
  });

  it("a restart in the halt is still halted", async () => {
    const world = await holding();
    await fall(world);
    await halted(world);
    world.kill();
    await world.run(2);
    world.start();
    await world.run(30);
    expect(level(world)).toBe("HALTED");
  });
});

describe("killed in the middle of it", () => {
  /** Numbers of the transactions of an undisturbed closing that say anything beyond that time has passed. */
  const rowsOfTheClosing = async (): Promise<number[]> => {
    const world = await holding();
    const from = world.journal.length;
    await fall(world);
    await halted(world);
    const isTime = (rows: Transaction) =>
      rows.every((row) => row.kind === "entry" && String(row.payload).startsWith("time "));
    const numbers = [...world.journal.keys()].slice(from).filter((n) => !isTime(world.journal[n] ?? []));
    return numbers.map((n) => n + 1);
  };

  it("after any transaction: it ends flat, locked, told, with each closing sent under one name", async () => {
    const numbers = await rowsOfTheClosing();
    expect(numbers.length).toBeGreaterThan(20);
    for (const number of numbers) {
      const world = await holding();
      world.killAfter = number;
      await fall(world);
      for (let s = 0; s < SETTLES_SECONDS && world.isAlive; s++) await world.run(1);
      const at = `killed after transaction ${number}`;
      expect(world.isAlive, at).toBe(false);
      await world.run(2);
      world.killAfter = Number.POSITIVE_INFINITY;
      world.start();
      await world.run(SETTLES_SECONDS);
      expect([level(world), world.held("ACME"), world.held("HARD")], at).toEqual(["HALTED", 0, 0]);
      expect([world.booked("ACME"), world.booked("HARD")], at).toEqual([0, 0]);
      const alerts = world.journal.flat().flatMap((row) => (row.kind === "alert" ? [row.row] : []));
      const starts = new Set(
        alerts.filter(({ text }) => text.startsWith("everything is")).map(({ id }) => id),
      );
      const ends = new Set(alerts.filter(({ text }) => text.includes("ended HALTED")).map(({ id }) => id));
      expect([starts.size, ends.size], at).toEqual([1, 1]);
    }
  }, 120_000);
});
