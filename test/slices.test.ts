/**
 * Goal    an order that is large for its market is bought in slices at a real client and broker, is one order in our
 *         books, and stops being bought when anything says so (EXEC-1, C-03). Whatever happens, the books agree and all
 *         that is held is under its stop.
 * Method  the whole of execute in virtual time (`live-world.ts`). 5 % of a usual minute are 50 shares: 550 are 11 slices.
 */
import { describe, expect, it } from "vitest";
import { LiveWorld } from "./live-world.ts";
import { toldAgain } from "./replayed-world.ts";

const USUAL_VOLUME = 390_000;
const SHARES = 550;
const SLICE = 50;
const EVERY_SECONDS = 15;

async function world(): Promise<LiveWorld> {
  const made = new LiveWorld("09:29:50", USUAL_VOLUME);
  made.start();
  await made.run(130);
  return made;
}

async function afterSlices(count: number): Promise<LiveWorld> {
  const made = await world();
  made.enter("ACME", SHARES, 95);
  await made.run((count - 1) * EVERY_SECONDS + 3);
  expect(made.held("ACME")).toBe(count * SLICE);
  return made;
}

const open = ({ brokerage }: LiveWorld) => brokerage.orders({ status: "open" } as never);
const underStops = (made: LiveWorld): number =>
  open(made)
    .filter(({ type }) => type === "stop")
    .reduce((sum, { quantity }) => sum + (quantity ?? 0) / 1e9, 0);

/** Nothing more is bought from here on, all of it is under a stop, and a replay tells the same. */
async function staysAt(made: LiveWorld, shares: number): Promise<void> {
  await made.run(120);
  expect([made.held("ACME"), made.booked("ACME"), underStops(made)]).toEqual([shares, shares, shares]);
  expect(made.live.lifecycle.unknownCount).toBe(0);
  expect(made.live.notReconciled).toBeUndefined();
  const { recorded, replayed } = toldAgain(made, USUAL_VOLUME);
  expect(replayed).toEqual(recorded);
}

describe("a large order", () => {
  it("is bought slice by slice, fifteen seconds apart, each under its stop from its fill on", async () => {
    const made = await world();
    made.enter("ACME", SHARES, 95);
    for (let slice = 1; slice <= SHARES / SLICE; slice++) {
      await made.run(3);
      expect([made.held("ACME"), made.booked("ACME"), underStops(made)]).toEqual(
        new Array(3).fill(slice * SLICE),
      );
      await made.run(EVERY_SECONDS - 3);
    }
    await staysAt(made, SHARES);
  });

  it("is sold by its stops whole when they are reached", async () => {
    const made = await afterSlices(SHARES / SLICE);
    made.price("ACME", 94);
    await made.run(30);
    expect([made.held("ACME"), made.booked("ACME")]).toEqual([0, 0]);
    expect(open(made)).toEqual([]);
  });

  it("of which a part was bought is sold whole when its stops are reached, and no more is bought", async () => {
    const made = await afterSlices(3);
    made.price("ACME", 94);
    await made.run(30);
    expect([made.held("ACME"), made.booked("ACME")]).toEqual([0, 0]);
    made.price("ACME", 100);
    await made.run(120);
    expect([made.held("ACME"), open(made)]).toEqual([0, []]);
  });

  it("that an operator pauses keeps what it has", async () => {
    const made = await afterSlices(4);
    made.operator("pause");
    await staysAt(made, 4 * SLICE);
  });

  it("ends flat when everything is closed in the middle of it", async () => {
    const made = await afterSlices(5);
    made.operator("halt");
    await made.run(60);
    expect([made.held("ACME"), made.booked("ACME"), open(made)]).toEqual([0, 0, []]);
  });

  it("goes on after a crash between two slices, and buys none twice", async () => {
    const made = await afterSlices(2);
    made.kill();
    made.start();
    await made.run(EVERY_SECONDS * 12 + 60);
    const bought = made.held("ACME");
    expect(bought).toBeGreaterThanOrEqual(2 * SLICE);
    expect(bought).toBeLessThanOrEqual(SHARES);
    await staysAt(made, bought);
  });

  it("whose slice got no answer waits until its fate is known, and buys it once", async () => {
    const made = await afterSlices(1);
    let lost = 0;
    made.front.fault = ({ method, url }, answer) => {
      if (lost > 0 || method !== "POST" || !url.endsWith("/v2/orders")) return undefined;
      lost += 1;
      answer();
      return "reset";
    };
    await made.run(EVERY_SECONDS * 14);
    expect(lost).toBe(1);
    await staysAt(made, SHARES);
  });

  it("is no large order below its dollars, nor where nobody knows the usual volume", async () => {
    const small = await world();
    small.enter("ACME", 190, 95);
    await small.run(3);
    expect(small.held("ACME")).toBe(190);
    const unknown = new LiveWorld();
    unknown.start();
    await unknown.run(130);
    unknown.enter("ACME", SHARES, 95);
    await unknown.run(3);
    expect(unknown.held("ACME")).toBe(SHARES);
  });
});
