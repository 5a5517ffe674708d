/** The guardian as a real process: killed in the middle of a flatten and started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { execPath } from "node:process";
import { afterEach, expect, it } from "vitest";
import type { GuardianBeat } from "../src/domain/guardian-beat.ts";
import type { ClientOrderId, Side } from "../src/domain/order.ts";
import { dayNumber, type EpochMicros, isoInstant } from "../src/domain/time.ts";
import { sessionOn } from "../src/market/calendar.ts";
import { GuardianSocket } from "../src/ops/watchdog/guardian-socket.ts";
import { ArithmeticBroker } from "./arithmetic-broker.ts";
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

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = "";
  for await (const piece of request) text += String(piece);
  const say = (body: unknown, status = 200): void => {
    response.statusCode = status;
    response.end(JSON.stringify(body));
  };
  const orderRow = (order: (typeof broker.orders)[number]) => ({
    id: order.id,
    client_order_id: order.clientId,
    symbol: order.symbol,
    side: order.side > 0 ? "buy" : "sell",
    submitted_at: isoInstant(order.submittedAt),
  });
  const url = request.url ?? "";
  if (request.method === "DELETE") say(await broker.cancelAll(), 207);
  else if (url === "/v2/account") say({ equity: "100000", last_equity: "100000" });
  else if (url === "/v2/clock") say({ timestamp: isoInstant(noon), is_open: true });
  else if (url === "/v2/positions")
    say(
      (await broker.positions()).map(({ symbol, shares, available, price }) => ({
        symbol,
        qty: String(shares),
        qty_available: String(available),
        current_price: String(price),
      })),
    );
  else if (request.method === "GET")
    say(broker.orders.filter(({ isOpen }) => isOpen || url.includes("status=all")).map(orderRow));
  else {
    const { client_order_id, symbol, side, qty } = JSON.parse(text) as Record<string, string>;
    const { result } = await broker.close({
      clientId: client_order_id as ClientOrderId,
      symbol: symbol ?? "",
      side: (side === "buy" ? 1 : -1) as Side,
      shares: Number(qty),
    });
    if (onFirstClose !== undefined) {
      onFirstClose();
      onFirstClose = undefined;
      request.socket.destroy();
    } else say({ result }, result === "accepted" ? 200 : 422);
  }
}

it("obeys a HALT file, is killed after its first order, and ends flat in its next life", async () => {
  const http = createServer((request, response) => void answer(request, response));
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
