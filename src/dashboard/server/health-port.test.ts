/**
 * Goal    the health page says of each record what was proven last, when, and whether it holds; who is silent or
 *         left half a file takes nothing else from the page.
 * Method  real files in a scratch folder, written by who writes them in the system; execute is a function.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { engineSample } from "../../../test/engine-metrics-sample.ts";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { AlertStore, alertsPath } from "../../adapters/alerts/alert-store.ts";
import { alertPolicy } from "../../app/alert-params.ts";
import { loadConfig } from "../../app/config.ts";
import type { ControlQuestion } from "../../app/live/control-client.ts";
import type { ControlAnswer } from "../../app/live/control-words.ts";
import { type KeptRecords, keepRecord } from "../../app/live/kept-records.ts";
import type { SendResult } from "../../domain/alert.ts";
import { InputError } from "../../domain/assert.ts";
import { AlertDesk } from "../../ops/alerts/alert-desk.ts";
import type { HealthAnswer } from "../contract/running-answers.ts";
import { healthPort } from "./health-port.ts";

const AT = "2026-11-20T21:30:00.000Z";
let root: string;
beforeEach(() => {
  root = scratchFolder("health-port-");
  mkdirSync(join(root, "run"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Of execute's status, what the page shows. */
interface Books {
  readonly lastReconciliation: string | null;
  readonly booksDiffer: string | null;
}

async function asked(books: Books | "silent", ageSeconds = 8): Promise<HealthAnswer> {
  const ask = async ({ verb }: ControlQuestion): Promise<ControlAnswer> => {
    if (books === "silent") throw new InputError("execute does not answer", 1);
    const value =
      verb === "metrics"
        ? { ...engineSample, reconcileAgeSeconds: ageSeconds }
        : { ...books, snapshot: { session: { of: null } } };
    return { id: "q", kind: "told", value };
  };
  return healthPort({ root, terms: { killSwitch: join(root, "killswitch") }, ask }).read();
}
const line = ({ records }: HealthAnswer, id: string) => records.find((record) => record.id === id);
const agreed: Books = { lastReconciliation: AT, booksDiffer: null };

const heads = { journal: null, audit: { count: 0, head: "" } };
const verify: KeptRecords["verify"] = {
  ...{ at: AT, ok: true, tookMs: 1, runs: 1, entries: 41, auditRows: 3, brokenAt: null, anchors: [], heads },
};
const backup: KeptRecords["backup"] = {
  ...{ at: AT, ok: true, file: "x.tar", why: null, bytes: 1, tookMs: 1, sealed: false, sha256: null },
  ...{ ...heads, removed: 0, lastOkAt: AT },
};
const drill: KeptRecords["drill"] = {
  ...{ at: AT, ok: true, tookMs: 1, stateHash: null, file: null, run: null, sequence: 1, inputs: 1 },
  ...{ comparedWithRoot: true, why: null },
};
const able: KeptRecords["able"] = {
  ...{ at: AT, ok: true, run: "l1", mode: "live", date: "2026-11-20", fraction: 0.9981, goal: 0.995 },
  ...{ sessions: 21, lostMinutes: 15.6 },
};

/** A test of the channels, and what came of it on each; undefined: it is under way. */
function tested(results: Readonly<Record<string, SendResult | undefined>>): void {
  const store = new AlertStore(alertsPath(root), (reason) => expect.fail(reason));
  const policy = alertPolicy(loadConfig().alerts, Object.keys(results));
  const now = Date.parse(AT);
  const desk = new AlertDesk("r", policy, store, store.load(now, policy.reopenMs), now);
  const alert = {
    id: "test-1",
    level: "info",
    cause: "test",
    source: "monitor",
    text: "t",
    atMs: now,
  } as const;
  desk.test(alert, Object.keys(results), now);
  for (const due of desk.due(now)) {
    desk.begun(due, now);
    const result = results[due.channel];
    if (result !== undefined) desk.settled(due, result, now);
  }
  store.close();
}

describe("before anything was proven", () => {
  it("nothing is made up, and a silent execute takes nothing else from the page", async () => {
    const answer = await asked("silent");
    expect(answer.records.map(({ id, state }) => [id, state])).toEqual([
      ["verify", "off"],
      ["reconciliation", "off"],
      ["backup", "off"],
      ["drill", "off"],
      ["alert-test", "off"],
    ]);
    expect(answer.able).toEqual({ fraction: null, goal: 0.995, sessions: 0, lostMinutes: null });
    expect(answer.latency).toEqual([]);
    expect(answer.machine.length).toBeGreaterThan(0);
    expect(line(answer, "reconciliation")?.text).toBe("execute does not answer");
  });

  it("half a file, a list, and a file without its figures are no record", async () => {
    for (const [id, text] of [
      ["verify", '{"at":"2026-11-20T21:30:00Z","ok":true}'],
      ["backup", '{"at":"2026-'],
      ["drill", "[]"],
      ["able", "null"],
    ])
      writeFileSync(join(root, "run", `${id}.json`), text ?? "");
    const answer = await asked(agreed);
    for (const id of ["verify", "backup", "drill"]) expect(line(answer, id)?.state).toBe("off");
    expect(answer.able.fraction).toBeNull();
  });

  it("a file of alerts that is none is said, and the rest stands", async () => {
    mkdirSync(join(root, "db"));
    writeFileSync(alertsPath(root), "no database ".repeat(100));
    keepRecord(root, "verify", verify);
    const answer = await asked(agreed);
    expect(line(answer, "alert-test")).toMatchObject({
      state: "down",
      text: expect.stringContaining("alerts.db"),
    });
    expect(line(answer, "verify")?.state).toBe("ok");
  });
});

describe("what was proven", () => {
  it("is told with its instant and its figures", async () => {
    keepRecord(root, "verify", verify);
    keepRecord(root, "backup", backup);
    keepRecord(root, "drill", drill);
    keepRecord(root, "able", able);
    tested({ smtp: { ok: true }, slack: { ok: true } });
    const answer = await asked(agreed);
    expect(answer.records.map(({ state }) => state)).toEqual(["ok", "ok", "ok", "ok", "ok"]);
    expect(line(answer, "verify")?.text).toBe("2026-11-20 21:30 UTC: 41 entries and 3 acts as written");
    expect(line(answer, "reconciliation")?.text).toBe("2026-11-20 21:30 UTC: our books are the broker's");
    expect(line(answer, "alert-test")?.text).toMatch(/: slack, smtp$|: smtp, slack$/);
    expect(answer.able).toEqual({ fraction: 0.9981, goal: 0.995, sessions: 21, lostMinutes: 15.6 });
  });

  it("and does not hold is down, with what is wrong", async () => {
    keepRecord(root, "verify", { ...verify, ok: false, brokenAt: "journal.db, run l1, entry 7" });
    keepRecord(root, "backup", { ...backup, ok: false, why: "no room", lastOkAt: "2026-11-19T21:30:00Z" });
    keepRecord(root, "drill", { ...drill, ok: false, why: "it ends at entry 3" });
    tested({ smtp: { ok: false, reason: "no route" }, slack: { ok: true } });
    const answer = await asked(agreed);
    expect(line(answer, "verify")).toMatchObject({ state: "down", text: expect.stringContaining("entry 7") });
    expect(line(answer, "backup")).toMatchObject({
      state: "down",
      text: "failed, 2026-11-20 21:30 UTC: no room; the last good one 2026-11-19 21:30 UTC",
    });
    expect(line(answer, "drill")).toMatchObject({ state: "down", text: expect.stringContaining("entry 3") });
    expect(line(answer, "alert-test")).toMatchObject({
      state: "down",
      text: expect.stringMatching(/smtp failing$/),
    });
  });

  it("a test of the channels that is under way is late", async () => {
    tested({ smtp: undefined });
    expect(line(await asked(agreed), "alert-test")).toMatchObject({ state: "late" });
  });
});

describe("the comparison with the broker", () => {
  it.each<[Books, number, string, RegExp]>([
    [{ lastReconciliation: null, booksDiffer: "not read yet" }, 0, "off", /not read yet/],
    [{ lastReconciliation: AT, booksDiffer: "AAPL: 10 instead of 12" }, 8, "late", /AAPL/],
    [agreed, 121, "late", /21:30/],
    [agreed, 119, "ok", /21:30/],
  ])("%j, %d s ago, is %s", async (books, age, state, text) => {
    expect(line(await asked(books, age), "reconciliation")).toMatchObject({
      state,
      text: expect.stringMatching(text),
    });
  });
});
