/**
 * Goal: the dashboard's process holds nothing that could trade, outlives its own death, and its halt works while compute
 * and while execute hang (UI-1, RELIABILITY 5). Method: a demo of real processes, one of them stopped at a time.
 */
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ActAnswer } from "../../src/dashboard/contract/acts.ts";
import type { Picture } from "../../src/dashboard/contract/picture.ts";
import { readDashboardFacts } from "../../src/dashboard/server/dashboard-file.ts";
import { RunningDemo } from "./running-demo.ts";

let demo: RunningDemo;
let cookie = "";

beforeAll(async () => {
  demo = await RunningDemo.start(60);
  const { headers, status } = await post("/api/login", { key: demo.key });
  expect(status).toBe(204);
  cookie = headers.get("set-cookie")?.split(";")[0] ?? "";
}, 240_000);

afterAll(() => demo?.stop());

const facts = () => readDashboardFacts(join(demo.root, "demo"));
const url = (): string => facts()?.url ?? demo.origin;

function post(path: string, body: object): Promise<Response> {
  const headers = { "content-type": "application/json", "x-plimsoll": "1", origin: url(), cookie };
  return fetch(url() + path, { method: "POST", headers, body: JSON.stringify(body) });
}

/** The next picture of the stream. */
async function picture(): Promise<Picture> {
  const { body } = await fetch(`${url()}/api/stream`, { headers: { cookie } });
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error("the stream ended");
    text += new TextDecoder().decode(value);
    const found = /event: picture\ndata: (.*)\n\n/.exec(text)?.[1];
    if (found === undefined) continue;
    await reader.cancel();
    return JSON.parse(found) as Picture;
  }
}

it("holds no key of the broker and opens no database to write", async () => {
  const pid = facts()?.pid ?? 0;
  // The first answer may come a moment before the ledger is open.
  await demo.until("it has asked for rows, of a database that it keeps open", async () => {
    const { ok } = await fetch(`${url()}/api/orders`, { headers: { cookie } });
    return ok && openDatabases(pid).length > 0;
  });
  const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
  expect(environment).not.toMatch(/ALPACA|SECRET|KEY_ID|GUARDIAN/);
  for (const [name, mode] of openDatabases(pid)) expect([name, mode]).toEqual([name, 0]);
});

/** Their paths, and the access mode that each was opened with: 0 is reading alone. */
function openDatabases(pid: number): (readonly [path: string, mode: number])[] {
  const files = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      const flags = /flags:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, "utf8"))?.[1] ?? "0";
      return [[readlinkSync(`/proc/${pid}/fd/${fd}`), Number.parseInt(flags, 8) & 3] as const];
    } catch {
      return []; // Closed meanwhile.
    }
  });
  return files.filter(([name]) => name.endsWith(".db"));
}

it("shows pictures of a running system, and again at the same address after its own death", async () => {
  await demo.until("execute's picture is there", async () => (await picture()).engine.state === "ok");
  const before = facts();
  process.kill(before?.pid ?? 0, "SIGKILL");
  await demo.until("it is back", () => {
    const now = facts();
    return now !== undefined && now.pid !== before?.pid && now.url !== null;
  });
  expect(facts()?.url).toBe(before?.url);
  expect((await fetch(`${url()}/api/session`, { headers: { cookie } })).status).toBe(200);
  await demo.until("it shows again", async () => (await picture()).engine.state === "ok");
});

it("acts while compute hangs", async () => {
  const compute = demo.pidOf("compute");
  process.kill(compute, "SIGSTOP");
  try {
    const answer = await post("/api/act", { verb: "pause", id: "system-test-1", reason: "compute hangs" });
    expect([answer.status, ((await answer.json()) as ActAnswer).kind]).toEqual([200, "accepted"]);
  } finally {
    process.kill(compute, "SIGCONT");
  }
});

it("halts while execute hangs, says how, shows that it does not answer, and execute obeys when it wakes", async () => {
  const execute = demo.pidOf("execute");
  process.kill(execute, "SIGSTOP");
  try {
    const began = performance.now();
    const answer = await post("/api/act", { verb: "halt", id: "system-test-2", reason: "execute hangs" });
    expect(performance.now() - began).toBeLessThan(5000);
    const { kind, text } = (await answer.json()) as ActAnswer;
    expect([kind, text]).toEqual(["accepted", expect.stringContaining("HALT")]);
    expect(existsSync(join(demo.root, "killswitch", "HALT"))).toBe(true);
    await demo.until("the picture says so", async () => (await picture()).engine.state !== "ok");
  } finally {
    process.kill(execute, "SIGCONT");
  }
  await demo.until("it is halted", async () => (await picture()).permission.level === "HALTED");
  const audit = (await (await fetch(`${url()}/api/audit`, { headers: { cookie } })).json()) as {
    readonly chain: { readonly state: string };
    readonly rows: readonly { readonly action: string; readonly who: string }[];
  };
  expect(audit.chain.state).toBe("ok");
  const paused = audit.rows.find(({ action }) => action === "pause");
  expect(paused?.who).toMatch(/^dashboard:/);
});
