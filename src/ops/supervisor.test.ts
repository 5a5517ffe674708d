/**
 * Goal: each process comes back alone, a crash loop comes back in safe hold, and a stop is orderly and ends (OPS-2,
 * C-54). Method: a virtual clock and children that do as told; then real processes.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scratchFolder } from "../../test/scratch-folder.ts";
import type { ProcessPlan, SupervisorReport } from "./process-plan.ts";
import { commandLine, findPinning, spawnChild } from "./spawn-child.ts";
import { type ChildEvents, Supervisor, type SupervisorPorts, type SupervisorTerms } from "./supervisor.ts";

const plan = (id: string, changes: Partial<ProcessPlan> = {}): ProcessPlan => ({
  id,
  command: "node",
  args: [`${id}.ts`],
  env: {},
  restart: "always",
  ready: "ipc",
  ...changes,
});

interface FakeChild extends ChildEvents {
  readonly id: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signals: string[];
  /** What it was told when its turn came; undefined before. */
  turn: Readonly<Record<string, string>> | undefined;
}

/** Time that moves when it is told to, and children that end when they are told to. */
class World implements SupervisorPorts {
  nowMs = 0;
  readonly children: FakeChild[] = [];
  readonly told: string[] = [];
  isBroken = false;
  #timers: { readonly atMs: number; readonly fire: () => void }[] = [];

  now = () => this.nowMs;
  timer = (afterMs: number, fire: () => void) => {
    const timer = { atMs: this.nowMs + afterMs, fire };
    this.#timers.push(timer);
    const cancel = () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
    return { cancel };
  };
  start = ({ id }: ProcessPlan, env: Readonly<Record<string, string>>, events: ChildEvents) => {
    if (this.isBroken) throw new Error("no such program");
    const child: FakeChild = { id, env, signals: [], turn: undefined, ...events };
    this.children.push(child);
    return {
      pid: 1000 + this.children.length,
      kill: (signal: string) => void child.signals.push(signal),
      tell: () => undefined,
      takeOver: (added: Readonly<Record<string, string>>) => {
        child.turn = added;
      },
    };
  };
  report = (report: SupervisorReport) => void this.told.push(`${report.kind} ${report.id}`);

  pass(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const due = this.#timers.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== due);
      this.nowMs = due.atMs;
      due.fire();
    }
    this.nowMs = endMs;
  }

  newest(id: string): FakeChild {
    const found = this.children.findLast((child) => child.id === id);
    if (found === undefined) throw new Error(`${id} was never started`);
    return found;
  }

  crash(id: string): void {
    this.newest(id).exited({ code: 1, signal: null });
  }

  starts(id: string): number {
    return this.children.filter((child) => child.id === id).length;
  }
}

function supervise(changes: Partial<SupervisorTerms> = {}) {
  const world = new World();
  const plans = [plan("ingest"), plan("execute"), plan("guardian")];
  const terms = {
    plans,
    readyWithinMs: 30_000,
    stopOrder: ["execute", "ingest"],
    stopWithinMs: 5000,
    ...changes,
  };
  const supervisor = new Supervisor(terms, world);
  return { world, supervisor };
}

const states = (supervisor: Supervisor) => supervisor.status().map(({ id, state }) => `${id} ${state}`);

describe("a child that ends", () => {
  it("comes back alone, after the wait", () => {
    const { world, supervisor } = supervise();
    supervisor.startAll();
    for (const child of world.children) child.ready();
    world.crash("execute");
    expect(states(supervisor)).toEqual(["ingest ready", "execute waiting", "guardian ready"]);
    world.pass(199);
    expect(world.starts("execute")).toBe(1);
    world.pass(1);
    expect(world.starts("execute")).toBe(2);
    expect([world.starts("ingest"), world.starts("guardian")]).toEqual([1, 1]);
    expect(world.newest("ingest").signals).toEqual([]);
  });

  it("is started in safe hold after three crashes in ten minutes, said once, and normally when they are old", () => {
    const { world, supervisor } = supervise();
    supervisor.start("execute");
    for (let n = 0; n < 4; n++) {
      world.crash("execute");
      world.pass(2000);
    }
    expect(world.children.map(({ env }) => env.SAFE_START)).toEqual([
      undefined,
      undefined,
      undefined,
      "1",
      "1",
    ]);
    expect(world.told.filter((line) => line.startsWith("crash-loop"))).toEqual(["crash-loop execute"]);
    expect(supervisor.status()[1]).toMatchObject({ crashes: 4, isCrashLoop: true });
    world.newest("execute").ready();
    world.pass(600_000);
    expect(supervisor.status()[1]).toMatchObject({ crashes: 0, isCrashLoop: false });
    world.crash("execute");
    world.pass(200);
    expect(world.newest("execute").env.SAFE_START).toBeUndefined();
  });

  it("stays down when its plan says so", () => {
    const { world, supervisor } = supervise({
      plans: [plan("once", { restart: "on-failure" })],
      stopOrder: [],
    });
    supervisor.startAll();
    world.newest("once").exited({ code: 0, signal: null });
    world.pass(60_000);
    expect(world.starts("once")).toBe(1);
    expect(states(supervisor)).toEqual(["once down"]);
    supervisor.start("once");
    expect(world.starts("once")).toBe(2);
  });

  it("that cannot be started at all is tried again, and the others start", () => {
    const { world, supervisor } = supervise();
    world.isBroken = true;
    supervisor.startAll();
    expect(world.told.filter((line) => line.startsWith("not-started"))).toHaveLength(3);
    world.isBroken = false;
    world.pass(200);
    expect(states(supervisor)).toEqual(["ingest starting", "execute starting", "guardian starting"]);
  });

  it("is not started twice", () => {
    const { world, supervisor } = supervise();
    supervisor.start("execute");
    supervisor.start("execute");
    world.crash("execute");
    supervisor.start("execute");
    expect(world.starts("execute")).toBe(1);
  });
});

describe("one that stands by", () => {
  const standing = (changes: Partial<SupervisorTerms> = {}) => {
    const made = supervise({ plans: [plan("execute", { standby: true })], stopOrder: [], ...changes });
    made.supervisor.startAll();
    made.world.newest("execute").ready();
    made.world.pass(2000);
    return made;
  };

  it("is started when the first is ready, and takes its place at once when that ends", () => {
    const { world, supervisor } = standing();
    const [first, second] = world.children;
    expect([first?.env, second?.env]).toEqual([{}, { STANDBY: "1" }]);
    expect(supervisor.status()).toMatchObject([{ state: "ready", pid: 1001 }]);
    world.children[0]?.exited({ code: null, signal: "SIGKILL" });
    expect(supervisor.status()).toMatchObject([{ state: "starting", pid: 1002, crashes: 1 }]);
    expect(second?.turn).toEqual({});
    second?.ready();
    expect(states(supervisor)).toEqual(["execute ready"]);
    expect(world.told).toEqual(
      ["started", "ready", "standing-by", "exited", "took-over", "ready"].map((kind) => `${kind} execute`),
    );
    world.pass(2000);
    expect(world.starts("execute")).toBe(3);
    second?.exited({ code: 1, signal: null });
    expect(world.newest("execute").turn).toEqual({});
  });

  it("is told to be safe where the first had crashed too often", () => {
    const { world } = standing({ crashesMax: 1 });
    world.children[0]?.exited({ code: 1, signal: null });
    expect(world.newest("execute").turn).toEqual({ SAFE_START: "1" });
  });

  it("is no crash when it ends, is started again, and the first goes on", () => {
    const { world, supervisor } = standing();
    world.crash("execute");
    expect(supervisor.status()).toMatchObject([{ state: "ready", pid: 1001, crashes: 0 }]);
    world.pass(9999);
    expect(world.starts("execute")).toBe(2);
    world.pass(1);
    expect(world.starts("execute")).toBe(3);
  });

  it("that is not there does not keep the first from coming back", () => {
    const { world, supervisor } = standing();
    world.crash("execute");
    world.children[0]?.exited({ code: 1, signal: null });
    expect(states(supervisor)).toEqual(["execute waiting"]);
    world.pass(200);
    expect(world.newest("execute").env).toEqual({});
    world.newest("execute").ready();
    world.pass(9000);
    expect(world.starts("execute")).toBe(4);
  });

  it("that does not get ready in its turn is killed, and the next start is a new one", () => {
    const { world, supervisor } = standing();
    world.children[0]?.exited({ code: 1, signal: null });
    world.pass(30_000);
    expect(world.newest("execute").signals).toEqual(["SIGKILL"]);
    world.newest("execute").exited({ code: null, signal: "SIGKILL" });
    expect(states(supervisor)).toEqual(["execute waiting"]);
    expect(supervisor.status()).toMatchObject([{ crashes: 2 }]);
  });

  it("is dismissed by a stop before anybody else is asked", async () => {
    const { world, supervisor } = standing();
    const stopped = supervisor.stop();
    expect(world.children.map(({ signals }) => signals)).toEqual([[], ["SIGKILL"]]);
    world.newest("execute").exited({ code: null, signal: "SIGKILL" });
    await new Promise(setImmediate);
    expect(world.children[0]?.signals).toEqual(["SIGTERM"]);
    world.children[0]?.exited({ code: 0, signal: null });
    await stopped;
    world.pass(60_000);
    expect(world.starts("execute")).toBe(2);
  });
});

describe("readiness", () => {
  it("is told to who waits, across a restart", async () => {
    const { world, supervisor } = supervise();
    supervisor.start("execute");
    let isReady = false;
    const waiting = supervisor.whenReady("execute").then(() => {
      isReady = true;
    });
    world.crash("execute");
    world.pass(200);
    await Promise.resolve();
    expect(isReady).toBe(false);
    world.newest("execute").ready();
    await waiting;
    await supervisor.whenReady("execute");
  });

  it("that does not come in time is a crash", () => {
    const { world, supervisor } = supervise();
    supervisor.startAll();
    world.newest("ingest").ready();
    world.pass(29_999);
    expect(world.newest("execute").signals).toEqual([]);
    world.pass(1);
    expect(world.newest("execute").signals).toEqual(["SIGKILL"]);
    expect(world.newest("ingest").signals).toEqual([]);
    world.newest("execute").exited({ code: null, signal: "SIGKILL" });
    expect(supervisor.status()[1]).toMatchObject({ state: "waiting", crashes: 1 });
  });

  it("of a plan that asks for none is there at once", () => {
    const { world, supervisor } = supervise({ plans: [plan("plain", { ready: "started" })], stopOrder: [] });
    supervisor.startAll();
    expect(states(supervisor)).toEqual(["plain ready"]);
    world.pass(60_000);
    expect(world.newest("plain").signals).toEqual([]);
  });
});

describe("a stop", () => {
  it("goes in the given order, one after the other, and then nothing is started", async () => {
    const { world, supervisor } = supervise();
    supervisor.startAll();
    for (const child of world.children) child.ready();
    const stopped = supervisor.stop();
    const signals = () => ["ingest", "execute", "guardian"].map((id) => world.newest(id).signals.join());
    expect(signals()).toEqual(["", "SIGTERM", ""]);
    world.crash("guardian");
    world.pass(60);
    world.newest("execute").exited({ code: 0, signal: null });
    await Promise.resolve();
    await Promise.resolve();
    expect(signals()).toEqual(["SIGTERM", "SIGTERM", ""]);
    world.newest("ingest").exited({ code: 0, signal: null });
    await stopped;
    world.pass(60_000);
    expect(world.children).toHaveLength(3);
    expect(states(supervisor)).toEqual(["ingest down", "execute down", "guardian down"]);
  });

  it("gives a start the time of its plan, and one that takes over no more than the others have", () => {
    const plans = [plan("execute", { standby: true, readyWithinMs: 900_000 })];
    const { world, supervisor } = supervise({ plans, stopOrder: [] });
    supervisor.startAll();
    const [first] = world.children;
    world.pass(899_999);
    expect(first?.signals).toEqual([]);
    first?.ready();
    world.pass(10_000);
    const second = world.children[1];
    first?.exited({ code: null, signal: "SIGKILL" });
    expect(second?.turn).toBeDefined();
    world.pass(29_999);
    expect(second?.signals).toEqual([]);
    world.pass(1);
    expect(second?.signals).toEqual(["SIGKILL"]);
  });

  it("kills what has not ended in time, also what was not ready", async () => {
    const { world, supervisor } = supervise({ plans: [plan("execute")], stopOrder: [] });
    supervisor.startAll();
    const stopped = supervisor.stop();
    world.newest("execute").ready();
    world.pass(4999);
    expect(world.newest("execute").signals).toEqual(["SIGTERM"]);
    world.pass(1);
    expect(world.newest("execute").signals).toEqual(["SIGTERM", "SIGKILL"]);
    world.newest("execute").exited({ code: null, signal: "SIGKILL" });
    await stopped;
    expect(world.told).toContain("killed execute");
  });

  it("ends a restart that is due", async () => {
    const { world, supervisor } = supervise();
    supervisor.start("execute");
    world.crash("execute");
    await supervisor.stop();
    world.pass(60_000);
    expect(world.starts("execute")).toBe(1);
  });
});

it.each([
  [{ plans: [plan("a"), plan("a")], stopOrder: [] }, /two plans have one id/],
  [{ plans: [plan("a")], stopOrder: ["b"] }, /b is none of a/],
])("plans that cannot be meant are refused (%#)", (changes, message) => {
  expect(() => supervise(changes)).toThrow(message);
});

describe("the command line", () => {
  it.each([
    [{}, undefined, "node a.ts"],
    [{ maxMemoryMb: 512 }, undefined, "node --max-old-space-size=512 a.ts"],
    [{ cpu: [0, 2] }, "/bin/taskset", "/bin/taskset -c 0,2 node a.ts"],
    [{ cpu: [1], maxMemoryMb: 64 }, "/bin/taskset", "/bin/taskset -c 1 node --max-old-space-size=64 a.ts"],
    [{ cpu: [1] }, undefined, "node a.ts"],
    [{}, "/bin/taskset", "node a.ts"],
  ])("of %o with %s is %s", (changes, pinWith, line) => {
    expect(commandLine(plan("a", changes), pinWith).join(" ")).toBe(line);
  });

  it("pins on Linux only, and with what is there", () => {
    expect(findPinning("darwin", process.env.PATH ?? "")).toBeUndefined();
    expect(findPinning("linux", "/nowhere:/neither")).toBeUndefined();
  });
});

describe("real processes", () => {
  let folder: string;
  beforeEach(() => {
    folder = scratchFolder("plimsoll-supervisor-");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function realPorts(lines: string[], heard: (report: SupervisorReport) => void): SupervisorPorts {
    const pinWith = findPinning(process.platform, process.env.PATH ?? "");
    const line = (id: string, stream: string, text: string) => void lines.push(`${id} ${stream}: ${text}`);
    return {
      start: (child, env, events) =>
        spawnChild(child, env, events, { env: { PATH: process.env.PATH }, pinWith, line }),
      now: () => performance.now(),
      timer: (afterMs, fire) => {
        const timer = setTimeout(fire, afterMs);
        return { cancel: () => clearTimeout(timer) };
      },
      report: heard,
    };
  }

  it("a crashing child comes back until it holds, then stops on request; its neighbour notices nothing", async () => {
    const tries = join(folder, "tries");
    const crashing = join(folder, "crashing.mts");
    writeFileSync(
      crashing,
      `import { appendFileSync, readFileSync } from "node:fs";
       appendFileSync(${JSON.stringify(tries)}, "x");
       console.log("try " + readFileSync(${JSON.stringify(tries)}, "utf8").length + " safe " + process.env.SAFE_START);
       if (readFileSync(${JSON.stringify(tries)}, "utf8").length < 3) { console.error("no luck"); process.exit(9); }
       process.on("SIGTERM", () => { console.log("bye"); process.exit(0); });
       setInterval(() => {}, 1000);
       process.send("ready");`,
    );
    const steady = join(folder, "steady.mts");
    writeFileSync(steady, `console.log("here"); setInterval(() => {}, 1000);`);
    const lines: string[] = [];
    const told: string[] = [];
    const supervisor = new Supervisor(
      {
        plans: [
          plan("crashing", { command: process.execPath, args: [crashing], cpu: [0], maxMemoryMb: 128 }),
          plan("steady", { command: process.execPath, args: [steady], ready: "line" }),
        ],
        readyWithinMs: 60_000,
        stopOrder: ["crashing", "steady"],
        stopWithinMs: 60_000,
      },
      realPorts(lines, (report) => told.push(`${report.kind} ${report.id}`)),
    );
    supervisor.startAll();
    await Promise.all([supervisor.whenReady("crashing"), supervisor.whenReady("steady")]);
    expect(readFileSync(tries, "utf8")).toBe("xxx");
    const [, neighbour] = supervisor.status();
    expect(neighbour).toMatchObject({ state: "ready", crashes: 0 });
    await supervisor.stop();
    expect(told.filter((line) => line.endsWith("crashing"))).toEqual([
      ...[
        "started",
        "exited",
        "restarting",
        "started",
        "exited",
        "restarting",
        "started",
        "ready",
        "exited",
      ].map((kind) => `${kind} crashing`),
    ]);
    expect(told.filter((line) => line.endsWith("steady"))).toEqual(
      ["started", "ready", "exited"].map((kind) => `${kind} steady`),
    );
    expect(lines.filter((line) => line.includes("try"))).toEqual(
      [1, 2, 3].map((n) => `crashing out: try ${n} safe undefined`),
    );
    expect(lines).toContain("crashing err: no luck");
    expect(() => process.kill(neighbour?.pid ?? 0, 0)).toThrow("ESRCH");
  });

  it("one that is deaf to SIGTERM is killed, and the stop ends", async () => {
    const deaf = join(folder, "deaf.mts");
    writeFileSync(deaf, `process.on("SIGTERM", () => {}); console.log("here"); setInterval(() => {}, 1000);`);
    const told: string[] = [];
    const plans = [plan("deaf", { command: process.execPath, args: [deaf], ready: "line" })];
    const supervisor = new Supervisor(
      { plans, readyWithinMs: 60_000, stopOrder: [], stopWithinMs: 100 },
      realPorts([], (report) => told.push(report.kind)),
    );
    supervisor.startAll();
    await supervisor.whenReady("deaf");
    await supervisor.stop();
    expect(told).toEqual(["started", "ready", "killed", "exited"]);
  });

  it("a program that is not there is said to be so, by its plan's name", async () => {
    const lines: string[] = [];
    const gone = Promise.withResolvers<SupervisorReport>();
    const plans = [plan("gone", { command: join(folder, "nothing"), restart: "never" })];
    const supervisor = new Supervisor(
      { plans, readyWithinMs: 60_000, stopOrder: [], stopWithinMs: 1000 },
      realPorts(lines, (report) => report.kind === "not-started" && gone.resolve(report)),
    );
    supervisor.startAll();
    expect(await gone.promise).toMatchObject({
      id: "gone",
      why: expect.stringContaining("cannot be started"),
    });
    await supervisor.stop();
  });
});
