/**
 * Goal    the limit on the time of one decision is the live run's alone: what it stopped is stopped in every replay of
 *         the run, whatever the machine, and what it let pass passes (STRAT-3, LEDGER-2, BACK-4).
 * Method  a strategy in a file that tarries as long as a global says, which no view tells: the machine is slow at the
 *         time of the recording, or at that of the replay. Recorded by the stages as the processes record.
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { JournalReader } from "../src/adapters/journal/journal-reader.ts";
import { JournalStore } from "../src/adapters/journal/journal-store.ts";
import type { JournalEntry } from "../src/adapters/journal/journal-terms.ts";
import { type Config, loadConfig, withSettings } from "../src/app/config.ts";
import { decideAgain } from "../src/app/live/decided-again.ts";
import { endingLine } from "../src/app/live/ending-line.ts";
import { keepStrategies } from "../src/app/live/kept-strategies.ts";
import { checkParity } from "../src/app/live/parity.ts";
import { findRun, journalPath } from "../src/app/live/recorded-run.ts";
import { replayRun } from "../src/app/live/replay-run.ts";
import { resimulate } from "../src/app/live/resimulation.ts";
import { engineOf, warmCompute } from "../src/app/live/run-engine.ts";
import { type RunTerms, runPlaces } from "../src/app/live/run-terms.ts";
import { computeDigest } from "../src/app/live/stage-digest.ts";
import type { DayNumber, EpochMicros } from "../src/domain/time.ts";
import { LiveCompute } from "../src/engine/live-compute.ts";
import { RecordedFaults } from "../src/engine/recorded-faults.ts";
import type { Decision } from "../src/engine/stage-messages.ts";
import { decisionText, parseComputeInput, parseDecision } from "../src/engine/stage-text.ts";
import type { RecordOfFaults } from "../src/engine/strategy-fault.ts";
import { causeOfText, runbookOf } from "../src/ops/alerts/alert-causes.ts";
import { createSyntheticMarket } from "../src/sim/synthetic-market.ts";
import { demoOverBars } from "./demo-over-bars.ts";
import { recordSession } from "./recorded-session.ts";

const FILE = join(import.meta.dirname, "strategies", "above-average.ts");
const ID = "above_average";
const OTHER = "reference_ema_cross";
const MINUTES = 60;
const folder = mkdtempSync(join(tmpdir(), "plimsoll-limit-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Milliseconds that the machine takes for one decision of the strategy. */
const slow = (ms: number) => {
  (globalThis as Record<symbol, unknown>)[Symbol.for("plimsoll.test.slow")] = ms;
};
afterEach(() => slow(0));
const FOR_EVER = 3_600_000;

function recorded(name: string, slowMs: number): string {
  const root = join(folder, name);
  const params = "{ after: 30, does: tarries, period: 5 }";
  const share = (id: string, fraction: number) => `strategies.${id}.allocation=${fraction}`;
  const settings = [`strategies.${ID}.file=${FILE}`, `strategies.${ID}.params=${params}`, share(ID, 0.3)];
  const config = withSettings(demoOverBars(), settings, "the test");
  slow(slowMs);
  recordSession(root, MINUTES, {
    config: keepStrategies(dirname(runPlaces(root).terms), config),
    strategyIds: [ID, OTHER],
  });
  slow(0);
  return root;
}

function decisionsOf(root: string): readonly Decision[] {
  const reader = new JournalReader(journalPath(root, "compute"));
  try {
    return [...reader.entries("dtest")]
      .filter(({ part }) => part === "command")
      .map(({ payload }) => parseDecision(String(payload)));
  } finally {
    reader.close();
  }
}

const faultsOf = (root: string) => decisionsOf(root).flatMap(({ faults = [] }) => faults);

/** A decision of it was stopped. */
let stopped: string;
beforeAll(() => {
  stopped = recorded("stopped", FOR_EVER);
});

describe("a run in which a decision was stopped", () => {
  it("is one in which it wished before, and nothing after", () => {
    expect(faultsOf(stopped)).toEqual([{ strategy: 0, reason: "RangeError: did not return within 1000 ms" }]);
    const decisions = decisionsOf(stopped);
    const late = decisions.findIndex(({ faults }) => faults !== undefined);
    const wishes = (from: number, to?: number) =>
      decisions.slice(from, to).flatMap(({ signals }) => signals.filter(({ strategy }) => strategy === 0));
    expect(wishes(0, late).length).toBeGreaterThan(3);
    expect(wishes(late)).toEqual([]);
  });

  it("gives the same in a replay, on a machine that is not slow", () => {
    expect(replayRun({ root: stopped })).toMatchObject({ identical: true, firstDifference: null });
  });

  it("gives the same as a backtest", () => {
    expect(checkParity({ root: stopped })).toMatchObject({ identical: true, differencesFound: 0 });
  });

  it("has it stopped as well where another venue fills", () => {
    const { differences } = resimulate({ root: stopped });
    const late = decisionsOf(stopped).find(({ faults }) => faults !== undefined)?.at ?? 0;
    const since = differences.filter(({ at, strategy }) => strategy === ID && Date.parse(at) * 1000 > late);
    expect(since.filter(({ cause }) => cause === "extra")).toEqual([]);
  });
});

/** Compute as its process has it after a start: its record again, then whatever comes. */
function started(root: string, strategyIds: readonly string[] = [ID, OTHER]) {
  const { terms, instruments, history } = findRun({ root });
  const live = new LiveCompute(engineOf(terms, instruments).compute);
  warmCompute(live.stage, { history });
  const decided: string[] = [];
  const step = (input: string) => {
    live.step(parseComputeInput(input, instruments));
    decided.push(...live.decisions.splice(0).map(decisionText));
  };
  const decision = (n: number) => decided[n];
  const { turns } = live.stage;
  const recorded = decideAgain(journalPath(root, "compute"), terms.run, {
    turns,
    strategyIds,
    step,
    decision,
  });
  return { recorded, decided, live, step };
}

/** The record of compute as it would be had the run ended after that part of it; `change` sees every row. */
function cut(root: string, upTo: number, change: (entry: JournalEntry) => JournalEntry = (entry) => entry) {
  const copy = `${root}-${upTo}-${copies++}`;
  cpSync(root, copy, { recursive: true });
  const path = journalPath(copy, "compute");
  const reader = new JournalReader(path);
  const all = [...reader.entries("dtest")];
  const header = reader.findRun("dtest")?.header ?? "";
  reader.close();
  for (const ending of ["", "-wal", "-shm"]) rmSync(`${path}${ending}`, { force: true });
  const store = new JournalStore(path);
  store.openRun({ run: "dtest", startedAt: "2026-11-18T14:00:00Z", header });
  const kept = all.slice(0, upTo).map(change);
  store.write([kept.map(({ part, at, payload }) => ({ kind: "entry", part, at, payload }))]);
  store.close();
  const later = all.slice(upTo).filter(({ part }) => part === "input");
  return { root: copy, all, later: later.map(({ payload }) => String(payload)) };
}
let copies = 0;
const caught = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};
const isStopped = ({ part, payload }: JournalEntry) =>
  part === "command" && String(payload).includes('"faults":');

describe("compute that starts again", () => {
  let stoppedAt: number;
  beforeAll(() => {
    stoppedAt = cut(stopped, 0).all.findIndex(isStopped);
  });

  it("in a session with a stopped decision decides the same, and that strategy wishes nothing more", () => {
    const { root: half, later } = cut(stopped, stoppedAt + 20);
    const again = started(half);
    const before = again.decided.length;
    expect(again.recorded).toBe(before);
    expect(again.live.stage.turns.silent).toEqual([0]);
    for (const input of later) again.step(input);
    expect(again.decided).toEqual(decisionsOf(stopped).map(decisionText));
    const after = again.decided.slice(before).flatMap((text) => parseDecision(text).signals);
    expect(after.filter(({ strategy }) => strategy === 0)).toEqual([]);
  });

  it("after a death in the decision is asked it once more, and its answer is a new one", () => {
    const { root: half, later } = cut(stopped, stoppedAt);
    const again = started(half);
    expect(again.decided).toHaveLength(again.recorded + 1);
    expect(parseDecision(again.decided.at(-1) ?? "")).not.toHaveProperty("faults");
    expect(again.live.stage.turns.silent).toEqual([]);
    expect(later.length).toBeGreaterThan(10);
  });

  it("is no slower than its limit for what is new, however the record went", () => {
    const { root: half } = cut(stopped, stoppedAt);
    slow(FOR_EVER);
    const again = started(half);
    expect(parseDecision(again.decided.at(-1) ?? "").faults).toHaveLength(1);
  });

  it("does not begin where it decides otherwise, and names who does", () => {
    const { root: other } = cut(stopped, stoppedAt, (entry) =>
      entry.part === "command"
        ? { ...entry, payload: String(entry.payload).replace(/("strategy":0,[^{}]*"conviction":)1/, "$10.5") }
        : entry,
    );
    const said = caught(() => started(other));
    expect(String(said)).toMatch(/of the bars of 2026-\S+ above_average decides otherwise than before/);
    expect(runbookOf(causeOfText(endingLine("broke", said, false)))).toContain("compute-decides-otherwise");
  });
});

/** Counts its decisions where no record looks, and says the count; of a slow machine it never gets past its third. */
const KEEPER = `
  import { defineStrategy, z } from "plimsoll/strategy";
  let calls: number = 0;
  export const strategy = defineStrategy({
    id: "keeper", card: { idea: "", source: "", failsWhen: "" }, timeframes: ["1m"], sizing: "allocation",
    params: z.strictObject({}), reasons: { count: "call {0}" }, memory: { seen: 0 }, features: () => ({}),
    decide(view) {
      calls += 1;
      const i = view.instrument(0);
      view.memory.seen.set(i, view.memory.seen.at(i) + 1);
      while (calls === 3 && globalThis[Symbol.for("plimsoll.test.slow")] > 0);
      view.exit(i, "count", calls, view.memory.seen.at(i));
    },
  });
`;

describe("what a strategy keeps beside its declared memory", () => {
  const columns = createSyntheticMarket({ seed: 7, firstSession: 20_410 as DayNumber }).session(0);
  const { instruments } = columns;
  const account = { equity: 1e5, availableCash: 1e5, scalar: 1, entered: [], barred: [] };

  /** Ten minutes; after the fifth an operator enables it. */
  function tenMinutes(config: Config, record?: RecordOfFaults) {
    const { symbols } = instruments;
    const terms = { run: "d1", config, strategyIds: ["keeper"], symbols, cash: 1e5 } as unknown as RunTerms;
    const live = new LiveCompute(engineOf(terms, instruments).compute);
    if (record !== undefined) live.stage.turns.follow(record);
    for (let sequence = 0; sequence < 10; sequence++) {
      const at = columns.closedAt[sequence] as EpochMicros;
      const bars = { at, columns, from: columns.offset[sequence]!, to: columns.offset[sequence + 1]! };
      live.step({ sequence, kind: "market", event: { kind: "BarsClosed", bars } });
      live.step({ sequence, kind: "feedback", feedback: { kind: "valued", at, account } });
      if (sequence === 4)
        live.step({ sequence, kind: "feedback", feedback: { kind: "enabled", strategy: 0 } });
      if (live.stage.turns.silent.length > 0) slow(0);
    }
    return { digest: computeDigest(live), texts: live.decisions.map(decisionText) };
  }

  it("is as in the run where that is repeated, also after a decision was stopped in the middle of it", () => {
    const file = join(folder, "keeper.ts");
    writeFileSync(file, KEEPER);
    const config = loadConfig({ assignments: [`strategies.keeper.file=${file}`] });
    slow(FOR_EVER);
    const first = tenMinutes(config);
    const said = first.texts.map((text) => parseDecision(text).signals[0]?.reason ?? "nothing");
    const before = ["call 1", "call 2", "nothing", "nothing", "nothing"];
    expect(said).toEqual([...before, "call 1", "call 2", "call 3", "call 4", "call 5"]);
    expect(tenMinutes(config, new RecordedFaults(first.texts, true))).toEqual(first);
  });
});

describe("a run in which none was", () => {
  let root: string;
  beforeAll(() => {
    root = recorded("passed", 0);
  });

  it("gives the same on a machine that is slow", () => {
    expect(faultsOf(root)).toEqual([]);
    slow(1500);
    expect(replayRun({ root })).toMatchObject({ identical: true, firstDifference: null });
    expect(checkParity({ root })).toMatchObject({ identical: true, differencesFound: 0 });
  });
});
