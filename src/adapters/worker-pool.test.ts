/** Goal: the number of workers never shows in the answers, and a worker that dies is a failure, not a wait (BACK-3). */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, it } from "vitest";
import { runTasks } from "./worker-pool.ts";

const folder = mkdtempSync(join(tmpdir(), "plimsoll-pool-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
/** The later the task, the sooner its answer: finishing order and task order differ. */
const entry = pathToFileURL(join(folder, "entry.mjs"));
writeFileSync(
  entry,
  `import { parentPort, workerData } from "node:worker_threads";
   parentPort.on("message", (task) => {
     if (task === "throw") throw new Error("planted");
     if (task === "die") process.exit(7);
     setTimeout(() => parentPort.postMessage(task * workerData), (9 - task) * 3);
   });`,
);

it.each([1, 2, 3, 20])("gives the answers in the order of the tasks with %i workers", async (workers) => {
  expect(await runTasks(entry, 10, [0, 1, 2, 3, 4, 5, 6], workers)).toEqual([0, 10, 20, 30, 40, 50, 60]);
});

it("needs no worker for no task", async () => {
  expect(await runTasks(entry, 1, [], 4)).toEqual([]);
});

it.each([
  ["throw", "planted"],
  ["die", "a worker thread ended with code 7"],
])("a task that makes its worker %s is a failure with its reason", async (task, reason) => {
  await expect(runTasks<number | string, number>(entry, 1, [1, task, 2], 2)).rejects.toThrow(reason);
});

it("an entry that does not exist is a failure", async () => {
  await expect(runTasks(new URL("none.mjs", entry), 1, [1], 2)).rejects.toThrow(/none\.mjs/);
});
