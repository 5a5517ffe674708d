/**
 * Goal: a heavy task whose time is over leaves nothing behind that works on (OR-2): a training that went on would meet
 * the next attempt on the same record.
 * Method: a process that starts another, which holds a connection to the test for as long as it lives.
 */
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { scratchFolder } from "../../../test/scratch-folder.ts";
import { runInChild } from "./task-child.ts";

it("ends with all that it has started", async () => {
  const folder = scratchFolder("plimsoll-task-child-");
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  const entry = join(folder, "task.mjs");
  writeFileSync(
    entry,
    `import { spawn } from "node:child_process";
     const work = 'require("node:net").connect(${port}, "127.0.0.1")';
     spawn(process.execPath, ["-e", work], { stdio: "ignore" });
     setInterval(() => undefined, 1000);`,
  );
  const end = new AbortController();
  const facts = { root: folder, task: "x", date: "2026-11-24", crashedAtMs: undefined, isAfterCrash: false };
  const result = runInChild({ ...facts, signal: end.signal, entry });
  const [socket] = (await once(server, "connection")) as [Socket];
  const gone = once(socket.on("error", () => undefined).resume(), "close");
  end.abort();
  expect(await result).toMatchObject({ text: expect.stringContaining("SIGKILL") });
  await gone;
  server.close();
  rmSync(folder, { recursive: true, force: true });
});
