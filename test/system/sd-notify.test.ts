/**
 * Goal: under a service manager the system says READY when it has reconciled, gives signs of life while it gets on and
 * none when execute hangs, and says STOPPING before it ends (RELIABILITY 6.6, SD-1 to SD-3).
 * Method: a real demo, `systemd-notify` as systemd ships it, and a datagram socket that python3 listens on, because the
 * runtime itself has none. Execute is stopped by SIGSTOP: it hangs as a whole, its process is there.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { scratchFolder } from "../scratch-folder.ts";
import { missingPrograms } from "./missing-programs.ts";

const folder = scratchFolder("plimsoll-service-");
const entry = join(import.meta.dirname, "..", "..", "src", "cli", "main.ts");
const missing = missingPrograms(["python3", "systemd-notify"]);
const running = new Set<ChildProcess>();
afterEach(async () => {
  for (const child of running) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "close");
  }
  running.clear();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LISTENER = `
import socket, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("listening", flush=True)
while True:
    for line in s.recv(65536).decode().split("\\n"):
        if line: print("%.3f %s" % (time.time(), line), flush=True)
`;

interface Heard {
  readonly atMs: number;
  readonly line: string;
}

async function listen(path: string): Promise<Heard[]> {
  const child = spawn("python3", ["-c", LISTENER, path], { stdio: ["ignore", "pipe", "inherit"] });
  running.add(child);
  const heard: Heard[] = [];
  const begun = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on("line", (text) => {
    const [at = "", ...words] = text.split(" ");
    if (at === "listening") begun.resolve();
    else if (words[0] !== "BARRIER=1") heard.push({ atMs: Number(at) * 1000, line: words.join(" ") });
  });
  await begun.promise;
  return heard;
}

const until = async (what: string, isSo: () => boolean, seconds = 90): Promise<void> => {
  for (let n = 0; n < seconds * 10; n++) {
    if (isSo()) return;
    await pause(100);
  }
  throw new Error(`never came to it: ${what}`);
};

describe.skipIf(missing !== undefined)(`under a service manager${missing ?? ""}`, () => {
  it("ready after reconciliation, alive while it gets on, silent when execute hangs, stopping at the end", async () => {
    const socket = join(folder, "notify.sock");
    const heard = await listen(socket);
    const root = join(folder, "root");
    const env = { ...process.env, NOTIFY_SOCKET: socket, WATCHDOG_USEC: "3000000" };
    const words = ["--root", root, "--set", "demo.warmupSessions=1", "--set", "live.standby=false"];
    const child = spawn(process.execPath, [entry, "start", "--speed", "60", ...words], {
      ...{ cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] },
    });
    running.add(child);
    const said = (wanted: string) => heard.filter(({ line }) => line === wanted);
    await until("READY=1", () => said("READY=1").length > 0);
    await until("ten signs of life", () => said("WATCHDOG=1").length >= 10);
    expect(said("READY=1")).toHaveLength(1);
    const gaps = said("WATCHDOG=1").map(({ atMs }, n, all) => atMs - (all[n - 1]?.atMs ?? atMs));
    expect(Math.max(...gaps)).toBeLessThan(3000);
    expect(
      heard.some(({ line }) => /^STATUS=demo run d\w+: (?:NORMAL|SCALED), \d+ positions/.test(line)),
    ).toBe(true);
    expect(heard.map(({ line }) => line).join("\n")).not.toMatch(/\d{4,}\.\d\d/);

    const { processes } = JSON.parse(readFileSync(join(root, "run", "active.json"), "utf8")) as {
      readonly processes: readonly { readonly id: string; readonly pid: number }[];
    };
    const execute = processes.find(({ id }) => id === "execute")?.pid ?? 0;
    process.kill(execute, "SIGSTOP");
    try {
      // A closing by the guardian moves on for a while; then nothing does.
      await until("no sign of life for three intervals", () => {
        const last = said("WATCHDOG=1").at(-1)?.atMs ?? 0;
        return Date.now() - last > 9000;
      });
    } finally {
      process.kill(execute, "SIGCONT");
    }
    const before = said("WATCHDOG=1").length;
    await until("signs of life again", () => said("WATCHDOG=1").length > before);
    child.kill("SIGTERM");
    await until("STOPPING=1", () => said("STOPPING=1").length > 0);
    await once(child, "exit");
    expect(said("STOPPING=1")).toHaveLength(1);
    expect(heard.at(-1)?.line).toMatch(/^(?:STATUS=|STOPPING=1$)/);
  });

  it("says once that nobody hears it, and trades on", async () => {
    const env = { ...process.env, NOTIFY_SOCKET: join(folder, "nobody.sock"), WATCHDOG_USEC: "1000000" };
    const words = ["--root", join(folder, "deaf"), "--speed", "60", "--set", "demo.warmupSessions=1"];
    const child = spawn(process.execPath, [entry, "start", ...words], {
      ...{ cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] },
    });
    running.add(child);
    let said = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    await until("a word that nobody hears it", () => said.includes("nobody hears how it is"));
    await pause(5000);
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(said.match(/nobody hears how it is/g)).toHaveLength(1);
  });
});
