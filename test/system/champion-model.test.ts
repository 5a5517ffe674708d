/**
 * Goal: a system with a promoted model beside a strategy trades by that model or not at all: it keeps its version
 * through deaths and promotions, and where the trees are gone or changed nothing is entered, what is held can be
 * closed, an operator reads the cure, and the cure is to put them back (RM-1, LEARN-8).
 * Method: one system of real processes over the twin, its compute killed; trees of our own, promoted by the command
 * line.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { JournalReader } from "../../src/adapters/journal/journal-reader.ts";
import { writeActive } from "../../src/app/live/active-run.ts";
import { openRun } from "../../src/app/live/open-run.ts";
import { checkParity } from "../../src/app/live/parity.ts";
import { replayRun } from "../../src/app/live/replay-run.ts";
import { criticalLinesPath } from "../../src/app/monitor/alert-sources.ts";
import type { Decision, SignalNote } from "../../src/engine/stage-messages.ts";
import { parseDecision } from "../../src/engine/stage-text.ts";
import { causeOfText } from "../../src/ops/alerts/alert-causes.ts";
import { runLine } from "../run-line.ts";
import { scratchFolder } from "../scratch-folder.ts";
import { LiveRig } from "./live-rig.ts";
import { promoted, STRATEGY } from "./promoted-model.ts";
import { isOpen } from "./twin-books.ts";

/** Where a slow machine had everything closed meanwhile, trading begins again a minute after compute is back. */
const WITHIN_MS = 180_000;
const folder = scratchFolder("champion-");
const root = join(folder, "demo");
/** A copy of the trees, as a backup has it. */
const kept = join(folder, "kept.model");

let champion: string;
let rig: LiveRig;
/** Both places that a run's trees are read from. */
let trees: readonly string[];

const until = <Found>(what: string, look: () => Found | Promise<Found>) => rig.until(what, WITHIN_MS, look);
const compute = () => rig.processes.find(({ id }) => id === "compute");
const isNormal = async () => (await rig.status())?.snapshot.permission.level === "NORMAL";

function decisions(): Decision[] {
  const reader = new JournalReader(join(root, "db", "compute.db"));
  try {
    return [...reader.entries(rig.run.run)]
      .filter(({ part }) => part === "command")
      .map(({ payload }) => parseDecision(String(payload)));
  } finally {
    reader.close();
  }
}

/** What the strategy wished to enter, each with the word of who decides. */
const wishes = (): SignalNote[] =>
  decisions().flatMap(({ signals }) =>
    signals.filter(
      ({ kind, strategy }) => kind === "enter" && strategy === rig.run.strategyIds.indexOf(STRATEGY),
    ),
  );

/** Entries are let through again, and the model has followed one since. */
async function goesOn(): Promise<void> {
  const before = wishes().length;
  await rig.letGoOn();
  await until("entries are let through", isNormal);
  await until("an entry is followed", () =>
    wishes()
      .slice(before)
      .some(({ models }) => models?.[0]?.follows),
  );
  await rig.twin.readOrders();
  const { size } = rig.twin.orders;
  await until("orders go on", async () => {
    await rig.twin.readOrders();
    return rig.twin.orders.size > size;
  });
}

/** What an operator reads of compute: by `plimsoll status`, and as the alert that the monitor makes of the log. */
async function toldOf(what: string): Promise<void> {
  const bar = await until("compute says why", () => {
    const said = compute()?.cannotBegin;
    return said?.includes(what) === true ? said : undefined;
  });
  expect(bar).toContain(`model ${champion}: ${trees[0]} is ${what}`);
  expect(bar).toMatch(/put it back from a backup, .*start a new run$/);
  writeActive(folder, { mode: "demo", startedAt: rig.run.startedAt }, rig.processes);
  expect((await runLine(["--root", folder, "status"])).out).toContain(
    `CRITICAL: compute cannot begin: ${bar}`,
  );
  const line = `cannot begin: ${bar}`;
  const path = criticalLinesPath(root);
  await until(
    "it is told",
    () => existsSync(path) && readFileSync(path, "utf8").includes(JSON.stringify(line)),
  );
  expect(causeOfText(line)).toBe("model-missing");
}

beforeAll(async () => {
  mkdirSync(root);
  champion = await promoted(root, 12);
  rig = await LiveRig.start({ root, speed: 60, seed: 1 });
  const file = `${rig.run.models?.[STRATEGY]?.decides?.sha256}.model`;
  trees = [join(root, "run", file), join(root, "models", file)];
  copyFileSync(trees[0] ?? "", kept);
}, 240_000);

afterAll(async () => {
  await rig?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

it("begins with the champion, which gives each entry its word and keeps some out", async () => {
  const decides = rig.run.models?.[STRATEGY]?.decides;
  expect(decides?.id).toBe(champion);
  const found = await until("followed and kept out", () => {
    const all = wishes();
    const isBoth = [true, false].every((follows) =>
      all.some(({ models }) => models?.[0]?.follows === follows),
    );
    return isBoth ? all : undefined;
  });
  for (const { models, reason, unsized } of found) {
    const [word] = models ?? [];
    expect(word).toMatchObject({ model: champion, role: "decides", probability: expect.any(Number) });
    const probability = word?.probability ?? Number.NaN;
    expect(word?.follows).toBe(probability >= (decides?.settings.threshold ?? Number.NaN));
    expect(reason).toContain(`${champion} gives it ${probability.toFixed(3)}`);
    if (word?.follows !== true) expect(unsized).toBe("model");
  }
  const entry = await until("an order", async () =>
    (await rig.status())?.snapshot.orders.find(
      ({ strategy, purpose }) => strategy === STRATEGY && purpose === "entry",
    ),
  );
  expect(entry.reason).toContain(`${champion} gives it`);
});

it("keeps its version when another is promoted, also for a start that goes on with it", async () => {
  const next = await promoted(root, 8);
  const versions = JSON.parse((await runLine(["--root", root, "--json", "models", "ls"])).out);
  expect(versions).toMatchObject([
    { id: next, stage: "champion", inUse: [] },
    { id: champion, stage: "retired", inUse: [{ run: rig.run.run, role: "decides" }] },
  ]);
  expect(openRun(root, "demo", rig.run.config)?.models).toEqual(rig.run.models);
});

it("enters nothing without its trees; what is held is protected and can be closed; put back, they cure it", async () => {
  await until("a position with its stop", async () =>
    (await rig.status())?.snapshot.positions.some(({ stop }) => stop > 0),
  );
  for (const path of trees) rmSync(path);
  await rig.kill("compute");
  const { snapshot } = await until("entries are barred", async () => {
    const now = await rig.status();
    const { level, claims } = now?.snapshot.permission ?? { level: "NORMAL", claims: [] };
    return level !== "NORMAL" && claims.some(({ reason }) => reason.includes("compute silent"))
      ? now
      : undefined;
  });
  const decided = decisions().length;
  await rig.twin.readOrders();
  const rests = [...rig.twin.orders.values()]
    .flatMap((order) => [order, ...(order.legs ?? [])])
    .filter(isOpen);
  const isProtected = (of: string) => rests.some(({ symbol, side }) => symbol === of && side === "sell");
  const held = snapshot.positions.find(({ symbol }) => isProtected(symbol))?.symbol ?? "";
  expect(await rig.close(held)).toMatchObject({ kind: "accepted" });
  await until("it is closed", async () => !(await rig.twin.positions()).has(held));
  await toldOf("missing");
  expect(decisions()).toHaveLength(decided);
  copyFileSync(kept, trees[0] ?? "");
  await rig.up();
  expect(compute()?.cannotBegin).toBeUndefined();
});

it("takes no trees with one digit of a leaf changed, and says so", async () => {
  const text = readFileSync(kept, "utf8");
  const changed = text.replace(/(leaf_value=-?\d+\.)(\d)/, (_, before: string, digit: string) => {
    return `${before}${(Number(digit) + 1) % 10}`;
  });
  expect(changed).not.toBe(text);
  for (const path of trees) writeFileSync(path, changed);
  await rig.kill("compute");
  const decided = decisions().length;
  await toldOf("not what the run began with");
  expect(decisions()).toHaveLength(decided);
  copyFileSync(kept, trees[0] ?? "");
  await rig.up();
});

// Last, for each death takes the watchdog longer to trust compute again.
it("is killed, comes back by itself with the version that it began with, and trades on", async () => {
  await rig.kill("compute");
  await rig.up();
  await goesOn();
  expect(await rig.problems()).toEqual([]);
});

it("had its model and never the rules alone decide, and each stage replays to the last byte", () => {
  expect(wishes().length).toBeGreaterThan(10);
  for (const { models } of wishes()) expect(models?.[0]).toMatchObject({ model: champion, role: "decides" });
  expect(rig.journals.verify()).toEqual([]);
  const { stages } = replayRun({ root });
  expect(stages.map(({ stage, firstDifference, identical }) => [stage, firstDifference, identical])).toEqual([
    ["ingest", null, true],
    ["compute", null, true],
    ["execute", null, true],
  ]);
  expect(checkParity({ root })).toMatchObject({ identical: true });
});
