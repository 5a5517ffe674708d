/**
 * Goal: a process that hangs is restarted when somebody asks, and no process is restarted for less than the supervisor
 * sees itself (RR-1, RR-2). Method: the judgement alone, then a supervisor with children that are records.
 */
import { describe, expect, it } from "vitest";
import type { ProcessVitals } from "../domain/process-vitals.ts";
import type { ProcessPlan, SupervisorReport } from "./process-plan.ts";
import { type RestartFacts, recoveryIn, refusalOf } from "./restart-request.ts";
import { type ChildEvents, Supervisor } from "./supervisor.ts";

const vitals: ProcessVitals = {
  ...{ rssBytes: 2e8, heapUsedBytes: 5e7, heapLimitBytes: 1e8, loopP50Ms: 0, loopP99Ms: 1, loopMaxMs: 2 },
  ...{ cpuShare: 0.1, upSeconds: 60 },
};
const hung: RestartFacts = {
  ...{ isReady: true, isGuarded: false, vitals, silentMs: 15_000, isClosing: false },
  ...{ nowMs: 1e7, ownMs: [], allMs: [] },
};
const minutesAgo = (...minutes: readonly number[]) => minutes.map((each) => hung.nowMs - each * 60_000);

describe("the judgement", () => {
  it.each([
    ["hung", {}, undefined],
    ["hung", { silentMs: 14_999 }, /15000 are a hang/],
    ["hung", { isReady: false }, /starting/],
    ["hung", { isClosing: true }, /being closed/],
    ["hung", { isGuarded: true }, undefined],
    ["memory", { isGuarded: true, vitals: { ...vitals, heapUsedBytes: 9e7 } }, /only a hang/],
    ["memory", { vitals: { ...vitals, heapUsedBytes: 8.1e7 } }, undefined],
    ["memory", { vitals: { ...vitals, heapUsedBytes: 8e7 } }, /within its bound/],
    ["memory", { vitals: undefined }, /within its bound/],
    ["mute", {}, undefined],
    ["mute", { ownMs: minutesAgo(0.9) }, /less than a minute/],
    ["mute", { ownMs: minutesAgo(50, 30, 2) }, /3 times/],
    ["mute", { ownMs: minutesAgo(61, 30, 2) }, undefined],
    ["mute", { allMs: minutesAgo(50, 40, 30, 20, 10, 1) }, /6 processes/],
  ] as const)("of a wish for %s with %o", (cause, changed, refusal) => {
    const said = refusalOf({ cause }, { ...hung, ...changed });
    if (refusal === undefined) expect(said).toBeUndefined();
    else expect(said).toMatch(refusal);
  });

  it("takes no other message for a wish", () => {
    const ask = { wish: "restart", id: "ledger", cause: "hung", why: "x".repeat(999) };
    expect(recoveryIn({ recover: ask })).toEqual({ ...ask, why: "x".repeat(200) });
    for (const other of [
      null,
      "ready",
      { recover: null },
      { recover: { ...ask, wish: "kill" } },
      { recover: { ...ask, cause: 1 } },
      { recover: { ...ask, id: 1 } },
    ])
      expect(recoveryIn(other)).toBeUndefined();
  });
});

function world() {
  let now = 0;
  const events = new Map<string, ChildEvents>();
  const signals: string[] = [];
  const reports: SupervisorReport[] = [];
  const plan = (id: string, more: Partial<ProcessPlan> = {}): ProcessPlan => ({
    ...{ id, command: "node", args: [], env: {}, restart: "always", ready: "ipc" },
    ...more,
  });
  const supervisor = new Supervisor(
    {
      plans: [plan("monitor", { mayAsk: true }), plan("ledger"), plan("execute", { isGuarded: true })],
      ...{ readyWithinMs: 1000, stopOrder: [], stopWithinMs: 1000 },
    },
    {
      now: () => now,
      timer: () => ({ cancel: () => undefined }),
      report: (report) => reports.push(report),
      start: (started, _, told) => {
        events.set(started.id, told);
        return {
          pid: 1,
          kill: (signal) => signals.push(`${started.id} ${signal}`),
          takeOver: () => undefined,
          tell: (message) => signals.push(`${started.id} ${JSON.stringify(message)}`),
        };
      },
    },
  );
  supervisor.startAll();
  for (const each of events.values()) each.ready();
  const say = (from: string, message: unknown) => events.get(from)?.told(message);
  const ask = (from: string, id: string, cause: string, wish = "restart") =>
    say(from, { recover: { wish, id, cause, why: "w" } });
  const pass = (ms: number): void => {
    now += ms;
  };
  return { supervisor, signals, reports, say, ask, pass };
}

describe("a supervisor that is asked", () => {
  it("kills what it has not heard for 15 s, and tells how often it did", () => {
    const { supervisor, signals, reports, say, ask, pass } = world();
    say("ledger", { vitals });
    pass(14_000);
    ask("monitor", "ledger", "hung");
    expect(signals).toEqual([]);
    expect(reports.at(-1)).toMatchObject({ kind: "asked", id: "ledger", by: "monitor" });
    pass(1000);
    ask("monitor", "ledger", "hung");
    expect(signals).toEqual(["ledger SIGKILL"]);
    expect(supervisor.status()[1]).toMatchObject({ id: "ledger", recoveries: 1, vitalsAgeMs: 15_000 });
  });

  it("lets one that is not hung end in good order, and hands on the wish for a new line", () => {
    const { signals, ask } = world();
    ask("monitor", "ledger", "mute");
    ask("monitor", "execute", "mute", "reconnect");
    expect(signals).toEqual(["ledger SIGTERM", 'execute {"ask":"reconnect","why":"w"}']);
  });

  it("hears nobody but the monitor, and knows no strangers", () => {
    const { signals, reports, ask, pass } = world();
    pass(20_000);
    ask("ledger", "execute", "hung");
    expect(signals).toEqual([]);
    ask("monitor", "dashboard", "hung");
    expect(reports.at(-1)).toMatchObject({ kind: "asked", refusal: "there is no such process" });
  });
});
