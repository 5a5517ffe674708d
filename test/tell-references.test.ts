/**
 * Goal    what strategies read beside bars is told to a running system once, however often the task runs, lives through
 *         a death of execute, and is the same in a replay; what is missing fails the task and says what to do.
 * Method  the task over ports; its acts at the control desk over the execute process in one thread.
 */
import { describe, expect, it } from "vitest";
import type { TaskContext } from "../src/app/orchestrator/task-context.ts";
import { tellNews } from "../src/app/orchestrator/tasks/tell-news.ts";
import { tellReferences } from "../src/app/orchestrator/tasks/tell-references.ts";
import type { LiveReferences } from "../src/app/references/live-references.ts";
import type { EngineEvent } from "../src/domain/events.ts";
import { sessionAt, xnysSessions } from "../src/market/calendar.ts";
import { newYorkDay } from "../src/market/us-eastern.ts";
import { dayPlan } from "../src/ops/orchestrator/day-planner.ts";
import { scheduledAt } from "../src/ops/orchestrator/task-moments.ts";
import { controlDesk, type Desk } from "./control-desk-world.ts";
import { toldAgain } from "./replayed-world.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { fakeWorld } from "./task-context-fake.ts";

const folder = scratchFolder("tell-references");
const since = 20_781 as LiveReferences["told"][number]["since"];
const news = {
  ...{ table: "news", since, version: "news:2026-11-24:abc", isWhole: true },
  rows: [{ symbol: "AAA", values: [1, -0.4, -3, null] }],
};
const vix = {
  ...{ table: "vix", since, version: "vix:2026-11-24:abc", isWhole: false },
  rows: [{ symbol: "", values: [15, null, 16] }],
};
const pairs = { table: "pairs", since, version: "pairs:2026-11-24", isWhole: true, rows: [] };

const told = (desk: Desk): string[] => tables(desk.heard);
const tables = (heard: readonly EngineEvent[]): string[] =>
  heard.flatMap((event) => (event.kind === "ReferenceTold" ? [event.table] : []));

async function desk(): Promise<Desk> {
  return await controlDesk(folder);
}

/** The task, and its acts at that desk under the ids that it gave them. */
async function runAt(at: Desk, references: LiveReferences) {
  const { context, asked } = fakeWorld();
  // Of the desk's own day: no session is told of before the one ahead of it is over.
  const today = newYorkDay(at.world.at) as typeof since;
  const told = references.told.map((table) => ({ ...table, since: today }));
  const given: TaskContext = { ...context, references: async () => ({ ...references, told }) };
  const result = await tellReferences.run(given);
  const answers = asked.map(({ act, id }) => {
    const { verb, ...more } = act as { readonly verb: string };
    return at.ask(verb, { ...more, ...(id === undefined ? {} : { id }) });
  });
  return { result, answers };
}

describe("tell_news", () => {
  const known = { tables: ["news", "earnings"], known: async () => ({ told: [news], untold: [] }) };
  async function runWith(over: Partial<TaskContext>) {
    const { context, asked } = fakeWorld();
    return { asked, result: await tellNews.run({ ...context, news: known, mode: "paper", ...over }) };
  }

  it("fetches the stories of the days before, of the symbols of the run, and tells what they come to", async () => {
    const words: (readonly string[])[] = [];
    const { asked, result } = await runWith({ research: async (line) => void words.push(line) });
    expect(words).toEqual([["sentiment", "fetch", "--symbols", "AAA,BBB,CCC", "--from", "2026-11-10"]]);
    expect(result).toMatchObject({ state: "done", text: "news of 2026-11-24 (1 row)" });
    expect(asked.map(({ id }) => id)).toEqual(["d1:news:2026-11-24:abc"]);
    expect(asked[0]?.act).toMatchObject({
      verb: "tellReference",
      session: since,
      isWhole: true,
      rows: news.rows,
    });
  });

  it("tells what the lake had where they cannot be fetched, and fails so that it is tried again", async () => {
    const { asked, result } = await runWith({ research: () => Promise.reject(new Error("no keys")) });
    expect(result.state).toBe("failed");
    expect(result.text).toMatch(/^news of 2026-11-24 \(1 row\); the news was not fetched, .*: no keys$/);
    expect(asked).toHaveLength(1);
  });

  it("fetches nothing where nobody listens to the press, nor in a demo", async () => {
    const research = () => Promise.reject(new Error("asked"));
    const earnings = { ...known, tables: ["earnings"] };
    expect((await runWith({ research, news: earnings })).result.state).toBe("done");
    expect((await runWith({ research, mode: "demo" })).result.state).toBe("done");
    const { context } = fakeWorld();
    expect(tellNews.missing(context)).toContain("no strategy of the run reads news or earnings");
  });

  it("comes before the open, and is heard for its session", async () => {
    const session = sessionAt(xnysSessions(), 9000);
    expect(session.open - scheduledAt(tellNews.when, session)).toBe(15 * 60e6);
    const at = await desk();
    const own = newYorkDay(at.world.at) as typeof since;
    const rows = [{ symbol: "ACME", values: [1, -0.4, -3, null] }];
    const of = (day: number) => ({
      table: "news",
      rows,
      isWhole: true as const,
      session: day,
      reason: "news",
    });
    expect(at.ask("tellReference", of(own))).toMatchObject({ kind: "accepted" });
    expect(at.heard.filter(({ kind }) => kind === "ReferenceTold")).toMatchObject([
      { table: "news", session: own },
    ]);
    expect(at.ask("tellReference", of(own + 9))).toMatchObject({
      kind: "refused",
      reason: expect.stringContaining("session is beyond the next session"),
    });
  });
});

describe("tell_references", () => {
  it("tells each table once, however often it runs", async () => {
    const at = await desk();
    const { result, answers } = await runAt(at, { told: [vix, pairs], untold: [] });
    expect(result).toMatchObject({
      state: "done",
      text: expect.stringMatching(/^vix of \d{4}-\d\d-\d\d \(1 row\); pairs of/),
    });
    expect(answers.map(({ kind }) => kind)).toEqual(["accepted", "accepted"]);
    await runAt(at, { told: [vix, pairs], untold: [] });
    expect(told(at)).toEqual(["vix", "pairs"]);
    await runAt(at, { told: [{ ...vix, version: "vix:2026-11-25:abd" }], untold: [] });
    expect(told(at)).toEqual(["vix", "pairs", "vix"]);
  });

  it("goes on where it was cut short: what it had told is not told again, and a replay says the same", async () => {
    const at = await desk();
    await runAt(at, { told: [vix], untold: [] });
    await runAt(at, { told: [vix, pairs], untold: [] });
    expect(told(at)).toEqual(["vix", "pairs"]);
    at.world.kill();
    await at.world.run(30);
    at.world.start();
    await at.world.run(30);
    const { recorded, replayed } = toldAgain(at.world);
    expect(replayed).toEqual(recorded);
    const words = recorded.flat().filter((text) => text.includes("ReferenceTold"));
    expect(words.length).toBe(2);
  });

  it("that failed in the morning is tried again every five minutes, in the evening still: days may come by hand", () => {
    const row = xnysSessions().date.indexOf(since);
    const at = sessionAt(xnysSessions(), row).close;
    const past = { state: "failed", attempt: 130, isCutShort: false, endedMs: 0, beganAt: at } as const;
    const attempts = [299_999, 300_000].map((mono) => {
      const asked = { tasks: [tellReferences], sessions: xnysSessions(), firstRow: row, aliveSince: at };
      const more = { disabled: new Set<string>(), leastBeatMicros: 1, past: () => past };
      return dayPlan({ ...asked, ...more, now: { at, mono } }).due.map(({ attempt }) => attempt);
    });
    expect(attempts).toEqual([[], [131]]);
  });

  it("fails with the cure where a table is not known, and tells the others", async () => {
    const at = await desk();
    const untold = [{ table: "pairs", why: "nothing of 2026-11-23 is known" }];
    const { result } = await runAt(at, { told: [vix], untold });
    expect(result.state).toBe("failed");
    expect(result.text).toMatch(
      /pairs is not known: nothing of 2026-11-23 is known; who needs it enters nothing; .* data sync/,
    );
    expect(told(at)).toEqual(["vix"]);
  });

  it("has the regime as one word for its gate and for the strategies that read it", async () => {
    const at = await desk();
    const reading = {
      ...{
        session: newYorkDay(at.world.at),
        bull: 0.9,
        neutral: 0.08,
        bear: 0.02,
        regime: "Bull",
        longScale: 1,
      },
      ...{ vix: 18, vixRegime: "normal", vixScale: 1 },
    };
    expect(at.ask("tellRegime", { reading })).toMatchObject({ kind: "accepted" });
    const heard = at.heard.filter(({ kind }) => kind === "RegimeTold" || kind === "ReferenceTold");
    expect(heard).toMatchObject([
      { kind: "RegimeTold", bull: 0.9 },
      { kind: "ReferenceTold", table: "regime", rows: [{ values: [0.9, 0.08, 0.02] }] },
    ]);
    const { recorded, replayed } = toldAgain(at.world);
    expect(replayed).toEqual(recorded);
  });
});
