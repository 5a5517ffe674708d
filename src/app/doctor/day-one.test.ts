/** Goal: the checklists look at the real thing: each row fails when its thing is wrong, and names the cure. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { terms } from "../../../test/live-session.ts";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { ErrorLog, LedgerStore, ledgerPlaces } from "../../adapters/ledger/ledger-store.ts";
import { loadConfig } from "../config.ts";
import { runPlaces, writeRunTerms } from "../live/run-terms.ts";
import { tradedConfig } from "../traded-config.ts";
import { tradingHash } from "../trading-hash.ts";
import { acknowledgeLimits, dayOneChecks } from "./day-one.ts";

const scratch = scratchFolder("day-one-");
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const NOW = Date.parse("2026-11-20T21:40:00Z");
const config = loadConfig({ assignments: ["mode=paper"] });
const hash = tradingHash(tradedConfig(config, "paper"));
let root = "";
let roots = 0;

const given = (more = {}) => ({ root, config, env: {}, nowMs: NOW, ...more });
const checks = (more = {}) =>
  Object.fromEntries(dayOneChecks(given(more)).map((check) => [check.name, check]));
const record = (name: string, value: object) =>
  writeFileSync(join(root, "run", `${name}.json`), JSON.stringify(value));
const log = (...lines: object[]) =>
  writeFileSync(
    join(root, "logs", "plimsoll-2026-11-20.log"),
    lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
  );

beforeEach(() => {
  root = join(scratch, `root-${roots++}`);
  for (const folder of ["run", "db", "logs", "killswitch"])
    mkdirSync(join(root, folder), { recursive: true });
  writeRunTerms(runPlaces(root), { ...terms, mode: "paper" });
  new LedgerStore(ledgerPlaces(root)).close();
});

it("before the first start nothing fails but what a person has to say", () => {
  const failed = Object.values(checks()).filter(({ state }) => state === "fail");
  expect(failed.map(({ name }) => name)).toEqual(["limits reviewed"]);
  expect(failed[0]?.cure).toContain(`--acknowledge ${hash}`);
});

describe("the limits", () => {
  it("are reviewed when a person gave the hash of the settings that trade, and not after they change", () => {
    expect(() => acknowledgeLimits(given(), "wrong", "me")).toThrow(hash);
    acknowledgeLimits(given(), hash, "me");
    expect(checks()["limits reviewed"]).toMatchObject({
      state: "ok",
      found: expect.stringContaining("by me"),
    });
    const other = loadConfig({ assignments: ["mode=paper", "risk.trades_per_day.limit=50"] });
    expect(checks({ config: other })["limits reviewed"]).toMatchObject({
      state: "fail",
      found: expect.stringMatching(/they were .* now /),
    });
  });
});

describe("what is wrong is found", () => {
  it("a kill switch without its folder", () => {
    rmSync(join(root, "killswitch"), { recursive: true });
    expect(checks()["kill switch folder"]).toMatchObject({
      state: "fail",
      cure: expect.stringContaining("mkdir"),
    });
  });

  it("a critical line that error_log does not know has failed in silence", () => {
    const at = "2026-11-20T15:00:00.000Z";
    log({ at, level: "INFO", text: "x" }, { at, level: "CRITICAL", text: "broke" });
    expect(checks().logs).toMatchObject({ state: "warn", found: expect.stringContaining("1 critical") });
    expect(checks()["silent failures"]).toMatchObject({ state: "fail", found: expect.stringContaining(at) });
    const errors = new ErrorLog(ledgerPlaces(root).performance);
    errors.appendErrors([
      { timestamp: at, level: "CRITICAL", loggerName: "execute", message: "broke", component: "execute" },
    ]);
    errors.close();
    expect(checks()["silent failures"]?.state).toBe("ok");
    expect(checks().error_log).toMatchObject({
      state: "ok",
      found: expect.stringMatching(/^1 rows, 1 not resolved/),
    });
  });

  it.each([
    ["backup", "backup", { ok: false, why: "the disk is full", lastOkAt: null }, "fail", /disk is full/],
    ["backup", "backup", { ok: true, lastOkAt: "2026-11-19T18:00:00Z", file: "f" }, "fail", /28 h old/],
    [
      "backup",
      "backup",
      { ok: true, lastOkAt: "2026-11-20T21:00:00Z", file: "f" },
      "ok",
      /1 h old, not sealed/,
    ],
    ["drill", "drill", { ok: false, why: "is sealed", at: "2026-11-20T07:00:00Z" }, "fail", /is sealed/],
    ["drill", "drill", { ok: true, at: "2026-11-01T07:00:00Z" }, "warn", /20 days old/],
    ["record", "verify", { ok: false, brokenAt: "run p1, entry 5" }, "fail", /entry 5/],
  ] as const)("%s: %s.json %j is %s", (name, file, value, state, found) => {
    // Of every record, what whoever writes it leaves in any case.
    record(file, { at: "2026-11-20T21:00:00Z", entries: 9, auditRows: 1, ...value });
    expect(checks()[name]).toMatchObject({ state, found: expect.stringMatching(found) });
  });

  it("what a later release brings says so", () => {
    for (const name of ["checkpoints"])
      expect(checks()[name]).toMatchObject({
        state: "warn",
        found: expect.stringContaining("later release"),
      });
  });
});
