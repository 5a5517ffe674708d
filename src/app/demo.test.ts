/**
 * Goal: the demo ends holding nothing, however it ends, and the HALT file stops it for good (RUN-2, RISK-3).
 * Method: whole sessions at full speed; what happens in between is done from the callback of each minute.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scratchFolder } from "../../test/scratch-folder.ts";
import { RunJournal } from "../adapters/run-journal.ts";
import { InputError } from "../domain/assert.ts";
import { type OrderNumber, OrderStatus, Purpose } from "../domain/order.ts";
import type { EpochMicros } from "../domain/time.ts";
import { OrderField } from "../execution/order-table.ts";
import { loadConfig } from "./config.ts";
import { type DemoEnd, type DemoRequest, runDemo } from "./demo.ts";
import type { EngineSnapshot } from "./engine-snapshot.ts";

let folder: string;
let killSwitch: string;
beforeEach(() => {
  folder = scratchFolder("plimsoll-demo-");
  killSwitch = join(folder, "killswitch");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const config = loadConfig({ assignments: ["demo.warmupSessions=2"] });
let runs = 0;

function demo(over: Partial<DemoRequest> = {}): Promise<DemoEnd> {
  return runDemo({
    root: join(folder, `demo-${runs++}`),
    killSwitch,
    config,
    sessions: 1,
    speed: Number.POSITIVE_INFINITY,
    seed: 1,
    startedAt: "2026-11-18T00:00:00Z",
    command: "plimsoll start",
    show: () => {},
    stop: new AbortController().signal,
    ...over,
  });
}

const halt = () => {
  mkdirSync(killSwitch, { recursive: true });
  writeFileSync(join(killSwitch, "HALT"), "");
};

/** Entries that left for the venue at or after an instant. */
function entriesSince({ run }: DemoEnd, since: EpochMicros): number {
  const { orders } = run.loop.execute;
  const all = Array.from({ length: orders.length }, (_, n) => n as OrderNumber);
  return all.filter(
    (order) =>
      orders.purpose(order) === Purpose.Entry &&
      orders.status(order) !== OrderStatus.Denied &&
      orders.get(order, OrderField.decidedAt) >= since,
  ).length;
}
const START = 0 as EpochMicros;
const levelOf = ({ run }: DemoEnd) => run.loop.execute.authorities.permission.level;
const microsOf = ({ at }: EngineSnapshot) => (Date.parse(at) * 1000) as EpochMicros;

describe("an ordinary demo", () => {
  it("trades, ends flat, and is no alarm", async () => {
    const end = await demo();
    expect(entriesSince(end, START)).toBeGreaterThan(5);
    expect(end.flat).toBe(true);
    expect(end.report.daily.gross.at(-1)).toBe(0);
    expect(levelOf(end)).toBe("FLATTEN");
    expect(end.report.trades.length).toBeGreaterThan(5);
    expect(end.report.result.honesty).toMatchObject({
      trials: 0,
      uncounted: expect.stringMatching(/^Not counted: a demo/),
      canary: { decisions: 0, notRun: expect.stringMatching(/^Not run: a demo/) },
    });
    expect(end.report.result.mode).toBe("demo");
    expect(end.report.trades.map(({ whyOut }) => whyOut).filter((why) => /halt/i.test(why))).toEqual([]);
  });

  it("says of an order that was trimmed and filled that it was trimmed", async () => {
    const verdicts = new Map<string, Set<string>>();
    await demo({
      show: ({ orders }) => {
        for (const { status, verdict } of orders.filter(({ verdict }) => verdict !== "")) {
          const seen = verdicts.get(status) ?? new Set();
          verdicts.set(status, seen.add(verdict));
        }
      },
    });
    const filled = [...(verdicts.get("filled") ?? [])];
    expect(filled.length).toBeGreaterThan(0);
    for (const verdict of filled) expect(verdict).toMatch(/^trimmed: [a-z_]+ [\d.]+ of [\d.]+$/);
    for (const verdict of verdicts.get("denied") ?? []) expect(verdict).not.toMatch(/^trimmed/);
  });

  it("is the same twice from the same seed, and another from another", async () => {
    const [one, two, other] = [await demo(), await demo(), await demo({ seed: 2 })];
    expect(two.report.result.digests).toEqual(one.report.result.digests);
    expect(two.report.trades).toEqual(one.report.trades);
    expect(other.report.result.digests.fills).not.toBe(one.report.result.digests.fills);
    expect(other.flat).toBe(true);
  });

  it("shows every minute, counting sessions from one", async () => {
    const seen: EngineSnapshot[] = [];
    const end = await demo({ sessions: 2, show: (snapshot) => seen.push(snapshot) });
    expect(seen.length).toBe(2 * 390);
    expect(seen[0]?.session).toMatchObject({ date: "2026-11-18", number: 1, of: 2 });
    expect(seen.at(-1)?.session).toMatchObject({ date: "2026-11-19", number: 2, of: 2, progress: 1 });
    expect(seen.some(({ rejectedRecords }) => rejectedRecords > 0)).toBe(true);
    expect(end.flat).toBe(true);
  });

  it("stopped from outside, closes everything and is over at once", async () => {
    const stop = new AbortController();
    let minutes = 0;
    let held = 0;
    const show = ({ positions }: EngineSnapshot) => {
      minutes += 1;
      if (minutes === 120) {
        held = positions.length;
        stop.abort();
      }
    };
    const end = await demo({ show, stop: stop.signal });
    expect(held).toBeGreaterThan(0);
    expect(end.flat).toBe(true);
    expect(minutes).toBeLessThan(150);
  });

  it("refuses a first session on which the exchange is closed", async () => {
    const closed = loadConfig({ assignments: ["demo.firstSession=2026-11-26"] });
    await expect(demo({ config: closed })).rejects.toThrow(InputError);
    await expect(demo({ config: closed })).rejects.toThrow(/demo\.firstSession = 2026-11-26: XNYS is closed/);
    const nonsense = loadConfig({ assignments: ["demo.firstSession=2026-13-01"] });
    await expect(demo({ config: nonsense })).rejects.toThrow(/must be a date/);
  });
});

describe("the HALT file", () => {
  it("there from the start: nothing is entered, the end is HALTED and flat", async () => {
    halt();
    const end = await demo();
    expect(entriesSince(end, START)).toBe(0);
    expect(end.run.loop.execute.fills.length).toBe(0);
    expect(levelOf(end)).toBe("HALTED");
    expect(end.flat).toBe(true);
    const journal = new RunJournal(join(folder, `demo-${runs - 1}`, "db", "journal.db"));
    const halts = [...journal.entries(1)].filter(({ payload }) => payload.includes('"action":"halt"'));
    journal.close();
    expect(halts.length).toBe(1);
    expect(end.run.loop.execute.authorities.permission.claims).toContainEqual(
      expect.objectContaining({
        authority: "kill_switch",
        liftedBy: "operator",
        reason: expect.stringContaining("HALT"),
      }),
    );
  });

  it("a folder that can no longer be looked into counts as halted", async () => {
    let minutes = 0;
    const show = () => {
      minutes += 1;
      if (minutes !== 50) return;
      rmSync(killSwitch, { recursive: true });
      writeFileSync(killSwitch, "");
    };
    expect(levelOf(await demo({ show }))).toBe("HALTED");
  });

  it("an empty folder, or another name in it, asks for nothing", async () => {
    mkdirSync(killSwitch, { recursive: true });
    writeFileSync(join(killSwitch, "README"), "");
    const end = await demo();
    expect(levelOf(end)).toBe("FLATTEN");
    expect(entriesSince(end, START)).toBeGreaterThan(5);
  });

  it("made in between: no entry after it, everything closed, HALTED; taking it away does not resume", async () => {
    const seen: EngineSnapshot[] = [];
    const show = (snapshot: EngineSnapshot) => {
      seen.push(snapshot);
      if (seen.length === 150) halt();
      if (seen.length === 200) rmSync(join(killSwitch, "HALT"));
    };
    const end = await demo({ show });
    const halted = seen[149] as EngineSnapshot;
    expect(halted.positions.length).toBeGreaterThan(0);
    expect(entriesSince(end, START)).toBeGreaterThan(0);
    expect(entriesSince(end, (microsOf(halted) + 1) as EpochMicros)).toBe(0);
    expect(
      seen.slice(151).every(({ permission: { level } }) => level === "FLATTEN" || level === "HALTED"),
    ).toBe(true);
    const levels = seen.map(({ permission: { level } }) => level);
    const complete = levels.indexOf("HALTED");
    expect(complete).toBeGreaterThan(149);
    expect(complete).toBeLessThan(170);
    for (const { positions, permission } of seen.slice(complete)) {
      expect([permission.level, positions.length]).toEqual(["HALTED", 0]);
    }
    expect(levelOf(end)).toBe("HALTED");
    expect(end.flat).toBe(true);
  });

  it("taken away before everything was closed: the halt goes on to its end", async () => {
    let minutes = 0;
    const show = () => {
      minutes += 1;
      if (minutes === 150) halt();
      if (minutes === 151) rmSync(join(killSwitch, "HALT"));
    };
    expect(levelOf(await demo({ show }))).toBe("HALTED");
  });
});
