/**
 * Goal    the doctor finds each thing that is wrong, names it with its cure, and is well where everything is.
 * Method  one root with one thing broken at a time, a broker bound by the test; nothing here asks a network.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AlertStore, alertsPath } from "../../adapters/alerts/alert-store.ts";
import type { AccountReads, BrokerDay } from "../../adapters/brokers/alpaca/account-reads.ts";
import { dayNumber, type EpochMicros } from "../../domain/time.ts";
import { sessionsBetween } from "../../market/calendar.ts";
import { fromNewYork } from "../../market/us-eastern.ts";
import { calendarDifference } from "./broker-checks.ts";
import { type ExamineTerms, examine } from "./examine.ts";
import { runtimeCheck } from "./machine-checks.ts";

let root: string;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plimsoll-doctor-"));
  root = join(folder, "var");
  mkdirSync(root, { mode: 0o700 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NOW = Date.parse("2026-11-18T15:00:00Z");
const paperKeys = { ALPACA_API_KEY: "PKABC", ALPACA_SECRET_KEY: "secret" };

/** The broker's days as ours are, but for those that are changed. */
function brokerDays(over: Readonly<Record<number, Partial<BrokerDay> | null>> = {}): BrokerDay[] {
  const table = sessionsBetween(dayNumber(2026, 11, 18), dayNumber(2026, 12, 18));
  return Array.from(table.date, (day, n): BrokerDay | undefined => {
    const minute = (at: number | undefined) => ((at ?? 0) - fromNewYork(day as BrokerDay["day"], 0)) / 60e6;
    const own = {
      day: day as BrokerDay["day"],
      openMinute: minute(table.open[n]),
      closeMinute: minute(table.close[n]),
    };
    const changed = over[n];
    return changed === null ? undefined : { ...own, ...changed };
  }).filter((day) => day !== undefined);
}

interface Broker {
  readonly aheadMs?: number;
  readonly days?: readonly BrokerDay[];
  readonly offline?: boolean;
}

function reads({ aheadMs = 0, days = brokerDays(), offline = false }: Broker): AccountReads {
  const answer = <Value>(value: Value) =>
    Promise.resolve(offline ? { ok: false as const, reason: "no route" } : { ok: true as const, value });
  return {
    account: () => answer({ number: "123456789", mayTrade: true, equity: 1000 } as never),
    clock: () => answer({ at: ((NOW + aheadMs) * 1000) as EpochMicros, roundTripMs: 0 } as never),
    calendar: () => answer(days),
    assets: () => answer([]),
    configurations: () => answer({} as never),
  };
}

async function doctor(over: Partial<ExamineTerms> = {}, broker: Broker = {}) {
  const desk = () => ({ reads: reads(broker), end: () => undefined });
  const terms = { root, folder, env: {}, sources: {}, nowMs: () => NOW, desk, ...over };
  const checks = await examine(terms);
  return Object.fromEntries(checks.map((check) => [check.name, check]));
}

describe("channels for alerts", () => {
  const channel = (...names: readonly string[]) => ({
    assignments: names.map((name) => `alerts.channels.${name}.enabled=true`),
  });
  const slack = { SLACK_WEBHOOK_URL: "https://127.0.0.1/hush" };
  const hook = { ALERT_WEBHOOK_URL: "https://127.0.0.1/hush", ALERT_WEBHOOK_SECRET: "hush" };
  it.each([
    [
      "none is a warning",
      [],
      {},
      "warn",
      "no channel is switched on; in live entries end after 5 min without one",
    ],
    ["one is not enough", ["slack"], slack, "warn", "slack never tried; one channel, 2 wanted"],
    ["one that lacks its word fails", ["slack"], {}, "fail", "slack: SLACK_WEBHOOK_URL is not set"],
    ["two untried ones are to be tested", ["slack", "webhook"], { ...slack, ...hook }, "warn", "never tried"],
  ])("%s", async (_, names, env, state, found) => {
    const { alerts } = await doctor({ env, sources: channel(...names) });
    expect(alerts).toMatchObject({ state, found: expect.stringContaining(found) });
    expect(JSON.stringify(alerts)).not.toContain("hush");
  });

  it("two that delivered are well", async () => {
    const store = new AlertStore(alertsPath(join(root, "demo")), () => undefined);
    for (const id of ["slack", "webhook"]) store.putChannel({ id, failures: 0, lastOkMs: NOW - 1000 });
    store.close();
    const { alerts } = await doctor({ env: { ...slack, ...hook }, sources: channel("slack", "webhook") });
    expect(alerts).toMatchObject({ state: "ok", found: "slack works, webhook works" });
  });
});

describe("where everything is as it should be", () => {
  it("nothing fails, without keys and without a network", async () => {
    for (const checks of [await doctor(), await doctor({ env: paperKeys }, { offline: true })])
      expect(Object.values(checks).filter(({ state }) => state === "fail")).toEqual([]);
  });

  it("with keys the broker's account, clock and calendar agree", async () => {
    const checks = await doctor({ env: paperKeys });
    for (const name of ["keys", "account", "clock", "calendar"]) expect(checks[name]?.state).toBe("ok");
    expect(JSON.stringify(checks)).not.toMatch(/secret|PKABC|123456789/);
  });

  it("what does not exist yet is said, and what iex means", async () => {
    const { models, feed } = await doctor();
    expect(models?.found).toContain("not available yet");
    expect(feed).toMatchObject({ state: "warn", found: expect.stringContaining("one venue") });
    const sip = await doctor({ sources: { assignments: ["live.feed=sip"] } });
    expect(sip.feed?.state).toBe("ok");
  });
});

describe("what is wrong is named with its cure", () => {
  const env = (): string => join(root, ".env");
  it.each([
    ["root", "chmod 700", (): void => chmodSync(root, 0o755), {}],
    [".env", "chmod 600", (): void => writeFileSync(env(), "x", { mode: 0o644 }), {}],
    ["keys", "", (): void => writeFileSync(env(), "ALPACA_API_KEY=PKX\n", { mode: 0o600 }), {}],
    ["keys", "", (): void => undefined, { ALPACA_API_KEY: "PKX" }],
    ["databases", "restore", (): void => garbage("trades.db"), {}],
    ["journal", "restore", (): void => garbage("journal.db"), {}],
    ["lake", "data verify", (): void => brokenLake(), {}],
  ] as const)("%s (%s)", async (name, cure, breakIt, environment) => {
    breakIt();
    const checks = await doctor({ env: environment });
    expect(checks[name]).toMatchObject({ state: "fail", cure: expect.stringContaining(cure) });
  });

  it("a key of another environment than the mode's", async () => {
    const { keys } = await doctor({ env: paperKeys, sources: { assignments: ["mode=live"] } });
    expect(keys).toMatchObject({ state: "fail", found: expect.stringContaining("must begin with AK") });
  });

  it("which key the guardian has: its own, the engine's, or half of one", async () => {
    const guardian = (id: string, secret = "s") => ({
      ...paperKeys,
      ALPACA_GUARDIAN_KEY_ID: id,
      ALPACA_GUARDIAN_SECRET_KEY: secret,
    });
    const found = async (own: Readonly<Record<string, string>>) =>
      (await doctor({ env: own }))["guardian key"];
    expect(await found({})).toBeUndefined();
    expect(await found(paperKeys)).toMatchObject({ state: "warn", found: expect.stringContaining("shared") });
    expect(await found(guardian("PKABC"))).toMatchObject({
      state: "warn",
      found: expect.stringMatching(/same/),
    });
    expect(await found(guardian("PKOWN"))).toEqual({
      name: "guardian key",
      state: "ok",
      found: "its own, of paper",
    });
    expect(await found(guardian("AKOWN"))).toMatchObject({
      state: "fail",
      found: expect.stringMatching(/PK/),
    });
    expect(await found(guardian("PKOWN", ""))).toMatchObject({
      state: "fail",
      found: "ALPACA_GUARDIAN_KEY_ID is set without ALPACA_GUARDIAN_SECRET_KEY; set both",
    });
  });

  it("a configuration that nobody could trade with, and the rest is still looked at", async () => {
    const checks = await doctor({ sources: { assignments: ["risk.adv.maxFraction=0.5"] } });
    expect(checks.config).toMatchObject({
      state: "fail",
      found: expect.stringContaining("risk.adv.maxFraction"),
    });
    expect(checks.disk?.state).toBeDefined();
  });

  it("old keys, a HALT file, live without the word of a person: warned of", async () => {
    writeFileSync(env(), "", { mode: 0o600 });
    utimesSync(env(), NOW / 1000 - 91 * 86_400, NOW / 1000 - 91 * 86_400);
    mkdirSync(join(root, "killswitch"));
    writeFileSync(join(root, "killswitch", "HALT"), "");
    const checks = await doctor({ sources: { assignments: ["mode=live"] } });
    expect(checks[".env"]).toMatchObject({ state: "warn", found: expect.stringContaining("91 days") });
    expect(checks["kill switch"]).toMatchObject({ state: "warn", found: expect.stringContaining("HALT") });
    expect(checks.armed).toMatchObject({ state: "warn", cure: "run: plimsoll arm" });
  });

  it.each([
    [100, "ok"],
    [-400, "warn"],
    [1500, "fail"],
    [-290_000, "fail"],
  ])("a broker's clock %i ms ahead of ours: %s", async (aheadMs, state) => {
    expect((await doctor({ env: paperKeys }, { aheadMs })).clock?.state).toBe(state);
  });

  it("a day that the broker trades otherwise", async () => {
    const days = brokerDays({ 3: { closeMinute: 13 * 60 } });
    const { calendar } = await doctor({ env: paperKeys }, { days });
    expect(calendar).toMatchObject({
      state: "fail",
      found: expect.stringMatching(/ours says .*broker 09:30-13:00/),
    });
  });
});

it("the calendars differ where one has a day more, and not over a half day that both know", () => {
  const [from, to] = [dayNumber(2026, 11, 18), dayNumber(2026, 12, 18)];
  expect(calendarDifference(brokerDays(), from, to)).toBeUndefined();
  expect(calendarDifference(brokerDays({ 0: null }), from, to)).toMatch(/2026-11-18: .*broker closed/);
  const holiday = { day: dayNumber(2026, 11, 26), openMinute: 570, closeMinute: 960 };
  expect(calendarDifference([...brokerDays(), holiday], from, to)).toMatch(/2026-11-26: ours says closed/);
});

it.each([
  ["v26.10.0", "ok"],
  ["v24.1.0", "warn"],
  ["v22.0.0", "fail"],
  ["nonsense", "fail"],
])("runtime %s: %s", (version, state) => expect(runtimeCheck(version).state).toBe(state));

function garbage(name: string): void {
  mkdirSync(join(root, "db"));
  writeFileSync(join(root, "db", name), "no database at all, whatever its name says".repeat(100));
}

function brokenLake(): void {
  mkdirSync(join(root, "data"), { recursive: true });
  for (const name of ["catalog.json"]) writeFileSync(join(root, "data", name), "{");
}
