/**
 * Goal    whatever a source says reaches people once; people are heard; execute is told; channels are tested before each
 *         open; and secrets stand nowhere (OPS-4, OPS-6, C-60, G-37).
 * Method  the watch of a monitor over real files, with a channel and a clock of the test's.
 */
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AlertStore, alertsPath } from "../src/adapters/alerts/alert-store.ts";
import type { AlertRow } from "../src/adapters/journal/journal-terms.ts";
import { LiveJournal } from "../src/adapters/journal/live-journal.ts";
import type { AlertParams } from "../src/app/alert-params.ts";
import { loadConfig } from "../src/app/config.ts";
import { alertFiguresOf } from "../src/app/monitor/alert-figures.ts";
import { alertsAnswer, testDeliveries } from "../src/app/monitor/alert-reads.ts";
import { CriticalLines, GuardianAlerts, JournalAlerts } from "../src/app/monitor/alert-sources.ts";
import { AlertWatch } from "../src/app/monitor/alert-watch.ts";
import { doAsk, hearAsks } from "../src/app/monitor/ask-desk.ts";
import { askMonitor, readAsks } from "../src/app/monitor/monitor-asks.ts";
import type { SendResult } from "../src/domain/alert.ts";
import type { EpochMicros } from "../src/domain/time.ts";
import { Outbox } from "../src/guardian/run-files.ts";
import type { Sender } from "../src/ops/alerts/courier.ts";
import { scratchFolder } from "./scratch-folder.ts";

const START = Date.parse("2026-11-20T13:00:00Z");
const params: AlertParams = loadConfig().alerts;

let root: string;
let world: World;
beforeEach(() => {
  root = scratchFolder("alert-watch-");
  mkdirSync(join(root, "run"));
});
afterEach(async () => {
  await world.watch.stop(1000);
  rmSync(root, { recursive: true, force: true });
});

class World {
  now = START;
  readonly said: Parameters<Sender["send"]>[0][] = [];
  readonly lines: string[] = [];
  result: SendResult = { ok: true };
  store: AlertStore;
  watch: AlertWatch;
  readonly mode: "demo" | "paper" | "live";
  readonly channels: readonly string[];

  constructor(mode: World["mode"] = "paper", channels: readonly string[] = ["smtp"]) {
    this.mode = mode;
    this.channels = channels;
    this.store = new AlertStore(alertsPath(root), (reason) => this.lines.push(reason));
    this.watch = this.#made();
  }

  async restart(): Promise<void> {
    await this.watch.stop(1000);
    this.store = new AlertStore(alertsPath(root), (reason) => this.lines.push(reason));
    this.watch = this.#made();
  }

  #made(): AlertWatch {
    const sender: Sender = {
      send: (message) => {
        if (this.result.ok) this.said.push(message);
        return Promise.resolve(this.result);
      },
    };
    return new AlertWatch({
      ...{ mode: this.mode, run: "p1", params, store: this.store, boot: `b${this.now}`, now: () => this.now },
      senders: new Map(this.channels.map((id) => [id, sender])),
      sources: [
        new JournalAlerts(root, (at) => at / 1000),
        new GuardianAlerts(root),
        new CriticalLines(root),
      ],
      exchangeNow: () => (this.now * 1000) as EpochMicros,
      log: (_, text) => this.lines.push(text),
    });
  }

  async pass(ms = 0, stepMs = 1000): Promise<void> {
    for (let left = ms; left >= 0; left -= stepMs) {
      this.now += left === 0 ? 0 : Math.min(stepMs, left);
      this.watch.tick();
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    }
  }
}

const row = (id: string, text: string, atMs: number) => {
  const row: AlertRow = {
    ...{ id, at: (atMs * 1000) as EpochMicros, level: "critical", cause: "x", text, state: "waiting" },
    ...{ attempts: 0, nextAt: undefined, deliveredAt: undefined, channel: undefined },
  };
  return { kind: "alert", row } as const;
};

async function journal(rows: readonly ReturnType<typeof row>[], run = "p1"): Promise<void> {
  const made = await LiveJournal.open({
    ...{
      path: join(root, "db", "journal.db"),
      run: { run, startedAt: "2026-11-20T13:00:00Z", header: "{}" },
    },
    ...{ lease: { name: "execute", owner: run }, nowMs: () => 0 },
    ...{ onFailed: (reason: string) => expect.fail(reason), onLeaseLost: () => undefined },
  });
  for (const each of rows) made.transaction([each]);
  await made.close();
}

describe("sources", () => {
  it("execute's outbox of all runs, the guardian's lines and the log are each told once, over restarts", async () => {
    world = new World();
    await world.pass();
    await journal([row("p1-1-0", "kill: day loss 3.1 % of 3 %", START)]);
    new Outbox(root, () => START).tell({
      severity: "critical",
      code: "not-flat",
      key: "k",
      text: "not flat after 61 s",
    });
    const line = {
      boot: "b",
      number: 1,
      machineMs: START,
      process: "compute",
      text: "compute.db: gone",
      count: 3,
    };
    appendFileSync(join(root, "run", "critical-lines.jsonl"), `${JSON.stringify(line)}\n`);
    await world.pass(2000);
    await world.restart();
    await journal([row("p2-1-0", "the broker restricts account 7", START)], "p2");
    await world.pass(2000);
    const told = world.said.map(({ body }) => /^What: (.*)$/m.exec(body)?.[1]);
    expect(told).toEqual([
      "kill: day loss 3.1 % of 3 %",
      "not flat after 61 s",
      "compute.db: gone",
      "the broker restricts account 7",
    ]);
    expect(world.lines).toEqual([]);
    const { rows } = alertsAnswer(root, { from: 0, limit: 10 }, world.now);
    expect(rows.map(({ cause, count, source }) => `${source} ${cause} ${count}`)).toEqual([
      "execute account-restricted 1",
      "compute journal 3",
      "guardian not-flat 1",
      "execute closing 1",
    ]);
  });

  it("what is old when the first monitor of a root begins is history; what an earlier one missed is not", async () => {
    await journal([
      row("p0-1-0", "kill: last week", START - 7 * 86_400_000),
      row("p1-1-0", "kill: now", START),
    ]);
    world = new World();
    await world.pass(1000);
    expect(world.said.map(({ subject }) => subject)).toEqual([expect.stringContaining("kill: now")]);
    await world.watch.stop(100);
    await journal([row("p3-1-0", "the broker restricts account 7", START)], "p3");
    world.now += 3 * 86_400_000;
    await world.restart();
    await world.pass(1000);
    expect(world.said.map(({ subject }) => subject)).toContainEqual(expect.stringContaining("restricts"));
  });

  it("a journal that cannot be read is said once, and holds the others up in nothing", async () => {
    mkdirSync(join(root, "db"));
    appendFileSync(join(root, "db", "journal.db"), "shopping list ".repeat(100));
    world = new World();
    new Outbox(root, () => START).tell({ severity: "critical", code: "flat", key: "k", text: "flat: HALT" });
    await world.pass(5000);
    expect(world.lines).toEqual([expect.stringContaining("alerts of journal cannot be read")]);
    expect(world.said).toHaveLength(1);
  });
});

describe("channels", () => {
  it("are tested at a first start and before each open, once a session", async () => {
    world = new World();
    world.watch.begin();
    await world.pass(86_400_000, 60_000);
    const tests = world.said.map(({ body }) => /^What: test of the channels: ([^;]*)/m.exec(body)?.[1]);
    // Friday's at 8:45 in New York; on Saturday the next session is Monday's.
    expect(tests).toEqual(["a start", "before the open of 2026-11-20"]);
    await world.restart();
    world.watch.begin();
    await world.pass(3 * 86_400_000, 600_000);
    expect(world.said.filter(({ isTest }) => isTest)).toHaveLength(3);
  });

  it("that do not work for five minutes are told, and told well again", async () => {
    world = new World("live");
    world.result = { ok: false, reason: "down" };
    world.watch.begin();
    await world.pass(299_000);
    expect(world.watch.isReachable).toBe(true);
    await world.pass(2000);
    expect(world.watch.isReachable).toBe(false);
    const [line] = alertsAnswer(root, { from: 0, limit: 1 }, world.now).rows;
    expect(line).toMatchObject({ level: "critical", cause: "channels-down", isOpen: true });
    expect(alertFiguresOf(root, world.now).oldestAlertSeconds).toBeGreaterThan(0);
    world.result = { ok: true };
    await world.pass(61_000);
    expect(world.watch.isReachable).toBe(true);
    expect(alertsAnswer(root, { from: 0, limit: 1, open: true }, world.now).total).toBe(0);
  });

  it("are said to work when one does now, and not by a monitor that has only just begun", async () => {
    world = new World("live");
    world.watch.begin();
    await world.pass(29_000);
    expect([world.said.length, world.watch.hasWorkingChannel]).toEqual([1, false]);
    await world.pass(2000);
    expect(world.watch.hasWorkingChannel).toBe(true);
    // What the one before knew is no word of the next.
    await world.restart();
    await world.pass(20_000);
    expect(world.watch.hasWorkingChannel).toBe(false);
    await world.pass(11_000);
    expect(world.watch.hasWorkingChannel).toBe(true);
    world.result = { ok: false, reason: "down" };
    world.watch.raise("critical", "health", "memory 91 of 80 %");
    await world.pass(1000);
    expect([world.watch.hasWorkingChannel, world.watch.isReachable]).toEqual([false, true]);
  });

  it("none at all is as bad in live, and nobody's business in a demo", async () => {
    world = new World("live", []);
    await world.pass(301_000);
    expect(world.watch.isReachable).toBe(false);
    expect(alertsAnswer(root, { from: 0, limit: 1 }, world.now).total).toBe(1);
    await world.watch.stop(100);
    rmSync(root, { recursive: true, force: true });
    world = new World("demo", []);
    await world.pass(301_000);
    expect(alertsAnswer(root, { from: 0, limit: 1 }, world.now).total).toBe(0);
  });
});

describe("people", () => {
  const ask = { id: "ask-00000001", by: "ann", reason: "seen" };

  it("acknowledge by a file, are answered, and stand in what the audit hears of", async () => {
    world = new World();
    world.watch.raise("critical", "health", "memory 91 of 80 %");
    await world.pass();
    const answered = askMonitor(root, { kind: "acknowledge", incident: 1, ...ask }, 5000);
    hearAsks({ root, watch: world.watch, store: world.store, nowMs: world.now });
    expect(await answered).toEqual({ ok: true, text: "alert 1 is acknowledged" });
    expect(readAsks(root)).toEqual([]);
    await world.pass(900_000, 10_000);
    expect(world.said).toHaveLength(1);
    expect(world.store.untoldActs()).toMatchObject([
      { action: "acknowledge-alert", subject: "1", who: "ann" },
    ]);
    const again = doAsk(
      { kind: "acknowledge", incident: 1, ...ask },
      { root, watch: world.watch, store: world.store, nowMs: 1 },
    );
    expect(again).toMatchObject({ ok: false, text: expect.stringContaining("no open alert") });
  });

  it("ask for a test, by one channel or all, and see what came of it", async () => {
    world = new World("paper", ["smtp", "slack"]);
    const place = { root, watch: world.watch, store: world.store, nowMs: world.now };
    expect(doAsk({ kind: "test", channel: "slack", ...ask }, place).ok).toBe(true);
    await world.pass();
    expect(testDeliveries(root, ask.id)).toMatchObject([{ channel: "slack", state: "delivered" }]);
    expect(doAsk({ kind: "test", channel: "twilio", ...ask, id: "ask-00000002" }, place)).toMatchObject({
      ok: false,
    });
  });

  it("ask for five tests in ten minutes and no more: each is a mail and a paid message", () => {
    world = new World("paper", ["smtp"]);
    const test = (nowMs: number) =>
      doAsk(
        { kind: "test", ...ask, id: `test-${nowMs}` },
        { root, watch: world.watch, store: world.store, nowMs },
      );
    const begun = world.now;
    for (let k = 0; k < 5; k++) expect(test(begun + k * 1000).ok).toBe(true);
    expect(test(begun + 5000)).toMatchObject({ ok: false, text: expect.stringContaining("in 595 s") });
    expect(test(begun + 599_999).ok).toBe(false);
    expect(test(begun + 600_001).ok).toBe(true);
    expect(test(begun + 600_002).ok).toBe(false);
  });

  it("what is no ask is thrown away", () => {
    world = new World();
    mkdirSync(join(root, "run", "alert-asks"));
    const tray = join(root, "run", "alert-asks");
    appendFileSync(join(tray, "x.ask"), "{}");
    const other = { kind: "acknowledge", incident: 1, ...ask, id: "ask-00000009" };
    appendFileSync(join(tray, "ask-00000008.ask"), JSON.stringify(other));
    appendFileSync(join(tray, "ask-00000007.ask"), " ".repeat(600_000));
    symlinkSync("/etc/hostname", join(tray, "ask-00000006.ask"));
    execFileSync("mkfifo", [join(tray, "ask-00000005.ask")]);
    mkdirSync(join(tray, "ask-00000004.ask"));
    expect(readAsks(root)).toEqual([]);
    expect(readdirSync(join(root, "run", "alert-asks"))).toEqual([]);
  });
});

it("alerts.db is its owner's alone", async () => {
  world = new World();
  await world.pass();
  expect(statSync(join(root, "db")).mode & 0o077).toBe(0);
  expect(readFileSync(alertsPath(root)).length).toBeGreaterThan(0);
});
