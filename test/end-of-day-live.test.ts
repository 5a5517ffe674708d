/**
 * Goal    the whole of execute ends its day as a backtest does: flat at the broker by five minutes to the close, on a
 *         half day too and through a crash, or carried under its stop within the night's cap (C-65).
 * Method  the execute process in one thread (`live-world.ts`) from a quarter of an hour before the close.
 */
import { describe, expect, it } from "vitest";
import { LiveWorld, type WorldAccount } from "./live-world.ts";
import { resting } from "./overnight-world.ts";
import { toldAgain } from "./replayed-world.ts";

/** 100 and 50 shares, bought twenty minutes before the close of that day. */
async function holding(account: WorldAccount): Promise<LiveWorld> {
  const world = new LiveWorld("15:35:00", undefined, account);
  world.start();
  await world.run(130);
  expect(world.live.notReconciled).toBeUndefined();
  world.enter("ACME", 100, 90);
  world.enter("HARD", 50, 90);
  await world.run(60);
  expect([world.held("ACME"), world.held("HARD")]).toEqual([100, 50]);
  return world;
}

const held = (world: LiveWorld) => [
  ...[world.held("ACME"), world.booked("ACME")],
  ...[world.held("HARD"), world.booked("HARD")],
];

/** Lets it run to so many minutes before the close. */
const to = (world: LiveWorld, minutes: number): Promise<void> =>
  world.run((world.live.stage.clock.close - world.at) / 1e6 - 60 * minutes);

// Bought in the last half hour, which the rule of entries would not let happen.
const flat = { endOfDay: { policy: "flat", windowMinutes: 6 } };

describe("flat", () => {
  it("by five minutes to the close, stops taken back; the next day begins free", async () => {
    const world = await holding(flat);
    await to(world, 7);
    expect(held(world)).toEqual([100, 100, 50, 50]);
    await to(world, 5);
    expect(held(world)).toEqual([0, 0, 0, 0]);
    expect(resting(world)).toEqual([]);
    await to(world, -5);
    expect(world.live.stage.authorities.permission.level).toBe("NORMAL");
    const { recorded, replayed } = toldAgain(world, undefined, flat);
    expect(replayed).toEqual(recorded);
  });

  it("through a crash in the middle of it", async () => {
    const world = await holding(flat);
    await to(world, 6);
    await world.run(1);
    world.kill();
    await world.run(20);
    world.start();
    await to(world, 4.5);
    expect(held(world)).toEqual([0, 0, 0, 0]);
    expect(world.live.notReconciled).toBeUndefined();
  });

  it("what the broker refuses to close is asked again at a walking pace, and told at the close", async () => {
    const world = await holding(flat);
    await to(world, 8);
    const no = { status: 422, headers: {}, body: '{"code":42210000,"message":"not now"}' };
    world.front.fault = ({ method, body }) =>
      method === "POST" && String(body).includes('"type":"market"') ? no : undefined;
    const before = world.front.requests.length;
    await to(world, -1);
    expect(held(world)).toEqual([100, 100, 50, 50]);
    // Six minutes of the budget of 200 a minute, most of it left to others (I-14).
    expect(world.front.requests.length - before).toBeLessThan(6 * 120);
    const told = world.journal.flat().flatMap((row) => (row.kind === "alert" ? [row.row.text] : []));
    expect(told.filter((text) => text.startsWith("end of day: held over the close"))).toHaveLength(1);
  });

  it("what it refuses by the rules of day trading leaves at the rate of a breached stop, once it may", async () => {
    const world = await holding({ ...flat, stops: "virtual" });
    await to(world, 8);
    const body = JSON.stringify({ code: 40_310_100, message: "denied by pattern day trading protection" });
    world.front.fault = ({ method, body: asked }) =>
      method === "POST" && /"side":"sell"/.test(String(asked)) && !String(asked).includes('"stop')
        ? { status: 403, headers: {}, body }
        : undefined;
    await to(world, 5);
    const before = world.front.requests.length;
    await to(world, 1);
    // Four minutes: the looks of each, and few attempts besides.
    expect(world.front.requests.length - before).toBeLessThan(4 * 60);
    expect(held(world)).toEqual([100, 100, 50, 50]);
    world.front.fault = () => undefined;
    await to(world, 0);
    expect(held(world)).toEqual([0, 0, 0, 0]);
  });
});

describe("carry", () => {
  it("over the cap: brought down to it, and what is carried rests its stop at the broker over night", async () => {
    const account = { endOfDay: { maxOvernightFraction: 0.1, windowMinutes: 6 } };
    const world = await holding(account);
    await to(world, 5);
    expect(held(world)).toEqual([66, 66, 33, 33]);
    await to(world, -5);
    expect(resting(world).toSorted()).toEqual(["sell 33 stop 90", "sell 66 stop 90"]);
  });

  it("by default nothing happens", async () => {
    const world = await holding({ endOfDay: {} });
    await to(world, -5);
    expect(held(world)).toEqual([100, 100, 50, 50]);
    expect(resting(world).toSorted()).toEqual(["sell 100 stop 90", "sell 50 stop 90"]);
  });
});
