/** Goal: a copy on disk is the answer that was kept or none, and the folder stays within its bound. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ResponseCache } from "./response-cache.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "plimsoll-responses-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const key = (n: number): string => n.toString(16).padStart(64, "0");
const kept = (body: string) => ({ isSettled: true, at: 5, etag: '"a"', body });

it("gives back what was kept, and nothing of a file that was changed, cut off or moved", () => {
  const cache = new ResponseCache(folder, 1e6);
  cache.keep(key(1), kept("line\nline"));
  expect(cache.get(key(1))).toEqual(kept("line\nline"));
  expect(cache.get(key(2))).toBeUndefined();
  const path = join(folder, key(1));
  const text = readFileSync(path, "utf8");
  for (const [name, wrong] of [
    [key(1), text.slice(0, -1)],
    [key(1), text.replace("line\n", "lime\n")],
    [key(1), ""],
    [key(2), text],
  ] as const) {
    writeFileSync(join(folder, name), wrong);
    expect(cache.get(name)).toBeUndefined();
  }
});

it("stays within its bound and one tenth, and keeps what came last", () => {
  const cache = new ResponseCache(folder, 100_000);
  for (let n = 0; n < 200; n += 1) cache.keep(key(n), kept("x".repeat(2_000)));
  const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(115_000);
  expect(cache.get(key(199))).toBeDefined();
});

it("keeps nothing where it may not, and is no error", () => {
  const none = new ResponseCache(folder, 0);
  none.keep(key(1), kept("x"));
  expect(readdirSync(folder)).toEqual([]);
  const nowhere = new ResponseCache("/proc/plimsoll", 1e6);
  nowhere.keep(key(1), kept("x"));
  expect(nowhere.get(key(1))).toBeUndefined();
});
