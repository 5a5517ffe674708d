/** Where state lies when nobody says so on the line, and what a commit never takes along (RUN-4). */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { dailyCsv } from "./bars-csv.ts";
import { randomDaily } from "./daily-market.ts";
import { runLine } from "./run-line.ts";
import { scratchFolder } from "./scratch-folder.ts";

const folder = scratchFolder("plimsoll-place-");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("TRADING_SYSTEM_ROOT is the folder of all state where --root is not given", async () => {
  const bars = join(folder, "bars.csv");
  writeFileSync(bars, dailyCsv(randomDaily({ seed: 1, sessions: 5 })));
  const place = { TRADING_SYSTEM_ROOT: join(folder, "here") };
  const imported = await runLine(
    ["data", "import", bars, "--timeframe", "1d", "--adjustment", "split"],
    place,
  );
  expect(imported.code).toBe(0);
  const rows = async (words: string[], env = {}) =>
    JSON.parse((await runLine(["data", "ls", "--json", ...words], env)).out);
  const [here, there] = [await rows([], place), await rows(["--root", join(folder, "there")], place)];
  expect(JSON.stringify(here)).toContain("1d");
  expect(there).not.toEqual(here);
  expect(await rows(["--root", join(folder, "here")])).toEqual(here);
});

it("keys stay out of the repository: .env is ignored wherever it lies, and none is in it", () => {
  const house = join(import.meta.dirname, "..");
  expect(readFileSync(join(house, ".gitignore"), "utf8").split("\n")).toContain(".env");
  const files = execFileSync("git", ["ls-files"], { cwd: house, encoding: "utf8" }).split("\n");
  expect(files.length).toBeGreaterThan(1000);
  expect(files.filter((file) => /(^|\/)\.env$/.test(file))).toEqual([]);
});
