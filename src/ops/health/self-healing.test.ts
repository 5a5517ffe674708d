/**
 * Goal: each check finds its trouble at its limit and not before, and the system does the least that heals: it cures a
 * few times, then calls people, then keeps entries out until it is over (OPS-3, HL-1, HL-2).
 * Method: facts of a healthy system with one figure changed, looked at every five seconds of virtual time.
 */
import { describe, expect, it } from "vitest";
import { engineSample, sourcesSample } from "../../../test/engine-metrics-sample.ts";
import type { EngineMetrics } from "../metrics/engine-metrics.ts";
import type { ProcessSource } from "../metrics/samples.ts";
import { type HealthFacts, healthFindings } from "./health-checks.ts";
import { type HealthAct, SelfHealing } from "./self-healing.ts";

const [example] = sourcesSample.processes as readonly [ProcessSource];
const processNamed = (id: string, changed: Partial<ProcessSource> = {}): ProcessSource => ({
  ...example,
  id,
  ...changed,
});
const well: HealthFacts = {
  engine: { ...engineSample, claims: [] },
  ...{ engineAgeSeconds: 2, supervisorAgeSeconds: 3, ledgerLag: 10, machine: sourcesSample.machine },
  processes: ["ingest", "compute", "execute", "ledger", "guardian"].map((id) => processNamed(id)),
};
const engine = (changed: Partial<EngineMetrics>): Partial<HealthFacts> => ({
  engine: { ...engineSample, claims: [], ...changed },
});
const process = (id: string, changed: Partial<ProcessSource>): Partial<HealthFacts> => ({
  processes: well.processes.map((each) => (each.id === id ? processNamed(id, changed) : each)),
});
const heap = (share: number) => ({
  vitals: { ...(example.vitals as NonNullable<ProcessSource["vitals"]>), heapUsedBytes: share * 4e9 },
});
const loop = (loopP99Ms: number) => ({
  vitals: { ...(example.vitals as NonNullable<ProcessSource["vitals"]>), loopP99Ms },
});
const machine = (changed: Partial<HealthFacts["machine"]>) => ({
  machine: { ...sourcesSample.machine, ...changed },
});
const feed = (messageAgeSeconds: number, speed = 1): Partial<HealthFacts> =>
  engine({
    speed,
    feed: { ...(engineSample.feed as NonNullable<EngineMetrics["feed"]>), messageAgeSeconds },
  });

const levelOf = (check: string, changed: Partial<HealthFacts>) =>
  healthFindings({ ...well, ...changed }).find((found) => found.check === check && found.level !== "ok")
    ?.level ?? "ok";

describe("each check", () => {
  it("finds nothing where all is well", () => {
    expect(healthFindings(well).filter(({ level }) => level !== "ok")).toEqual([]);
  });

  it.each<readonly [check: string, changed: Partial<HealthFacts>, level: string]>([
    ["feed", feed(29.9), "ok"],
    ["feed", feed(30), "late"],
    ["feed", feed(60), "down"],
    // 30 s of the exchange at sixty times its pace are half a second: the wall's five seconds hold.
    ["feed", feed(4.9, 60), "ok"],
    ["feed", feed(5, 60), "late"],
    ["feed", { ...feed(99), ...engine({ ...engineSample, isMarketOpen: false, claims: [] }) }, "ok"],
    ["broker", engine({ brokerAnswerAgeSeconds: 89 }), "ok"],
    ["broker", engine({ brokerAnswerAgeSeconds: 90 }), "late"],
    ["broker", engine({ brokerAnswerAgeSeconds: 180 }), "down"],
    ["clock", engine({ skewSeconds: -0.25 }), "late"],
    ["clock", engine({ skewSeconds: 1 }), "down"],
    ["clock", engine({ skewSeconds: null }), "ok"],
    ["journal", engine({ journal: { state: "open", oldestSeconds: 0.25, isFull: false, next: 1 } }), "late"],
    ["journal", engine({ journal: { state: "failed", oldestSeconds: 0, isFull: false, next: 1 } }), "down"],
    ["journal", engine({ journal: { state: "open", oldestSeconds: 0, isFull: true, next: 1 } }), "down"],
    ["guardian", engine({ guardianBeatAgeSeconds: 2 }), "late"],
    ["execute", { engineAgeSeconds: 14.9 }, "ok"],
    ["execute", { engineAgeSeconds: 15 }, "late"],
    ["execute", { engineAgeSeconds: 30 }, "down"],
    ["ledger", { ledgerLag: 5000 }, "late"],
    ["ledger", { ledgerLag: Number.NaN }, "ok"],
    ["hung", process("ledger", { silentSeconds: 14.9 }), "ok"],
    ["hung", process("ledger", { silentSeconds: 15 }), "down"],
    ["hung", process("ledger", { silentSeconds: 99, isReady: false }), "ok"],
    ["hung", { ...process("ledger", { silentSeconds: 99 }), supervisorAgeSeconds: 15 }, "ok"],
    ["running", process("ledger", { isReady: false }), "late"],
    ["crash-loop", process("compute", { isCrashLoop: true }), "down"],
    ["memory", process("compute", heap(0.69)), "ok"],
    ["memory", process("compute", heap(0.71)), "late"],
    ["memory", process("compute", heap(0.81)), "down"],
    ["event-loop", process("compute", loop(99)), "ok"],
    ["event-loop", process("compute", loop(100)), "late"],
    ["host-memory", machine({ memoryBytes: 100, availableBytes: 21 }), "ok"],
    ["host-memory", machine({ memoryBytes: 100, availableBytes: 20 }), "late"],
    ["host-memory", machine({ memoryBytes: 100, availableBytes: Number.NaN }), "ok"],
    ["disk", machine({ diskBytes: 100, diskFreeBytes: 10 }), "ok"],
    ["disk", machine({ diskBytes: 100, diskFreeBytes: 9.9 }), "late"],
    ["disk", machine({ diskBytes: 100, diskFreeBytes: 4.9 }), "down"],
    ["supervisor", { supervisorAgeSeconds: 30 }, "down"],
  ])("%s with %o is %s", (check, changed, level) => {
    expect(levelOf(check, changed)).toBe(level);
  });

  it("asks for no restart of execute or the guardian for their memory", () => {
    for (const id of ["execute", "guardian"]) {
      const found = healthFindings({ ...well, ...process(id, heap(0.9)) });
      expect(found.find(({ check, level }) => check === "memory" && level === "down")?.cures).toEqual([]);
    }
  });
});

/** Looks every five seconds; returns the acts with the second of each. */
function watched() {
  const healing = new SelfHealing();
  let nowMs = 0;
  const acts: string[] = [];
  const told = (act: HealthAct): string =>
    act.kind === "cure"
      ? `${act.cure.kind} ${"id" in act.cure ? act.cure.id : ""}`.trim()
      : act.kind === "clear"
        ? `clear ${act.cause}`
        : `${act.level} ${act.cause}`;
  return {
    healing,
    acts,
    look: (changed: Partial<HealthFacts>, seconds: number) => {
      for (const end = nowMs + seconds * 1000; nowMs < end; ) {
        nowMs += 5000;
        for (const act of healing.look(healthFindings({ ...well, ...changed }), nowMs))
          acts.push(`${nowMs / 1000} ${told(act)}`);
      }
    },
    sleep: (seconds: number) => {
      nowMs += seconds * 1000;
    },
  };
}

describe("what is done", () => {
  it("a process that hangs is restarted, and is well again half a minute after it speaks", () => {
    const { look, acts, healing } = watched();
    look({}, 10);
    look(process("ledger", { silentSeconds: 20 }), 5);
    expect(acts).toEqual(["15 restart ledger", "15 warning health hung ledger"]);
    look({}, 40);
    expect(acts.slice(2)).toEqual(["50 clear health hung ledger"]);
    expect(healing.danger).toBeUndefined();
  });

  it("one that hangs again and again is given up after three restarts: people are called, entries are barred", () => {
    const { look, acts, healing } = watched();
    look({}, 5);
    look(process("compute", { silentSeconds: 20 }), 240);
    expect(acts).toEqual([
      ...[
        "10 restart compute",
        "10 warning health hung compute",
        "70 restart compute",
        "130 restart compute",
      ],
      "190 critical health hung compute",
    ]);
    expect(healing.danger).toMatch(/compute has said nothing for 20 s, 15 are a hang/);
    look({}, 40);
    expect(healing.danger).toBeUndefined();
  });

  it("a mute feed gets another line, then another ingest, then people", () => {
    const { look, acts } = watched();
    look({}, 5);
    look(feed(70), 240);
    expect(acts).toEqual([
      ...["10 reconnect ingest", "10 warning health feed", "70 restart ingest", "130 restart ingest"],
      "190 critical health feed",
    ]);
  });

  it("a full disk is cleaned before people are called; the machine's memory only people can cure", () => {
    const { look, acts, healing } = watched();
    look({}, 5);
    look({ machine: { memoryBytes: 100, availableBytes: 4, diskFreeBytes: 4, diskBytes: 100 } }, 30);
    expect(acts).toEqual(["25 critical health host-memory", "25 clean_up", "25 warning health disk"]);
    expect(healing.danger).toMatch(/96.0 % of its memory/);
  });

  it("what merely looks bad for a moment is told to nobody", () => {
    const { look, acts } = watched();
    for (let n = 0; n < 20; n++) {
      look(machine({ diskBytes: 100, diskFreeBytes: 4 }), 10);
      look({}, 5);
    }
    expect(acts).toEqual([]);
  });

  it("after a sleep of the machine nothing is done about what seemed to hang", () => {
    const { look, acts, sleep } = watched();
    look({}, 10);
    sleep(3600);
    look(process("ledger", { silentSeconds: 3600 }), 5);
    expect(acts).toEqual([]);
    look({}, 60);
    expect(acts).toEqual([]);
  });

  it("what nobody knows anything of any more is over", () => {
    const { look, acts } = watched();
    look({}, 5);
    look(process("ledger", { isReady: false }), 70);
    expect(acts).toEqual(["70 warning health running ledger"]);
    look({ processes: [] }, 5);
    expect(acts.at(-1)).toBe("80 clear health running ledger");
  });
});
