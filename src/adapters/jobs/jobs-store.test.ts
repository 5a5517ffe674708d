/**
 * Goal    JB-1, JB-2: a run is there before it works and has one row; beats of a session share one; what a task found
 *         replaces what it found before; nothing of another run is touched.
 * Method  the store over a scratch file, read by its reader, closed and opened again between.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { JobsReader } from "./jobs-reader.ts";
import { CUT_SHORT, JobsStore, type RunBegin } from "./jobs-store.ts";

const folder = scratchFolder("jobs-store");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
function place(): string {
  count += 1;
  return join(folder, `${count}`, "jobs.db");
}

const began: RunBegin = {
  ...{
    run: "d1",
    task: "calculate_daily_pnl",
    phase: "MARKET_CLOSE",
    session: "2026-11-24",
    origin: "schedule",
  },
  ...{ scheduledAt: 1_000_000, startedAt: 2_000_000, attempt: 1 },
};
const ended = {
  state: "done",
  endedAt: 3_000_000,
  tookMs: 12,
  text: "agrees",
  output: { difference: 0 },
} as const;
const opened = (path: string) => new JobsStore(path, () => 0);

describe("a run", () => {
  it("is there before it works, and is found without an end after a crash, of its own run alone", () => {
    const path = place();
    const store = opened(path);
    store.begin(began);
    store.begin({ ...began, run: "d2" });
    store.close();
    const again = opened(path);
    expect(again.cutShort("d1", 9)).toBe(1);
    expect(again.cutShort("d1", 9)).toBe(0);
    expect(again.newest("d1")).toEqual([
      {
        ...{
          task: began.task,
          session: began.session,
          state: "failed",
          attempt: 1,
          isCutShort: true,
          wallMs: 0,
        },
        startedAt: 2_000_000,
      },
    ]);
    expect(again.newest("d2")).toMatchObject([{ state: "running" }]);
    again.close();
    const reader = new JobsReader(path);
    expect(reader.history("d1", 10)).toMatchObject([{ state: "failed", text: CUT_SHORT, endedAt: 9 }]);
    reader.close();
  });

  it("keeps its text and output; the next attempt is a row of its own and the newest", () => {
    const path = place();
    const store = opened(path);
    store.end(store.begin(began), { ...ended, state: "failed", text: "no" });
    store.end(store.begin({ ...began, attempt: 2 }), ended);
    expect(store.newest("d1")).toMatchObject([{ attempt: 2, state: "done", isCutShort: false }]);
    const reader = new JobsReader(path);
    expect(reader.history("d1", 10)).toMatchObject([
      { attempt: 2, text: "agrees", output: { difference: 0 }, tookMs: 12 },
      { attempt: 1, text: "no" },
    ]);
    expect(reader.failed("d1")).toBe(0);
    expect([...reader.newest("d1").values()]).toMatchObject([{ attempt: 2 }]);
    reader.close();
    store.close();
  });

  it("that was asked for counts as none of the schedule's", () => {
    const path = place();
    const store = opened(path);
    const id = store.begin({ ...began, origin: "asked", id: "mine" });
    store.end(id, { ...ended, state: "failed" });
    expect(store.newest("d1")).toEqual([]);
    const reader = new JobsReader(path);
    expect(reader.find("mine")).toMatchObject({ origin: "asked", state: "failed" });
    expect(reader.failed("d1")).toBe(1);
    reader.close();
    store.close();
  });

  it("that was left out is written once, and never over one that ran", () => {
    const path = place();
    const store = opened(path);
    store.end(store.begin(began), ended);
    store.skip({ ...began, text: "too late" });
    store.skip({ ...began, task: "other", text: "too late" });
    store.skip({ ...began, task: "other", text: "later still" });
    const reader = new JobsReader(path);
    expect(reader.history("d1", 10).map(({ task, state, text }) => [task, state, text])).toEqual(
      expect.arrayContaining([
        [began.task, "done", "agrees"],
        ["other", "skipped", "too late"],
      ]),
    );
    reader.close();
    store.close();
  });
});

it("beats of a session share a row that counts them, those that failed and those that fell out", () => {
  const path = place();
  const store = opened(path);
  for (const [n, state] of (["done", "failed", "done"] as const).entries())
    store.end(store.begin({ ...began, startedAt: n, beat: { missed: n } }), { ...ended, state });
  const reader = new JobsReader(path);
  expect(reader.history("d1", 10)).toMatchObject([
    { beats: 3, beatsFailed: 1, beatsMissed: 3, state: "done", startedAt: 2 },
  ]);
  reader.close();
  store.close();
});

it("what a task found replaces what it found of that session alone; a number that is none is unknown", () => {
  const path = place();
  const store = opened(path);
  const row = (symbol: string) => ({ symbol, reason: "held", made_at: 1 });
  store.found("watchlist", "d1", "2026-11-24", [row("A"), row("B")]);
  store.found("watchlist", "d1", "2026-11-25", [row("A")]);
  store.found("watchlist", "d1", "2026-11-24", [row("C")]);
  expect(() => store.found("watchlist", "d1", "2026-11-24", [row("D"), row("D")])).toThrow();
  expect(store.foundIn("watchlist", "d1", "2026-11-24").map(({ symbol }) => symbol)).toEqual(["C"]);
  expect(store.foundIn("watchlist", "d1", "2026-11-25")).toHaveLength(1);
  const pnl = { own: 1, ledger: 1, difference: 0, equity: 5, made_at: 1 };
  store.found("daily_pnl", "d1", "2026-11-24", [pnl]);
  store.found("premarket", "d1", "2026-11-24", [
    { symbol: "A", is_held: 0, gap: Number.NaN, flags: "", made_at: 1 },
  ]);
  expect(store.foundIn("premarket", "d1", "2026-11-24")).toMatchObject([{ gap: null }]);
  const reader = new JobsReader(path);
  expect(reader.found("watchlist", "d1")).toMatchObject([{ session: "2026-11-25", symbol: "A" }]);
  reader.close();
  store.close();
});

it("the registry is described anew by each process, in its order", () => {
  const path = place();
  const store = opened(path);
  const line = { phase: "OVERNIGHT", schedule: "02:00 ET", about: "x" };
  store.describe([{ id: "b", ...line, whyNot: null }]);
  store.describe([
    { id: "z", ...line, whyNot: null },
    { id: "a", ...line, whyNot: "not available yet" },
  ]);
  const reader = new JobsReader(path);
  expect(reader.tasks().map(({ id, whyNot }) => [id, whyNot])).toEqual([
    ["z", null],
    ["a", "not available yet"],
  ]);
  reader.close();
  store.close();
});

it("a file that is none is named, with the cure", () => {
  expect(() => new JobsReader(join(folder, "none.db"))).toThrow(/there is no .*none\.db.*plimsoll start/);
});
