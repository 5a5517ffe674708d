/**
 * Goal    what strategies read beside bars is told to a running system once, however often the task runs, lives through
 *         a death of execute, and is the same in a replay; what is missing fails the task and says what to do.
 * Method  the task over ports; its acts at the control desk over the execute process in one thread.
 */
import { describe, expect, it } from "vitest";
import type { TaskContext } from "../src/app/orchestrator/task-context.ts";
import { tellReferences } from "../src/app/orchestrator/tasks/tell-references.ts";
import type { LiveReferences } from "../src/app/references/live-references.ts";
import type { EngineEvent } from "../src/domain/events.ts";
import { newYorkDay } from "../src/market/us-eastern.ts";
import { controlDesk, type Desk } from "./control-desk-world.ts";
import { toldAgain } from "./replayed-world.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { fakeWorld } from "./task-context-fake.ts";

const folder = scratchFolder("tell-references");
const since = 20_781 as LiveReferences["told"][number]["since"];
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
  const given: TaskContext = { ...context, references: async () => references };
  const result = await tellReferences.run(given);
  const answers = asked.map(({ act, id }) => {
    const { verb, ...more } = act as { readonly verb: string };
    return at.ask(verb, { ...more, ...(id === undefined ? {} : { id }) });
  });
  return { result, answers };
}

describe("tell_references", () => {
  it("tells each table once, however often it runs", async () => {
    const at = await desk();
    const { result, answers } = await runAt(at, { told: [vix, pairs], untold: [] });
    expect(result).toMatchObject({
      state: "done",
      text: expect.stringContaining("vix of 2026-11-24 (1 row)"),
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

  it("fails with the cure where a table is not known, and tells the others", async () => {
    const at = await desk();
    const untold = [{ table: "pairs", why: "nothing of 2026-11-23 is known" }];
    const { result } = await runAt(at, { told: [vix], untold });
    expect(result.state).toBe("failed");
    expect(result.text).toMatch(
      /pairs is not known: nothing of 2026-11-23 is known; no new entry .* data sync/,
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
