/**
 * Goal    whoever operates gets an answer also when nothing runs: what the files tell, one line for what needs a running
 *         system, and a halt that works all the same.
 * Method  the command line as one function over empty roots; what a running system answers is tested with real ones.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "../src/app/config.ts";
import { tradedConfig } from "../src/app/traded-config.ts";
import { jsonLine, runLine } from "./run-line.ts";

let folder: string;
const startedIn = process.cwd();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plimsoll-operate-"));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(startedIn);
  rmSync(folder, { recursive: true, force: true });
});

const modeOf = (path: string): number => statSync(path).mode & 0o777;
const line = (text: string, env: Readonly<Record<string, string>> = {}) => runLine(text.split(" "), env);

describe("without a running system", () => {
  it.each([
    "pause",
    "resume",
    "flatten",
    "flatten AAA",
    "close AAA",
    "acknowledge AAA",
    "strategy disable x",
  ])("%s says so, with exit 1", async (verb) => {
    const said = await line(`${verb} --reason because --yes`);
    expect(said).toMatchObject({ code: 1, out: "" });
    expect(said.err).toBe("plimsoll: no system runs on var; start one with: plimsoll start\n");
    expect(existsSync("var")).toBe(false);
  });

  it("status tells that nothing has run, every field there and unknown", async () => {
    const { code, out } = await line("status");
    expect([code, out]).toEqual([0, "Nothing has run on var yet. Start it with: plimsoll start\n"]);
    const status = (await jsonLine(["status"])) as Readonly<Record<string, unknown>>;
    for (const field of [
      "mode",
      "permission",
      "equity",
      "exposure",
      "positions",
      "feed",
      "lastReconciliation",
    ])
      expect(status[field]).toBeNull();
  });

  it("halt makes the file and says so", async () => {
    const halted = (await jsonLine(["halt", "--reason", "smoke"])) as { readonly haltFile: string };
    expect(halted).toMatchObject({ accepted: true, auditId: null });
    expect(readFileSync(halted.haltFile, "utf8")).toMatch(/: smoke\n$/);
    expect(halted.haltFile).toBe(join("var", "killswitch", "HALT"));
    expect((await line("halt")).out).toContain("was made instead");
  });

  it("override needs a reason before it looks for one", async () => {
    const said = await line("override risk.trades_per_day.limit 20 --for 30m");
    expect(said).toMatchObject({ code: 2, out: "" });
    expect(said.err).toMatch(/^plimsoll: override: give --reason TEXT/);
  });
});

describe("init", () => {
  it("makes a private root and a private place for keys, and keeps both the second time", async () => {
    expect(await line("init")).toMatchObject({ code: 0, err: "" });
    expect([modeOf("var"), modeOf(join("var", ".env"))]).toEqual([0o700, 0o600]);
    writeFileSync(join("var", ".env"), "ALPACA_API_KEY=PKMINE\n", { mode: 0o600 });
    chmodSync("var", 0o755);
    const again = await line("init --positions adopt");
    expect(again.out).toContain("closed to others");
    expect(readFileSync(join("var", ".env"), "utf8")).toBe("ALPACA_API_KEY=PKMINE\n");
    expect(modeOf("var")).toBe(0o700);
    const shown = await line("config show --config var/config.yaml");
    expect(JSON.parse(shown.out).config.live.positions).toBe("adopt");
  });

  it("writes settings that hold: the eight strategies with a share, and the symbols that they name", async () => {
    await line("init --positions refuse");
    const config = tradedConfig(loadConfig({ files: [join("var", "config.yaml")] }), "paper");
    const shares = Object.entries(config.strategies).flatMap(([id, { enabled, allocation }]) =>
      enabled ? [[id, allocation]] : [],
    );
    expect(Object.fromEntries(shares)).toEqual({
      ...{ mean_reversion: 0.3, relative_volume_breakout: 0.25, gap_fill: 0.1, vol_managed_momentum: 0.1 },
      ...{
        vix_regime_rotation: 0.1,
        pairs_trading: 0.05,
        quality_smallcap_value: 0.05,
        factor_momentum: 0.05,
      },
    });
    expect(config.live.symbols).toEqual(expect.arrayContaining(["SPY", "JNJ", "IEF", "BIL", "MTUM", "SIZE"]));
  });

  it("leaves a choice alone that was made before", async () => {
    await line("init --positions adopt");
    expect((await line("init --positions ignore")).out).toContain("kept; set live.positions: ignore");
  });
});

it("doctor is well on a fresh root and fails with exit 1 where others can look in", async () => {
  await line("init");
  expect(await line("doctor")).toMatchObject({ code: 0, err: "" });
  chmodSync("var", 0o755);
  const { code, out } = await runLine(["doctor", "--json"]);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ failed: 1 });
});

it("a refused paper start leaves nothing behind", async () => {
  mkdirSync("var", { mode: 0o700 });
  for (const env of [{}, { ALPACA_API_KEY: "AKX", ALPACA_SECRET_KEY: "y" }])
    expect((await line("start --mode paper", env)).code).toBeGreaterThan(1);
  expect(existsSync(join("var", "run"))).toBe(false);
});
