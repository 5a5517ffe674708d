/** Goal: the budget is kept in every minute, entries and research leave 40 % of it, and nobody delays a flatten. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Priority, priorities } from "../../../domain/broker.ts";
import { VirtualClock } from "../../net/virtual-clock.ts";
import { RateLimit } from "./rate-limit.ts";

interface Served {
  readonly priority: Priority;
  readonly atMs: number;
  readonly goes: boolean;
}

function world(perMinute = 200): {
  clock: VirtualClock;
  limit: RateLimit;
  served: Served[];
  ask: (priority: Priority, times?: number) => void;
} {
  const clock = new VirtualClock(4);
  const limit = new RateLimit({ clock, perMinute });
  const served: Served[] = [];
  const ask = (priority: Priority, times = 1): void => {
    for (let n = 0; n < times; n += 1)
      void limit.acquire(priority).then((goes) => served.push({ priority, atMs: clock.now(), goes }));
  };
  return { clock, limit, served, ask };
}

const gone = (served: readonly Served[], priority?: Priority): Served[] =>
  served.filter((each) => each.goes && (priority === undefined || each.priority === priority));

describe("the request budget", () => {
  it("lets entries and research together have 60 % of a minute", async () => {
    const { clock, served, ask } = world();
    ask("enter", 100);
    ask("research", 100);
    await clock.advance(0);
    expect(gone(served)).toHaveLength(120);
    ask("protect", 70);
    await clock.advance(0);
    expect(gone(served, "protect")).toHaveLength(70);
  });

  it("gives an entry up after 5 s instead of sending it stale", async () => {
    const { clock, served, ask } = world();
    ask("enter", 121);
    await clock.advance(4_999);
    expect(served).toHaveLength(120);
    await clock.advance(1);
    expect(served.at(-1)).toEqual({ priority: "enter", atMs: 5_000, goes: false });
  });

  it("never holds more than the budget in any minute, unless risk must be reduced", async () => {
    const step = fc.tuple(
      fc.constantFrom<Priority>("reconcile", "enter", "research"),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 0, max: 20_000 }),
    );
    let reached = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 20 }), async (steps) => {
        const { clock, served, ask } = world(50);
        for (const [priority, times, waitMs] of steps) {
          ask(priority, times);
          await clock.advance(waitMs);
        }
        const times = gone(served).map(({ atMs }) => atMs);
        for (const from of times) {
          const inMinute = times.filter((at) => at >= from && at < from + 60_000).length;
          expect(inMinute).toBeLessThanOrEqual(50);
          if (inMinute >= 45) reached += 1;
        }
      }),
      { numRuns: 60 },
    );
    expect(reached).toBeGreaterThan(0);
  });

  it("serves who matters most first, each in order of asking", async () => {
    const { clock, limit, served, ask } = world();
    limit.heard(429, { "retry-after": "1" });
    for (const priority of priorities.toReversed()) ask(priority, 2);
    await clock.advance(1_000);
    expect(gone(served).map(({ priority }) => priority)).toEqual(priorities.flatMap((each) => [each, each]));
  });
});

describe("a flatten", () => {
  it("waits 2 s at most behind 10,000 others, with the budget spent and the broker refusing", async () => {
    const { clock, limit, served, ask } = world();
    ask("protect", 190);
    ask("research", 10_000);
    limit.heard(429, {});
    ask("flatten", 50);
    await clock.advance(1_999);
    expect(gone(served, "flatten")).toHaveLength(0);
    await clock.advance(1);
    expect(gone(served, "flatten")).toHaveLength(50);
    expect(gone(served, "research")).toHaveLength(0);
    expect(limit.queued).toBe(10_000);
  });

  it("goes at once while anything is left", async () => {
    const { clock, served, ask } = world();
    ask("protect", 189);
    ask("flatten");
    await clock.advance(0);
    expect(gone(served, "flatten").map(({ atMs }) => atMs)).toEqual([0]);
  });
});

describe("what the broker says", () => {
  const date = "Mon, 02 Mar 2026 14:31:00 GMT";
  const reset = String(Date.parse(date) / 1000 + 20);

  it.each([
    ["with Retry-After", { "retry-after": "7" }, 7_000],
    ["with a reset instant", { date, "x-ratelimit-reset": reset }, 20_000],
    ["with a reset instant and no date", { "x-ratelimit-reset": reset }, 60_000],
    ["without headers", {}, 60_000],
    ["with a broken header", { "retry-after": "999999999" }, 120_000],
  ] as const)("429 %s pauses until then", async (_what, headers, pauseMs) => {
    const { clock, limit, served, ask } = world();
    limit.heard(429, headers as Record<string, string>);
    ask("research");
    await clock.advance(Math.min(pauseMs, 120_000) - 1);
    expect(gone(served)).toEqual([]);
    await clock.advance(1);
    if (pauseMs < 120_000) expect(gone(served).map(({ atMs }) => atMs)).toEqual([pauseMs]);
  });

  it("counts what others used of the same key", async () => {
    const { clock, limit, served, ask } = world();
    limit.heard(200, { date, "x-ratelimit-reset": reset, "x-ratelimit-remaining": "82" });
    ask("enter", 5);
    ask("research");
    await clock.advance(0);
    expect(gone(served)).toHaveLength(2);
    await clock.advance(20_000);
    expect(gone(served, "research")).toHaveLength(1);
  });
});
