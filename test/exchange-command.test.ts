/** Goal: `plimsoll exchange` opens a port, says where in one line, serves, and ends politely when it is asked to. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { plimsoll } from "./plimsoll-process.ts";

const folder = mkdtempSync(join(tmpdir(), "exchange-command-"));
afterAll(() => rmSync(folder, { recursive: true }));
const ENTRY = join(import.meta.dirname, "..", "src", "cli", "main.ts");

it("prints where it listens and the keys, answers under them, and ends with 0 on SIGTERM", async () => {
  const faults = join(folder, "faults.yaml");
  writeFileSync(faults, "- kind: error-before\n  match: { path: /v2/account }\n  status: 500\n");
  const options = [
    "--port",
    "0",
    "--speed",
    "60",
    "--clock",
    "2026-11-27T12:59:00-05:00",
    "--faults",
    faults,
  ];
  const args = [ENTRY, "--json", "exchange", ...options, "--key", "K1", "--secret", "S1"];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  try {
    let said = "";
    for await (const part of child.stdout as AsyncIterable<Buffer>) {
      said += part.toString();
      if (said.includes("\n")) break;
    }
    const { trading, data, stream, key, secret } = JSON.parse(said) as Record<string, string>;
    expect([data, stream?.replace("ws", "http"), key, secret]).toEqual([trading, trading, "K1", "S1"]);
    const headers = { "APCA-API-KEY-ID": "K1", "APCA-API-SECRET-KEY": "S1" };
    const get = (path: string) => fetch(`${trading}${path}`, { headers });
    expect((await get("/v2/account")).status).toBe(500);
    expect((await get("/v2/account")).status).toBe(200);
    const clock = (await (await get("/v2/clock")).json()) as Record<string, string>;
    // A half day: the session ends at 13:00, and what comes next is Monday.
    expect(clock.next_open).toBe("2026-11-30T09:30:00-05:00");
  } finally {
    child.kill("SIGTERM");
  }
  expect(await ended).toBe(0);
});

it.each([
  [["--port", "70000"], "--port"],
  [["--speed", "0"], "--speed"],
  [["--key", "alone"], "--secret"],
  [["--clock", "noon"], "--clock"],
  [["--data", "absent.csv"], "absent.csv"],
  [["--faults", "absent.yaml"], "absent.yaml"],
])("%j is refused in one line that names it", async (args, named) => {
  const { code, out, err } = await plimsoll(["exchange", ...args], { cwd: folder });
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(named);
  expect(err.trim().split("\n").length).toBe(1);
});
