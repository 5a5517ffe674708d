/**
 * Goal    what the real processes wrote replays to the last byte, and proves parity (LEDGER-2, BACK-4).
 * Method  the whole system against the built-in exchange, an hour of its time in a minute of ours, with execute killed
 *         in the middle; then the proofs over what lies on the disk.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig, withSettings } from "../../src/app/config.ts";
import { checkParity } from "../../src/app/live/parity.ts";
import { prepareRun } from "../../src/app/live/prepare-run.ts";
import { verifyJournals } from "../../src/app/live/recorded-run.ts";
import { replayRun } from "../../src/app/live/replay-run.ts";
import { resimulate } from "../../src/app/live/resimulation.ts";
import { LiveSystem } from "../../src/app/live/system.ts";
import { startTwin } from "../../src/app/live/twin-process.ts";
import { processPaths } from "../../src/cli/processes.ts";
import { onlyShares } from "../strategy-shares.ts";

const root = mkdtempSync(join(tmpdir(), "plimsoll-day-"));
const SPEED = 60;
const MINUTES = 60;

function demoTerms() {
  const assignments = onlyShares({ reference_ema_cross: 0.5, swing_trend_following: 0.5 });
  const plain = loadConfig({ assignments });
  const entries = Object.entries(plain.strategies).map(([id, entry]) => [
    id,
    { ...entry, params: { ...entry.params, ...plain.demo.params[id] } },
  ]);
  const quicker = { ...plain, strategies: Object.fromEntries(entries) as typeof plain.strategies };
  return withSettings(quicker, plain.demo.settings, "the test");
}

beforeAll(async () => {
  mkdirSync(join(root, "run"), { recursive: true, mode: 0o700 });
  const words = ["--speed", String(SPEED), "--seed", "1", "--cash", "97000", "--rate-limit", "1000000"];
  const twin = await startTwin({ entry: processPaths.exchange, words });
  let system: LiveSystem | undefined;
  try {
    const { hosts, clock, symbols, credentials } = twin;
    const run = await prepareRun({
      ...{ root, hosts, clock, symbols, credentials, killSwitch: join(root, "killswitch") },
      mode: "demo",
      config: demoTerms(),
      historySessions: 2,
      tell: () => undefined,
    });
    system = new LiveSystem({ root, run, credentials, paths: processPaths, report: () => undefined });
    await system.start();
    // The hour that is recorded, not a guess how long something takes.
    await pause((MINUTES / 2) * (60_000 / SPEED));
    const execute = system.status().find(({ id }) => id === "execute");
    if (execute?.pid !== undefined) process.kill(execute.pid, "SIGKILL");
    await pause((MINUTES / 2) * (60_000 / SPEED));
  } finally {
    await system?.stop();
    await twin.stop();
  }
}, 240_000);
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("an hour of the real system", () => {
  it("left journals whose chains hold", () => {
    const report = verifyJournals(root);
    expect(report.brokenAt).toBeNull();
    expect(report.entries).toBeGreaterThan(2000);
  });

  it("replays identically, stage by stage", () => {
    const result = replayRun({ root });
    expect(result.firstDifference).toBeNull();
    expect(result.identical).toBe(true);
    for (const { commands } of result.stages) expect(commands).toBeGreaterThan(10);
    expect(result.stages.at(-1)?.checkpoints).toBeGreaterThan(2);
  });

  it("decides and commands the same as a backtest with the recorded fills", () => {
    const result = checkParity({ root });
    expect(result.differences).toEqual([]);
    expect(result.decisions).toBeGreaterThan(30);
  });

  it("can be simulated with the backtest's fills", () => {
    const { pnl, decisions } = resimulate({ root });
    expect(decisions).toBeGreaterThan(30);
    expect(Number.isFinite(pnl?.difference)).toBe(true);
  });
});
