/**
 * Goal    a task of the day may bar entries and let them again, and have the books compared; it can neither loosen what
 *         others hold nor do more than that, and a replay of the journal says the same (OPS-1, AUTH-1).
 * Method  the control desk over the execute process in one thread; then once more from its journal.
 */
import { describe, expect, it } from "vitest";
import { controlDesk, type Desk } from "./control-desk-world.ts";
import { toldAgain } from "./replayed-world.ts";
import { scratchFolder } from "./scratch-folder.ts";

const folder = scratchFolder("task-door");
const task = "validate_api_connectivity";
const level = ({ world }: Desk): string => world.live.stage.authorities.permission.level;

describe("a task's claim", () => {
  it("bars entries by the orchestrator's authority until the task lifts it, and a second raise is the same claim", async () => {
    const desk = await controlDesk(folder);
    for (let n = 0; n < 2; n++)
      expect(desk.ask("barEntries", { task, reason: "the feed is down" }).kind).toBe("accepted");
    const { claims } = desk.world.live.stage.authorities.permission;
    expect(claims).toMatchObject([
      {
        authority: "orchestrator",
        source: `task:${task}`,
        level: "NO_NEW_ENTRIES",
        reason: `${task}: the feed is down`,
      },
    ]);
    expect(desk.ask("allowEntries", { task }).kind).toBe("accepted");
    expect(level(desk)).toBe("NORMAL");
  });

  it("lifts nothing that an operator, a stop of the system or another task holds", async () => {
    const desk = await controlDesk(folder);
    desk.ask("pause");
    desk.ask("retire");
    desk.ask("barEntries", { task: "sync_positions_from_broker" });
    for (const other of [task, "stopping", "operator", "end_of_run"])
      desk.ask("allowEntries", { task: other });
    const sources = desk.world.live.stage.authorities.permission.claims.map(({ source }) => source);
    expect(sources).toEqual(
      expect.arrayContaining(["operator", "stopping", "task:sync_positions_from_broker"]),
    );
  });

  it("is lifted by an operator's resume with a reason, whichever kind it is, and nothing else of the orchestrator's", async () => {
    const desk = await controlDesk(folder);
    desk.ask("barEntries", { task });
    desk.ask("barEntries", { task: "sync_positions_from_broker", isUnjudged: true });
    desk.ask("retire");
    desk.ask("pause");
    expect(desk.ask("resume", { reason: "" })).toMatchObject({ kind: "refused" });
    expect(desk.ask("resume", { reason: "the orchestrator is gone" })).toMatchObject({ kind: "accepted" });
    const { claims } = desk.world.live.stage.authorities.permission;
    expect(claims.map(({ source }) => source)).toEqual(["stopping"]);
    expect(desk.audits.at(-1)).toMatchObject({ action: "resume", reason: "the orchestrator is gone" });
    expect(JSON.parse(desk.audits.at(-1)?.after ?? "")).toMatchObject({
      lifted: `operator, task:${task}, unjudged:sync_positions_from_broker`,
    });
    const { recorded, replayed } = toldAgain(desk.world);
    expect(replayed).toEqual(recorded);
  });

  it.each(["Task", "a b", "", "x".repeat(80), "end-of-run"])(
    "is refused for a task named %j",
    async (name) => {
      const desk = await controlDesk(folder);
      expect(desk.ask("barEntries", { task: name })).toMatchObject({ kind: "refused", exitCode: 2 });
      expect(level(desk)).toBe("NORMAL");
    },
  );

  it("survives a death of execute, as a replay of its journal does", async () => {
    const desk = await controlDesk(folder);
    desk.ask("barEntries", { task });
    desk.world.kill();
    await desk.world.run(30);
    desk.world.start();
    await desk.world.run(30);
    expect(level(desk)).toBe("NO_NEW_ENTRIES");
    const { recorded, replayed } = toldAgain(desk.world);
    expect(replayed).toEqual(recorded);
  });
});

describe("reconcile", () => {
  it("looks at the broker's books at once, and the status tells when and whether they agree", async () => {
    const desk = await controlDesk(folder);
    await desk.world.run(5);
    const before = desk.world.live.reconciledAt ?? 0;
    const looks = () => desk.world.front.requests.filter((one) => one === "GET /v2/positions").length;
    const asked = looks();
    expect(desk.ask("reconcile").kind).toBe("accepted");
    await desk.world.run(3);
    expect(looks()).toBeGreaterThan(asked);
    expect(desk.world.live.reconciledAt).toBeGreaterThan(before);
    expect(desk.world.live.notReconciled).toBeUndefined();
    const { recorded, replayed } = toldAgain(desk.world);
    expect(replayed).toEqual(recorded);
    expect(recorded.some(([input = ""]) => input.includes('"BooksAsked"'))).toBe(true);
  });
});

it("market tells what is known of each instrument, null for what is not", async () => {
  const desk = await controlDesk(folder);
  expect(desk.ask("market", { by: undefined as never, reason: undefined as never }).value).toMatchObject([
    { symbol: "ACME", isHalted: false, lock: null, bid: null, ask: null, quotedAt: null },
    { symbol: "HARD" },
  ]);
});
