/**
 * Goal    a replay says of a step what the process wrote of it, and asks nothing of the broker itself (LEDGER-2, I-25):
 *         what is barred on its way out is an input of its own in the record, and no part of the step that wanted it.
 * Method  the whole of execute in virtual time (`live-world.ts`), then each step again from the journal it wrote.
 */
import { describe, expect, it } from "vitest";
import { LiveWorld } from "./live-world.ts";
import { toldAgain } from "./replayed-world.ts";

/** The broker has no time for the first attempt; entries are paused before the second. */
async function pausedBetweenAttempts(): Promise<LiveWorld> {
  const world = new LiveWorld();
  world.start();
  await world.run(130);
  let isRefused = false;
  world.front.fault = ({ method, url }) => {
    if (isRefused || method !== "POST" || !url.endsWith("/v2/orders")) return undefined;
    isRefused = true;
    return { status: 429, headers: { "retry-after": "1" }, body: "slow down" };
  };
  world.enter("ACME", 100, 90);
  await world.run(0.1);
  expect(isRefused).toBe(true);
  world.operator("pause");
  await world.run(30);
  return world;
}

describe("an entry that is asked for again while entries are barred", () => {
  it("never leaves, and the broker holds nothing", async () => {
    const world = await pausedBetweenAttempts();
    expect(world.front.requests.filter((line) => line === "POST /v2/orders")).toHaveLength(1);
    expect(world.brokerage.positions()).toEqual([]);
  });

  it("is replayed step by step: the refusal belongs to the input that says so", async () => {
    const { recorded, replayed } = toldAgain(await pausedBetweenAttempts());
    const refusal = recorded.find(([input]) => input?.includes("entries were barred while it waited"));
    expect(refusal?.[1]).toContain('"from":"SENDING","to":"INTENT"');
    expect(replayed).toEqual(recorded);
  });
});
