/** Goal: never two writers, and never a lock that only a person can remove. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { asOnlyWriter } from "./writer-lock.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-lock-"));
const lock = join(folder, "lake.lock");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("a second writer of the same process is refused, and the first is not disturbed", async () => {
  await asOnlyWriter(lock, async () => {
    const second = asOnlyWriter(lock, async () => "two writers");
    await expect(second).rejects.toMatchObject({ name: "InputError", exitCode: 1 });
    expect(existsSync(lock)).toBe(true);
  });
  expect(existsSync(lock)).toBe(false);
});

it("work that throws gives the lock back", async () => {
  await expect(asOnlyWriter(lock, async () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
  expect(await asOnlyWriter(lock, async () => "free")).toBe("free");
});

it.each([
  ["a process that is gone", () => ({ pid: spawnSync(process.execPath, ["-e", ""]).pid, started: "" })],
  [
    "an earlier process with this one's id, as after a restart in a container",
    () => ({ pid: process.pid, started: "1" }),
  ],
  ["a process whose id now belongs to another one", () => ({ pid: process.ppid, started: "1" })],
  ["nobody: an unreadable lock", () => "half a file"],
])("the lock of %s is taken over", async (_, holder) => {
  writeFileSync(lock, typeof holder() === "string" ? "half a file" : JSON.stringify(holder()));
  const during = await asOnlyWriter(lock, async () => JSON.parse(readFileSync(lock, "utf8")));
  expect(during.pid).toBe(process.pid);
  expect(existsSync(lock)).toBe(false);
});

it("the lock of a living process is respected", async () => {
  writeFileSync(lock, JSON.stringify({ pid: process.ppid, started: "" }));
  await expect(asOnlyWriter(lock, async () => "two writers")).rejects.toThrow(`process ${process.ppid}`);
  rmSync(lock);
});
