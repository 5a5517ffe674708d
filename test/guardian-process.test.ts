/** The guardian as a real process: killed in the middle of a flatten and started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { execPath } from "node:process";
import { afterEach, expect, it } from "vitest";
import type { GuardianBeat } from "../src/domain/guardian-beat.ts";
import { dayNumber, type EpochMicros } from "../src/domain/time.ts";
import { sessionOn } from "../src/market/calendar.ts";
import { GuardianSocket } from "../src/ops/watchdog/guardian-socket.ts";
import { ArithmeticBroker } from "./arithmetic-broker.ts";
import { arithmeticAnswer } from "./arithmetic-http.ts";
import { scratchFolder } from "./scratch-folder.ts";

const noon = ((sessionOn(dayNumber(2026, 3, 3))?.open ?? 0) + 9_000_000_000) as EpochMicros;
const root = scratchFolder("guardian-process-");
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
  rmSync(root, { recursive: true, force: true });
});

const broker = new ArithmeticBroker(noon, { AAPL: 10, MSFT: -4 });
/** Called instead of answering the first closing order, once it has had its effect. */
let onFirstClose: (() => void) | undefined;

it("obeys a HALT file, is killed after its first order, and ends flat in its next life", async () => {
  const http = createServer((request, response) => {
    void arithmeticAnswer(broker, request, response, () => {
      const strikes = onFirstClose;
      onFirstClose = undefined;
      strikes?.();
      return strikes !== undefined;
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  closers.push(() => http.close());
  closers.push(() => http.closeAllConnections());
  const socketPath = join(root, "guardian.sock");
  let heard: (beat: GuardianBeat) => void = () => undefined;
  const line = new GuardianSocket((beat) => heard(beat));
  await line.listen(socketPath);
  closers.push(() => line.close());
  const state = (wanted: string): Promise<void> =>
    new Promise((resolve) => {
      heard = (beat) => {
        if (beat.state === wanted) resolve();
      };
    });
  const start = (): ChildProcess => {
    const terms = {
      root,
      apiUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
      socketPath,
      killMode: "flatten",
      dayLossMax: 0.03,
      clock: { machineMs: Date.now(), exchangeAt: noon, speed: 1, skipsClosedHours: false },
    };
    const child = spawn(execPath, [join(import.meta.dirname, "../src/guardian/main.ts")], {
      env: { GUARDIAN_TERMS: JSON.stringify(terms), GUARDIAN_KEY_ID: "PK", GUARDIAN_SECRET_KEY: "s" },
      stdio: "inherit",
    });
    closers.push(() => child.kill("SIGKILL"));
    return child;
  };

  const first = start();
  await state("watching");
  const killed = new Promise((resolve) => first.once("exit", resolve));
  onFirstClose = () => first.kill("SIGKILL");
  mkdirSync(join(root, "killswitch"));
  writeFileSync(join(root, "killswitch", "HALT"), "");
  await killed;
  expect([...broker.held.values()].filter((shares) => shares !== 0)).toHaveLength(1);

  start();
  await state("flat");
  expect([...broker.held.values()].map(Math.abs)).toEqual([0, 0]);
  expect([...broker.signs.values()].map(({ size }) => size)).toEqual([1, 1]);
  expect(new Set(broker.sent.map(({ clientId }) => clientId)).size).toBe(broker.sent.length);
  const journal = readFileSync(join(root, "db", "guardian.jsonl"), "utf8");
  expect(journal.match(/"kind":"begun"/g)).toHaveLength(1);
  expect(journal).toContain('"how":"flat"');
});
