/** Goal: the health page's answer is made of what the parts have told, in the page's own words; what is not known is null. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { writeActive } from "../src/app/live/active-run.ts";
import { healthReads } from "../src/app/monitor/health-reads.ts";
import type { HealthAnswer } from "../src/dashboard/contract/running-answers.ts";
import type { HealthRecord } from "../src/ops/health/health-record.ts";
import { engineSample, sourcesSample } from "./engine-metrics-sample.ts";
import { scratchFolder } from "./scratch-folder.ts";

const root = scratchFolder("plimsoll-health-");
afterAll(() => rmSync(root, { recursive: true, force: true }));
const terms = { killSwitch: join(root, "killswitch") };
type Part = Pick<HealthAnswer, "processes" | "machine" | "latency" | "sources">;

it("before anything was told: nothing is made up", () => {
  const answer: Part = healthReads(root, terms, undefined, Date.now());
  expect(answer).toMatchObject({ processes: [], latency: [], sources: [] });
  expect(answer.machine.find(({ id }) => id === "C-50")).toMatchObject({ use: null, limit: 1000 });
});

it("gives each process its state, its memory and what a check found of it", () => {
  const vitals = sourcesSample.processes[0]?.vitals;
  writeActive(root, { mode: "demo", startedAt: "2026-11-18T15:00:00Z", supervisor: vitals }, [
    {
      ...{ id: "ledger", state: "ready", pid: 4_000_000, crashes: 0, isCrashLoop: false, restarts: 2 },
      ...{ recoveries: 1, upMs: 60_000, hasStandby: false, vitals, vitalsAgeMs: 500 },
    },
  ]);
  mkdirSync(join(root, "run"), { recursive: true });
  const since = "2026-11-18T15:00:00Z";
  const health: HealthRecord = {
    at: new Date().toISOString(),
    checks: [
      { check: "memory", subject: "ledger", state: "late", text: "ledger uses much", since },
      { check: "hung", subject: "ledger", state: "down", text: "ledger hangs", since },
      { check: "disk", subject: "", state: "ok", text: "", since },
    ],
    recoveries: { restart: 1 },
  };
  writeFileSync(join(root, "run", "health.json"), JSON.stringify(health));
  const read = healthReads(root, terms, engineSample, Date.now());
  const answer: Part = read;
  expect(answer.processes.map(({ id }) => id)).toEqual(["supervisor", "ledger"]);
  expect(answer.processes[1]).toMatchObject({
    ...{ state: "down", text: "ledger hangs", pid: 4_000_000, restarts: 2, standby: false },
    ...{ memoryMb: 200, memoryLimitMb: 4000, loopP99Ms: 9, startedAt: expect.stringMatching(/^\d{4}-.*Z$/) },
  });
  expect(read.findings.map(({ check }) => check)).toEqual(["hung", "memory"]);
  expect(answer.latency.map(({ id }) => id)).toContain("submitToAck");
  for (const { buckets } of answer.latency) expect(buckets.at(-1)?.leMs).toBeNull();
  expect(answer.sources[0]).toMatchObject({
    id: "feed",
    state: "ok",
    ageMs: 100,
    records: 100,
    rejected: 1,
    gaps: 0,
  });
});
