/**
 * Goal: no crash loses an intent, sends an order twice, or leaves books that differ from the broker's; a halt outlives
 * any of them; a process that stood still trades on nothing old (RELIABILITY 2 D 47 to 48 and 55, 3.5). Method: the
 * real processes over the twin, one system for all cases; each named place is one death there, after one from outside.
 */
import { rmSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { replayRun } from "../../src/app/live/replay-run.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { KILL_WORD, LiveRig, type Role } from "./live-rig.ts";

const SPEED = 60;
const SEED = 1;
/** Until a process gets to its place: orders come every few seconds, on a busy machine in a minute. */
const REACHED_MS = 120_000;
const HALTED_MS = 120_000;
const LINE_MS = 12_000;

/** The number is how often the place is passed before the death: enough to have something going on. */
const points: readonly (readonly [Role, string])[] = [
  ["execute", "before-append:40"],
  ["execute", "after-append:60"],
  ["execute", "after-step:80"],
  ["execute", "before-send:1"],
  ["execute", "after-send:1"],
  ["execute", "after-accept:1"],
  ["execute", "after-fill:1"],
  ["compute", "before-append:5"],
  ["compute", "after-decision:1"],
  ["compute", "before-send:1"],
  ["ingest", "after-close-before-tell:2"],
];

let root: string;
let rig: LiveRig;

/** Not until the watchdog is calm: that takes longer after each death, and the next case waits for what it needs. */
async function areWell(): Promise<void> {
  await rig.up();
  expect(await rig.problems()).toEqual([]);
  await rig.letGoOn();
}

beforeAll(async () => {
  root = scratchFolder("kill-");
  rig = await LiveRig.start({ root, speed: SPEED, seed: SEED });
  await rig.until("orders flow", REACHED_MS * 3, async () => {
    await rig.twin.readOrders();
    return rig.twin.orders.size >= 4;
  });
}, 240_000);

afterAll(async () => {
  await rig?.stop();
  rmSync(root, { recursive: true, force: true });
}, 60_000);

describe("a live system over the twin", () => {
  it.each(points)("%s dies at %s, comes back, and its books are the twin's", async (role, point) => {
    await rig.killAt(role, `${role}:${point}`, REACHED_MS);
    await areWell();
  });

  it.each(["ingest", "guardian", "ledger", "compute", "execute"] as const)(
    "%s is killed at any moment, comes back, and its books are the twin's",
    async (role) => {
      await rig.kill(role);
      await areWell();
    },
  );

  it.each(["execute", "compute", "ingest"] as const)(
    "%s stands still for 5 s and trades on nothing old",
    async (role) => {
      rig.signal(role, "SIGSTOP");
      await pause(5000);
      rig.signal(role, "SIGCONT");
      await areWell();
    },
  );

  it("dies at three lines of a closing and ends flat and halted, and nobody can resume at once", async () => {
    const deaths = ["flatten-F1", "flatten-F2", "flatten-F3"].map((line) => `execute:${line}:1`);
    const [first = "", ...others] = deaths;
    await rig.until("positions", REACHED_MS * 3, async () => (await rig.twin.positions()).size > 0);
    await rig.killAt("execute", first, HALTED_MS, async () => {
      await rig.well();
      process.env[KILL_WORD] = others[0];
      // It may die before it answers.
      await rig.halt().catch(() => undefined);
    });
    // The guardian closes what is left while execute starts: then there is no further line to die at.
    await rig.nextDeath("execute", LINE_MS, others[1]).catch(() => undefined);
    await rig.nextDeath("execute", LINE_MS, undefined).catch(() => undefined);
    await rig.until("flat and halted", HALTED_MS, async () => {
      const status = await rig.status();
      const { size } = await rig.twin.positions();
      return (
        size === 0 && status?.snapshot.positions.length === 0 && status.snapshot.permission.level === "HALTED"
      );
    });
    const before = latched((await rig.well()).snapshot.permission.claims);
    expect(before.length).toBeGreaterThan(0);
    await rig.kill("execute");
    const after = latched((await rig.well()).snapshot.permission.claims);
    expect(after).toEqual(before);
    expect(await rig.resume()).toMatchObject({ kind: "refused" });
    expect(await rig.problems()).toEqual([]);
  });

  it("has unbroken journals, and nothing that execute sent is missing in them", async () => {
    expect(rig.journals.verify()).toEqual([]);
    expect(rig.twin.orders.size).toBeGreaterThan(10);
  });

  it("left a record that replays to the last byte through all those deaths, stage by stage", () => {
    const { stages } = replayRun({ root });
    expect(stages.map(({ stage, firstDifference }) => [stage, firstDifference])).toEqual([
      ["ingest", null],
      ["compute", null],
      ["execute", null],
    ]);
    for (const { events, identical } of stages) expect([identical, events > 100]).toEqual([true, true]);
  });
});

type Claims = Awaited<ReturnType<LiveRig["well"]>>["snapshot"]["permission"]["claims"];
const latched = (claims: Claims) =>
  claims
    .filter(({ liftedBy }) => liftedBy === "operator")
    .map(({ authority, source, level }) => `${authority} ${source} ${level}`)
    .toSorted();
