/** Goal: entries are barred while an essential task fails, by the claim that fits what is known, and let again. */
import { expect, it } from "vitest";
import { claimsOf } from "../live/claim-acts.ts";
import type { ControlAct } from "../live/control-words.ts";
import { done, failed, unjudged } from "./task.ts";
import { withClaim } from "./task-claim.ts";
import type { Door, TaskAct } from "./task-context.ts";

const task = { id: "sync_positions_from_broker", isEssential: true } as const;

/** Execute's claims, as far as the acts of a task change them. */
function world() {
  const acts: TaskAct[] = [];
  const standing = new Map<string, { source: string; authority: string }>();
  const door = {
    status: async () => ({ snapshot: { permission: { claims: [...standing.values()] } } }),
    act: async (act: TaskAct) => {
      acts.push(act);
      for (const { claim, lifted } of claimsOf({ ...act, id: "1", by: "t" } as ControlAct as never)) {
        if (claim !== undefined) standing.set(claim.source, claim);
        if (lifted !== undefined) standing.delete(lifted.source);
      }
    },
  } as unknown as Door;
  return { door, acts, sources: () => [...standing.keys()] };
}

it("what it found and what it could not judge are two claims, each raised once; its passing lifts both", async () => {
  const { door, acts, sources } = world();
  for (let n = 0; n < 3; n += 1) await withClaim(door, task, unjudged("no answer"));
  expect(sources()).toEqual([`unjudged:${task.id}`]);
  for (let n = 0; n < 3; n += 1) await withClaim(door, task, failed("AAPL: 10 instead of 12"));
  expect(sources()).toContain(`task:${task.id}`);
  expect(acts).toHaveLength(2);
  await withClaim(door, task, done("they agree"));
  expect(sources()).toEqual([]);
});

it("what was found stands although later nobody can look", async () => {
  const { door, acts, sources } = world();
  await withClaim(door, task, failed("AAPL: 10 instead of 12"));
  await withClaim(door, task, unjudged("it took longer than 60 s"));
  expect([sources(), acts.length]).toEqual([[`task:${task.id}`], 1]);
});

it("passes only when its claim can be lifted; a task that is not essential bars nobody", async () => {
  const broken = { status: () => Promise.reject(new Error("execute does not answer")) } as unknown as Door;
  expect(await withClaim(broken, task, done("well"))).toMatchObject({
    state: "failed",
    text: expect.stringContaining("cannot be judged: execute does not answer"),
  });
  const { door, acts } = world();
  await withClaim(door, { ...task, isEssential: undefined } as never, failed("no"));
  expect(acts).toEqual([]);
});
