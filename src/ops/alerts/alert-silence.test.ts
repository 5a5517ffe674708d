/**
 * Goal    a monitor that is dead, hangs or crashes again and again is told by the supervisor itself, again and again;
 *         nobody is told of one that is well (C-60).
 * Method  a supervisor over children that end when they are told to, on a virtual clock.
 */
import { expect, it } from "vitest";
import type { ProcessPlan } from "../process-plan.ts";
import { type ChildEvents, Supervisor } from "../supervisor.ts";
import { AlertSilence, silenceText } from "./alert-silence.ts";

const plan: ProcessPlan = {
  ...{ id: "monitor", command: "node", args: [], env: {}, restart: "always", ready: "ipc" },
};

class World {
  nowMs = 0;
  child: ChildEvents | undefined;
  readonly said: [number, string][] = [];
  readonly #silence = new AlertSilence();
  #timers: { readonly atMs: number; readonly fire: () => void }[] = [];
  readonly supervisor = new Supervisor(
    { plans: [plan], readyWithinMs: 1e9, stopOrder: [], stopWithinMs: 1e9 },
    {
      now: () => this.nowMs,
      report: () => undefined,
      start: (_, __, events) => {
        this.child = events;
        return { pid: 1, kill: () => undefined, tell: () => undefined, takeOver: () => undefined };
      },
      timer: (afterMs, fire) => {
        const timer = { atMs: this.nowMs + afterMs, fire };
        this.#timers.push(timer);
        return { cancel: () => (this.#timers = this.#timers.filter((other) => other !== timer)) };
      },
    },
  );

  get status() {
    return this.supervisor.status()[0]!;
  }

  /** Whole seconds; `second` is called at each. */
  pass(seconds: number, second: () => void = () => undefined): void {
    for (let s = 0; s < seconds; s += 1) {
      this.nowMs += 1000;
      for (const due of this.#timers.filter(({ atMs }) => atMs <= this.nowMs)) {
        this.#timers = this.#timers.filter((other) => other !== due);
        due.fire();
      }
      second();
      const text = this.#silence.look(this.status, this.nowMs);
      if (text !== undefined) this.said.push([this.nowMs / 1000, text]);
    }
  }
}

function begun(): World {
  const world = new World();
  world.supervisor.startAll();
  world.child?.ready();
  world.pass(120);
  return world;
}

it("one that is well, and one that was restarted once, is no news", () => {
  const world = begun();
  world.child?.exited({ code: 1, signal: null });
  world.pass(5);
  world.child?.ready();
  world.pass(600);
  expect(world.said).toEqual([]);
});

it("HS-1: one that crashes again and again is told at once and every five minutes, though ready in between", () => {
  const world = begun();
  let up = 0;
  // It lives for twenty seconds each time.
  world.pass(660, () => {
    if (world.status.state === "starting") {
      world.child?.ready();
      up = world.nowMs;
    } else if (world.status.state === "ready" && world.nowMs - up >= 20_000) {
      world.child?.exited({ code: 70, signal: null });
    }
  });
  expect(world.said.map(([at]) => at)).toHaveLength(3);
  expect(world.said[0]?.[0]).toBeLessThan(120 + 70);
  expect(world.said[0]?.[1]).toMatch(
    /has ended 3 times in ten minutes: nobody is told of alerts.*critical-lines/,
  );
  expect(silenceText(world.status)).toContain("nobody is told");
});

it("one that does not come up is told after a minute, and no more once it lives", () => {
  const world = begun();
  world.child?.exited({ code: 1, signal: null });
  world.pass(59);
  expect(world.said).toEqual([]);
  world.pass(60);
  expect(world.said).toHaveLength(1);
  world.child?.ready();
  world.pass(1200);
  expect(world.said).toHaveLength(1);
});

it("one that is there and says nothing of itself for a minute hangs", () => {
  const hangs = {
    state: "ready",
    upMs: 900_000,
    crashes: 0,
    isCrashLoop: false,
    vitalsAgeMs: 59_000,
  } as const;
  expect(silenceText(hangs)).toBeUndefined();
  expect(silenceText({ ...hangs, vitalsAgeMs: 61_000 })).toMatch(/said nothing for 61 s/);
});
