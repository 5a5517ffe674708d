/** Goal: who starts paper or live learns beforehand that no new long will come, and what brings the days. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { loadConfig } from "../config.ts";
import { regimeCheck } from "./regime-check.ts";

const folder = scratchFolder("plimsoll-regime-check-");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each([
  [["mode=paper"], "warn", /no new long will come: daily bars of SPY and daily bars of VIX not there/],
  [["mode=paper", "regime.vix.file=vix.csv"], "warn", /no new long will come: daily bars of SPY not there/],
  [["mode=paper", "regime.vix.file=none.csv"], "warn", /SPY and none.csv not there/],
  [["mode=paper", "regime.enabled=false"], "warn", /regime.enabled is false/],
  [["mode=demo"], "ok", /its own synthetic past/],
] as const)("%j", (assignments, state, found) => {
  writeFileSync(join(folder, "vix.csv"), "date,close\n");
  const check = regimeCheck(folder, loadConfig({ assignments }));
  expect(check).toMatchObject({ state, found: expect.stringMatching(found) });
});
