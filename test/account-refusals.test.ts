/**
 * Goal: a broker that refuses for margin, for day trading or for the account ends the day's entries and nothing else
 * (C-64): no rule of ours says when it will, exits go on, and what it does not let close is tried until it does.
 * Method: the whole of execute against the simulated brokerage, under the rule that ended in June 2026 and under that
 * of margin alone; then answers as the real broker words them.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judge } from "../src/adapters/brokers/alpaca/outcome.ts";
import type { VirtualAnswer } from "../src/adapters/net/virtual-network.ts";
import { type Fault, LiveWorld, reconciledWorld } from "./live-world.ts";
import { toldAgain } from "./replayed-world.ts";

const SOURCE = "broker_account";
const claimOf = ({ live }: LiveWorld) => live.stage.authorities.find("circuit_breakers", SOURCE);
const isFree = ({ live }: LiveWorld): boolean => live.stage.allowsEntries(0);
const alerts = ({ journal }: LiveWorld, severity: "critical" | "warning"): string[] =>
  journal
    .flat()
    .flatMap((row) => (row.kind === "alert" && row.row.level === severity ? [row.row.text] : []))
    .filter((text) => text.includes("restricts account"));

const refusal = (code: number, message: string): VirtualAnswer => ({
  status: 403,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ code, message }),
});
const PDT = refusal(40_310_100, "trade denied due to pattern day trading protection");

const answers = {
  money: refusal(40_310_000, "insufficient day trading buying power"),
  day: PDT,
  account: refusal(40_310_000, "account is restricted to liquidation"),
  wash: refusal(40_310_000, "potential wash trade detected. use complex orders"),
  asset: refusal(42_210_000, 'asset "HARD" not found'),
} as const;

/** Submissions whose body says so are answered with that and never reach the broker. */
const refused =
  (side: "buy" | "sell", answer: VirtualAnswer): Fault =>
  ({ method, url, body }) =>
    method === "POST" && url.endsWith("/v2/orders") && String(body).includes(`"side":"${side}"`)
      ? answer
      : undefined;

/** Seconds from the instant of the world to another, and some more. */
const secondsTo = (world: LiveWorld, then: number, more: number): number => (then - world.at) / 1e6 + more;

describe("an entry that the broker refuses", () => {
  it("for margin (the rule since June 2026): nobody enters until the close, one alert, one claim in the record", async () => {
    const world = await reconciledWorld({ multiplier: 1 });
    world.enter("ACME", 100, 90);
    await world.run(30);
    expect([world.held("ACME"), isFree(world)]).toEqual([100, true]);
    // More than the cash that is left, which no rule of this world refuses.
    world.enter("HARD", 990, 90);
    await world.run(30);
    expect([world.held("HARD"), isFree(world)]).toEqual([0, false]);
    const claim = claimOf(world);
    expect(claim).toMatchObject({ level: "NO_NEW_ENTRIES", liftedBy: "itself" });
    expect(claim?.reason).toContain("insufficient buying power");
    world.enter("HARD", 10, 90);
    await world.run(60);
    expect([world.held("HARD"), world.held("ACME"), world.booked("ACME")]).toEqual([0, 100, 100]);
    expect(alerts(world, "warning")).toHaveLength(1);
    const claims = world.journal.flat().flatMap((row) => (row.kind === "claims" ? row.rows : []));
    expect(claims.filter(({ source }) => source === SOURCE)).toHaveLength(1);
  });

  it("ends with the session, by itself; the next one begins free", async () => {
    const world = new LiveWorld("15:50:00");
    world.start();
    await world.run(130);
    world.front.fault = refused("buy", PDT);
    world.enter("ACME", 100, 90);
    await world.run(30);
    const { until } = claimOf(world) ?? {};
    expect(until).toBe(world.live.stage.clock.close);
    world.front.fault = () => undefined;
    await world.run(secondsTo(world, until ?? 0, -30));
    expect(isFree(world)).toBe(false);
    await world.run(60);
    expect([claimOf(world), isFree(world)]).toEqual([undefined, true]);
  });

  it("a restart keeps it", async () => {
    const world = await reconciledWorld();
    world.front.fault = refused("buy", PDT);
    world.enter("ACME", 100, 90);
    await world.run(30);
    const before = claimOf(world);
    world.front.fault = () => undefined;
    world.kill();
    await world.run(20);
    world.start();
    await world.run(30);
    expect(claimOf(world)).toEqual(before);
    world.enter("ACME", 100, 90);
    await world.run(60);
    expect(world.held("ACME")).toBe(0);
  });

  it("an operator who resumes does not lift what the broker said", async () => {
    const world = await reconciledWorld();
    world.front.fault = refused("buy", PDT);
    world.enter("ACME", 100, 90);
    await world.run(30);
    world.operator("resume");
    await world.run(5);
    expect(isFree(world)).toBe(false);
  });

  it("exits leave as ever (I-10)", async () => {
    const world = await reconciledWorld();
    world.enter("ACME", 100, 90);
    await world.run(30);
    world.front.fault = refused("buy", PDT);
    world.enter("HARD", 10, 90);
    await world.run(30);
    expect(isFree(world)).toBe(false);
    world.exit("ACME");
    await world.run(30);
    expect([world.held("ACME"), world.booked("ACME")]).toEqual([0, 0]);
  });
});

describe("a closing order that the broker refuses", () => {
  it("under the rule that ended in June 2026: one page, no entries, and it is tried until it is taken", async () => {
    const account = { legacyPdt: true, startingCash: 20_000, stops: "virtual" } as const;
    const world = await reconciledWorld(account);
    for (let trip = 0; trip < 3; trip++) {
      world.enter("ACME", 10, 90);
      await world.run(20);
      world.exit("ACME");
      await world.run(20);
      expect(world.held("ACME")).toBe(0);
    }
    world.enter("ACME", 10, 90);
    await world.run(20);
    expect(world.held("ACME")).toBe(10);
    world.exit("ACME");
    await world.run(20);
    expect([world.held("ACME"), isFree(world)]).toEqual([10, false]);
    const before = world.front.requests.filter((line) => line === "POST /v2/orders").length;
    await world.run(600);
    const tries = world.front.requests.filter((line) => line === "POST /v2/orders").length - before;
    // At most one a minute in the end, each with its disaster stop rested again; never none.
    expect(tries).toBeGreaterThanOrEqual(9);
    expect(tries).toBeLessThanOrEqual(40);
    expect(alerts(world, "critical")).toHaveLength(1);
    // With more money in the account the rule binds it no more.
    world.brokerage.moveCash({ activityType: "CSD", netAmount: 10_000_000_000 });
    await world.run(120);
    expect([world.held("ACME"), world.booked("ACME")]).toEqual([0, 0]);
    expect(isFree(world)).toBe(false);
    const { recorded, replayed } = toldAgain(world, undefined, account);
    expect(replayed).toEqual(recorded);
  }, 60_000);

  it("for the account: the breached stop goes on at its rate and is out with the first order that is taken", async () => {
    const world = await reconciledWorld({ stops: "virtual" });
    world.enter("ACME", 100, 98);
    await world.run(30);
    world.front.fault = refused("sell", refusal(40_310_000, "account is blocked"));
    world.price("ACME", 97);
    await world.run(180);
    expect([world.held("ACME"), isFree(world)]).toEqual([100, false]);
    expect(alerts(world, "critical")).toHaveLength(1);
    world.front.fault = () => undefined;
    await world.run(70);
    expect([world.held("ACME"), world.booked("ACME")]).toEqual([0, 0]);
  });
});

describe("a look at the account", () => {
  it("that shows that it may trade nothing ends the day's entries before any order was refused", async () => {
    const world = await reconciledWorld();
    world.brokerage.configure({ suspendTrade: true });
    await world.run(90);
    expect(isFree(world)).toBe(false);
    expect(alerts(world, "warning")).toHaveLength(1);
  });
});

describe("what the answer of a broker is about", () => {
  const rows = [
    [403, 40_310_000, "insufficient buying power", "buying_power"],
    [403, 40_310_000, "insufficient day trading buying power", "buying_power"],
    [403, 40_310_100, "trade denied due to pattern day trading protection", "day_trading"],
    [403, 40_310_100, "anything at all", "day_trading"],
    [403, 40_310_000, "trade denied due to pattern day trading protection", "day_trading"],
    [403, 40_310_000, "account is restricted to liquidation", "account"],
    [403, 40_310_000, "account is suspended", "account"],
    [403, 40_310_000, "account is blocked from trading", "account"],
    [403, 40_310_000, "new orders are rejected by user request", "account"],
    [403, 40_310_000, "account is not allowed to short", "not_shortable"],
    [403, 40_310_000, "cost basis must be >= minimal amount of order 1", "other"],
    [403, 40_310_000, 'asset "ACME" is restricted', "not_tradable"],
    [403, 40_310_000, "fractional trading is disabled by user request", "other"],
  ] as const;
  it.each(rows)("%i %i %s: %s", (status, code, message, expected) => {
    const verdict = judge({ kind: "response", status, body: JSON.stringify({ code, message }) });
    expect(verdict).toMatchObject({ kind: "refused", class: expected });
  });
});

describe("whatever is refused, and whenever", () => {
  it("an entry is held back exactly after a refusal of the account's, and what is held can always be closed", async () => {
    const told = fc.constantFrom("money", "day", "account", "wash", "asset", "none");
    await fc.assert(
      fc.asyncProperty(fc.array(told, { minLength: 1, maxLength: 4 }), async (words) => {
        const world = await reconciledWorld();
        world.enter("ACME", 50, 90);
        await world.run(20);
        for (const word of words) {
          world.front.fault = word === "none" ? () => undefined : refused("buy", answers[word]);
          world.enter("HARD", 10, 90);
          await world.run(12);
          world.front.fault = () => undefined;
          if (world.held("HARD") > 0) {
            world.exit("HARD");
            await world.run(12);
          }
        }
        const bars = words.some((word) => ["money", "day", "account"].includes(word));
        expect(isFree(world)).toBe(!bars);
        world.exit("ACME");
        await world.run(30);
        expect([world.held("ACME"), world.held("HARD")]).toEqual([0, 0]);
      }),
      { numRuns: 12 },
    );
  }, 60_000);
});
